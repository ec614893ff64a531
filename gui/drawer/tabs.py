"""The panels of the drawer, as rows of one table. A panel is made when it is first shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QT_TRANSLATE_NOOP as N
from PySide6.QtCore import QCoreApplication

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from gui.window import Window

D = "Drawer"  # the context of the texts


@dataclass(frozen=True, slots=True)
class Tab:
    """One panel: `make` imports and makes it; `height` is what it takes at first, in pixels.

    Its command is `drawer.shows.ID`, which opens it, or closes the drawer where it is shown. What
    `is_bound` shows no number that is ahead of the playhead; others are covered in predict mode.
    """

    id: str
    title: str
    make: Callable[[Window], QWidget]
    height: int = 160
    is_bound: bool = False


def tr(text: str) -> str:
    """A text of the table in the user's language."""
    return QCoreApplication.translate(D, text)


def _problems(window: Window) -> QWidget:
    from gui.drawer.problems import ProblemsPanel

    panel = ProblemsPanel(window.document, window.theme, window)
    panel.chosen.connect(window.leading.go_to)
    panel.shown.connect(window.leading.show_problem)
    return panel


def _chain_rule(window: Window) -> QWidget:
    from gui.chain_rule import ChainRulePanel

    overlays = window.canvas.canvas.overlays
    return ChainRulePanel(window.document, window.theme, overlays, window)


def _paths(window: Window) -> QWidget:
    from gui.chains import PathsPanel

    return PathsPanel(window)


def _predict(window: Window) -> QWidget:
    from gui.predict.panel import PredictPanel

    return PredictPanel(window.predicting, window.document, window.theme, window)


def _breakpoints(window: Window) -> QWidget:
    from gui.breakpoints.panel import BreakpointsPanel

    return BreakpointsPanel(window)


def _watch(window: Window) -> QWidget:
    from gui.watches.panel import WatchPanel

    return WatchPanel(window)


def _compare(window: Window) -> QWidget:
    from gui.comparing.panel import ComparePanel

    return ComparePanel(window)


def _memory(window: Window) -> QWidget:
    from gui.drawer.memory import MemoryPanel

    return MemoryPanel(window)


def _health(window: Window) -> QWidget:
    from gui.health.panel import HealthPanel

    return HealthPanel(window)


def _modes(window: Window) -> QWidget:
    from gui.forward_mode.panel import ModesPanel

    return ModesPanel(window.document, window.theme, window)


def _training(window: Window) -> QWidget:
    from gui.training.panel import TrainingPanel

    return TrainingPanel(window)


TABS = (
    Tab("problems", N(D, "Problems"), _problems, is_bound=True),
    Tab("chain_rule", N(D, "Chain rule"), _chain_rule, height=224, is_bound=True),
    Tab("paths", N(D, "Paths"), _paths, height=224, is_bound=True),
    Tab("modes", N(D, "Modes"), _modes, height=272, is_bound=True),
    Tab("predict", N(D, "Predict"), _predict, height=240, is_bound=True),
    Tab("breakpoints", N(D, "Breakpoints"), _breakpoints, is_bound=True),
    Tab("watch", N(D, "Watch"), _watch, height=208, is_bound=True),
    Tab("compare", N(D, "Compare"), _compare, height=208),
    Tab("memory", N(D, "Memory"), _memory, height=280),
    Tab("health", N(D, "Health"), _health, height=240),
    Tab("training", N(D, "Training"), _training, height=320),
)
