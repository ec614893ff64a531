"""The pages of the Training tab, as rows of one table. A page is made when it is first shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QT_TRANSLATE_NOOP as N
from PySide6.QtCore import QCoreApplication

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from gui.window import Window

T = "Training"  # the context of the texts


@dataclass(frozen=True, slots=True)
class Page:
    """One page: `make` imports and makes it.

    A page follows the window by itself while it can be seen, and rests while it cannot.
    """

    id: str
    title: str
    make: Callable[[Window], QWidget]


def tr(text: str) -> str:
    """A text of training in the user's language."""
    return QCoreApplication.translate(T, text)


def _late(title: str, make: Callable[[Window], QWidget]) -> Callable[[Window], QWidget]:
    """A page that needs pyqtgraph: made once that is there."""

    def make_late(window: Window) -> QWidget:
        from gui.training.plots.late import Late

        return Late(window.theme, tr(title), lambda: make(window))

    return make_late


def _curves(window: Window) -> QWidget:
    from gui.training.curves.page import CurvesPage

    return CurvesPage(window)


def _parameters(window: Window) -> QWidget:
    from gui.training.parameters.page import ParametersPage

    return ParametersPage(window)


def _runs(window: Window) -> QWidget:
    from gui.training.tree.page import RunsPage

    return RunsPage(window)


def _pictures(window: Window) -> QWidget:
    from gui.training.plots.late import Late

    def make() -> QWidget:
        from gui.training.pictures.page import PicturesPage

        return PicturesPage(window)

    return Late(window.theme, tr("Pictures"), make, "runtime.training.pictures.studio")


def _landscape(window: Window) -> QWidget:
    from gui.training.landscape.page import LandscapePage

    return LandscapePage(window)


def _sweep(window: Window) -> QWidget:
    from gui.training.sweep.page import SweepPage

    return SweepPage(window)


PAGES = (
    Page("curves", N(T, "Curves"), _late("Curves", _curves)),
    Page("parameters", N(T, "Parameters"), _late("Parameters", _parameters)),
    Page("pictures", N(T, "Pictures"), _pictures),
    Page("landscape", N(T, "Landscape"), _landscape),
    Page("runs", N(T, "Runs"), _late("Runs", _runs)),
    Page("sweep", N(T, "Sweep"), _sweep),
)
