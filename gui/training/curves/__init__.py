"""The page Curves: loss, metrics, learning rate and gradient norm over updates or epochs.

| file | what is in it |
|---|---|
| `records` | what a run leaves for its curves |
| `lines` | the curves of a figure, as numbers; no Qt |
| `strokes` | how they are drawn |
| `reading` | the legend, with the numbers at the cursor |
| `page` | two plots and what one chooses |
"""
