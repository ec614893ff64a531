"""The page Runs: all runs of a document as a tree, what sets them apart, and their curves.

| file | what is in it |
|---|---|
| `differences` | the settings in which two runs differ; no Qt |
| `model` | the runs as rows |
| `page` | the tree, and curves of those that are ticked |
"""
