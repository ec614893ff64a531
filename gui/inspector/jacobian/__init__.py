"""The Jacobian of an edge in the inspector, of whatever size: `panel.JacobianPanel`.

| file | what it is |
|---|---|
| `panel.py` | the panel: puts the parts together |
| `question.py` | which Jacobian is asked for: of which port, of which sample |
| `behind.py`, `outputs.py`, `port_box.py`, `samples.py` | where the person chooses that |
| `region.py`, `zoom.py`, `places.py` | the rectangle that is looked at, the way there and back |
| `sight.py` | what is computed for a rectangle, off the window's thread |
| `picture.py`, `map_view.py` | how it is drawn, pointed at and read out |
| `progress_line.py` | how far long work is, and the button that ends it |
| `figures.py`, `spectrum.py` | norm, rank, singular values and the like |
| `names.py`, `words.py` | the indices of an entry, the structure in words |
"""
