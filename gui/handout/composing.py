"""A sheet's exercises and key, composed to the bytes of a PDF."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from PySide6.QtCore import QBuffer, QCoreApplication, QIODevice, QMarginsF
from PySide6.QtGui import QPageLayout, QPageSize, QPainter, QPdfWriter

from gui.handout.blocks import WRITING, Block, exercise, gap, given, words
from gui.handout.pages import paged, paint_pages
from gui.theme import Theme
from runtime.practice import Sheet

SHARP = 1200  # dots per inch that the PDF places things at


def tr(text: str) -> str:
    """A text of the handout in the user's language."""
    return QCoreApplication.translate("Handout", text)


def compose(
    sheet: Sheet,
    name: str,
    drawn: Block | None,
    theme: Theme,
    pause: Callable[[], object] = lambda: None,
) -> bytes:
    """The PDF. `pause` is called between pieces, so that a window can paint itself meanwhile."""
    parts = _exercises(sheet, name, drawn, theme), _key(sheet, theme)
    pages = paged(_pausing(part, pause) for part in parts)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = _a4(buffer, name)
    painter = QPainter(writer)
    painter.scale(SHARP / 96, SHARP / 96)

    def turn() -> None:
        writer.newPage()
        pause()

    paint_pages(painter, pages, name, theme, turn)
    painter.end()
    return bytes(buffer.data().data())


def _a4(device: QIODevice, title: str) -> QPdfWriter:
    writer = QPdfWriter(device)
    writer.setResolution(SHARP)
    size = QPageSize(QPageSize.PageSizeId.A4)
    layout = QPageLayout(size, QPageLayout.Orientation.Portrait, QMarginsF(0, 0, 0, 0))
    layout.setMode(QPageLayout.Mode.FullPageMode)
    writer.setPageLayout(layout)
    writer.setTitle(title)
    writer.setCreator("Gradwire")
    return writer


def _pausing(blocks: Iterable[Block], pause: Callable[[], object]) -> Iterator[Block]:
    for block in blocks:
        yield block
        pause()


def _exercises(sheet: Sheet, name: str, drawn: Block | None, theme: Theme) -> Iterator[Block]:
    yield words(name, theme.font(18, 600), theme)
    yield gap(6)
    yield words(tr("Name: {0}   Date: {1}").format("_" * 36, "_" * 16), theme.font(12), theme)
    yield gap(12)
    if sheet.note:
        yield words(sheet.note, theme.font(12), theme)
        yield gap(8)
    if drawn is not None:
        yield drawn
    yield from given(sheet.given, theme)
    yield gap(16)
    told = tr(
        "Fill in the blanks. L is the target; ∂L/∂x is its gradient by x. The key is at the end."
    )
    yield words(told, theme.font(12), theme)
    yield gap(16)
    for each in sheet.exercises:
        yield from exercise(each, theme, below=WRITING)


def _key(sheet: Sheet, theme: Theme) -> Iterator[Block]:
    yield words(tr("Key"), theme.font(18, 600), theme, is_head=True)
    yield gap(8)
    for each in sheet.key:
        yield from exercise(each, theme, below=4.0)
        yield gap(8)
