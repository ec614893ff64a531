"""What an edge carries over time: how many steps it waits, and what stands before the first."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from graph import Edge, GraphError, PortRef, PortType
from graph.edits import Batch, Edit, SetDelay, SetTensor
from graph.naming import output_name
from graph.port import Shape
from graph.tensor import Tensor, itemsize
from graph.time import inside_time, keeps_initial
from graph.topology import reach_path
from gui.inspector.editing import attempt
from gui.inspector.field_row import FieldRow
from gui.inspector.fields import ChoiceField, WholeField
from gui.inspector.kept_tensor import KeptTensor
from gui.inspector.labels import Sentence
from gui.inspector.tensor_editor import TensorEditor
from gui.places import nodes_inside_time
from gui.theme import Theme

if TYPE_CHECKING:
    from gui.document import Document

ZEROS, TENSOR = "zeros", "tensor"
MOST_OFFERED = 200  # ports to choose an initial value from
MOST_ENTRIES = 1_000_000  # of the zeros that a new initial tensor starts with


class InitialTensor(KeptTensor):
    """The tensor kept at a delay's end: a value for each step before, `[n, ...]`."""

    @property
    def exists(self) -> bool:
        """Whether the edge still waits, and its end is not a parameter's."""
        return self.ref.node in self.document.graph and keeps_initial(self.document.graph, self.ref)

    @property
    def is_source(self) -> bool:
        return False

    @property
    def type(self) -> PortType | None:
        edge = self.document.graph.incoming(self.ref)
        check = self.document.check
        found = check.types.get(self.ref) if check is not None else None
        found = found or self.document.graph.types.of(self.ref)
        if edge is None or found is None:
            return None
        return PortType(found.dtype, (edge.delay, *found.shape))


class DelayForm(QWidget):
    """Delay and initial value of the edge that ends at `target`. Hidden at what has no time."""

    def __init__(self, document: Document, theme: Theme, target: PortRef, parent: QWidget) -> None:
        super().__init__(parent)
        self.document, self.target, self._theme = document, target, theme
        self.hint = Sentence(theme, parent=self)
        self.delay = FieldRow(
            theme, self.tr("Delay"), WholeField(theme, 0, False), self._delay, self._set_delay, self
        )
        self.choice = ChoiceField(theme, [])
        self.initial = FieldRow(
            theme, self.tr("Before"), self.choice, self._initial, self._set_initial, self
        )
        self.choice.setAccessibleName(self.tr("Value before the first step"))
        self.editor: TensorEditor | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        for widget in (self.delay, self.initial, self.hint):
            self._column.addWidget(widget)
        self.refresh()

    def refresh(self) -> None:
        """Show the edge as it is now."""
        edge = self._edge
        inside = nodes_inside_time(self.document)
        concerns = edge is not None and (edge.delay or self.target.node in inside)
        self.setVisible(bool(concerns))
        if edge is None or not concerns:
            return
        self.delay.refresh()
        self.initial.setVisible(bool(edge.delay))
        self._offer()
        self.initial.refresh()
        self.hint.say(self._words(edge), "hint", "muted")
        self._show_editor(self._initial() == TENSOR)

    @property
    def _edge(self) -> Edge | None:
        graph = self.document.graph
        return graph.incoming(self.target) if self.target.node in graph else None

    def _delay(self) -> int:
        return self._edge.delay if self._edge is not None else 0

    def _initial(self) -> Any:
        edge = self._edge
        if edge is None or not edge.delay:
            return ZEROS
        if edge.initial is not None:
            return str(edge.initial)
        graph = self.document.graph
        has_tensor = self.target in graph.tensors and keeps_initial(graph, self.target)
        return TENSOR if has_tensor else ZEROS

    def _set_delay(self, delay: int) -> str:
        edge = self._edge
        if edge is None:
            return ""
        text = self.tr("Set the delay")
        return attempt(self.document, lambda: self._delay_edit(edge, delay), text)

    def _delay_edit(self, edge: Edge, delay: int) -> Edit:
        """Kept initial values do not fit another delay: zeros in their place."""
        put = SetDelay(self.target, delay, edge.initial if delay else None)
        if self._initial() != TENSOR or not delay:
            return put
        kept = self.document.graph.tensors[self.target]
        shape = (delay, *kept.shape[1:])
        return Batch((put, SetTensor(self.target, _zeros(self.target, kept.dtype, shape))))

    def _set_initial(self, choice: str) -> str:
        text = self.tr("Set the value before the first step")
        return attempt(self.document, lambda: self._initial_edit(choice), text)

    def _initial_edit(self, choice: str) -> Edit:
        port = None if choice in (ZEROS, TENSOR) else PortRef.parse(choice)
        edits: list[Edit] = [SetDelay(self.target, self._delay(), port)]
        if choice == TENSOR:
            tensor = InitialTensor(self.document, self.target)
            edits.append(SetTensor(self.target, _zeros(self.target, tensor.dtype, tensor.sizes())))
        elif self._initial() == TENSOR:
            edits.append(SetTensor(self.target, None))
        return Batch(tuple(edits))

    def _offer(self) -> None:
        """Zeros, a tensor where the port can keep one, and ports that stand before the loop."""
        offered = [(self.tr("zeros"), ZEROS)]
        graph = self.document.graph
        if keeps_initial(graph, self.target):
            offered.append((self.tr("a tensor"), TENSOR))
        offered += [(output_name(graph, ref), str(ref)) for ref in self._ports_before()]
        now = [self.choice.itemText(row) for row in range(self.choice.count())]
        if now != [text for text, _ in offered]:
            self.choice.offer(offered)

    def _ports_before(self) -> list[PortRef]:
        """Outputs outside time that do not come after the edge."""
        graph, found = self.document.graph, []
        inside = inside_time(graph)
        for id_ in graph.nodes:
            module = graph.module(id_)
            if id_ in inside or module is None or len(found) >= MOST_OFFERED:
                continue
            if reach_path(graph.successors, self.target.node, id_) is None:
                found += [PortRef(id_, port.name) for port in module.output_ports]
        edge = self._edge
        if edge is not None and edge.initial is not None and edge.initial not in found:
            found.append(edge.initial)
        return found

    def _words(self, edge: Edge) -> str:
        if not edge.delay:
            return self.tr("0: the edge carries the value of the same time step.")
        if edge.delay == 1:
            return self.tr("The edge carries the value of one time step before.")
        return self.tr("The edge carries the value of {0} time steps before.").format(edge.delay)

    def _show_editor(self, wanted: bool) -> None:
        if wanted and self.editor is None:
            self.editor = TensorEditor(
                self._theme, InitialTensor(self.document, self.target), parent=self
            )
            self._column.insertWidget(2, self.editor)
        if self.editor is not None:
            self.editor.setVisible(wanted)
            if wanted:
                self.editor.refresh()


def _zeros(ref: PortRef, dtype: str, shape: Shape) -> Tensor:
    """Zeros to begin with; raises `GraphError` where those would be too many to be kept."""
    sizes = tuple(int(size) for size in shape)
    count = math.prod(sizes)
    if count > MOST_ENTRIES:
        found, expected = f"{count} entries", f"at most {MOST_ENTRIES}"
        mend = "Take a port for the value before the first step."
        raise GraphError(node=ref.node, port=ref.port, found=found, expected=expected, mend=mend)
    return Tensor(dtype, sizes, bytes(count * itemsize(dtype)))
