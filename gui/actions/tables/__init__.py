"""The commands of the window, a table a menu."""
