"""A page that needs what takes long to load: that is done off the window's thread, once wanted."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QStackedWidget, QWidget

from gui.background import Background
from gui.inspector.labels import Label
from gui.theme import Theme
from gui.training.pages import tr

LIBRARY = "pyqtgraph"


class Late(QStackedWidget):
    """Says that it is being prepared, until `library` is loaded and `make()` can give the page.

    `page` is None until then.
    """

    def __init__(
        self, theme: Theme, name: str, make: Callable[[], QWidget], library: str = LIBRARY
    ) -> None:
        super().__init__()
        self.page: QWidget | None = None
        self._library = library
        self._make = make
        self._words = Label(theme, tr("The plots are being prepared."), ink="muted", parent=self)
        self._words.setMargin(16)
        self._words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.addWidget(self._words)
        self.setAccessibleName(name)
        self._work = Background(self)
        self._work.answered.connect(self._fill)
        self._work.refused.connect(self._fail)

    def showEvent(self, event) -> None:
        """Now it is wanted."""
        super().showEvent(event)
        if self.page is not None or self._work.is_busy:
            return
        library = self._library
        if library in sys.modules:
            self._fill()
        else:
            self._work.ask_long(lambda progress: import_module(library))

    def _fill(self, _: object = None) -> None:
        self.page = self._make()
        self.addWidget(self.page)
        self.setCurrentWidget(self.page)
        self.setFocusProxy(self.page)

    def _fail(self, error: Exception) -> None:
        self._words.say(tr("The plots cannot be drawn: {0}").format(error))
