"""Copies what is written out: as LaTeX, as Markdown, as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QT_TRANSLATE_NOOP as N
from PySide6.QtCore import QCoreApplication, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from runtime.explaining import as_latex, as_markdown

if TYPE_CHECKING:
    from gui.chain_rule.sheet import Sheet


C = "ChainRule"  # the context of the texts


def tr(text: str) -> str:
    """A text of the menu in the user's language."""
    return QCoreApplication.translate(C, text)


def copy_latex(sheet: Sheet) -> None:
    """The body of a LaTeX document; it needs amsmath."""
    shown = (each.explanation for each in sheet.found)
    QGuiApplication.clipboard().setText(as_latex(shown))


def copy_markdown(sheet: Sheet) -> None:
    """Markdown with formulas between dollars."""
    shown = (each.explanation for each in sheet.found)
    QGuiApplication.clipboard().setText(as_markdown(shown))


def copy_picture(sheet: Sheet) -> None:
    """An image, dark on white."""
    QGuiApplication.clipboard().setImage(sheet.picture())


WAYS = (
    (N(C, "Copy as &LaTeX"), copy_latex),
    (N(C, "Copy as &Markdown"), copy_markdown),
    (N(C, "Copy as &picture"), copy_picture),
)


def open_menu(sheet: Sheet, parent: QWidget, place: QPoint) -> QMenu:
    """The menu of ways to copy what a sheet shows, at a place on the screen."""
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    for text, copy in WAYS:
        action = menu.addAction(tr(text))
        action.setEnabled(bool(sheet.found))
        action.triggered.connect(lambda _=False, copy=copy: copy(sheet))
    menu.popup(place)
    return menu
