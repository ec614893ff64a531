"""Predict mode: what the next step would show is hidden until the learner has typed it."""

from gui.predict.predicting import Predicting

__all__ = ["Predicting"]
