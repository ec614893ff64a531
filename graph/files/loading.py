"""From a file to a graph. Every refusal names the file, the JSON path, and what to do."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from graph.catalogue import Catalogue, default_catalogue
from graph.definition import Blueprint, Inlet, Interface, Outlet, Setting
from graph.errors import (
    BadAttribute,
    BadDefinition,
    BadId,
    CycleFound,
    FileError,
    GraphError,
    sentence,
)
from graph.files import tensors
from graph.files.disk import read
from graph.files.document import parse, step
from graph.files.limits import MAX_BYTES, MAX_DEFINITIONS, MAX_EDGES, MAX_NODES
from graph.files.migrations import migrate
from graph.files.record_reader import RecordReader
from graph.files.schema import (
    FOREIGN,
    KEPT_UNTOUCHED,
    OWN_VIEW,
    BreakpointRecord,
    ConditionRecord,
    DefinitionRecord,
    EdgeRecord,
    FileRecord,
    FrameRecord,
    InputRecord,
    Misfit,
    NamesRecord,
    NodeRecord,
    OutputRecord,
    RoutesRecord,
    TensorRecord,
    TimeRecord,
    fields_of,
    typed,
)
from graph.files.training import read_training
from graph.frames import MAX_FRAMES, Frame, check_frames, check_route
from graph.marks import MAX_MARKS, Breakpoint, Condition, Marks
from graph.model import Graph
from graph.nothing import NOTHING
from graph.port import PortRef
from graph.records import MAX_NAME, Edge, Node, Place, Time, bad_character
from graph.tensor import Tensor
from graph.training import Training
from graph.uncollected import uncollected

Routes = dict[PortRef, tuple[Place, ...]]
Notes = Mapping[str, Any]  # keys that begin with `x-`


def load(path: str | os.PathLike[str], catalogue: Catalogue | None = None) -> Graph:
    """Read a graph file; raises `FileError`.

    Modules that `catalogue` (by default the installed ones) does not know become placeholders,
    which keep all that the file says about them.
    """
    graph = loads(read(path), name=os.fspath(path), catalogue=catalogue)
    graph.folder = Path(path).absolute().parent
    return graph


@uncollected()
def loads(
    data: bytes | str, *, name: str = "document", catalogue: Catalogue | None = None
) -> Graph:
    """Read a graph from the bytes of a file; raises `FileError` under `name`."""
    data = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    if len(data) > MAX_BYTES:
        found, expected = f"{len(data)} bytes", f"at most {MAX_BYTES}"
        raise FileError(name, "", sentence("", found, expected, ""))
    catalogue = default_catalogue() if catalogue is None else catalogue
    return _Reader(name, catalogue).graph(migrate(parse(data, name), name))


class _Reader(RecordReader):
    """Reads one document."""

    def __init__(self, name: str, catalogue: Catalogue) -> None:
        super().__init__(name)
        self.catalogue = catalogue

    def graph(self, document: dict[str, Any]) -> Graph:
        record, notes = self.record(FileRecord, document, "$")
        blueprints = self.definitions(record.definitions or {})
        nodes = len(record.nodes) + sum(len(part.nodes) for part in blueprints)
        edges = len(record.edges) + sum(len(part.edges) for part in blueprints)
        self.check_count("nodes", nodes, MAX_NODES)
        self.check_count("edges", edges, MAX_EDGES)
        if record.target is not None:
            self.check_name(record.target, 4 * MAX_NAME, ".target")
        entries = {k: v for k, v in record.tensors.items() if not k.startswith(FOREIGN)}
        extra = {key: document[key] for key in KEPT_UNTOUCHED if key in document} | dict(notes)
        if len(entries) < len(record.tensors):
            extra["tensors"] = {k: v for k, v in record.tensors.items() if k not in entries}
        frames = self.frames(record.view or {})
        routes = self.routes(record.view or {})
        marks = self.marks(record.view or {})
        if "view" in extra:
            extra["view"] = {k: v for k, v in extra["view"].items() if k not in OWN_VIEW}
        fields = ("title", "note", "dtype", "seed", "mode", "target")
        try:
            return Graph.assemble(
                self.nodes(record.nodes, "$.nodes"),
                self.edges(record.edges, "$.edges", routes),
                self.tensors(entries),
                {key: getattr(record, key) for key in fields}
                | {
                    "seed_gradient": self.seed_gradient(record.seed_gradient),
                    "time": self.time(record.time),
                },
                extra,
                self.catalogue,
                blueprints,
                frames,
                marks,
                self.training(record.training),
            )
        except CycleFound as error:
            where, wires = "$", record.edges
            if error.inside:
                where = step("$.definitions", error.inside)
                wires = (record.definitions or {})[error.inside]["edges"]
            raise self.refused(str(error), self.closing(error.cycle, wires, where)) from None
        except GraphError as error:
            raise self.refused(str(error), self.place(error)) from None

    def seed_gradient(self, entry: Any) -> Tensor | tuple[int, ...] | None:
        """dL/d(target): a tensor's entry, or the index of one entry of the target."""
        if isinstance(entry, dict):
            record, _ = self.record(TensorRecord, entry, "$.seed_gradient")
            return tensors.decode(record)
        if entry is None:
            return None
        return tuple(entry) if isinstance(entry, list) else (entry,)

    def frames(self, view: dict[str, Any]) -> list[Frame]:
        entries = view.get("frames", [])
        if not isinstance(entries, list):
            reason = sentence("", type(entries).__name__, "a list", "")
            raise self.refused(reason, "$.view.frames")
        self.check_count("view.frames", len(entries), MAX_FRAMES)
        found = []
        for index, entry in enumerate(entries):
            record, extra = self.record(FrameRecord, entry, step("$.view.frames", index))
            found.append(Frame(record.title, record.box, record.note, record.folded, extra))
            try:
                check_frames((found[-1],))
            except GraphError as error:
                raise self.refused(str(error)) from None
        return found

    def definitions(self, entries: dict[str, Any]) -> list[Blueprint]:
        """The definitions as they stand; what they contain is judged when all are there."""
        found = []
        self.check_count("definitions", len(entries), MAX_DEFINITIONS)
        for key, entry in entries.items():
            self.where = "$.definitions"
            self.check_name(key, MAX_NAME)
            where = step("$.definitions", key)
            if key in self.catalogue:
                text, mend = f"the name of the module {key}", "Give the definition another name."
                raise self.refused(sentence("", text, "a name of its own", mend), where)
            record, extra = self.record(DefinitionRecord, entry, where)
            for name, text in (("doc", record.doc), ("icon", record.icon)):
                if reason := bad_character(text, lines=name == "doc"):
                    refused = sentence("", reason, "a text of plain characters", "")
                    raise self.refused(refused, f"{where}.{name}")
            inputs = self.links(record.inputs, f"{where}.inputs")
            exposed = self.links(record.attributes, f"{where}.attributes")
            interface = Interface(
                record.doc,
                record.icon,
                tuple(Inlet(*link) for link in inputs),
                tuple(self.outlets(record.outputs, f"{where}.outputs")),
                tuple(Setting(*link) for link in exposed),
                extra,
            )
            nodes = tuple(self.nodes(record.nodes, f"{where}.nodes"))
            edges = tuple(self.edges(record.edges, f"{where}.edges"))
            found.append(Blueprint(key, interface, nodes, edges))
        return found

    def time(self, entry: dict[str, Any] | None) -> Time:
        """The number of steps, and how far gradients go back."""
        record, extra = self.record(TimeRecord, entry or {}, "$.time")
        self.where = "$"
        return Time(record.steps, record.truncate, extra)

    def training(self, entry: dict[str, Any] | None) -> Training | None:
        """How the graph is trained; whether what is named exists is for the graph."""
        found = None if entry is None else read_training(entry, self.record, self.refused)
        self.where = "$"
        return found

    def links(
        self, entries: list[dict[str, Any]], where: str
    ) -> Iterator[tuple[str, tuple[PortRef, ...]]]:
        for index, entry in enumerate(entries):
            here = step(where, index)
            record, _ = self.record(InputRecord, entry, here)
            self.check_name(record.name, MAX_NAME, ".name")
            yield record.name, tuple(self.port(text, ".to") for text in record.to)

    def outlets(self, entries: list[dict[str, Any]], where: str) -> Iterator[Outlet]:
        for index, entry in enumerate(entries):
            here = step(where, index)
            record, _ = self.record(OutputRecord, entry, here)
            self.check_name(record.name, MAX_NAME, ".name")
            yield Outlet(record.name, self.port(record.source, ".from"))

    def routes(self, view: dict[str, Any]) -> Routes:
        """The points that edges are drawn through, by the port where each edge ends."""
        found: Routes = {}
        try:
            entries = typed(RoutesRecord, {"routes": view.get("routes", {})}).routes
        except Misfit as error:
            reason = sentence("", error.found, error.expected, "")
            raise self.refused(reason, f"$.view{error.path}") from None
        for key, route in entries.items():
            self.where = step("$.view.routes", key)
            target = self.port(key)
            try:
                check_route(target, tuple(route))
            except GraphError as error:
                raise self.refused(str(error)) from None
            found[target] = tuple(route)
        return found

    def marks(self, view: dict[str, Any]) -> Marks:
        """Breakpoints, watches and checkpoints; whether their nodes exist is for the graph."""
        named = {key: view[key] for key in ("watches", "checkpoints") if key in view}
        names, _ = self.record(NamesRecord, named, "$.view")
        for key, entries in (("watches", names.watches), ("checkpoints", names.checkpoints)):
            self.check_count(f"view.{key}", len(entries), MAX_MARKS)
        for index, text in enumerate(names.checkpoints):
            self.where = step("$.view.checkpoints", index)
            self.check_name(text, 2 * MAX_NAME)
        return Marks(
            tuple(self.breakpoints(view.get("breakpoints", []))),
            tuple(self.watches(names.watches)),
            tuple(names.checkpoints),
        )

    def watches(self, entries: list[str]) -> Iterator[PortRef]:
        for index, text in enumerate(entries):
            self.where = step("$.view.watches", index)
            yield self.port(text)

    def breakpoints(self, entries: Any) -> Iterator[Breakpoint]:
        if not isinstance(entries, list):
            reason = sentence("", type(entries).__name__, "a list", "")
            raise self.refused(reason, "$.view.breakpoints")
        self.check_count("view.breakpoints", len(entries), MAX_MARKS)
        for index, entry in enumerate(entries):
            where = step("$.view.breakpoints", index)
            record, extra = self.record(BreakpointRecord, entry, where)
            self.check_name(record.at, 2 * MAX_NAME + 1, ".at")
            if "." in record.at:
                self.port(record.at, ".at")
            when = None
            if record.when is not None:
                found, kept = self.record(ConditionRecord, record.when, f"{where}.when")
                when = Condition(found.of, found.test, found.bound, kept)
            yield Breakpoint(record.at, when, record.off, extra)

    def nodes(self, entries: list[dict[str, Any]], where: str) -> Iterator[Node]:
        for record, extra in self.records(NodeRecord, entries, where):
            if record.shares is not None:
                self.check_name(record.shares, MAX_NAME, ".shares")
                extra = {"shares": record.shares, **extra}
            for key in record.attributes:
                if not key.startswith(FOREIGN):
                    self.kept_name(key, ".attributes")
            yield Node(
                self.kept(record.id),
                self.kept_name(record.module, ".module"),
                record.attributes or NOTHING,
                record.label,
                record.note,
                record.at,
                record.bypassed,
                extra,
            )

    def edges(
        self, entries: list[dict[str, Any]], where: str, routes: Routes | None = None
    ) -> Iterator[Edge]:
        for record, extra in self.records(EdgeRecord, entries, where):
            if record.delay or record.initial is not None:
                extra = {**self.delay(record), **extra}
            source, target = self.port(record.source, ".from"), self.port(record.target, ".to")
            yield Edge(source, target, extra, routes.pop(target, ()) if routes else ())
        for target in routes or ():
            reason = sentence("", f"no edge that ends at {target}", "an edge of the graph", "")
            raise self.refused(reason, step("$.view.routes", str(target)))
        self.where = where

    def delay(self, record: EdgeRecord) -> dict[str, Any]:
        """What an edge keeps of its delay."""
        if record.delay < 0:
            reason = sentence("", str(record.delay), "a whole number from 0 up", "")
            raise self.refused(reason, f"{self.where}.delay")
        kept: dict[str, Any] = {"delay": record.delay} if record.delay else {}
        if record.initial is not None:
            self.port(record.initial, ".initial")
            kept["initial"] = record.initial
        return kept

    def tensors(self, entries: dict[str, Any]) -> Iterator[tuple[PortRef, Tensor, Notes]]:
        for key, entry in entries.items():
            self.where = where = step("$.tensors", key)
            port = self.port(key)
            record, extra = self.record(TensorRecord, entry, where)
            yield port, tensors.decode(record), extra

    def place(self, error: GraphError) -> str:
        """The path of what a graph refused, as far as it tells more than where the reader is."""
        if error.node == "graph" and error.port in OWN_VIEW:
            return f"$.view.{error.port}"
        if error.node == "graph" and (self.where == "$" or error.port.startswith("training")):
            return f"$.{error.port}"
        if error.inside:
            return step("$.definitions", error.inside)
        if isinstance(error, BadDefinition):
            return "$.definitions"
        if self.where.startswith("$.nodes"):
            if isinstance(error, BadId):
                return f"{self.where}.id"
            if isinstance(error, BadAttribute) and error.port:
                inside = "" if error.port in fields_of(NodeRecord) else ".attributes"
                return step(self.where + inside, error.port)
        return self.where

    def closing(self, cycle: tuple[str, ...], edges: list[dict[str, Any]], where: str) -> str:
        """The path of the last edge of a cycle."""
        pairs = set(zip(cycle, (*cycle[1:], *cycle[:1]), strict=True))
        node_of: Callable[[str], str] = lambda port: port.partition(".")[0]  # noqa: E731
        ends = [
            (node_of(edge.get("initial") or edge["from"]), node_of(edge["to"])) for edge in edges
        ]
        return step(f"{where}.edges", max(i for i, pair in enumerate(ends) if pair in pairs))
