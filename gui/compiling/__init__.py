"""Compiled mode: what a training step becomes when it is compiled, told on the canvas."""

from gui.compiling.compiling import Compiling

__all__ = ["Compiling"]
