"""A picture with its title and what is chosen about it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from gui.inspector.fields import ChoiceField
from gui.inspector.labels import Label
from gui.theme import Theme
from gui.training.pictures.view import View

HEAD = 28


class Side(QScrollArea):
    """Scrolls up and down alone: it is as wide as what is in it."""

    def sizeHint(self) -> QSize:
        return QSize(self._wide(), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(self._wide(), 0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """What is in it has another width: so has this."""
        if watched is self.widget() and event.type() == QEvent.Type.Resize:
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def _wide(self) -> int:
        return self.widget().minimumWidth() + self.verticalScrollBar().sizeHint().width()


class Card(QWidget):
    """A title, up to two choices, a picture; `scrolls` gives a tall one a bar at its side."""

    def __init__(
        self, theme: Theme, title: str, view: View, parent: QWidget, *, scrolls: bool = False
    ) -> None:
        super().__init__(parent)
        self.view, self._theme = view, theme
        self.title = Label(theme, title, size=12, weight=600, parent=self)
        self.note = Label(theme, size=11, ink="muted", parent=self)
        self.note.hide()
        view.setAccessibleName(title)
        self._head = QHBoxLayout()
        self._head.setContentsMargins(0, 0, 0, 0)
        self._head.setSpacing(8)
        self._head.addWidget(self.title)
        self._head.addWidget(self.note)
        self._head.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        holder = QWidget(self)
        holder.setFixedHeight(HEAD)
        holder.setLayout(self._head)
        column.addWidget(holder)
        column.addWidget(self._area() if scrolls else view, 1)
        if not scrolls:
            self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def add_choice(self, name: str) -> ChoiceField:
        """A field at the right of the title; what it offers is told later."""
        field = ChoiceField(self._theme, [], self)
        field.setAccessibleName(name)
        field.setToolTip(name)
        field.setFont(self._theme.font(12))
        field.setMinimumContentsLength(10)
        self._head.addWidget(field)
        return field

    def say(self, note: str) -> None:
        """A few words behind the title."""
        self.note.say(note)
        self.note.setVisible(bool(note))

    def _area(self) -> Side:
        area = Side(self, widgetResizable=True, frameShape=QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self.view)
        area.viewport().setAutoFillBackground(False)
        self.view.setAutoFillBackground(False)
        return area


def offer(
    field: ChoiceField, choices: list[tuple[str, object]], value: object, first: object = None
) -> object:
    """Put choices up where they have changed; what is chosen then, `first` where that is gone."""
    known = [(field.itemText(i), field.itemData(i)) for i in range(field.count())]
    if known != choices:
        field.offer(choices)
    if value not in [data for _, data in choices]:
        value = first
    if choices:
        field.show_value(value)
    field.setVisible(len(choices) > 1)
    return value if choices else None
