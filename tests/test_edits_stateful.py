"""Random edits, taken back and brought again: the file, the wiring and the types stay right."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from graph import edits as e
from graph.catalogue import Catalogue
from graph.checking import check
from graph.errors import GraphError
from graph.files import dumps, loads
from graph.frames import Frame
from graph.history import History
from graph.port import PortRef
from graph.records import Edge, Node
from graph.tensor import Tensor
from graph.training import Training
from tests.conftest import TOYS
from tests.effort import tries

CATALOGUE = Catalogue(TOYS)
IDS = ("a", "b", "c", "d", "e", "f")
MODULES = (*(toy.name for toy in TOYS), "Stranger")

# All that an edit must carry along: unread keys, a loop in time, what no catalogue knows.
FIRST = b"""{"gradwire": 1, "title": "start", "target": "c.y", "x-top": [1, {"x": "\\ud800"}],
"nodes": [
  {"id": "a", "module": "Source", "attributes": {"shape": ["B", 2], "x-seen": true}, "x-n": 1},
  {"id": "b", "module": "Plus", "label": "sum", "note": "two\\nlines", "at": [8, 16]},
  {"id": "c", "module": "Total"},
  {"id": "d", "module": "Stranger", "attributes": {"k": {"deep": [1]}}, "shares": "e"},
  {"id": "e", "module": "Dense", "attributes": {"out_features": 3}}],
"edges": [
  {"from": "a.y", "to": "b.a", "x-e": "kept"}, {"from": "b.y", "to": "c.x"},
  {"from": "b.y", "to": "b.b", "delay": 1, "initial": "a.y"},
  {"from": "b.y", "to": "e.x"}, {"from": "e.y", "to": "d.anything"}],
"tensors": {
  "a.y": {"dtype": "float32", "shape": [1, 2], "values": [1, 2], "x-t": {"y": 1}},
  "d/inner.w": {"dtype": "int8", "shape": [1], "values": [-5], "x-t": 2},
  "e.weight": {"dtype": "float64", "shape": [3, 2], "values": [0, 1, 2, 3, 4, 5], "x-t": 3}},
"view": {"breakpoints": [{"at": "d/inner", "x-b": 1}, {"at": "e.x"}], "watches": ["a.y"],
  "checkpoints": ["b"]}, "time": {"steps": 2},
"training": {"frozen": ["d/inner", "e.weight"], "lr_factors": {"b": 0.5}, "x-g": 1}}"""

ATTRIBUTES = {
    "Source": {"shape": [(), (2,), ("B", 2), (0,), (1, 3), (-1,), "no"]},
    "Join": {"inputs": [1, 2, 3, 0], "m": [0, 2, 5]},
    "Dense": {"out_features": [1, 3, -1], "bias": [True, False, 1]},
    "Stranger": {"k": [1, "text", [1, {"a": None}]]},
}
TENSORS = (
    None,
    Tensor.scalar(1.5),
    Tensor.of_values("float32", (1, 2), [1, float("nan")]),
    Tensor.of_values("int64", (2,), [2**62, -1]),
    Tensor.of_values("float64", (3, 2), range(6)),
)


def port_names(graph, id_, side):
    """Ports that exist, and one that does not."""
    module = graph.module(id_) if id_ in graph else None
    if module is None:
        return ["anything", "other"]
    ports = module.input_ports if side == "in" else module.output_ports
    return [*(port.name for port in ports), "none"]


class Drawing:
    """Draws edits that may fit the graph as it stands, or may not."""

    def __init__(self, graph, draw):
        self.graph, self.draw = graph, draw

    def one_of(self, choices):
        return self.draw(st.sampled_from(list(choices)))

    def id(self):
        """An id that is used, three times in four."""
        used = list(self.graph.nodes)
        return self.one_of(used) if used and self.draw(st.integers(0, 3)) else self.one_of(IDS)

    def port(self, side):
        id_ = self.id()
        return PortRef(id_, self.one_of(port_names(self.graph, id_, side)))

    def attributes(self, module, *, reset):
        known = {**ATTRIBUTES.get(module, {"unknown": [1]}), "x-own": [1, [2]]}
        names = self.draw(st.lists(st.sampled_from(list(known)), unique=True, max_size=2))
        more = (e.RESET,) if reset else ()
        return {name: self.one_of((*known[name], *more)) for name in names}

    def edit(self):
        kinds = (
            self.add, self.add, self.connect, self.connect, self.connect, self.replace,
            self.disconnect, self.delay, self.remove, self.set, self.set_and_cut, self.label,
            self.rename, self.rename_kept, self.move, self.tensor, self.fields, self.frames,
            self.route, self.training, self.batch,
        )  # fmt: skip
        return self.one_of(kinds)()

    def add(self):
        module = self.one_of(MODULES)
        attributes = self.attributes(module, reset=False) if self.draw(st.booleans()) else {}
        at = self.one_of([None, (0.0, 8.0), (1.5, float("inf"))])
        bypassed = self.draw(st.integers(0, 4)) == 0
        return e.AddNode(Node(self.one_of(IDS), module, attributes, at=at, bypassed=bypassed))

    def training(self):
        names = [self.id(), f"{self.id()}.weight", f"{self.id()}/inner"]
        frozen = tuple(name for name in names if self.draw(st.booleans()))
        return e.SetGraph({"training": Training(2, frozen=frozen, lr_factors={self.id(): 0.5})})

    def connect(self):
        delayed = {"delay": 2, "initial": f"{self.id()}.y"}
        extra = self.one_of([{}, {}, {}, {"x-mark": [1]}, delayed])
        return e.Connect(Edge(self.port("out"), self.port("in"), extra))

    def replace(self):
        edge = self.connect()
        return e.Batch((e.Disconnect(edge.edge.target), edge))

    def disconnect(self):
        edges = [edge.target for edge in self.graph.edges]
        return e.Disconnect(self.one_of([*edges, PortRef("a", "none")]))

    def delay(self):
        edges = [edge.target for edge in self.graph.edges]
        initial = self.one_of([None, PortRef(self.id(), "y")])
        target = self.one_of([*edges, PortRef("a", "none")])
        return e.SetDelay(target, self.one_of([0, 1, 2]), initial)

    def remove(self):
        return e.RemoveNode(self.id())

    def set(self):
        id_ = self.id()
        module = self.graph.nodes[id_].module if id_ in self.graph else "Twice"
        return e.SetAttributes(id_, self.attributes(module, reset=True))

    def set_and_cut(self):
        id_ = self.one_of(self.graph.nodes) if self.graph.nodes else "a"
        if id_ not in self.graph:
            return e.RemoveNode(id_)
        attributes = self.attributes(self.graph.nodes[id_].module, reset=True)
        try:
            return self.graph.attribute_edit(id_, attributes)
        except GraphError:
            return e.SetAttributes(id_, attributes)  # refused as well

    def label(self):
        values = {"label": [None, "", "é", "\u202e"], "note": [None, "a\nb"], "bypassed": [0, 1]}
        name = self.one_of(values)
        value = self.one_of(values[name])
        return e.SetNode(self.id(), {name: bool(value) if name == "bypassed" else value})

    def rename(self):
        return e.Rename(self.id(), self.one_of((*IDS, "1x")))

    def rename_kept(self):
        id_ = self.one_of(self.graph.nodes) if self.graph.nodes else "a"
        new = self.one_of(IDS)
        return self.graph.rename_edit(id_, new) if id_ in self.graph else e.Rename(id_, new)

    def move(self):
        place = st.sampled_from([None, (8.0, 8.0), (-0.5, 1e9), (float("nan"), 0.0)])
        ids = self.draw(st.lists(st.sampled_from(IDS), unique=True, max_size=3))
        return e.Move({id_: self.draw(place) for id_ in ids})

    def tensor(self):
        return e.SetTensor(self.port(self.one_of(["in", "out"])), self.one_of(TENSORS))

    def fields(self):
        values = {
            "title": ["", "new"], "seed": [0, 7, -1], "dtype": ["float32", "float64", "int8"],
            "mode": ["train", "eval"], "target": [None, "a", "c.y"], "note": [None, "why"],
            "colour": [1],
        }  # fmt: skip
        name = self.one_of(values)
        return e.SetGraph({name: self.one_of(values[name])})

    def frames(self):
        boxes = [(0.0, 0.0, 100.0, 80.0), (-8.5, 1.0, 1.0, 1.0), (0.0, 0.0, 0.0, 1.0)]
        frame = st.builds(Frame, st.sampled_from(["", "a", "\n"]), st.sampled_from(boxes))
        return e.SetFrames(tuple(self.draw(st.lists(frame, max_size=2))))

    def route(self):
        place = st.sampled_from([(8.0, 8.0), (-0.5, 1e9), (float("nan"), 0.0)])
        route = self.draw(st.lists(place, max_size=2))
        return e.SetRoute(self.port(self.one_of(["in", "out"])), tuple(route))

    def batch(self):
        return e.Batch(tuple(self.edit() for _ in range(self.draw(st.integers(0, 3)))))


class Edits(RuleBasedStateMachine):
    """A graph with its history, beside the list of files that it has been."""

    def __init__(self):
        super().__init__()
        self.graph = loads(FIRST, catalogue=CATALOGUE)
        self.history = History(self.graph)
        self.files = [dumps(self.graph)]
        self.at = 0
        self.merged = None  # the merge key of the entry that a next edit may join
        self.saved = self.files[0]

    @rule(data=st.data(), key=st.sampled_from([None, None, "drag", "typing"]))
    def edit(self, data, key):
        edit = Drawing(self.graph, data.draw).edit()
        before = dumps(self.graph)
        told = (self.history.undo_text, self.history.redo_text, self.history.is_saved)
        revision = self.graph.revision
        joins = key is not None and self.merged == key and not self.history.is_saved
        refused = None
        try:
            self.history.do(edit, f"edit {self.at}", merge=key)
        except GraphError as error:
            refused = str(error)
        if refused is not None:
            assert refused.endswith((".", "?"))
            assert dumps(self.graph) == before
            now = (self.history.undo_text, self.history.redo_text, self.history.is_saved)
            assert now == told
            assert self.graph.revision == revision
            return
        assert self.graph.revision == revision + 1
        kept = self.at if joins and self.at else self.at + 1
        self.files[kept:] = [dumps(self.graph)]
        self.at, self.merged = kept, key

    @precondition(lambda self: self.at)
    @rule(times=st.integers(1, 3))
    def undo(self, times):
        for _ in range(min(times, self.at)):
            self.history.undo()
            self.at -= 1
        self.merged = self.key_below()

    @precondition(lambda self: self.at + 1 < len(self.files))
    @rule(times=st.integers(1, 3))
    def redo(self, times):
        for _ in range(min(times, len(self.files) - 1 - self.at)):
            self.history.redo()
            self.at += 1
        self.merged = self.key_below()

    @rule()
    def save(self):
        self.history.mark_saved()
        self.saved = dumps(self.graph)

    def key_below(self):
        """What the entry below would join with, as the history itself keeps it."""
        return self.history._undo[-1].merge if self.history._undo else None

    @invariant()
    def the_file_is_the_one_of_this_place(self):
        assert dumps(self.graph) == self.files[self.at]
        assert (self.history.undo_text is None) == (self.at == 0)
        assert (self.history.redo_text is None) == (self.at + 1 == len(self.files))
        if self.history.is_saved:
            assert dumps(self.graph) == self.saved

    @invariant()
    def a_fresh_graph_knows_the_same(self):
        fresh = loads(dumps(self.graph), catalogue=CATALOGUE)
        assert dumps(fresh) == dumps(self.graph)
        fresh.types.learn()
        known = self.graph.types
        if any(edge.delay for edge in self.graph.edges):  # what it carries only all nodes tell
            twin = self.graph.copy()
            known = twin.types
            known.learn()
        assert fresh.order() == self.graph.order()
        assert fresh.edges == self.graph.edges
        for id_ in self.graph.nodes:
            assert self.graph.successors(id_) is not None
            assert set(self.graph.predecessors(id_)) == set(fresh.predecessors(id_))
            assert set(self.graph.successors(id_)) == set(fresh.successors(id_))
            module = self.graph.module(id_)
            for port in module.ports if module else ("anything", "other"):
                ref = PortRef(id_, port)
                assert known.of(ref) == fresh.types.of(ref), ref
                assert self.graph.outgoing(ref) == fresh.outgoing(ref)
                assert self.graph.incoming(ref) == fresh.incoming(ref)

    @invariant()
    def the_graph_can_be_checked_and_has_no_cycle(self):
        place = {id_: index for index, id_ in enumerate(self.graph.order())}
        assert len(place) == len(self.graph.nodes)
        for edge in self.graph.edges:
            assert edge.delay or place[edge.source.node] < place[edge.target.node]
        assert check(self.graph).order == tuple(place)

    def teardown(self):
        while self.history.undo_text is not None:
            self.history.undo()
        assert dumps(self.graph) == self.files[0]
        while self.history.redo_text is not None:
            self.history.redo()
        assert dumps(self.graph) == self.files[-1]


TestEdits = Edits.TestCase
TestEdits.settings = settings(max_examples=tries(30, 80), stateful_step_count=40, deadline=None)


def test_the_first_file_has_all_that_edits_must_carry():
    graph = loads(FIRST, catalogue=CATALOGUE)
    assert dumps(loads(dumps(graph), catalogue=CATALOGUE)) == dumps(graph)
    for words in (b"x-top", b"x-seen", b"x-e", b"x-n", b"initial", b"shares", b"watches"):
        assert words in dumps(graph)
    with pytest.raises(GraphError):
        graph.connect("c.y", "a.none")
