"""The page Parameters: what the gradients do to each parameter, and how its numbers lie.

| file | what is in it |
|---|---|
| `figures` | gradient norms and update ratios of the parameters of a run; no Qt |
| `table` | a row for each parameter |
| `survey` | histograms of the kept moments, measured in the background |
| `strips` | histograms side by side, as a picture |
| `page` | the three beside each other |
"""
