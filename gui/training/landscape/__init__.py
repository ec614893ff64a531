"""The page Landscape: the loss over the parameters, ways and races on it, and the sweep.

| file | what it is |
|---|---|
| `page` | the page: asks in the background, shows |
| `question` | what is asked about, and how it is answered off the window's thread |
| `controls` | where one looks |
| `racers`, `legend` | who races, how each is drawn and called; who takes part and how it went |
| `race` | the clock of a race |
| `picture` | the widget: mouse, keys, zoom |
| `plane_drawing`, `line_drawing`, `sweep_drawing` | how each kind is drawn |
| `words` | what is read out of a picture |
"""
