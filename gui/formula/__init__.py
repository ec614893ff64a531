"""Formulas typeset for the window, from the trees that `runtime.explaining` makes.

A formula with matrices in it takes ziamath up to a second; these take a millisecond, so that they
can follow the playhead. The face is the same, STIX Two Math.

| file | what is in it |
|---|---|
| `face` | the font, and how far a text reaches in it |
| `boxes` | what a laid out formula consists of |
| `letters` | signs for LaTeX's commands, and the room between kinds of signs |
| `strokes` | what is drawn: brackets that grow, roots, bars |
| `layout` | from a tree to a box |
| `painting` | from a box to a painter |
"""

from gui.formula.boxes import Box
from gui.formula.layout import lay_out
from gui.formula.painting import paint

__all__ = ["Box", "lay_out", "paint"]
