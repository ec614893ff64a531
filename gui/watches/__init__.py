"""The watch list: ports whose figures are followed over the steps of a run."""

from gui.watches.watches import Watches

__all__ = ["Watches"]
