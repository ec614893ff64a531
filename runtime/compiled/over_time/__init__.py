"""What is inside time, compiled: all steps of a node at once where no loop forbids it."""
