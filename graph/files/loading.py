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
from graph.files.document import parse, shown, step
from graph.files.limits import MAX_BYTES, MAX_DEFINITIONS, MAX_EDGES, MAX_NODES
from graph.files.migrations import migrate
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
    Record,
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
from graph.port import PortRef
from graph.records import MAX_NAME, Edge, Node, Place, Time, bad_character
from graph.suggest import did_you_mean
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


class _Reader:
    """Reads one document, and remembers where it is for the refusals."""

    def __init__(self, name: str, catalogue: Catalogue) -> None:
        self.name, self.catalogue = name, catalogue
        self.where = "$"

    def graph(self, document: dict[str, Any]) -> Graph:
        record, notes = self.record(FileRecord, document, "$")
        blueprints = self.definitions(record.definitions or {})
        nodes = len(record.nodes) + sum(len(part.nodes) for part in blueprints)
        edges = len(record.edges) + sum(len(part.edges) for part in blueprints)
        self.check_count("nodes", nodes, MAX_NODES)
        self.check_count("edges", edges, MAX_EDGES)
        if record.target is not None:
            self.check_name(record.target, 4 * MAX_NAME, "$.target")
        entries = {k: v for k, v in record.tensors.items() if not k.startswith(FOREIGN)}
        extra = {key: document[key] for key in KEPT_UNTOUCHED if key in document} | notes
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
            self.check_name(key, MAX_NAME, "$.definitions")
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
            self.check_name(record.name, MAX_NAME, f"{here}.name")
            yield record.name, tuple(self.port(text, f"{here}.to") for text in record.to)

    def outlets(self, entries: list[dict[str, Any]], where: str) -> Iterator[Outlet]:
        for index, entry in enumerate(entries):
            here = step(where, index)
            record, _ = self.record(OutputRecord, entry, here)
            self.check_name(record.name, MAX_NAME, f"{here}.name")
            yield Outlet(record.name, self.port(record.source, f"{here}.from"))

    def routes(self, view: dict[str, Any]) -> Routes:
        """The points that edges are drawn through, by the port where each edge ends."""
        found: Routes = {}
        try:
            entries = typed(RoutesRecord, {"routes": view.get("routes", {})}).routes
        except Misfit as error:
            reason = sentence("", error.found, error.expected, "")
            raise self.refused(reason, f"$.view{error.path}") from None
        for key, route in entries.items():
            where = step("$.view.routes", key)
            target = self.port(key, where)
            try:
                check_route(target, tuple(route))
            except GraphError as error:
                raise self.refused(str(error), where) from None
            found[target] = tuple(route)
        return found

    def marks(self, view: dict[str, Any]) -> Marks:
        """Breakpoints, watches and checkpoints; whether their nodes exist is for the graph."""
        named = {key: view[key] for key in ("watches", "checkpoints") if key in view}
        names, _ = self.record(NamesRecord, named, "$.view")
        for key, entries in (("watches", names.watches), ("checkpoints", names.checkpoints)):
            self.check_count(f"view.{key}", len(entries), MAX_MARKS)
        watches = (
            self.port(text, step("$.view.watches", at)) for at, text in enumerate(names.watches)
        )
        for index, text in enumerate(names.checkpoints):
            self.check_name(text, 2 * MAX_NAME, step("$.view.checkpoints", index))
        return Marks(
            tuple(self.breakpoints(view.get("breakpoints", []))),
            tuple(watches),
            tuple(names.checkpoints),
        )

    def breakpoints(self, entries: Any) -> Iterator[Breakpoint]:
        if not isinstance(entries, list):
            reason = sentence("", type(entries).__name__, "a list", "")
            raise self.refused(reason, "$.view.breakpoints")
        self.check_count("view.breakpoints", len(entries), MAX_MARKS)
        for index, entry in enumerate(entries):
            where = step("$.view.breakpoints", index)
            record, extra = self.record(BreakpointRecord, entry, where)
            self.check_name(record.at, 2 * MAX_NAME + 1, f"{where}.at")
            if "." in record.at:
                self.port(record.at, f"{where}.at")
            when = None
            if record.when is not None:
                found, kept = self.record(ConditionRecord, record.when, f"{where}.when")
                when = Condition(found.of, found.test, found.bound, kept)
            yield Breakpoint(record.at, when, record.off, extra)

    def nodes(self, entries: list[dict[str, Any]], where: str) -> Iterator[Node]:
        for index, entry in enumerate(entries):
            record, extra = self.record(NodeRecord, entry, step(where, index))
            self.check_name(record.module, MAX_NAME, f"{self.where}.module")
            for key in record.attributes:
                if not key.startswith(FOREIGN):
                    self.check_name(key, MAX_NAME, f"{self.where}.attributes")
            if record.shares is not None:
                self.check_name(record.shares, MAX_NAME, f"{self.where}.shares")
                extra = {"shares": record.shares, **extra}
            yield Node(
                record.id,
                record.module,
                record.attributes,
                record.label,
                record.note,
                record.at,
                record.bypassed,
                extra,
            )

    def edges(
        self, entries: list[dict[str, Any]], where: str, routes: Routes | None = None
    ) -> Iterator[Edge]:
        for index, entry in enumerate(entries):
            record, extra = self.record(EdgeRecord, entry, step(where, index))
            if record.delay < 0:
                reason = sentence("", str(record.delay), "a whole number from 0 up", "")
                raise self.refused(reason, f"{self.where}.delay")
            if record.initial is not None:
                self.port(record.initial, f"{self.where}.initial")
                extra = {"initial": record.initial, **extra}
            if record.delay:
                extra = {"delay": record.delay, **extra}
            source = self.port(record.source, f"{self.where}.from")
            target = self.port(record.target, f"{self.where}.to")
            yield Edge(source, target, extra, routes.pop(target, ()) if routes else ())
        for target in routes or ():
            reason = sentence("", f"no edge that ends at {target}", "an edge of the graph", "")
            raise self.refused(reason, step("$.view.routes", str(target)))
        self.where = where

    def tensors(self, entries: dict[str, Any]) -> Iterator[tuple[PortRef, Tensor, Notes]]:
        for key, entry in entries.items():
            where = step("$.tensors", key)
            port = self.port(key, where)
            record, extra = self.record(TensorRecord, entry, where)
            yield port, tensors.decode(record), extra

    def record(self, kind: type[Record], entry: Any, where: str) -> tuple[Record, dict[str, Any]]:
        """A typed record, and the keys beginning with `x-` that stood beside it."""
        self.where = where
        known, extra = fields_of(kind), {}
        if isinstance(entry, dict) and not entry.keys() <= known:
            extra = {key: value for key, value in entry.items() if key.startswith(FOREIGN)}
            entry = {key: value for key, value in entry.items() if key not in extra}
            for key in entry:
                if key not in known:
                    mend = did_you_mean(key, sorted(known)) if len(key) <= MAX_NAME else ""
                    found = f"the unknown field {shown(key)}"
                    expected = "fields of the format, or keys that begin with x-"
                    raise self.refused(sentence("", found, expected, mend))
        try:
            return typed(kind, entry), extra
        except Misfit as error:
            raise self.refused(
                sentence("", error.found, error.expected, ""), where + error.path
            ) from None

    def port(self, text: str, where: str) -> PortRef:
        self.check_name(text, 2 * MAX_NAME + 1, where)
        try:
            return PortRef.parse(text)
        except GraphError as error:
            raise self.refused(str(error), where) from None

    def check_name(self, text: str, most: int, where: str) -> None:
        if not text or len(text) > most:
            expected = f"a name of 1 to {most}"
            raise self.refused(sentence("", f"{len(text)} characters", expected, ""), where)
        if reason := bad_character(text):
            raise self.refused(sentence("", reason, "a name of plain characters", ""), where)

    def check_count(self, key: str, count: int, most: int) -> None:
        if count > most:
            raise self.refused(sentence("", f"{count} {key}", f"at most {most}", ""), f"$.{key}")

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

    def refused(self, reason: str, where: str | None = None) -> FileError:
        return FileError(self.name, self.where if where is None else where, reason)
