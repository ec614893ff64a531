"""The search box: a small list of modules at the pointer, filtered by typing."""

from gui.search_box.box import SearchBox

__all__ = ["SearchBox"]
