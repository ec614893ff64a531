"""Small files of composites that ask for much, or for what cannot be: read in time, or refused."""

from __future__ import annotations

import json

import numpy as np
import pytest

from graph import FileError, Graph, check, dumps, loads
from graph import edits as e
from graph.definition import Blueprint
from graph.errors import BadAttribute, BadDefinition, GraphError
from graph.free_ids import free_definition_name
from graph.port import PortRef
from runtime import Engine
from tests.work_counter import counted_calls

X = {"id": "x", "module": "Input", "attributes": {"shape": [2]}}
TWO = {"x.y": {"dtype": "float64", "shape": [2], "values": [1.0, 2.0]}}
WIDTH = [{"name": "w", "to": ["l.out_features"]}]


def node(id_, module, **more):
    return {"id": id_, "module": module, **more}


def edge(source, target, **more):
    return {"from": source, "to": target, **more}


def inside(*nodes, edges=(), inputs=(), outputs=(), attributes=()):
    """A definition; `inputs` and `outputs` are (name, inner port)."""
    return {
        "inputs": [{"name": name, "to": to.split()} for name, to in inputs],
        "outputs": [{"name": name, "from": source} for name, source in outputs],
        "attributes": list(attributes),
        "nodes": list(nodes),
        "edges": list(edges),
    }


def read(nodes=(), edges=(), definitions=None, tensors=TWO, **more):
    known = {key for key in tensors if any(key.startswith(f"{x['id']}.") for x in nodes)}
    return loads(
        json.dumps(
            {
                "gradwire": 1,
                "nodes": list(nodes),
                "edges": list(edges),
                "tensors": {key: tensors[key] for key in known},
                "definitions": definitions or {},
                **more,
            }
        ),
        name="net",
    )


ONE = inside(node("i", "Identity"), inputs=[("x", "i.x")], outputs=[("y", "i.y")])
LAYER = inside(
    node("l", "Linear", attributes={"out_features": 2}),
    inputs=[("x", "l.x")],
    outputs=[("y", "l.y")],
    attributes=WIDTH,
)
HELD = inside(
    node("p", "Parameter", attributes={"shape": [2]}),
    node("a", "Multiply"),
    edges=[edge("p.y", "a.a")],
    inputs=[("x", "a.b")],
    outputs=[("y", "a.y")],
)


def row(count, module, **more):
    """x and so many instances in a row."""
    nodes = [X, *(node(f"b{i}", module, **more) for i in range(count))]
    before = ["x.y", *(f"b{i}.y" for i in range(count))]
    return nodes, [edge(before[i], f"b{i}.x") for i in range(count)]


def nested(levels, *, attributes=(), first=ONE):
    """Definitions that each hold the one before twice, side by side."""
    found = {"D0": first}
    for level in range(1, levels):
        found[f"D{level}"] = inside(
            node("a", f"D{level - 1}"),
            node("b", f"D{level - 1}"),
            inputs=[("x", "a.x b.x")],
            outputs=[("y", "a.y")],
            attributes=attributes,
        )
    return found


def calls(work, *given):
    with counted_calls() as done:
        work(*given)
    return done.calls


def grows_linearly(work, count):
    """Whether eight times as much is far less than a square's 64 times the work."""
    return calls(work, 8 * count) < 12 * calls(work, count)


def test_reading_instances_is_linear_in_their_number():
    assert grows_linearly(lambda count: read(*row(count, "One"), {"One": ONE}), 500)


def test_many_tied_instances_are_tied_in_linear_time():
    def work(count):
        nodes, edges = row(count, "Layer")
        for i in range(1, count):
            nodes[i + 1]["shares"] = f"b{i - 1}"
        found = check(read(nodes, edges, {"Layer": LAYER}))
        assert not found.errors
        assert set(found.flat.ties.values()) == {PortRef("b0/l", "weight"), PortRef("b0/l", "bias")}

    assert grows_linearly(work, 200)


def test_many_problems_are_collected_in_linear_time():
    def work(count):
        ports = [(f"x{i}", f"i{i}.x") for i in range(count)]
        many = inside(*(node(f"i{i}", "Identity") for i in range(count)), inputs=ports)
        assert len(check(read([node("q", "Many")], (), {"Many": many})).errors) == count

    assert grows_linearly(work, 300)


def test_settings_handed_down_through_levels_are_made_once_each():
    exposed = [{"name": "w", "to": ["a.w", "b.w"]}]
    definitions = nested(11, attributes=exposed, first=LAYER)
    nodes, edges = [X, node("q", "D10", attributes={"w": 5})], [edge("x.y", "q.x")]
    with counted_calls() as work:
        found = check(read(nodes, edges, definitions))
    assert work.calls < 2_000_000
    assert found.types[PortRef("q/" + "a/" * 10 + "l", "y")].shape == (5,)
    assert found.types[PortRef("q/" + "b/" * 10 + "l", "weight")].shape == (5, 2)


def test_the_types_of_an_instance_are_asked_once_per_kind_of_input():
    graph = read([X, node("q", "D12")], [edge("x.y", "q.x")], nested(13))
    assert calls(lambda: graph.types.of(PortRef("q", "y"))) < 40_000
    assert graph.types.of(PortRef("q", "y")).shape == (2,)


@pytest.mark.parametrize(
    "leaf",
    [
        inside(),
        inside(node("i", "Identity"), outputs=[(f"y{i}", "i.y") for i in range(3000)]),
    ],
    ids=["empty", "many ports"],
)
def test_definitions_that_grow_without_nodes_are_refused(leaf):
    definitions = {"D0": leaf}
    for level in range(1, 9):
        inner = (node(f"a{i}", f"D{level - 1}") for i in range(20))
        definitions[f"D{level}"] = inside(*inner)
    with pytest.raises(FileError, match=r"more .* than that with all"):
        read([node("q", "D8")], (), definitions)


def test_an_inner_input_is_fed_by_one_port_alone():
    for inputs in ([("x", "i.x i.x")], [("x", "i.x"), ("z", "i.x")]):
        with pytest.raises(FileError, match=r"definitions.*found i\.x twice, expected one input"):
            read((), (), {"B": inside(node("i", "Identity"), inputs=inputs)})


@pytest.mark.parametrize(
    ("definition", "found"),
    [
        (inside(node("i", "Identity"), inputs=[("x", "i.y")]), "an input of an inner node"),
        (inside(node("i", "Identity"), outputs=[("y", "i.x")]), "an output of an inner node"),
        (inside(node("i", "Clip"), inputs=[("x", "i.min")]), "an input of an inner node"),
        (
            inside(node("i", "Clip"), attributes=[{"name": "m", "to": ["i.x"]}]),
            "an attribute of an inner node",
        ),
        (inside(node("i", "BatchNorm"), inputs=[("m", "i.running_mean")]), "an input of an inner"),
    ],
)
def test_a_port_of_a_definition_stands_for_one_of_its_side(definition, found):
    with pytest.raises(FileError, match=f"expected {found}"):
        read((), (), {"B": definition})


def test_a_bypassed_instance_that_feeds_itself_has_no_value():
    nodes = [X, node("q", "One", bypassed=True), node("s", "Sum")]
    edges = [edge("q.y", "q.x", delay=1), edge("q.y", "s.x")]
    found = check(read(nodes, edges, {"One": ONE}, time={"steps": 3}))
    assert {problem.node for problem in found.errors} == {"q", "s"}


def test_an_instance_tied_in_a_circle_says_so():
    nodes, edges = row(3, "Layer", shares="b1")
    nodes[2]["shares"] = "b2"  # b1 -> b2 -> b1, and b0 leads into it
    found = check(read(nodes, edges, {"Layer": LAYER}))
    assert {p.node for p in found.errors if p.code == "shares"} == {"b0", "b1", "b2"}


def test_chains_of_ties_share_a_parameter_node_in_whatever_order_they_stand():
    for order in ((0, 1, 2), (2, 1, 0), (1, 2, 0)):
        nodes, edges = row(3, "Held")
        nodes[2]["shares"], nodes[3]["shares"] = "b0", "b1"
        nodes = [nodes[0], *(nodes[i + 1] for i in order)]
        graph = read(nodes, edges, {"Held": HELD}, target="b2.y")
        graph.set_tensor("b0/p.y", np.array([2.0, 3.0]))
        trace = Engine(graph).run()
        assert trace.value("b2.y").tolist() == [8.0, 54.0]
        assert trace.gradient("b0/p.y").tolist() == [12.0, 54.0]
        assert "b1/p" not in check(graph).flat.graph.nodes


def test_a_parameter_that_an_unwired_port_hands_on_is_tied_too():
    layer = dict(LAYER, inputs=[*LAYER["inputs"], {"name": "w", "to": ["l.weight"]}])
    layer["attributes"] = []
    nodes, edges = row(2, "Layer")
    nodes[2]["shares"] = "b0"
    found = check(read(nodes, edges, {"Layer": layer}))
    assert found.flat.ties[PortRef("b1/l", "weight")] == PortRef("b0/l", "weight")


@pytest.mark.parametrize("name", ["self", "cls", "settings", "body", "definition", "__init__"])
def test_ports_and_attributes_may_have_any_name(name):
    layer = inside(
        node("l", "Linear", attributes={"out_features": 2}),
        inputs=[(name, "l.x")],
        outputs=[("out", "l.y")],
        attributes=[{"name": name, "to": ["l.out_features"]}],
    )
    nodes = [X, node("q", "Layer", attributes={name: 3})]
    graph = read(nodes, [edge("x.y", f"q.{name}")], {"Layer": layer}, target="q.out")
    assert Engine(graph).run().value("q.out").shape == (3,)
    with pytest.raises(FileError, match="an attribute that does not exist"):
        read([node("r", "ReLU", attributes={name: 1})])


def test_a_setting_that_an_inner_node_refuses_is_refused_at_the_instance():
    both = [{"name": "w", "to": ["l.out_features", "l.bias"]}]
    with pytest.raises(FileError, match=r"found 2, expected true or false"):
        read([], [], {"Layer": dict(LAYER, attributes=both)})
    graph = read(*row(1, "Layer"), {"Layer": LAYER})
    with pytest.raises(BadAttribute, match=r"b0\.w: found 'no'"):
        graph.set("b0", w="no")


def test_a_setting_whose_node_goes_is_forgotten_by_the_instances_and_comes_back():
    graph = read(*row(2, "Layer", attributes={"w": 2}), {"Layer": LAYER})
    first = dumps(graph)
    back = graph.apply(e.Within("Layer", e.RemoveNode("l")))
    assert graph.nodes["b0"].attributes == {}
    assert not [problem for problem in check(graph).errors if problem.code == "attribute"]
    graph.apply(back)
    assert dumps(graph) == first


def test_an_edit_inside_that_an_instance_cannot_follow_is_refused():
    exposed = [{"name": "bias", "to": ["l.bias"]}]
    layer = dict(LAYER, attributes=exposed)
    graph = read(*row(1, "Layer", attributes={"bias": False}), {"Layer": layer})
    graph.apply(e.Within("Layer", e.AddNode(graph.nodes["x"])))
    first = dumps(graph)
    with pytest.raises(GraphError, match="b0"):
        graph.apply(e.Within("Layer", e.Connect(next(iter(wired("x.y", "l.bias"))))))
    assert dumps(graph) == first
    assert check(graph).flat.instances == {"b0": "Layer"}


def wired(source, target):
    graph = Graph()
    graph.add("Input", "x", shape=(2,))
    graph.add("Linear", "l", out_features=2)
    graph.connect(source, target)
    return graph.edges


def test_an_instance_without_outputs_can_be_bypassed():
    sink = inside(node("i", "Identity"), inputs=[("x", "i.x")])
    graph = read([X, node("q", "Sink", bypassed=True)], [edge("x.y", "q.x")], {"Sink": sink})
    assert graph.types.of(PortRef("q", "x")).shape == (2,)
    assert graph.types.arriving("q")["x"].shape == (2,)
    graph.types.learn()


def test_a_definition_in_use_cannot_lose_a_setting_that_is_set():
    graph = read(*row(1, "Layer", attributes={"w": 2}), {"Layer": LAYER})
    first = dumps(graph)
    interface = graph.definitions["Layer"].interface
    from dataclasses import replace

    with pytest.raises((BadDefinition, BadAttribute), match="b0"):
        graph.apply(e.SetInterface("Layer", replace(interface, attributes=())))
    assert dumps(graph) == first


def test_what_goes_inside_goes_in_all_that_hands_it_on_and_comes_back():
    outer = inside(
        node("a", "Layer", attributes={"w": 2}),
        inputs=[("x", "a.x")],
        outputs=[("y", "a.y")],
        attributes=[{"name": "w", "to": ["a.w"]}],
    )
    nodes = [X, node("o", "Whole", attributes={"w": 2}), node("s", "Sum")]
    graph = read(
        nodes,
        [edge("x.y", "o.x"), edge("o.y", "s.x")],
        {"Whole": outer, "Layer": LAYER},
        target="s.y",
    )
    first = dumps(graph)
    back = graph.apply(e.Within("Layer", e.RemoveNode("l")))
    interface = graph.definitions["Whole"].interface
    assert (interface.inputs, interface.outputs, interface.attributes) == ((), (), ())
    assert graph.nodes["o"].attributes == {}
    assert not [x for x in graph.edges if "o" in (x.source.node, x.target.node)]
    assert dumps(loads(dumps(graph))) == dumps(graph)
    then = dumps(graph)
    again = graph.apply(back)
    assert dumps(graph) == first
    graph.apply(again)
    assert dumps(graph) == then


def test_a_definition_does_not_take_the_name_of_unknown_modules_that_are_placed():
    graph = loads('{"gradwire": 1, "nodes": [{"id": "u", "module": "Composite"}], "edges": []}')
    first = dumps(graph)
    with pytest.raises(BadDefinition, match="an unknown module of that name"):
        graph.apply(e.Define(Blueprint("Composite")))
    assert free_definition_name(graph) == "Composite2"
    assert dumps(graph) == first


@pytest.mark.parametrize(
    ("nodes", "edges", "where"),
    [
        (
            [node("a", "Tanh"), node("b", "Tanh")],
            [edge("b.y", "a.x"), edge("a.y", "b.x")],
            r"net: \$\.definitions\.B\.edges\[1\]: .*a cycle",
        ),
        ([node("a/b", "Tanh")], [], r"net: \$\.definitions\.B: id: found 'a/b'"),
        ([node("a", "Clip", attributes={"min": "q"})], [], r"net: \$\.definitions\.B: a\.min: "),
        ([node("a", "Tanh")], [edge("a.y", "c.x")], r"net: \$\.definitions\.B: c: found no such"),
    ],
)
def test_a_refusal_inside_a_definition_names_the_definition(nodes, edges, where):
    with pytest.raises(FileError, match=where):
        read((), (), {"A": inside(), "B": inside(*nodes, edges=edges)})


def test_a_tie_to_an_instance_without_that_parameter_is_a_problem():
    layer = dict(LAYER, attributes=[{"name": "bias", "to": ["l.bias"]}])
    nodes, edges = row(2, "Layer")
    nodes[1]["attributes"], nodes[2]["shares"] = {"bias": False}, "b0"
    (problem,) = check(read(nodes, edges, {"Layer": layer})).errors
    assert problem.message.startswith("b1/l.bias: found a parameter of its own, expected one at b0")


def test_loops_that_lead_out_again_and_again_are_put_in_order_in_linear_time():
    def work(count):
        sequence = {"shape": [3, 2], "sequence": True}
        nodes, edges = [node("x", "Input", attributes=sequence)], []
        for i in range(count):  # each waits for the one before over a delay, against the order
            nodes[1:1] = [node(f"a{i}", "Add"), node(f"l{i}", "LastStep")]
            before = f"l{i - 1}.y" if i else "x.y"
            edges += [edge(before, f"a{i}.a", delay=1), edge("x.y", f"a{i}.b")]
            edges += [edge(f"a{i}.y", f"l{i}.x")]
        found = check(read(nodes, edges, tensors={}))
        stages = found.time.stages
        assert [stages[f"l{i}"] for i in range(count)] == [2 * i + 2 for i in range(count)]

    assert grows_linearly(work, 60)
