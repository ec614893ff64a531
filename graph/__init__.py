"""What a graph is: nodes, edges, declarations, shapes, edits, files."""
