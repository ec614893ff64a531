"""The tensors a layer owns: their shape, where they come from, and what can be done to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from graph import PortRef
from graph.naming import output_name
from gui.inspector.buttons import Button
from gui.inspector.kept_tensor import KeptTensor
from gui.inspector.labels import Label, Sentence
from gui.inspector.tensor_window import TensorWindow
from gui.inspector.tensor_work import TensorWork, next_seed
from gui.numbers import format_shape
from gui.theme import Theme

if TYPE_CHECKING:
    from gui.document import Document


class ParameterRow(QWidget):
    """One owned tensor with its four verbs."""

    def __init__(self, document: Document, theme: Theme, ref: PortRef, parent: QWidget) -> None:
        super().__init__(parent)
        self.tensor = KeptTensor(document, ref)
        self._theme = theme
        self._window: TensorWindow | None = None
        self._work = TensorWork(self.tensor, self)
        self._work.done.connect(self._finish)
        self.name = Label(theme, ref.port, size=12, weight=600, mono=True, parent=self)
        self.state = Label(theme, size=12, ink="muted", parent=self)
        self.error = Sentence(theme, "error", self)
        self.buttons = self._make_buttons()
        self._lay_out()
        self.refresh()

    def refresh(self) -> None:
        """Show what the graph holds."""
        graph, ref = self.tensor.document.graph, self.tensor.ref
        edge, shape = graph.incoming(ref), self.tensor.shape
        if edge is not None:
            words = self.tr("from {0}").format(output_name(graph, edge.source))
        elif self.tensor.origin == "kept":
            words = self.tr("kept")
        else:
            words = self.tr("initialised")
        shown = format_shape(shape) if shape is not None else self.tr("shape unknown")
        self.state.say(f"{shown}  {words}")
        self.buttons["clear"].setEnabled(self.tensor.origin == "kept")

    def open_editor(self) -> TensorWindow:
        """Show the numbers in a window of their own."""
        if self._window is None:
            self._window = TensorWindow(self._theme, self.tensor, self.window())
            self._window.destroyed.connect(self._forget)
        self._window.show()
        self._window.raise_()
        return self._window

    def _forget(self) -> None:
        self._window = None

    def _finish(self, refusal: str) -> None:
        self.error.say(refusal, "error")
        if not refusal:
            self.refresh()

    def _make_buttons(self) -> dict[str, Button]:
        name, work = self.tensor.ref, self._work
        rows = (
            ("edit", self.tr("Edit…"), self.tr("Edit {0}"), self.open_editor),
            (
                "random",
                self.tr("Random"),
                self.tr("Fill {0} at random"),
                lambda: work.fill("randn", next_seed()),
            ),
            ("zeros", self.tr("Zeros"), self.tr("Fill {0} with zeros"), lambda: work.fill("zeros")),
            ("clear", self.tr("Clear"), self.tr("Initialise {0} from the seed again"), work.clear),
        )
        return {
            key: Button(self._theme, text, tip.format(name), then, parent=self)
            for key, text, tip, then in rows
        }

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.name)
        head.addStretch(1)
        head.addWidget(self.state)
        verbs = QHBoxLayout()
        verbs.setSpacing(4)
        for button in self.buttons.values():
            verbs.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addLayout(verbs)
        column.addWidget(self.error)


class ParameterList(QWidget):
    """All parameters and states of a node; hidden for a node without."""

    def __init__(self, document: Document, theme: Theme, id_: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.document, self.id, self._theme = document, id_, theme
        self.rows: dict[str, ParameterRow] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(12)
        self.refresh()

    def refresh(self) -> None:
        """Show the owned ports as the graph has them now."""
        module = self.document.graph.module(self.id)
        is_source = module is None or module.outline() == "source"
        names = () if is_source else module.owned()
        if tuple(self.rows) != names:
            self._build(names)
        for row in self.rows.values():
            row.refresh()

    def _build(self, names: tuple[str, ...]) -> None:
        while (item := self._column.takeAt(0)) is not None:
            item.widget().deleteLater()
        self.rows = {}
        for name in names:
            row = ParameterRow(self.document, self._theme, PortRef(self.id, name), self)
            self.rows[name] = row
            self._column.addWidget(row)
