"""The drawer's tab Training."""

from gui.training.panel.panel import TrainingPanel

__all__ = ["TrainingPanel"]
