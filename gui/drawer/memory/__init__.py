"""The panel of memory: store or recompute, eager or lazy."""

from gui.drawer.memory.panel import MemoryPanel

__all__ = ["MemoryPanel"]
