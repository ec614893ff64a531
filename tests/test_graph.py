import pytest

from graph import edits as e
from graph.checking import check
from graph.errors import (
    BadAttribute,
    BadId,
    BadTensor,
    CycleFound,
    DuplicateId,
    FileError,
    KindMismatch,
    PortOccupied,
    SelfLoop,
    ShapeMismatch,
    UnknownModule,
    UnknownNode,
    UnknownPort,
)
from graph.files import dumps, loads
from graph.model import Graph
from graph.port import PortRef
from graph.tensor import Tensor
from graph.topology import find_cycle
from runtime import Engine


@pytest.fixture
def graph(toys):
    """x [B, 2] -> h -> s, and c beside it."""
    made = Graph(toys, title="toy", dtype="float32")
    made.add("Source", id="x", shape=("B", 2))
    made.add("Dense", id="h", out_features=3)
    made.add("Total", id="s")
    made.add("Source", id="c")
    made.connect("x.y", "h.x")
    made.connect("h.y", "s.x")
    return made


def picture(graph):
    """All that a file would hold."""
    fields = dict(graph.store.fields)
    return dict(graph.nodes), graph.edges, dict(graph.tensors), fields


@pytest.mark.parametrize(
    ("source", "target", "error", "words"),
    [
        ("s.y", "h.x", PortOccupied, "x.y"),
        ("s.y", "h.weight", CycleFound, "h → s → h"),
        ("x.y", "s.x", PortOccupied, "h.y"),
        ("x.z", "h.weight", UnknownPort, "x.z"),
        ("x.y", "h.w", UnknownPort, "weight"),
        ("q.y", "h.weight", UnknownNode, "q"),
        ("h.y", "h.weight", SelfLoop, "h.y"),
        ("c.y", "h.weight", ShapeMismatch, "c.y"),
    ],
)
def test_a_bad_edge_is_refused_with_a_sentence(graph, source, target, error, words):
    before = picture(graph)
    with pytest.raises(error, match=words):
        graph.connect(source, target)
    assert isinstance(graph.can_connect(source, target), error)
    assert picture(graph) == before


def test_kinds_that_do_not_fit_are_refused(graph):
    graph.add("Pick", id="p")
    with pytest.raises(KindMismatch) as caught:
        graph.connect("x.y", "p.index")
    assert (caught.value.node, caught.value.port) == ("p", "index")
    assert "x.y" in str(caught.value)


def test_replacing_an_edge_is_one_edit(graph):
    with pytest.raises(CycleFound):
        graph.connect("s.y", "h.x", replace=True)
    assert graph.incoming(PortRef("h", "x")) is not None
    graph.connect("x.y", "s.x", replace=True)
    assert str(graph.incoming(PortRef("s", "x"))) == "x.y -> s.x"


def test_ids_and_attributes_are_checked(graph):
    with pytest.raises(DuplicateId):
        graph.add("Total", id="x")
    with pytest.raises(BadId):
        graph.add("Total", id="1x")
    with pytest.raises(UnknownModule, match="Dense"):
        graph.add("Dens")
    with pytest.raises(BadAttribute, match="out_features"):
        graph.add("Dense", out_feature=3)
    with pytest.raises(BadAttribute, match=r"h\.out_features"):
        graph.set("h", out_features=0)
    with pytest.raises(BadTensor, match="weight"):
        graph.set_tensor("h.y", Tensor.scalar(1.0))
    assert graph.add("Total") == "total"
    assert graph.add("Total") == "total2"


@pytest.mark.parametrize(
    "edit",
    [
        e.RemoveNode("h"),
        e.RemoveNode("x"),
        e.Disconnect(PortRef("h", "x")),
        e.SetAttributes("h", {"out_features": 5, "bias": False}),
        e.SetAttributes("h", {"out_features": e.RESET}),
        e.SetNode("h", {"label": "hidden", "note": "two\nlines"}),
        e.Rename("h", "hidden"),
        e.Move({"x": (8.0, 16.0), "h": (80.0, 0.0)}),
        e.SetTensor(PortRef("h", "bias"), Tensor.of_values("float32", (3,), [1, 2, 3])),
        e.SetGraph({"title": "other", "seed": 7, "dtype": "float64", "target": "s"}),
        e.Batch((e.Disconnect(PortRef("s", "x")), e.RemoveNode("h"), e.Rename("s", "t"))),
    ],
)
def test_every_edit_has_an_inverse(graph, edit):
    graph.configure(target="h.y")
    graph.set_tensor("h.weight", Tensor.of_values("float32", (3, 2), range(6)))
    before = picture(graph)
    inverse = graph.apply(edit)
    after = picture(graph)
    assert after != before
    again = graph.apply(inverse)
    assert picture(graph) == before
    graph.apply(again)
    assert picture(graph) == after


def test_document_order_survives_removal_and_return(graph):
    inverse = graph.apply(e.RemoveNode("h"))
    graph.apply(inverse)
    assert list(graph.nodes) == ["x", "h", "s", "c"]
    assert [str(edge) for edge in graph.edges] == ["x.y -> h.x", "h.y -> s.x"]


def test_a_batch_is_all_or_nothing(graph):
    before = picture(graph)
    with pytest.raises(UnknownNode):
        graph.apply(e.Batch((e.RemoveNode("h"), e.RemoveNode("nobody"))))
    assert picture(graph) == before


def test_renaming_keeps_the_numbers_that_the_address_gave(graph):
    graph.set_tensor("x.y", Tensor.of_values("float32", (4, 2), range(8)))
    graph.rename("h", "hidden")
    weight = graph.tensors[PortRef("hidden", "weight")]
    assert weight.values() == [1.0] * 6  # one letter in the old address
    assert graph.incoming(PortRef("s", "x")).source == PortRef("hidden", "y")


def test_an_owned_tensor_comes_back_when_the_edge_is_cut(graph):
    graph.set_tensor("h.bias", Tensor.of_values("float32", (3,), [1, 2, 3]))
    graph.add("Source", id="b", shape=(3,))
    graph.connect("b.y", "h.bias")
    assert graph.tensors[PortRef("h", "bias")].values() == [1, 2, 3]
    graph.disconnect("h.bias")
    assert graph.incoming(PortRef("h", "bias")) is None


def test_an_attribute_that_takes_a_port_away_cuts_its_edge(graph):
    graph.add("Source", id="b", shape=(3,))
    graph.connect("b.y", "h.bias")
    with pytest.raises(PortOccupied):
        graph.apply(e.SetAttributes("h", {"bias": False}))
    graph.set("h", bias=False)
    assert graph.outgoing(PortRef("b", "y")) == ()


def test_types_follow_edits_downstream(graph):
    assert graph.types.of(PortRef("h", "y")).shape == ("B", 3)
    graph.set("h", out_features=7)
    assert graph.types.of(PortRef("s", "x")).shape == ("B", 7)
    graph.disconnect("h.x")
    assert graph.types.of(PortRef("h", "y")) is None
    graph.connect("x.y", "h.x")
    graph.set("x", shape=(5,))
    assert graph.types.of(PortRef("h", "y")).shape == (7,)


def test_a_copy_does_not_follow(graph):
    twin = graph.copy()
    revision = graph.revision
    graph.remove("h")
    assert "h" in twin
    assert twin.edges
    assert twin.revision == revision
    twin.remove("s")
    assert "s" in graph


def test_listeners_hear_what_changed(graph):
    heard = []
    stop = graph.subscribe(heard.append)
    graph.move("x", (0.0, 8.0))
    stop()
    graph.move("x", (0.0, 16.0))
    assert heard == [e.Move({"x": (0.0, 8.0)})]


def test_a_cycle_of_many_nodes_is_found_in_a_long_chain(toys):
    graph = Graph(toys)
    for i in range(3000):
        graph.add("Twice", id=f"n{i}")
    for i in range(2999):
        graph.connect(f"n{i}.y", f"n{i + 1}.x")
    with pytest.raises(CycleFound) as caught:
        graph.connect("n2999.y", "n0.x")
    assert len(caught.value.cycle) == 3000
    assert find_cycle(graph.nodes, graph.edges) is None
    assert graph.order() == tuple(graph.nodes)


def test_check_says_what_is_missing(graph):
    found = check(graph)
    assert {(p.code, p.node, p.port) for p in found.errors} == {
        ("no-value", "x", None),
        ("no-value", "c", None),
    }
    assert found.types[PortRef("h", "y")].shape == ("B", 3)
    assert not found.runnable


def test_a_tensor_binds_the_names_of_its_shape(graph):
    graph.set_tensor("x.y", Tensor.of_values("float32", (4, 2), range(8)))
    found = check(graph)
    assert found.sizes == {"B": 4}
    assert found.types[PortRef("h", "y")].shape == (4, 3)
    assert found.runnable == {"x", "h", "s"}
    assert found.target == PortRef("s", "y")
    assert check(graph, {"x": ("float32", (9, 2))}).types[PortRef("s", "x")].shape == (9, 3)


def test_equal_names_are_equal_sizes(graph):
    graph.add("Source", id="t", shape=("B",))
    found = check(graph, {"x": ("float32", (4, 2)), "t": ("float32", (5,))})
    assert any(p.code == "size" and p.node == "t" and "x" in p.expected for p in found.errors)


def test_a_kept_tensor_that_no_longer_fits_is_a_problem(graph):
    graph.set_tensor("h.weight", Tensor.of_values("float32", (3, 3), range(9)))
    (problem,) = [p for p in check(graph).errors if p.port == "weight"]
    assert problem.message == (
        "h.weight: found [3, 3], expected [3, 2]. Clear weight, or change what is wired."
    )


def test_the_target_is_the_only_scalar_sink(graph):
    graph.set_tensor("x.y", Tensor.of_values("float32", (4, 2), range(8)))
    graph.add("Total", id="s2")
    graph.connect("h.y", "s2.x")
    found = check(graph)
    assert found.target is None
    assert [str(port) for port in found.candidates] == ["s.y", "s2.y"]
    graph.configure(target="s2")
    assert check(graph).target == PortRef("s2", "y")
    graph.configure(target="h")
    found = check(graph)
    assert found.target == PortRef("h", "y")
    assert found.target_problem.severity == "warning"
    graph.configure(target="gone.y")
    assert check(graph).target_problem.severity == "error"


def test_removing_the_target_lets_it_go(graph):
    graph.configure(target="s")
    inverse = graph.apply(e.RemoveNode("s"))
    assert graph.target is None
    graph.apply(inverse)
    assert graph.target == "s"


def test_an_unwired_input_and_an_unknown_module_are_problems(graph):
    graph.add("Plus", id="p")
    graph.connect("x.y", "p.a")
    found = check(graph)
    assert ("unwired", "p", "b") in {(p.code, p.node, p.port) for p in found.problems}


def test_a_bypassed_node_passes_its_input_on(graph):
    graph.set_tensor("x.y", Tensor.of_values("float32", (4, 2), range(8)))
    graph.add("Twice", id="t")
    graph.connect("x.y", "t.x")
    graph.apply(e.SetNode("t", {"bypassed": True}))
    assert check(graph).types[PortRef("t", "y")].shape == (4, 2)
    graph.apply(e.SetNode("h", {"bypassed": True}))
    assert any(p.node == "h" and "bypassed" in p.found for p in check(graph).errors)


def test_a_port_can_be_wired_under_an_alias_of_its_module():
    graph = Graph()
    graph.add("Input", id="x", shape=("B", 3))
    graph.add("CrossEntropyLoss", id="loss")
    assert graph.can_connect("x.y", "loss.logits") is None
    graph.connect("x.y", "loss.logits")
    assert graph.incoming(PortRef("loss", "prediction")) is not None
    loaded = loads(dumps(graph).replace(b"loss.prediction", b"loss.logits"))
    assert loaded.edges == graph.edges
    graph.disconnect("loss.logits")
    assert graph.edges == ()


@pytest.mark.parametrize(
    ("seed", "written"),
    [
        ((2,), b'"seed_gradient": [2]'),
        (Tensor.of_values("float64", (3,), [1, 0, 2]), b'"values": [1.0, 0.0, 2.0]'),
    ],
)
def test_a_seed_gradient_is_part_of_the_file(seed, written):
    graph = Graph(target="y")
    graph.add("Input", id="x", shape=(3,))
    graph.set_tensor("x.y", Tensor.of_values("float64", (3,), [1, 2, 3]))
    graph.add("Square", id="y")
    graph.connect("x.y", "y.x")
    assert check(graph).target_problem.severity == "warning"
    graph.configure(seed_gradient=seed)
    assert check(graph).target_problem is None
    assert written in dumps(graph)
    loaded = loads(dumps(graph))
    assert loaded.seed_gradient == seed
    assert dumps(loaded) == dumps(graph)
    expected = [0, 0, 6] if isinstance(seed, tuple) else [2, 0, 12]
    assert Engine(loaded).run().gradient("x.y").tolist() == expected
    assert Engine(loaded, target="y").run().gradient("x.y").tolist() == [2, 4, 6]


def test_a_seed_gradient_that_is_none_is_refused():
    with pytest.raises(BadAttribute, match="index of one entry"):
        Graph(seed_gradient=(1.5,))
    with pytest.raises(FileError, match="seed_gradient"):
        loads('{"gradwire": 1, "seed_gradient": {"dtype": "float64", "shape": [2], "values": [1]}}')
