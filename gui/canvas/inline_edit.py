"""Editing in place: the label of a node and the value of a source, where they stand."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt, QTimer

from graph import GradwireError, PortRef
from graph.labelling import label_edit
from graph.naming import name_of, output_name
from gui.canvas.inline_field import InlineField
from gui.canvas.node_paint import ROWS
from gui.canvas.wording import tr
from gui.inspector.editing import attempt
from gui.inspector.kept_tensor import KeptTensor
from gui.inspector.tensor_work import LONG_TEXT, TensorWork
from gui.numbers import format_shape
from gui.told import told_error
from runtime import values

if TYPE_CHECKING:
    from graph import Graph
    from gui.canvas.view import CanvasView
    from gui.document import Document

MAX_SHOWN = 64  # numbers of a tensor that are written out to be edited


class Subject(Protocol):
    """One text that is edited: what it is, what is wrong with another, and how it is kept."""

    node: str
    is_mono: bool

    def title(self) -> str: ...
    def text(self) -> tuple[str, str]: ...
    def refusal(self, text: str) -> str: ...
    def apply(self, text: str, then: Callable[[str], None]) -> None: ...
    def spot(self, view: CanvasView) -> tuple[QPointF, float] | None: ...
    def neighbours(self, graph: Graph) -> list[str]: ...
    def end(self) -> None: ...


class LabelSubject:
    """The label of a node."""

    is_mono = False

    def __init__(self, document: Document, id_: str) -> None:
        self.document, self.node = document, id_

    def title(self) -> str:
        return tr("Label of {name}").format(name=name_of(self.document.graph, self.node))

    def text(self) -> tuple[str, str]:
        """The text, and what stands there while it is empty."""
        return self.document.graph.nodes[self.node].label or "", self.node

    def refusal(self, text: str) -> str:
        return ""

    def apply(self, text: str, then: Callable[[str], None]) -> None:
        graph, id_ = self.document.graph, self.node
        name = tr("Label {name}").format(name=name_of(graph, id_))
        then(attempt(self.document, lambda: label_edit(graph, id_, text), name))

    def spot(self, view: CanvasView) -> tuple[QPointF, float] | None:
        """Over the title, as wide as the node."""
        item = view.canvas.items_by_id.get(self.node)
        if item is None:
            return None
        return item.pos() + QPointF(0, ROWS[0]), item.outline.width

    def neighbours(self, graph: Graph) -> list[str]:
        return list(graph.order())

    def end(self) -> None:
        pass


class ValueSubject:
    """What a source gives, or the tensor that a parameter pin owns."""

    is_mono = True

    def __init__(self, document: Document, ref: PortRef, work: TensorWork) -> None:
        self.document, self.node, self.ref = document, ref.node, ref
        self.tensor, self._work = work.tensor, work

    def title(self) -> str:
        text = tr("Value of {name}: 2, [1, 2; 3, 4], randn(4, 3), zeros(3), eye(2)")
        return text.format(name=output_name(self.document.graph, self.ref))

    def text(self) -> tuple[str, str]:
        """The numbers, if they are few; else what would stand there."""
        array = self.tensor.array()
        if array is not None and array.size <= MAX_SHOWN:
            return values.write_value(array), ""
        shape = self.tensor.shape if array is None else array.shape
        return "", format_shape(shape) if shape is not None else ""

    def refusal(self, text: str) -> str:
        if not text.strip() or len(text) > LONG_TEXT:
            return ""
        try:
            self.tensor.check_shape(values.parse_value(text, self.tensor.dtype).shape)
        except values.BadValue as error:
            if error.at is None:
                return str(error)
            place = tr("character {number}").format(number=error.at[0] + 1)
            return _capital(str(values.BadValue(*error.facts, where=place)))
        except GradwireError as error:
            return told_error(self.document.graph, error)
        return ""

    def apply(self, text: str, then: Callable[[str], None]) -> None:
        self._work.done.connect(then)
        self._work.type_in(text, self.document.graph.seed)

    def spot(self, view: CanvasView) -> tuple[QPointF, float] | None:
        """Where the number stands: beside the source's port, or under the pin."""
        place = view.canvas.port_place(self.ref)
        if place is None:
            return None
        if self.tensor.is_source:
            return QPointF(*place) + QPointF(8, 0), 0
        return QPointF(*place) + QPointF(-40, 16), 0

    def neighbours(self, graph: Graph) -> list[str]:
        return [id_ for id_ in graph.order() if value_port(graph, id_) is not None]

    def end(self) -> None:
        self._work.deleteLater()


class InlineEdits(QObject):
    """Opens, follows and ends the one line that may be open on a canvas."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._view, self._document = view, view.document
        self.field: InlineField | None = None
        self._subject: Subject | None = None
        self._before = ""
        self._next: str | None = None
        self._is_applying = False
        self._way: tuple[Subject, int] | None = None
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._go_on)
        for bar in (view.horizontalScrollBar(), view.verticalScrollBar()):
            bar.valueChanged.connect(self._follow)
        view.zoom_changed.connect(self._follow)
        view.installEventFilter(self)
        self._document.edited.connect(self._follow)
        self._document.replaced.connect(self.close)

    # --- what others ask for -----------------------------------------------------------------

    @property
    def value_place(self) -> PortRef | None:
        """The port whose value a key would edit: of the selected source, edge or pin."""
        selection, graph = self._document.selection, self._document.graph
        if selection.node is not None:
            return value_port(graph, selection.node)
        if selection.edge is None:
            return None
        edge = graph.incoming(selection.edge)
        return selection.edge if edge is None else value_port(graph, edge.source.node)

    def label_selected(self) -> None:
        """Edit the label of the selected node."""
        id_ = self._document.selection.node
        if id_ is not None:
            self.edit_label(id_)

    def value_selected(self) -> None:
        """Edit the value of the selected source or pin; Enter ends a wiring by marks first."""
        if self._view.marking.mark is not None:
            self._view.marking.press()
        elif self.value_place is not None:
            self.edit_value(self.value_place)

    def edit_label(self, id_: str) -> None:
        """Open the line over a node's title."""
        self.open(LabelSubject(self._document, id_))

    def edit_value(self, ref: PortRef) -> None:
        """Open the line at a source's output or at a pin."""
        tensor = KeptTensor(self._document, ref)
        if tensor.exists:
            self.open(ValueSubject(self._document, ref, TensorWork(tensor, self)))

    def close(self) -> None:
        """Leave without a change."""
        field, subject = self.field, self._subject
        self.field = self._subject = None
        if field is not None and subject is not None:
            subject.end()
            if field.line.hasFocus():  # the place is drawn, for one goes on by keys
                self._view.setFocus(Qt.FocusReason.ShortcutFocusReason)
            field.hide()
            field.deleteLater()

    # --- inside ------------------------------------------------------------------------------

    def open(self, subject: Subject) -> None:
        """Open the line for a text of any kind."""
        self.close()
        self._way = None
        self._view.cancel_gesture()
        self._view.reveal(subject.node)
        self._subject = subject
        self._before, placeholder = subject.text()
        field = InlineField(self._view.theme, subject.title(), self._view, mono=subject.is_mono)
        self.field = field
        field.line.textEdited.connect(self._judge)
        field.line.ended.connect(self._end)
        field.line.left.connect(self._leave)
        self._follow()
        field.open(self._before, placeholder)

    def _judge(self) -> None:
        """Say while one types what is wrong."""
        self.field.say(self._subject.refusal(self.field.line.text()))

    def _end(self, how: str) -> None:
        self._next = how if how in ("next", "previous") else None
        if how == "cancel":
            self.close()
        else:
            self._apply()

    def _leave(self) -> None:
        """The keys went elsewhere: a good text is kept, a bad one stays until it is mended."""
        self._next = None
        if self.field is not None:
            self._apply()

    def _apply(self) -> None:
        text = self.field.line.text()
        if text == self._before:
            self._done("")
            return
        refusal = self._subject.refusal(text)
        if refusal:
            self.field.say(refusal)
        else:
            self._is_applying = True  # its node may get another id on the way
            self._subject.apply(text, self._done)
            self._is_applying = False

    def _done(self, refusal: str) -> None:
        """The text was kept, or it was refused: then the line stays, and says why."""
        if self.field is None:
            return
        if refusal:
            self.field.say(refusal)
            return
        step = {"next": 1, "previous": -1}.get(self._next or "", 0)
        self._way = (self._subject, step) if step else None
        self.close()
        if step:
            self._soon.start()  # the change and the next line are two pieces of work

    def _go_on(self) -> None:
        graph, way, self._way = self._document.graph, self._way, None
        if way is None:
            return
        subject, step = way
        if subject.node not in graph:  # its id followed its label
            subject.node = self._document.selection.node or subject.node
        ids = subject.neighbours(graph)
        if subject.node not in ids:
            return
        following = ids[(ids.index(subject.node) + step) % len(ids)]
        self._document.selection.set_nodes({following})
        if isinstance(subject, LabelSubject):
            self.edit_label(following)
        else:
            self.edit_value(value_port(graph, following))

    def _follow(self) -> None:
        """Stand where the text stands, however the canvas moves."""
        if self.field is None or self._is_applying:
            return
        spot = self._subject.spot(self._view)
        if spot is None:
            self.close()
            return
        point, width = spot
        zoom = self._view.zoom
        corner = self._view.viewport().pos()
        pixel = QPoint(*self._view.mapFromScene(point).toTuple()) + corner
        pixels, least = self._view.canvas.sizes.text_pixels(zoom), round(width * zoom)
        self.field.stand(pixel, self._view.viewport().geometry(), pixels, least)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the view's size."""
        if event.type() == QEvent.Type.Resize:
            self._follow()
        return False


def value_port(graph: Graph, id_: str) -> PortRef | None:
    """The port of a source whose value can be edited; None for other nodes."""
    module = graph.module(id_) if id_ in graph else None
    if module is None or module.outline() != "source":
        return None
    ports = graph.tensor_ports(id_)
    return PortRef(id_, ports[0]) if ports else None


def edit_label(view: CanvasView, id_: str) -> None:
    """Open the label of a node for editing."""
    view.inline.edit_label(id_)


def edit_value(view: CanvasView, id_: str) -> bool:
    """Open the value of a source for editing; False where a node has none."""
    ref = value_port(view.document.graph, id_)
    if ref is not None:
        view.inline.edit_value(ref)
    return ref is not None


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
