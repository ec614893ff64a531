"""A page that needs what takes long to load: that is done off the window's thread, once wanted."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QStackedWidget, QWidget

from gui.inspector.labels import Label
from gui.theme import Theme
from gui.training.pages import tr
from gui.training.plots.loading import Loading

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
        self._make = make
        self._words = Label(theme, tr("The plots are being prepared."), ink="muted", parent=self)
        self._words.setMargin(16)
        self._words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.addWidget(self._words)
        self.setAccessibleName(name)
        self._loading = Loading(library, library == LIBRARY, self)
        self._loading.done.connect(self._fill)
        self._loading.failed.connect(self._fail)

    def showEvent(self, event) -> None:
        """Now it is wanted."""
        super().showEvent(event)
        if self.page is None:
            self._loading.start()

    def _fill(self) -> None:
        self.page = self._make()
        self.addWidget(self.page)
        self.setCurrentWidget(self.page)
        self.setFocusProxy(self.page)

    def _fail(self, error: Exception) -> None:
        self._words.say(tr("The plots cannot be drawn: {0}").format(error))
