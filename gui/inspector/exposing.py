"""Inside a composite: showing an inner attribute outside, as one of the composite's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from graph import PortRef
from graph import edits as e
from graph.definition import Setting
from gui.icons import icon
from gui.inspector.editing import attempt
from gui.theme import Theme

if TYPE_CHECKING:
    from gui.document import Document


class ExposeButton(QToolButton):
    """Opens the menu by which an attribute becomes one of the composite around it."""

    def __init__(self, document: Document, theme: Theme, ref: PortRef, parent: QWidget) -> None:
        super().__init__(parent)
        self._document, self._theme, self._ref = document, theme, ref
        self.setAutoRaise(True)
        self.setIconSize(QSize(16, 16))
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        name = self.tr("Expose {0}").format(ref.port)
        self.setAccessibleName(name)
        self.setToolTip(self.tr("Make {0} an attribute of the composite").format(ref.port))
        menu = QMenu(self)
        menu.setAccessibleName(name)
        menu.aboutToShow.connect(self._fill)
        self.setMenu(menu)
        theme.changed.connect(self._draw)
        self._draw()

    def _fill(self) -> None:
        menu, definition = self.menu(), self._document.definition
        menu.clear()
        if definition is None:
            return
        links = definition.interface.attributes
        own = next((link for link in links if self._ref in link.to), None)
        if own is not None:
            text = self.tr("Expose no more as {0}").format(own.name)
            self._add(text, [self._without(x) if x is own else x for x in links])
            return
        taken = {link.name for link in links}
        name = self._ref.port
        name = f"{self._ref.node}_{name}" if name in taken else name
        text = self.tr("Expose as {0} of {1}").format(name, definition.name)
        self._add(text, [*links, Setting(name, (self._ref,))])
        for link in links:
            text = self.tr("Set together with {0}").format(link.name)
            more = replace(link, to=(*link.to, self._ref))
            self._add(text, [more if x is link else x for x in links])

    def _without(self, link: Setting) -> Setting:
        return replace(link, to=tuple(ref for ref in link.to if ref != self._ref))

    def _add(self, text: str, links: list[Setting]) -> None:
        action = self.menu().addAction(text.replace("&", "&&"))
        action.triggered.connect(self._setter(text, links))

    def _setter(self, text: str, links: list[Setting]) -> Callable[[], None]:
        document, definition = self._document, self._document.definition
        assert definition is not None
        kept = tuple(link for link in links if link.to)
        edit = e.SetInterface(definition.name, replace(definition.interface, attributes=kept))

        def do() -> None:
            refusal = attempt(document, lambda: edit, text)
            if refusal:
                document.refuse(refusal)

        return do

    def _draw(self) -> None:
        self.setIcon(icon("more", self._theme.color("text")))
