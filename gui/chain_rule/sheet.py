"""The widget that shows explanations: it scrolls, and reads itself aloud."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontInfo, QImage, QPainter
from PySide6.QtWidgets import QScrollArea, QWidget

from gui.chain_rule.flow import WRAP, Formula, Page, flow
from gui.chain_rule.typeset import Typeset
from gui.formula import paint
from gui.theme import TOKENS, Theme
from runtime.explaining import Of, as_text

SIZE = 17 / 13  # of formulas, beside the words: the face is a small one
PICTURE = 960  # pixels of the words' width in a picture
SHARP = 3  # device pixels of a picture


def formula_size(theme: Theme) -> float:
    """How high the letters of formulas are, in pixels."""
    return round(QFontInfo(theme.font(13)).pixelSize() * SIZE)


class Sheet(QScrollArea):
    """Explanations below each other, broken at the width; wider formulas scroll."""

    menu_wanted = Signal(object)  # the point on the screen
    pointed = Signal(object)  # what the line under the mouse tells of, or None
    chosen = Signal(object)  # the same of the line that was clicked

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent, objectName="sheet")
        self._theme = theme
        self.found: tuple[Typeset, ...] = ()
        self.is_linked = False  # whether lines can be pointed at
        self.page = _PageView(theme, self)
        self.setWidget(self.page)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("The chain rule, written out"))
        theme.changed.connect(self._follow_theme)

    def show_all(self, found: tuple[Typeset, ...]) -> None:
        """Show other explanations, from their beginning."""
        is_other = [each.explanation.about for each in found] != [
            each.explanation.about for each in self.found
        ]
        self.found = found
        self.setAccessibleDescription(as_text(each.explanation for each in found))
        self._flow()
        if is_other:
            self.verticalScrollBar().setValue(0)
            self.horizontalScrollBar().setValue(0)

    def picture(self) -> QImage:
        """What is shown, dark on white, whatever the theme: it is for documents."""
        page = flow(self.found, PICTURE, formula_size(self._theme), self._theme)
        size = QSize(round(page.width), round(page.height)) * SHARP
        image = QImage(size, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(SHARP)
        image.fill(Qt.GlobalColor.white)
        painter = QPainter(image)
        paint_page(painter, page, lambda token: QColor(TOKENS[token][0]))
        painter.end()
        return image

    def resizeEvent(self, event) -> None:
        """Break formulas anew."""
        super().resizeEvent(event)
        self._flow()

    def contextMenuEvent(self, event) -> None:
        """The menu of what can be copied."""
        self.menu_wanted.emit(event.globalPos())

    def _flow(self) -> None:
        room = self.viewport().width()
        page = flow(self.found, room, formula_size(self._theme), self._theme)
        if page.height > self.height() and not self.verticalScrollBar().isVisible():
            room -= self.verticalScrollBar().sizeHint().width()  # the bar comes, and takes its part
            page = flow(self.found, room, formula_size(self._theme), self._theme)
        self.page.show_page(page)

    def _follow_theme(self) -> None:
        self._flow()


class _PageView(QWidget):
    def __init__(self, theme: Theme, sheet: Sheet) -> None:
        super().__init__(sheet)
        self._theme, self._sheet = theme, sheet
        self.page = Page((), 0, 0)
        self._of: Of | None = None  # of the line under the mouse
        self.setMouseTracking(True)

    def show_page(self, page: Page) -> None:
        self.page = page
        self._point(None)
        self.resize(round(page.width), round(page.height))
        self.update()

    def mouseMoveEvent(self, event) -> None:
        super().mouseMoveEvent(event)
        self._point(self._told_at(event.position()))

    def _told_at(self, at: QPointF) -> Of | None:
        return self.page.told_at(at.x(), at.y()) if self._sheet.is_linked else None

    def leaveEvent(self, event) -> None:
        super().leaveEvent(event)
        self._point(None)

    def mouseReleaseEvent(self, event) -> None:
        super().mouseReleaseEvent(event)
        of = self._told_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and of is not None:
            self._sheet.chosen.emit(of)

    def _point(self, of: Of | None) -> None:
        if of != self._of:
            self._of = of
            shape = Qt.CursorShape.ArrowCursor if of is None else Qt.CursorShape.PointingHandCursor
            self.setCursor(shape)
            self.update()
            self._sheet.pointed.emit(of)

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), self._theme.color("panel"))
        room = next((room for room, of in self.page.rooms if of == self._of), None)
        if room is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color("selected", 0.6))
            painter.drawRoundedRect(room, 4, 4)
        paint_page(painter, self.page, self._theme.color, QRectF(event.rect()))
        painter.end()


def paint_page(
    painter: QPainter, page: Page, ink: Callable[[str], QColor], part: QRectF | None = None
) -> None:
    """Paint what meets a part of a page, or all of it."""
    for item in page.items:
        if isinstance(item, Formula):
            box = item.box
            room = QRectF(item.x, item.y - box.ascent, max(box.width, 1), max(box.height, 1))
            if part is None or part.intersects(room):
                paint(painter, box, QPointF(item.x, item.y), ink(item.ink))
        elif part is None or part.intersects(item.box):
            painter.setFont(item.font)
            painter.setPen(ink(item.ink))
            painter.drawText(item.box, int(WRAP), item.text)
