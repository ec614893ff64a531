"""The tensor editor: a line to type in, a table, and what fills a tensor at once."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from graph.naming import output_name
from gui.inspector.axes import Array, AxesChooser
from gui.inspector.buttons import Button
from gui.inspector.fields import ChoiceField, LineField, WholeField
from gui.inspector.kept_tensor import KeptTensor
from gui.inspector.labels import Label, Sentence
from gui.inspector.number_table import NumberTable
from gui.inspector.tensor_work import TensorWork
from gui.numbers import format_shape
from gui.theme import Theme
from runtime.values import BadValue, write_value

MAX_TYPED = 64  # numbers up to which the line shows a tensor
MAX_EDITED = 64 * 2**20  # bytes up to which single cells can be typed over


class ValueLine(LineField):
    """A tensor as a text in the grammar of `runtime.values`."""

    def __init__(self, theme: Theme, tensor: KeptTensor, parent: QWidget | None = None) -> None:
        super().__init__(theme, mono=True, parent=parent)
        self._tensor = tensor
        name = output_name(tensor.document.graph, tensor.ref)
        self.setAccessibleName(self.tr("Value of {0}").format(name))
        self.setToolTip(self.tr("A number, [1, 2; 3, 4], randn(4, 3), zeros(2) or ones(3)"))

    def refresh(self) -> None:
        """Show the tensor; a large one by its shape alone."""
        array = self._tensor.array()
        self.setPlaceholderText("")
        if array is None:
            shape = self._tensor.shape
            self.setPlaceholderText(self.tr("no value, {0}").format(format_shape(shape or ())))
            self.show_value(None)
        elif array.size > MAX_TYPED:
            self.setPlaceholderText(f"{format_shape(array.shape)} {array.dtype.name}")
            self.show_value(None)
        else:
            self.show_value(write_value(array))


class TensorEditor(QWidget):
    """Reads and sets what a port keeps. A scalar is one line; others have a table below it."""

    def __init__(
        self, theme: Theme, tensor: KeptTensor, *, height: int = 200, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.tensor, self._height = tensor, height
        self.line = ValueLine(theme, tensor, self)
        self.error = Sentence(theme, "error", self)
        self.note = Label(theme, size=11, ink="muted", wrap=True, parent=self)
        self.axes = AxesChooser(theme, self)
        self.table = NumberTable(theme, edits=True, parent=self)
        self.kind = ChoiceField(
            theme, [(self.tr("normal"), "randn"), (self.tr("uniform"), "rand")], self
        )
        self.seed = WholeField(theme, 0, False, self)
        self._work = TensorWork(tensor, self)
        self._fill = self._fill_row(theme)
        self._lay_out(theme)
        self._connect()
        self.refresh()

    def refresh(self) -> None:
        """Show what the document holds; a bad text in the line stays until it is mended."""
        if not self.tensor.exists:
            return
        if not (self.error.said and self.line.is_edited):
            self.error.say("")  # a refused paste is told until something else happens
            self.line.refresh()
        array = self.tensor.array()
        has_table = array is not None and array.ndim > 0 and array.size > 0
        is_scalar = self.tensor.shape == () and (array is None or array.ndim == 0)
        for part in (self._fill, self._drawing):
            part.setVisible(not is_scalar)  # of a scalar the line says it all
        self.axes.set_shape(array.shape if array is not None else ())
        self.table.setVisible(has_table)
        self.table.numbers.edits = array is not None and array.nbytes <= MAX_EDITED
        self.table.show_array(array, self.axes.plane)
        if self._height:
            self.table.fit_height(self._height)
        self._describe(array)

    def type_in(self) -> None:
        """Take over what is written in the line."""
        if not self.tensor.exists:
            return
        if self.line.is_edited:
            self._work.type_in(self.line.text(), self._seed())
        else:
            self._finish("")

    def paste(self) -> None:
        """Take over a table from the clipboard."""
        self._work.paste(QGuiApplication.clipboard().text(), self._seed())

    def draw(self) -> None:
        """Fill at random with the seed shown, and put the next seed up."""
        seed = self._seed()
        self._work.fill(self.kind.read(), seed)
        self.seed.show_value(seed + 1)

    def _seed(self) -> int:
        try:
            return self.seed.read() or 0
        except BadValue:
            return 0

    def _finish(self, refusal: str) -> None:
        self.error.say(refusal, "error")
        if not refusal:
            self.refresh()

    def _describe(self, array: Array | None) -> None:
        words = []
        if array is not None:
            words.append(f"{format_shape(array.shape)} {array.dtype.name}")
        if self.tensor.origin == "initial":
            words.append(self.tr("initialised from the seed"))
        elif array is None:
            words.append(self.tr("no value yet"))
        self.note.say(", ".join(words))

    def _filler(self, kind: str) -> Callable[[], None]:
        return lambda: self._work.fill(kind)

    def _fill_row(self, theme: Theme) -> QWidget:
        name = self.tensor.ref
        rows = (
            (self.tr("Random"), self.tr("Fill {0} at random"), self.draw, "random"),
            (self.tr("Zeros"), self.tr("Fill {0} with zeros"), self._filler("zeros"), "zeros"),
            (self.tr("Ones"), self.tr("Fill {0} with ones"), self._filler("ones"), ""),
            (self.tr("Paste"), self.tr("Paste a table into {0}"), self.paste, "paste"),
            (self.tr("Copy"), self.tr("Copy {0}"), self.table.copy, "copy"),
        )
        buttons = [
            Button(theme, text, tip.format(name), then, icon_name=icon_name, parent=self)
            for text, tip, then, icon_name in rows
        ]
        box = QWidget(self)
        grid = QGridLayout(box)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(4)
        for place, button in enumerate(buttons):
            grid.addWidget(button, place // 3, place % 3)
        return box

    def _lay_out(self, theme: Theme) -> None:
        self.seed.setAccessibleName(self.tr("Seed"))
        self.kind.setAccessibleName(self.tr("Distribution"))
        self.seed.show_value(self.tensor.document.graph.seed)
        self._drawing = QWidget(self)
        draw = QHBoxLayout(self._drawing)
        draw.setContentsMargins(0, 0, 0, 0)
        draw.setSpacing(4)
        draw.addWidget(Label(theme, self.tr("Random:"), size=12, ink="muted", parent=self))
        draw.addWidget(self.kind, 1)
        draw.addWidget(Label(theme, self.tr("seed"), size=12, ink="muted", parent=self))
        draw.addWidget(self.seed, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for widget in (self.line, self.error, self.note, self.axes):
            column.addWidget(widget)
        column.addWidget(self.table, 0 if self._height else 1)
        column.addWidget(self._fill)
        column.addWidget(self._drawing)

    def _connect(self) -> None:
        self.line.committed.connect(self.type_in)
        self.axes.changed.connect(self.refresh)
        self.table.numbers.typed.connect(self._work.change)
        self.table.numbers.refused.connect(self._finish)
        self.table.said.connect(self.note.say)
        self.table.pasted.connect(self.paste)
        self._work.done.connect(self._finish)
