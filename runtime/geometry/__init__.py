"""The value at one port as a function of that at another, near a trace: what a picture needs.

| file | what it is |
|---|---|
| `function.py` | the function between two ports: run again at other numbers, with its tangents |
| `slicing.py` | one or two coordinates of each end, the rest held; its linear approximation |
| `window.py`, `sampling.py` | where it is looked at, and the function there on a line or a grid |
| `stretch.py` | a 2 x 2 matrix as axes, their lengths and an area ratio |
| `contours.py` | lines of equal height through a grid |
| `entrywise.py` | an activation and its slope as curves, the present inputs on them |
"""
