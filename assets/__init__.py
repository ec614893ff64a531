"""Icons, themes, example graphs and reference data shipped with the program."""
