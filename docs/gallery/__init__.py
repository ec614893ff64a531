"""How the example graphs were made: one file a subject, one function an example."""
