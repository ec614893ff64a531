"""Data in the window: what is dropped becomes a Data node, and the inspector shows its set.

| file | what is in it |
|---|---|
| `dropping` | files let go on the canvas become Data nodes |
| `asking` | whether a file is copied beside the document, or stays a link |
| `taking` | the work off the window's thread: copying, reading |
| `images_by_class` | a folder of images by class, read through Qt |
"""
