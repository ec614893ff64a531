"""What a screen reader is told: the canvas as a tree of nodes and ports, and what happens."""

from gui.accessible.factory import install
from gui.accessible.telling import Teller
from gui.announcing import announce

__all__ = ["Teller", "announce", "install"]
