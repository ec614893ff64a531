"""Random edits of composites with delays, taken back and brought again; mirrors keep in step."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from graph import Graph, check, dumps, loads
from graph import edits as e
from graph.definition import Blueprint, Inlet, Interface, Outlet, Setting
from graph.errors import GraphError
from graph.expanding import expand_edit
from graph.frames import Frame
from graph.grouping import group_edit, ungroup_edit, unique_edit
from graph.history import History
from graph.inside_expanding import expand_inside
from graph.places import inside, lift, project
from graph.port import PortRef
from graph.records import Edge, Node
from graph.tensor import Tensor
from tests.composite_graphs import two_blocks
from tests.effort import tries

IDS = ("x", "one", "two", "lin", "act", "add", "more")
NAMES = ("Block", "Pair", "Other", "Linear", "a b")
MODULES = ("Block", "Pair", "Other", "Tanh", "Add", "Linear", "Parameter", "Stranger", "LastStep")
TENSORS = (None, Tensor.of(np.ones(3)), Tensor.of(np.eye(3)), Tensor.of(np.ones((1, 2, 3))))


def first_graph() -> Graph:
    """Two blocks in a pair, one of them tied, a loop in time round the pair and one inside."""
    graph = two_blocks()
    graph.apply(group_edit(graph, {"one", "two"}, "Pair").edit)
    graph.apply(e.Within("Pair", e.SetShares("two", "one")))
    graph.add("Block", "one", width=3)
    graph.add("Add", "more")
    graph.connect("x.y", "more.a")
    graph.connect("one.y", "more.b", delay=1, initial="x.y")
    graph.connect("more.y", "one.x")
    graph.set_tensor("one/lin.bias", np.ones(3))
    graph.set_tensor("pair/one/lin.bias", np.ones(3))
    return loads(dumps(graph))


class Drawing:
    """Draws edits that may fit the graph as it stands, or may not."""

    def __init__(self, graph, draw):
        self.graph, self.draw = graph, draw

    def one_of(self, choices):
        return self.draw(st.sampled_from(list(choices)))

    def id(self, graph):
        return self.one_of((*graph.nodes, *graph.nodes, *IDS))

    def port(self, graph, side):
        id_ = self.id(graph)
        module = graph.module(id_) if id_ in graph else None
        if module is None:
            return PortRef(id_, self.one_of(("x", "y")))
        names = module.wired_names if side == "in" else module.output_names
        return PortRef(id_, self.one_of((*names, "x")))

    def attribute(self, graph):
        id_ = self.id(graph)
        module = graph.module(id_) if id_ in graph else None
        return PortRef(id_, self.one_of((*(module.attributes if module else ()), "width")))

    def plain(self, graph):
        """An edit of one graph: the document, or the inside of a definition."""
        kinds = (
            self.add, self.connect, self.rewire, self.rewire, self.cut, self.delay,
            self.remove, self.rename, self.tie, self.become, self.set, self.bypass, self.move,
            self.route,
        )  # fmt: skip
        return self.one_of(kinds)(graph)

    def add(self, graph):
        return e.AddNode(Node(self.one_of(IDS), self.one_of(MODULES)))

    def connect(self, graph):
        edge = Edge(self.port(graph, "out"), self.port(graph, "in"))
        delay = self.one_of((0, 0, 1, 2))
        initial = self.port(graph, "out") if delay and self.draw(st.booleans()) else None
        return e.Connect(edge.delayed(delay, initial))

    def rewire(self, graph):
        """Another source at an input that is wired, over a delay more often than not."""
        target = self.cut(graph).target
        source, delay = self.port(graph, "out"), self.one_of((0, 1, 2))
        initial = PortRef("x", "y") if delay and self.draw(st.booleans()) else None
        edge = Edge(source, target).delayed(delay, initial)
        return e.Batch((e.Disconnect(target), e.Connect(edge)))

    def cut(self, graph):
        return e.Disconnect(self.one_of((*(x.target for x in graph.edges), PortRef("x", "no"))))

    def delay(self, graph):
        target = self.cut(graph).target
        return e.SetDelay(target, self.one_of((0, 1, 2)), self.port(graph, "out"))

    def remove(self, graph):
        return e.RemoveNode(self.id(graph))

    def rename(self, graph):
        return e.Rename(self.id(graph), self.one_of(IDS))

    def tie(self, graph):
        return e.SetShares(self.id(graph), self.one_of((None, *IDS)))

    def become(self, graph):
        return e.SetModule(self.id(graph), self.one_of(MODULES))

    def set(self, graph):
        values = {"width": 3, "out_features": 2, "bias": False, "shape": (3,)}
        name = self.one_of(values)
        return e.SetAttributes(self.id(graph), {name: self.one_of((values[name], e.RESET))})

    def bypass(self, graph):
        return e.SetNode(self.id(graph), {"bypassed": self.draw(st.booleans())})

    def move(self, graph):
        return e.Move({self.id(graph): (8.0, 9.0)})

    def route(self, graph):
        return e.SetRoute(self.cut(graph).target, ((1.0, 2.0),))

    def definition(self):
        return self.one_of((*self.graph.definitions, "Other"))

    def body(self, name):
        found = self.graph.definitions.get(name)
        return found.body if found else self.graph

    def within(self):
        name = self.definition()
        return e.Within(name, self.plain(self.body(name)))

    def define(self):
        inner = self.one_of(("Tanh", "Block", "Pair"))
        interface = Interface(
            inputs=(Inlet("x", (PortRef("a", "x"),)),), outputs=(Outlet("y", PortRef("a", "y")),)
        )
        return e.Define(Blueprint(self.one_of(NAMES), interface, (Node("a", inner),)))

    def interface(self):
        name = self.definition()
        body = self.body(name)
        definition = self.graph.definitions.get(name)
        before = definition.interface if definition else Interface()
        inlets = (before.inputs, (), (Inlet("x", (self.port(body, "in"),)),))
        outlets = (before.outputs, (Outlet("y", self.port(body, "out")),))
        exposed = (before.attributes, (), (Setting("width", (self.attribute(body),)),))
        return e.SetInterface(
            name,
            replace(
                before,
                inputs=self.one_of(inlets),
                outputs=self.one_of(outlets),
                attributes=self.one_of(exposed),
            ),
        )

    def made(self):
        """Group, ungroup, make unique or expand: what the window does by one key."""
        ids, id_ = {self.id(self.graph) for _ in range(2)}, self.id(self.graph)
        make = self.one_of(
            (
                lambda: group_edit(self.graph, ids, self.one_of(NAMES)).edit,
                lambda: ungroup_edit(self.graph, id_),
                lambda: unique_edit(self.graph, id_, self.one_of(NAMES)),
                lambda: expand_edit(self.graph, id_),
                lambda: expand_inside(self.graph, id_, self.one_of(("lin", "act", *IDS))),
                lambda: self.graph.rename_edit(id_, self.one_of(IDS)),
            )
        )
        try:
            return make()
        except GraphError:
            return e.RemoveNode("nothing")

    def inner_address(self):
        addresses = check(self.graph).flat.graph.nodes
        address = self.one_of((*addresses, "one/lin"))
        return PortRef(address, self.one_of(("weight", "bias", "y", "x")))

    def edit(self):
        kinds = (
            lambda: self.plain(self.graph),
            lambda: self.plain(self.graph),
            self.within, self.within, self.within, self.within, self.define, self.interface,
            self.made, self.made,
            lambda: e.Undefine(self.definition()),
            lambda: e.RenameDefinition(self.definition(), self.one_of(NAMES)),
            lambda: e.SetTensor(self.inner_address(), self.one_of(TENSORS)),
            lambda: e.SetGraph({"target": self.one_of((None, "loss", "one/lin.y", "pair"))}),
            lambda: e.SetFrames((Frame("f", (0.0, 0.0, 9.0, 9.0)),)),
            lambda: e.Batch(tuple(self.edit() for _ in range(2))),
        )  # fmt: skip
        return self.one_of(kinds)()

    def seen(self, mirror):
        """An edit made where the inside of an instance is shown."""
        tensor = e.SetTensor(self.port(mirror, "in"), self.one_of(TENSORS))
        return self.one_of((self.plain(mirror), self.plain(mirror), tensor))


class Composites(RuleBasedStateMachine):
    """A document with its history, beside the list of files that it has been, and a mirror."""

    def __init__(self):
        super().__init__()
        self.graph = first_graph()
        self.history = History(self.graph)
        self.files = [dumps(self.graph)]
        self.at = 0
        self.address = "pair/one"
        self.mirror = inside(self.graph, self.address)
        self.graph.subscribe(self.follow)

    def follow(self, edit):
        if self.mirror is not None:
            shown = project(self.graph, self.address, edit)
            if shown is None:
                self.mirror = None
            else:
                self.mirror.change(shown)

    def do(self, edit):
        before = dumps(self.graph)
        try:
            self.history.do(edit, "edit")
        except GraphError:
            assert dumps(self.graph) == before
            return
        self.at += 1
        self.files[self.at :] = [dumps(self.graph)]

    @rule(data=st.data())
    def edit(self, data):
        self.do(Drawing(self.graph, data.draw).edit())

    @rule(data=st.data())
    def edit_where_it_is_seen(self, data):
        if self.mirror is not None:
            edit = Drawing(self.graph, data.draw).seen(self.mirror)
            try:
                lifted = lift(self.graph, self.address, edit)
            except GraphError:
                return
            self.do(lifted)

    @rule(data=st.data())
    def enter(self, data):
        instances = sorted(check(self.graph).flat.instances)
        if instances:
            self.address = data.draw(st.sampled_from(instances))
            self.mirror = inside(self.graph, self.address)

    @precondition(lambda self: self.at)
    @rule(times=st.integers(1, 3))
    def undo(self, times):
        for _ in range(min(times, self.at)):
            self.history.undo()
            self.at -= 1

    @precondition(lambda self: self.at + 1 < len(self.files))
    @rule(times=st.integers(1, 3))
    def redo(self, times):
        for _ in range(min(times, len(self.files) - 1 - self.at)):
            self.history.redo()
            self.at += 1

    @invariant()
    def the_file_is_the_one_of_this_place_and_can_be_read(self):
        data = dumps(self.graph)
        assert data == self.files[self.at]
        fresh = loads(data)
        assert dumps(fresh) == data
        assert check(fresh).problems == check(self.graph).problems
        for id_ in self.graph.nodes:
            module = self.graph.module(id_)
            for port in module.ports if module else ():
                ref = PortRef(id_, port)
                assert self.graph.types.of(ref) == fresh.types.of(ref), ref

    @invariant()
    def the_mirror_is_as_one_made_anew(self):
        if self.mirror is not None:
            assert dumps(self.mirror) == dumps(inside(self.graph, self.address))

    def teardown(self):
        while self.history.undo_text is not None:
            self.history.undo()
        assert dumps(self.graph) == self.files[0]
        while self.history.redo_text is not None:
            self.history.redo()
        assert dumps(self.graph) == self.files[-1]


TestComposites = Composites.TestCase
TestComposites.settings = settings(
    max_examples=tries(12, 25), stateful_step_count=20, deadline=None
)
