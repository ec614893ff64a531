"""What is being worked out, how far it is, and a button that ends it or begins it again."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QTimer, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGridLayout, QProgressBar, QWidget

from gui.inspector.buttons import Button
from gui.inspector.labels import Label
from gui.theme import Theme

AFTER_MS = 200  # what is done by then shows no progress
HEIGHT = 4


class Bar(QProgressBar):
    """A thin bar in the theme's inks."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent, textVisible=False)
        self._theme = theme
        self.setRange(0, 100)
        self.setFixedHeight(HEIGHT)
        theme.changed.connect(self.update)

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.color("grid"))
        done = QRectF(0, 0, self.width() * self.value() / 100, self.height())
        painter.fillRect(done, self._theme.color("text"))
        painter.end()


class ProgressLine(QWidget):
    """Hidden, but for work that takes longer than a moment and work that was cancelled.

    `appeared` says that work takes so long that what was shown before is too old.
    """

    cancelled = Signal()
    wanted = Signal()
    appeared = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = Label(theme, size=12, ink="muted", wrap=True, parent=self)
        self.bar = Bar(theme, self)
        self.cancel = Button(
            theme,
            self.tr("Cancel"),
            self.tr("Cancel the computation"),
            self.cancelled.emit,
            parent=self,
        )
        self.again = Button(
            theme,
            self.tr("Compute"),
            self.tr("Compute it, however long it takes"),
            self.wanted.emit,
            parent=self,
        )
        self._soon = QTimer(self, singleShot=True, interval=AFTER_MS)
        self._soon.timeout.connect(self._appear)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(4)
        grid.addWidget(self.words, 0, 0)
        grid.addWidget(self.bar, 1, 0)
        grid.addWidget(self.cancel, 0, 1, 2, 1)
        grid.addWidget(self.again, 0, 1, 2, 1)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 0)
        self.hide()

    def begin(self, what: str) -> None:
        """Work has begun; `what` is a sentence."""
        self._dress(what, is_busy=True)
        self.bar.setValue(0)
        self.bar.setAccessibleName(what)
        if not self.isVisibleTo(self.parentWidget()):
            self._soon.start()

    def advance(self, share: float) -> None:
        """So much of it is done."""
        self.bar.setValue(round(share * 100))

    def end(self) -> None:
        """It is done, or nobody wants it."""
        self._soon.stop()
        self.hide()

    def offer(self, what: str) -> None:
        """Nothing goes on; a button begins it."""
        self._soon.stop()
        self._dress(what, is_busy=False)
        self.show()

    def _appear(self) -> None:
        self.show()
        self.appeared.emit()

    def _dress(self, what: str, *, is_busy: bool) -> None:
        self.words.say(what)
        for part in (self.bar, self.cancel):
            part.setVisible(is_busy)
        self.again.setVisible(not is_busy)
