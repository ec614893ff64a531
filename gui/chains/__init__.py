"""All paths of the chain rule between two ports: a table, and light on the canvas.

| file | what is in it |
|---|---|
| `question` | what is searched, and its answer |
| `words` | a path, a count, a number as a person reads them |
| `rows` | the table's model |
| `table` | the table, and the bars of shares |
| `light` | what a path lays over the canvas |
| `panel` | the drawer's tab |
"""

from gui.chains.panel import PathsPanel

__all__ = ["PathsPanel"]
