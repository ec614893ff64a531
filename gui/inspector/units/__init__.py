"""The units of a small linear layer, as lecture notes draw them."""

from gui.inspector.units.view import UnitView

__all__ = ["UnitView"]
