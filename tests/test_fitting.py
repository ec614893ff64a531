"""Which modules fit at a port, asked of the signatures before anything is wired."""

import pytest

from graph import Graph, PortRef, default_catalogue
from graph import edits as e
from graph.fitting import after_output, before_input, inside_edge, ports_inside
from graph.records import Edge, Node
from tests.work_counter import counted_calls


@pytest.fixture
def classifier():
    graph = Graph()
    graph.add("Input", "x", shape=(5, 3))
    graph.add("Input", "i", shape=(5,), dtype="int64")
    graph.add("Linear", "h", out_features=4)
    graph.add("CrossEntropyLoss", "loss")
    graph.connect("x.y", "h.x")
    graph.connect("h.y", "loss.prediction")
    return graph


def named(fits):
    return {fit.module.name: fit for fit in fits}


def wired(graph, fit, port: PortRef):
    """The graph with the module of a fit wired to a port: raises where the graph refuses it."""
    twin = graph.copy()
    twin.apply(e.AddNode(Node("new", fit.module.name, dict(fit.settings))))
    ends = (port, PortRef("new", fit.takes)) if fit.takes else (PortRef("new", fit.gives), port)
    twin.connect(*ends)
    return twin


@pytest.mark.parametrize("source", ["x.y", "i.y", "h.y"])
def test_what_fits_an_output_is_what_the_graph_takes(classifier, source):
    port = PortRef.parse(source)
    fits = named(after_output(classifier, port))
    for kind in classifier.catalogue:
        if kind.name in fits:
            wired(classifier, fits[kind.name], port)
        else:
            twin = classifier.copy()
            twin.add(kind.name, "new")
            ports = [p.name for p in twin.module("new").wired_ports]
            assert all(twin.can_connect(port, PortRef("new", name)) for name in ports), kind.name


@pytest.mark.parametrize("target", ["h.weight", "h.bias", "loss.target"])
def test_what_fits_an_input_is_what_the_graph_takes(classifier, target):
    port = PortRef.parse(target)
    fits = before_input(classifier, port)
    assert fits
    for fit in fits:
        wired(classifier, fit, port)


def test_sources_come_first_and_are_made_to_fit(classifier):
    weights = before_input(classifier, PortRef("h", "weight"))
    assert [fit.module.name for fit in weights[:3]] == ["Input", "Constant", "Parameter"]
    assert weights[2].settings == {"shape": (4, 3)}
    classes = before_input(classifier, PortRef("loss", "target"))
    assert classes[0].settings == {"dtype": "int64", "shape": (5,)}
    assert "Parameter" not in named(classes)  # it is floating, and cannot be classes
    graph = Graph()
    graph.add("Add", "a")
    assert before_input(graph, PortRef("a", "a"))[0].settings == {}


def test_parameters_take_a_wire_where_no_input_can():
    graph = Graph()
    graph.add("Parameter", "w", shape=(4,))
    fits = named(after_output(graph, PortRef("w", "y")))
    assert fits["Linear"].takes == "x"
    graph.set("w", shape=())
    assert "Linear" not in named(after_output(graph, PortRef("w", "y")))


def test_a_module_stands_in_an_edge_where_both_halves_fit(classifier):
    into_loss = classifier.incoming(PortRef("loss", "prediction"))
    fits = named(inside_edge(classifier, into_loss))
    assert (fits["ReLU"].takes, fits["ReLU"].gives) == ("x", "y")
    assert (fits["Add"].takes, fits["Add"].gives) == ("a", "y")
    assert "MSELoss" not in fits  # a scalar is no prediction
    assert "Input" not in fits
    twin = classifier.copy()
    twin.add("Linear", "more", out_features=2)
    assert ports_inside(twin, twin.module("more"), into_loss) == ("x", "y")
    assert ports_inside(twin, twin.module("x"), into_loss) is None


def test_an_edge_of_unknown_shape_takes_what_its_kind_allows():
    graph = Graph()
    graph.add("ReLU", "a")
    graph.add("ReLU", "b")
    graph.connect("a.y", "b.x")
    edge = Edge(PortRef("a", "y"), PortRef("b", "x"))
    assert {"Tanh", "MatMul", "Linear"} <= set(named(inside_edge(graph, edge)))


def test_asking_the_whole_catalogue_is_little_work(classifier):
    after_output(classifier, PortRef("x", "y"))  # types are known from then on
    with counted_calls() as work:
        after_output(classifier, PortRef("h", "y"))
        before_input(classifier, PortRef("h", "weight"))
        inside_edge(classifier, classifier.incoming(PortRef("loss", "prediction")))
    assert work.calls / 3 / len(default_catalogue()) < 300


@pytest.mark.parametrize("target", ["h.x", "loss.prediction", "loss.target"])
def test_whatever_is_said_to_stand_in_an_edge_the_graph_takes(classifier, target):
    classifier.connect("i.y", "loss.target")
    edge = classifier.incoming(PortRef.parse(target))
    for fit in inside_edge(classifier, edge):
        twin = classifier.copy()
        halves = (
            Edge(edge.source, PortRef("new", fit.takes)),
            Edge(PortRef("new", fit.gives), edge.target),
        )
        added = e.AddNode(Node("new", fit.module.name))
        twin.apply(e.Batch((added, e.Disconnect(edge.target), *map(e.Connect, halves))))
