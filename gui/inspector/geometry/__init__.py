"""The derivative at an edge as a picture, and activations as curves: `panel.GeometryPanel`.

| file | what it is |
|---|---|
| `panel.py` | the panel: chooses, asks in the background, shows |
| `subject.py` | which function is looked at: from which port to which, or an edge alone |
| `coordinates.py` | which coordinates of both ends are drawn, where there are many |
| `newest.py` | one question at a time, and then the newest: a drag never starves its picture |
| `look.py` | what a picture shows: the function, its linear approximation, where that is close |
| `picture.py`, `tools.py` | the widget with point, keys and zoom; the buttons below it |
| `scale.py` | numbers to pixels, and axes |
| `curve_drawing.py`, `path_drawing.py` | one input: 1→1, 1→2 |
| `contour_drawing.py`, `plane_drawing.py` | two inputs: 2→1, 2→2 |
| `spectrum.py` | singular values of the whole, where a slice shows a part |
| `what_if.py` | the canvas while a point is dragged: what would flow there |
| `curve_view.py`, `curve_picture.py` | an activation: f, its slope, the present inputs |
| `words.py` | what is read out of a picture |
"""
