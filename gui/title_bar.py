"""The title bar: what is open, the workspaces, and whether live mode is on."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QAction, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QToolButton,
    QWidget,
)

from gui.document import Document
from gui.dress import dress, mute
from gui.theme import Theme

HEIGHT = 40
TAB_WIDTH, TAB_HEIGHT = 88, 26


class WorkspaceTab(QAbstractButton):
    """The button of a workspace: a filled pill with a bar under it while it is chosen."""

    def __init__(self, action: QAction, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._action, self._theme = action, theme
        self.setCheckable(True)
        self.setText(action.text().replace("&", ""))
        self.setToolTip(action.toolTip())
        self.setFixedSize(TAB_WIDTH, HEIGHT)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(self.text())
        self.setChecked(action.isChecked())
        self.clicked.connect(action.trigger)
        action.toggled.connect(self.setChecked)
        action.changed.connect(self._tell)
        theme.changed.connect(self.update)

    def _tell(self) -> None:
        self.setToolTip(self._action.toolTip())

    def paintEvent(self, event) -> None:
        """Pill, bar, text."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pill = QRect(0, (HEIGHT - TAB_HEIGHT) // 2, TAB_WIDTH, TAB_HEIGHT)
        painter.setPen(Qt.PenStyle.NoPen)
        if self.isChecked():
            painter.setBrush(self._theme.color("selected"))
            painter.drawRoundedRect(pill, 4, 4)
            painter.setBrush(self._theme.color("text"))
            painter.drawRect(12, pill.bottom() - 1, TAB_WIDTH - 24, 3)
        elif self.underMouse():
            painter.setBrush(self._theme.color("canvas"))
            painter.drawRoundedRect(pill, 4, 4)
        if self.hasFocus():
            painter.setPen(QPen(self._theme.color("text"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(pill.adjusted(1, 1, -1, -1), 4, 4)
        painter.setPen(self._theme.color("text"))
        painter.setFont(self._theme.font(12, 600 if self.isChecked() else 400))
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, self.text())

    def enterEvent(self, event) -> None:
        """Show that it can be pressed."""
        self.update()

    def leaveEvent(self, event) -> None:
        """And that it is not about to be."""
        self.update()


class TitleBar(QWidget):
    """Title and edited mark left, workspaces in the middle; live mode, Present, Find right."""

    renaming = Signal()  # the title was double-clicked

    def __init__(
        self,
        document: Document,
        theme: Theme,
        actions: Mapping[str, QAction],
        workspaces: tuple[str, ...],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._document, self._theme = document, theme
        self.setFixedHeight(HEIGHT)
        self.title = QLabel(self, textFormat=Qt.TextFormat.PlainText)
        self.title.setFont(theme.font(15, 600))
        self.edited = mute(QLabel(self.tr("edited"), self))
        self.edited.setFont(theme.font(12))
        self._lay_out(actions, workspaces)
        document.saved_changed.connect(self.follow)
        document.edited.connect(self.follow)
        self.follow()

    def follow(self) -> None:
        """Say what is open, and whether it is saved."""
        name = self._document.name or self.tr("Untitled")
        width = max(self.width() // 3 - 60, 120)
        metrics = self.title.fontMetrics()
        self.title.setText(metrics.elidedText(name, Qt.TextElideMode.ElideRight, width))
        self.title.setAccessibleName(self.tr("Title: {0}").format(name))
        path = self._document.path
        self.title.setToolTip(str(path) if path else self.tr("Not saved in a file yet."))
        self.edited.setVisible(not self._document.is_saved)

    def resizeEvent(self, event) -> None:
        """A long title is cut to what there is room for."""
        super().resizeEvent(event)
        self.follow()

    def mouseDoubleClickEvent(self, event) -> None:
        """Ask for another title."""
        if self.title.geometry().contains(event.position().toPoint()):
            self.renaming.emit()

    def _lay_out(self, actions: Mapping[str, QAction], workspaces: tuple[str, ...]) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(12, 0, 12, 0)
        grid.setSpacing(0)
        for column, stretch in enumerate((1, 0, 1)):
            grid.setColumnStretch(column, stretch)
        left, middle, right = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        left.setSpacing(8)
        left.addWidget(self.title)
        left.addWidget(self.edited)
        left.addStretch(1)
        middle.setSpacing(4)
        for name in workspaces:
            middle.addWidget(WorkspaceTab(actions[name], self._theme, self))
        right.addStretch(1)
        self.live = self._button(actions["live"], self.tr("Live mode"))
        self.present = self._button(actions["present"], self.tr("Present"))
        self.find = self._button(actions["find"], self.tr("Find nodes"))
        for button in (self.live, self.present, self.find):
            right.addWidget(button)
        for column, row in enumerate((left, middle, right)):
            grid.addLayout(row, 0, column)

    def _button(self, action: QAction, name: str) -> QToolButton:
        button = dress(QToolButton(self), self._theme, "flat")
        button.setDefaultAction(action)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setAccessibleName(name)
        return button
