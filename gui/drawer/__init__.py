"""The drawer under the timeline: panels about the whole run, as tabs."""

from gui.drawer.drawer import Drawer

__all__ = ["Drawer"]
