"""What an empty canvas says: how to begin, the examples as small pictures, the recent files."""

from __future__ import annotations

import html
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from gui.actions.keys import keys_text
from gui.actions.rows import row_of
from gui.dress import dress, mute
from gui.example_card import ExampleCard
from gui.examples import examples, title_of

if TYPE_CHECKING:
    from gui.window import Window

EXAMPLES, RECENT = 4, 3  # at most
COLUMNS = (4, 2, 1)  # of examples, as many as there is room for
GAP, MARGIN = 12, 16
DRAGS = (QEvent.Type.DragEnter, QEvent.Type.DragLeave, QEvent.Type.Drop)


class Welcome(QWidget):
    """Stands on the canvas while its graph is empty, unless one drags or searches over it.

    It lies in the canvas's viewport and takes no mouse event but on its buttons, so that what is
    dropped, double-clicked or pressed there goes to the canvas.
    """

    def __init__(self, window: Window) -> None:
        super().__init__(window.canvas.viewport())
        self._window, self._theme = window, window.theme
        self._is_dragged_over = False
        self.setAccessibleName(self.tr("Empty canvas"))
        self.words = QLabel(self, wordWrap=True, alignment=Qt.AlignmentFlag.AlignCenter)
        self.words.setFont(self._theme.font(15))
        self.cards = [self._card(path) for path in examples()[:EXAMPLES]]
        self.recent: list[QToolButton] = []
        self._lay_out()
        self._listen()
        self._fill()

    def follow(self) -> None:
        """Come or go as the graph is empty or not."""
        is_searched = self._window.canvas.placer.box is not None
        is_idle = not (is_searched or self._is_dragged_over)
        is_wanted = is_idle and not self._window.document.root.nodes
        if is_wanted:
            self._place()
        elif self.isAncestorOf(self._window.focusWidget() or self._window):
            # Else Qt would go on as Tab does: to the first node.
            self._window.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
        self.setVisible(is_wanted)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Make room for what is dragged over the canvas; stay in the middle of it."""
        if event.type() in DRAGS:
            self._is_dragged_over = event.type() == QEvent.Type.DragEnter
            self.follow()
        elif event.type() == QEvent.Type.Resize and not self.isHidden():
            self._place()
        return False

    # --- making ---------------------------------------------------------------------------

    def _card(self, path: Path) -> ExampleCard:
        card = ExampleCard(path, title_of(path), self._theme, self)
        card.clicked.connect(self._open_example)
        return card

    def _link(self, text: str) -> QToolButton:
        button = dress(QToolButton(self), self._theme, "flat")
        button.setText(text.replace("&", "&&"))
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        return button

    def _lay_out(self) -> None:
        self._grid = QGridLayout()
        self._grid.setSpacing(GAP)
        self.all_examples = self._link(self.tr("All examples…"))
        self.all_examples.setVisible(len(examples()) > EXAMPLES)
        self.all_examples.clicked.connect(self._window.gallery.open)
        self._recent_row = QWidget(self)
        row = QHBoxLayout(self._recent_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(mute(QLabel(self.tr("Recent:"), self._recent_row)))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(MARGIN)
        column.addWidget(self.words)
        column.addLayout(self._grid)
        for widget in (self.all_examples, self._recent_row):
            column.addWidget(widget, alignment=Qt.AlignmentFlag.AlignCenter)

    def _listen(self) -> None:
        window = self._window
        window.document.edited.connect(self.follow)
        window.document.replaced.connect(self.follow)
        window.settings.changed.connect(self._follow_setting)
        view = window.canvas
        view.placer.turned.connect(self.follow)
        view.viewport().installEventFilter(self)
        for bar in (view.horizontalScrollBar(), view.verticalScrollBar()):
            bar.valueChanged.connect(self._place)  # scrolling takes the viewport's children along

    def _follow_setting(self, name: str) -> None:
        if name in ("recent", "keys"):
            self._fill()

    def _fill(self) -> None:
        """Say the keys and the recent files as the settings have them."""
        keys = keys_text(row_of("add"), self._window.settings)
        begin = self.tr("Drag a module from the palette, press {0}, or open an example.")
        without = self.tr("Drag a module from the palette, or open an example.")
        self.words.setText(begin.format(keys) if keys else without)
        for button in self.recent:
            button.hide()
            button.deleteLater()
        self.recent = [self._file(path) for path in self._window.settings.recent[:RECENT]]
        self.follow()

    def _file(self, path: Path) -> QToolButton:
        button = self._link(path.name)
        button.setToolTip(f"<qt>{html.escape(str(path))}</qt>")
        button.setAccessibleName(self.tr("Open the recent file {0}").format(path.name))
        button.setProperty("path", str(path))
        button.clicked.connect(self._open_recent)
        self._recent_row.layout().addWidget(button)
        return button

    # --- doing ----------------------------------------------------------------------------

    def _open_example(self) -> None:
        self._window.files.read_example(self.sender().path)

    def _open_recent(self) -> None:
        self._window.files.read(Path(self.sender().property("path")))

    # --- placing --------------------------------------------------------------------------

    def _place(self) -> None:
        """In the middle of the canvas, with as much as there is room for."""
        room = self.parentWidget().rect().adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        card = self.cards[0].size()
        columns = next((n for n in COLUMNS if n * (card.width() + GAP) - GAP <= room.width()), 1)
        rows = -(-len(self.cards) // columns)
        width = columns * (card.width() + GAP) - GAP
        height = self.words.heightForWidth(width) + rows * (card.height() + GAP)
        for number, widget in enumerate(self.cards):
            self._grid.addWidget(widget, number // columns, number % columns)
            widget.setVisible(height <= room.height())
        self._recent_row.setVisible(bool(self.recent) and height + 48 <= room.height())
        self.setFixedWidth(width)
        self.layout().activate()
        self.resize(width, self.sizeHint().height())
        self.move(room.center() - self.rect().center())
