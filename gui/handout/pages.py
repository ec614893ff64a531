"""Blocks on pages: which stands where, and the painting of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from gui.handout.blocks import Block
from gui.handout.paper import HEIGHT, ROOM
from gui.theme import Theme

FOOT = 24.0  # pixels above the paper's end


@dataclass(slots=True)
class Page:
    """Blocks with the height at which each begins."""

    blocks: list[tuple[Block, float]] = field(default_factory=list)
    used: float = 0.0

    def add(self, block: Block) -> None:
        """Put a block below the others."""
        self.blocks.append((block, self.used))
        self.used += block.height


def paged(parts: Iterable[Iterable[Block]]) -> list[Page]:
    """Blocks in order; each part begins a page. A heading goes with what follows it."""
    pages: list[Page] = []
    for part in parts:
        pages.append(Page())
        together: list[Block] = []
        for block in part:
            together.append(block)
            if not block.is_head:
                _put(pages, together)
                together = []
        _put(pages, together)
    return pages


def _put(pages: list[Page], blocks: list[Block]) -> None:
    """Put blocks below each other, on a new page where the last one has too little room."""
    tall = sum(block.height for block in blocks)
    if pages[-1].blocks and pages[-1].used + tall > ROOM.height():
        pages.append(Page())
    for block in blocks:
        pages[-1].add(block)


def paint_pages(
    painter: QPainter, pages: list[Page], title: str, theme: Theme, turn: Callable[[], object]
) -> None:
    """Paint all pages; `turn` is called between two."""
    for number, page in enumerate(pages, 1):
        if number > 1:
            turn()
        for block, top in page.blocks:
            block.paint(painter, ROOM.topLeft() + QPointF(0, top))
        _paint_foot(painter, title, f"{number} / {len(pages)}", theme)


def _paint_foot(painter: QPainter, title: str, number: str, theme: Theme) -> None:
    painter.setFont(theme.font(11))
    painter.setPen(theme.color("text"))
    foot = QRectF(ROOM.left(), HEIGHT - 2 * FOOT, ROOM.width(), FOOT)
    wide = painter.fontMetrics().elidedText(title, Qt.TextElideMode.ElideRight, 480)
    painter.drawText(foot, Qt.AlignmentFlag.AlignLeft, wide)
    painter.drawText(foot, Qt.AlignmentFlag.AlignRight, number)
