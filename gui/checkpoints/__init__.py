"""Checkpoints: the nodes whose outputs a sparing run keeps, set on the canvas."""

from gui.checkpoints.checkpoints import Checkpoints
from gui.checkpoints.overlay import ShownCheckpoints

__all__ = ["Checkpoints", "ShownCheckpoints"]
