"""The exercises of a graph on paper: steps with blanks, then the key, as a PDF in black and white.

| file | what is in it |
|---|---|
| `paper` | the page, and inks for it |
| `blocks` | headings and numbered formulas, laid out |
| `figure` | the graph with what is given, and nothing else |
| `pages` | blocks on pages, and their painting |
| `composing` | all of it, as the bytes of a PDF |
| `writing` | from a file to a PDF |
"""

from gui.handout.writing import write_handout

__all__ = ["write_handout"]
