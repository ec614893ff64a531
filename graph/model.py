"""The graph: what is drawn, wired and kept, behind one door for changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from graph import edits as e
from graph import wiring
from graph.addresses import leads
from graph.applying import add_node, apply
from graph.catalogue import Catalogue, default_catalogue
from graph.composite import Composite
from graph.defining import define_all
from graph.definition import Blueprint, Definition
from graph.door import Door
from graph.errors import CycleFound, GraphError
from graph.fields import check_field
from graph.form import keeps_form
from graph.frames import Frame
from graph.marks import Marks
from graph.module import Module, plain
from graph.port import PortRef
from graph.reading import owner_of
from graph.records import Edge, Node, Time
from graph.scope import Scope
from graph.store import Store
from graph.tensor import Tensor
from graph.topology import find_cycle
from graph.training import Training
from graph.types import Types

Listener = Callable[[e.Edit], None]


class Holder(NamedTuple):
    """The document that a definition's inside belongs to, and the definition's name there."""

    graph: Graph
    name: str


class Graph(Door):
    """A computation graph.

    Everything is read through properties; every change is an edit given to `apply`, which the
    methods `add`, `connect`, `set` and the like build. `catalogue` defaults to the installed
    modules. `dtype` is the floating dtype of a run, `target` the port that is differentiated.
    """

    def __init__(
        self,
        catalogue: Catalogue | None = None,
        *,
        title: str = "",
        dtype: str = "float64",
        seed: int = 0,
        mode: str = "eval",
        target: str | None = None,
        seed_gradient: Tensor | tuple[int, ...] | None = None,
        note: str | None = None,
        time: Time | None = None,
    ) -> None:
        base = default_catalogue() if catalogue is None else catalogue
        self.scope = Scope(base.base if isinstance(base, Scope) else base)
        self.holder: Holder | None = None
        self.folder: Path | None = None  # where its file lies: the files that it names begin there
        self.store = Store()
        self.revision = 0
        self.form = object()  # see `graph.form`
        self.types = Types(self)
        self._modules: dict[str, Module | None] = {}
        self._listeners: list[Listener] = []
        fields = {
            "title": title,
            "dtype": dtype,
            "seed": seed,
            "mode": mode,
            "target": target,
            "seed_gradient": seed_gradient,
            "note": note,
            "time": time or Time(),
        }
        for name, value in fields.items():
            check_field(name, value)
        self.store.fields.update(fields)

    def module(self, id_: str) -> Module | None:
        """The node's module with its settings; None where the catalogue does not know it."""
        if id_ not in self._modules:
            self._modules[id_] = self.make_module(self.store.node(id_))
        return self._modules[id_]

    def make_module(self, node: Node) -> Module | None:
        """A module instance for a node; raises `BadAttribute` naming it."""
        kind = self.catalogue.get(node.module)
        if kind is None:
            return None
        try:
            if not node.attributes:
                return plain(kind)
            return kind.made({k: v for k, v in node.attributes.items() if not k.startswith("x-")})
        except GraphError as error:
            raise type(error)(
                node=node.id,
                port=error.port,
                found=error.found,
                expected=error.expected,
                mend=error.mend,
            ) from None

    def keep_module(self, id_: str, module: Module | None) -> None:
        """Remember the instance of a node that was just added."""
        self._modules[id_] = module

    def drop_module(self, id_: str) -> None:
        """Forget the instance of a node whose settings change."""
        self._modules.pop(id_, None)

    def can_connect(
        self,
        source: str | PortRef,
        target: str | PortRef,
        *,
        replace: bool = False,
        delay: int = 0,
        initial: str | PortRef | None = None,
    ) -> GraphError | None:
        """Why an edge would be refused, or None. `replace` leaves an occupied input aside."""
        start, end = self.resolve(source), self.resolve(target)
        edge = Edge(start, end).delayed(delay, initial)
        try:
            wiring.check_edge(self, edge, replace=replace)
        except GraphError as error:
            return error
        return None

    def draw(self, given: Edge) -> None:
        """Put an edge in where its ends exist and are free; types and cycles are not asked."""
        source, target = self.resolve(given.source), self.resolve(given.target)
        wiring.check_ends(self, source, target, delay=given.delay)
        wiring.check_free(self, source, target)
        is_plain = source is given.source and target is given.target
        edge = given if is_plain else replace(given, source=source, target=target)
        self.store.put_edge(edge, None)

    def drawn_out(
        self, nodes: Iterable[tuple[Node, Module | None]], edges: Iterable[Edge]
    ) -> Graph:
        """A graph of these nodes and edges with this one's fields and revision.

        Ids may be addresses. Nothing is checked: what is drawn out was checked where it stood.
        """
        flat = Graph(self.scope.base)
        flat.revision, flat.folder = self.revision, self.folder
        flat.store.fields.update(self.store.fields)
        for node, module in nodes:
            flat.store.put_node(node, None)
            flat.keep_module(node.id, module)
        for edge in edges:
            flat.store.put_edge(edge, None)
        return flat

    def inner(self) -> Graph:
        """An empty inside for a definition of this document."""
        inside = Graph(self.scope.base, dtype=self.dtype)
        inside.scope = self.scope
        return inside

    def hold(self, graph: Graph, name: str) -> None:
        """Send what is applied to this inside through the document that holds it."""
        self.holder = Holder(graph, name)

    def copy(self) -> Graph:
        """A snapshot that shares the frozen records; it can cross to another thread."""
        twin = Graph.__new__(Graph)
        twin.scope = Scope(self.scope.base)
        for name, definition in self.scope.definitions.items():
            body = definition.body._twin(twin.scope)
            body.hold(twin, name)
            twin.scope.definitions[name] = Definition(name, definition.interface, body)
        return self._twin(twin.scope, twin)

    def apart(self) -> Graph:
        """A copy in the same scope that no document holds."""
        return self._twin(self.scope)

    def _twin(self, scope: Scope, twin: Graph | None = None) -> Graph:
        """A copy in another scope, with other definitions: instances of those are made anew."""
        twin = Graph.__new__(Graph) if twin is None else twin
        twin.scope, twin.holder, twin.revision = scope, None, self.revision
        twin.folder, twin.form = self.folder, self.form
        twin.store = self.store.copy()
        twin.types = Types(twin)
        twin.types.take(self.types)
        known = self._modules.items()
        twin._modules = {id_: module for id_, module in known if not isinstance(module, Composite)}
        twin._listeners = []
        return twin

    # --- changing ------------------------------------------------------------------------

    def apply(self, edit: e.Edit) -> e.Edit:
        """Apply an edit, tell the listeners, return the inverse.

        Raises a `GraphError` and leaves the graph as it was where the edit does not fit. On the
        inside of a definition the whole document is changed, and the inverse is for that.
        """
        if self.holder is not None:
            return self.holder.graph.apply(e.Within(self.holder.name, edit))
        return self.change(edit)

    def change(self, edit: e.Edit) -> e.Edit:
        """`apply` to this graph alone; for those who keep the document around it in step."""
        is_same_form = keeps_form(self, edit)
        inverse = self._settle(apply(self, edit))
        self.revision += 1
        if not is_same_form:
            self.form = object()
        for listener in tuple(self._listeners):
            listener(edit)
        return inverse

    def _settle(self, inverse: e.Edit) -> e.Edit:
        """Let go what marks and training say of nodes that went; the inverse of it all."""
        is_there = lambda at: leads(self, at)  # noqa: E731
        undo, marks, training = [inverse], self.marks, self.training
        if not all(map(is_there, marks.nodes())):
            undo.append(e.SetMarks(marks))
            self.store.marks = marks.among(is_there)
        if not all(map(is_there, training.nodes())):
            undo.append(e.SetGraph({"training": training}))
            self.store.fields["training"] = training.among(is_there)
        return e.Batch(tuple(undo)) if len(undo) > 1 else inverse

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener(edit)` after every change; returns what ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @classmethod
    def assemble(
        cls,
        nodes: Iterable[Node],
        edges: Iterable[Edge],
        tensors: Iterable[tuple[PortRef, Tensor, Mapping[str, Any]]],
        fields: Mapping[str, Any],
        extra: Mapping[str, Any],
        catalogue: Catalogue | None = None,
        definitions: Iterable[Blueprint] = (),
        frames: Iterable[Frame] = (),
        marks: Marks | None = None,
        training: Training | None = None,
    ) -> Graph:
        """Build a whole graph at once, as a file does; raises the `GraphError` of its first fault.

        Ports, free inputs and acyclicity are checked; types are left to `check`.
        """
        graph = cls(catalogue, **fields)
        graph.store.extra = dict(extra)
        define_all(graph, definitions)
        apply(graph, e.SetFrames(tuple(frames)))
        for node in nodes:
            add_node(graph, node)
        for given in edges:
            graph.draw(given)
        cycle = find_cycle(graph.store.nodes, graph.edges)
        if cycle is not None:
            raise CycleFound(cycle)
        for port, tensor, notes in tensors:
            apply(graph, e.SetTensor(port, tensor))
            if notes:
                owner, inside = owner_of(port)
                node = graph.store.node(owner)
                noted = {**node.extra.get("tensors", {}), inside: notes}
                graph.store.replace_node(replace(node, extra={**node.extra, "tensors": noted}))
        if marks is not None:
            apply(graph, e.SetMarks(marks))
        apply(graph, e.SetGraph({"training": training}))
        return graph

    # --- edits of several parts -----------------------------------------------------------

    def attribute_edit(self, id_: str, attributes: Mapping[str, Any]) -> e.Edit:
        """The edit that sets attributes and cuts the edges of ports that go away with them."""
        edit = e.SetAttributes(id_, dict(attributes))
        if id_ not in self:
            return edit  # which `apply` refuses with a sentence
        node = self.store.node(id_)
        merged = {**node.attributes, **attributes}
        kept = {name: value for name, value in merged.items() if value is not e.RESET}
        module = self.make_module(Node(id_, node.module, kept))
        if module is None:
            return edit
        ports = {port.name for port in (*module.wired_ports, *module.output_ports)}
        cut: list[e.Edit] = []
        for edge in self.store.edges_at(id_):
            if not edge.ends_at(id_) <= ports:
                cut.append(e.Disconnect(edge.target))
        return e.Batch((*cut, edit)) if cut else edit

    def rename_edit(self, old: str, new: str) -> e.Edit:
        """The edit that renames a node and keeps the numbers of its parameters."""
        from graph.initialise import written_out  # the seam to the modules' own rules

        owned = written_out(self, [old]) if old in self else {}
        kept = tuple(e.SetTensor(port, tensor) for port, tensor in owned.items())
        edit = e.Rename(old, new)
        return e.Batch((*kept, edit)) if kept else edit
