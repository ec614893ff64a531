"""The page Landscape: the loss over the parameters, ways and races on it.

| file | what it is |
|---|---|
| `page` | the page: asks in the background, shows |
| `question` | what is asked about, and how it is answered off the window's thread |
| `following` | when the landscape is too old, and where a run is meanwhile |
| `controls` | where one looks |
| `racers`, `legend` | who can race and how each is drawn; who takes part, and how it goes |
| `race` | the race: its settings, its clock, its courses |
| `picture` | the widget: mouse, keys, zoom |
| `plane_drawing`, `line_drawing` | how each kind is drawn |
| `words` | what is read out of a picture |
"""
