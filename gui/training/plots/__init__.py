"""Plots of training, drawn by pyqtgraph in the theme's inks.

Nothing outside of this folder's `plot` and `axis` imports pyqtgraph; `late` loads it off the
window's thread, for it takes a second.
"""
