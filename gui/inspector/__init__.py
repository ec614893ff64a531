"""The inspector: what is selected, in full, and where it is edited."""

from gui.inspector.inspector import Inspector

__all__ = ["Inspector"]
