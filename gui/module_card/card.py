"""The card of a module: what its page in the manual says, in the form of a tooltip."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QCoreApplication, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from gui.dress import dress
from gui.icons import paint_icon
from gui.module_card.facts import Facts
from gui.module_card.pictures import INKS, in_inks
from gui.theme import Theme

WIDTH = 344  # of what stands in it
FORMULA, CURVES = 0.8, 0.75  # scale of the manual's pictures
ICON = 16
GAP = 8  # to what it is about


def tr(text: str) -> str:
    """A text of the card in the user's language."""
    return QCoreApplication.translate("ModuleCard", text)


class Card(QFrame):
    """Name, one sentence, formula, curve with its derivative's, and the ports with shapes."""

    def __init__(self, facts: Facts, theme: Theme, parent: QWidget) -> None:
        flags = Qt.WindowType.ToolTip | Qt.WindowType.WindowTransparentForInput
        super().__init__(parent, flags)
        dress(self, theme, "card")
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.facts, self._theme = facts, theme
        brief = facts.brief.replace("`", "")  # a mark of Markdown, which the manual reads
        self.setAccessibleName(f"{facts.name}: {brief}")
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        column.addLayout(self._head())
        column.addWidget(self._label(brief, is_wrapped=True))
        for formula in facts.formulas:
            column.addWidget(Picture(formula, FORMULA, theme, self))
        if facts.curves:
            column.addWidget(Picture(facts.curves, CURVES, theme, self))
            column.addWidget(self._label(tr("f solid, f′ dashed"), 11, "muted"))
        column.addLayout(self._ports())
        self.adjustSize()

    def stand_by(self, place: QRect, room: QRect) -> None:
        """Stand right of a place on the screen, or left of it, wholly inside a room."""
        box = QRect(self.pos(), self.size())
        box.moveTopLeft(place.topRight())
        box.translate(GAP, -GAP)
        if box.right() > room.right():
            box.moveRight(place.left() - GAP)
        box.moveBottom(min(box.bottom(), room.bottom()))
        box.moveLeft(max(box.left(), room.left()))
        box.moveTop(max(box.top(), room.top()))
        self.move(box.topLeft())

    def texts(self) -> list[str]:
        """Everything that is written on it."""
        return [label.text() for label in self.findChildren(QLabel)]

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(Symbol(self.facts.icon, self._theme, self))
        row.addWidget(self._label(self.facts.name, 15, weight=600))
        row.addStretch(1)
        row.addWidget(self._label(self.facts.group, 11, "muted"))
        return row

    def _ports(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(2)
        for row, port in enumerate(self.facts.ports):
            grid.addWidget(self._label(port.name, 11, mono=True), row, 0)
            grid.addWidget(self._label(tr(port.role), 11, "muted"), row, 1)
            grid.addWidget(self._label(tr(port.kind), 11, "muted"), row, 2)
            grid.addWidget(self._label(port.shape, 11, mono=True), row, 3)
        grid.setColumnStretch(4, 1)
        return grid

    def _label(
        self,
        text: str,
        size: int = 13,
        ink: str = "text",
        *,
        weight: int = 400,
        mono: bool = False,
        is_wrapped: bool = False,
    ) -> QLabel:
        label = QLabel(text, self, textFormat=Qt.TextFormat.PlainText)
        font = self._theme.font(size, weight, mono)
        label.setFont(font)
        label.setStyleSheet(f"color: {self._theme.color(ink).name()}")
        if is_wrapped:
            label.setWordWrap(True)
            label.setFixedWidth(min(WIDTH, QFontMetrics(font).horizontalAdvance(text) + 4))
        return label


class Picture(QWidget):
    """An SVG in the theme's inks, sharp on every screen; one that is too wide is made smaller."""

    def __init__(self, picture: str, scale: float, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        inks = {token: theme.color(token).name() for _, token in INKS.values()}
        self._drawn = QSvgRenderer(QByteArray(in_inks(picture, inks).encode()))
        size = self._drawn.viewBoxF().size()
        scale = min(scale, WIDTH / max(size.width(), 1.0))
        self._area = QRectF(0, 0, size.width() * scale, size.height() * scale)
        self.setFixedSize(QSize(round(self._area.width()) + 1, round(self._area.height()) + 1))

    @property
    def is_drawn(self) -> bool:
        """Whether Qt could read it."""
        return self._drawn.isValid()

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._drawn.render(painter, self._area)
        painter.end()


class Symbol(QWidget):
    """The module's drawing."""

    def __init__(self, name: str, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._name, self._theme = name, theme
        self.setFixedSize(ICON, ICON)

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_icon(painter, self._name, QRectF(0, 0, ICON, ICON), self._theme.color("text"))
        painter.end()
