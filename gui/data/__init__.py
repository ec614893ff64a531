"""Data in the window: what is dropped becomes a Data node, and the inspector shows its set.

| file | what is in it |
|---|---|
| `dropping` | files let go on the canvas become Data nodes |
| `asking` | whether a file is copied beside the document, or stays a link |
| `taking` | the work off the window's thread: copying, reading |
| `changing` | the edit that gives a node another set |
| `images_by_class` | a folder of images by class, read through Qt |
| `section` | the inspector's section |
| `watching` | files that were written while one was elsewhere |
| `offered` | the sets that need no file |
| `columns` | which columns of a table are x and t |
| `counts` | how many samples each class has |
| `scatter` | two features of the samples |
| `thumbnails` | samples that are images |
"""
