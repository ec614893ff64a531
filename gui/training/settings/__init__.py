"""How a graph is trained, as a form: the file's `training`, each change one undoable edit."""
