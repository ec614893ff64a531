"""Fragments of a graph: what is cut out, its text, and what putting it in makes of it."""

import json

import pytest

from graph import FileError, Graph, GraphError, Tensor, check, dumps, loads
from graph import edits as e
from graph.fragment import cut_out, insertion, read_text, write_text
from graph.free_ids import free_names
from graph.port import PortRef
from graph.records import MAX_NAME, Edge, Node
from tests.canvas_desk import by_hand
from tests.work_counter import counted_calls


@pytest.fixture
def graph():
    made = by_hand()
    made.apply(e.SetNode("x1", {"label": "w x", "note": "two\nlines"}))
    return made


def put(graph, fragment, shift=(24.0, 24.0)):
    edit, ids = insertion(graph, fragment, shift)
    graph.apply(edit)
    return ids


def wires(graph):
    return {(str(edge.source), str(edge.target)) for edge in graph.edges}


def test_it_holds_the_nodes_the_edges_between_them_and_their_tensors(graph):
    before = dumps(graph)
    fragment = cut_out(graph, {"w", "x1", "x2", "loss"})
    assert list(fragment.nodes) == ["w", "x1", "x2", "loss"]
    assert all(fragment.nodes[id_] == graph.nodes[id_] for id_ in fragment.nodes)
    assert wires(fragment) == {("w.y", "x1.a"), ("x1.y", "x2.a")}
    assert dict(fragment.tensors) == {PortRef("w", "y"): Tensor.scalar(3.0)}
    assert dumps(graph) == before


def test_the_text_is_a_file_and_comes_back(graph):
    text = write_text(graph, {"w", "x1"})
    assert json.loads(text)["gradwire"] == 1
    assert dumps(loads(text)).decode() == text
    assert dumps(read_text(f"\n  {text} \r\n", "mail")).decode() == text


def test_taken_ids_are_counted_on_and_everything_follows(graph):
    fragment = cut_out(graph, {"w", "x1", "x2"})
    before = dumps(graph)
    edit, ids = insertion(graph, fragment, (24.0, 16.0))
    inverse = graph.apply(edit)
    assert ids == ("w2", "x3", "x4")
    assert {("w2.y", "x3.a"), ("x3.y", "x4.a")} <= wires(graph)
    assert graph.tensors[PortRef("w2", "y")] == Tensor.scalar(3.0)
    assert (graph.nodes["x3"].label, graph.nodes["x3"].note) == ("w x", "two\nlines")
    assert graph.nodes["x3"].at == (264, 72)
    graph.apply(inverse)
    assert dumps(graph) == before


def test_free_ids_stay_and_no_two_nodes_get_the_same(graph):
    graph.add("Abs", "n")
    assert free_names(graph, ["n", "n2", "n3", "new"]) == {
        "n": "n4",
        "n2": "n2",
        "n3": "n3",
        "new": "new",
    }
    graph.add("Abs", "n" * MAX_NAME)
    (made,) = free_names(graph, ["n" * MAX_NAME]).values()
    assert made not in graph
    assert len(made) <= MAX_NAME


def test_a_whole_file_can_be_put_in_into_itself(graph):
    put(graph, read_text(dumps(graph).decode(), "file"))
    assert len(graph.nodes) == 16
    assert len(graph.edges) == 14
    graph.configure(target="loss2")
    assert check(graph).errors == ()


def test_an_edge_that_does_not_fit_comes_along_as_a_file_has_it():
    graph = Graph()
    graph.add("Input", "a", shape=(2, 3))
    graph.add("Input", "b", shape=(5, 7))
    graph.add("MatMul", "m")
    graph.connect("a.y", "m.a")
    graph.apply(e.Connect(Edge(PortRef("b", "y"), PortRef("m", "b")), 100))
    assert len(put(graph, cut_out(graph, graph.nodes.keys()))) == 3
    assert ("b2.y", "m2.b") in wires(graph)


def test_tensors_inside_a_node_and_what_is_kept_for_others_follow():
    graph = loads(
        json.dumps(
            {
                "gradwire": 1,
                "nodes": [
                    {"id": "one", "module": "Block", "x-colour": "red"},
                    {"id": "two", "module": "Block", "shares": "one"},
                    {"id": "three", "module": "Block", "shares": "one"},
                    {"id": "d", "module": "Abs"},
                ],
                "edges": [{"from": "one.y", "to": "two.x", "delay": 1, "initial": "d.y"}],
                "tensors": {"one/lin.weight": {"dtype": "float64", "shape": [], "values": [7.0]}},
            }
        )
    )
    put(graph, cut_out(graph, {"one", "two"}))
    assert graph.tensors[PortRef("one2/lin", "weight")] == Tensor.scalar(7.0)
    assert graph.nodes["one2"].extra == {"x-colour": "red"}
    assert graph.nodes["two2"].extra["shares"] == "one2"
    assert graph.incoming(PortRef("two2", "x")).extra == {"delay": 1}  # d stayed behind
    put(graph, cut_out(graph, {"three"}))
    assert graph.nodes["three2"].extra["shares"] == "one"
    elsewhere = Graph()
    elsewhere.add("Abs", "one")
    put(elsewhere, cut_out(graph, {"three"}))
    assert "shares" not in elsewhere.nodes["three"].extra
    put(graph, cut_out(graph, {"one", "two", "d"}))
    assert graph.incoming(PortRef("two3", "x")).extra["initial"] == "d2.y"


def test_nodes_without_a_place_are_arranged():
    text = '{"gradwire": 1, "nodes": [{"id": "a", "module": "Abs"}, {"id": "b", "module": "Abs"}]}'
    nodes = read_text(text, "mail").nodes
    assert all(node.at is not None for node in nodes.values())
    assert nodes["a"].at != nodes["b"].at


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Clipboard: found no text, expected nodes copied"),
        ("  \n", "found no text"),
        ("[1, 2; 3, 4]", r'found "\[1, 2; 3, 4\]", expected nodes copied from a graph'),
        ("import os", 'found "import os"'),
        ("a\u202eb\x00" + "c" * 500, "found .a.u202eb.u0000c+…"),
        ("{}", "Clipboard: \\$.gradwire: found no format number"),
        ('{"gradwire": 1}', "found a graph without nodes"),
        ('{"gradwire": 2}', "found format 2"),
        ('{"gradwire": 1, "nodes": [{"id": "a"}]}', r"\$\.nodes\[0\].*module"),
        ('{"gradwire": 1, "nodes": [', "fault in line 1"),
        ("{" * 100_000, "levels"),
        ('{"gradwire": 1, "nodes": [{"id": "a\ud800", "module": "Abs"}]}', "byte"),
    ],
)
def test_what_is_no_fragment_is_refused_in_a_sentence(text, words):
    with pytest.raises(FileError, match=words):
        read_text(text, "Clipboard")


def test_a_graph_does_not_grow_beyond_what_a_file_may_hold(graph, monkeypatch):
    monkeypatch.setattr("graph.fragment.MAX_NODES", 10)
    with pytest.raises(GraphError, match="found 12 nodes, expected at most 10"):
        insertion(graph, cut_out(graph, {"x", "w", "b", "x1"}), (0, 0))


def test_thousands_of_tensors_are_removed_node_by_node(graph):
    """Each node finds its own tensors without a walk over all, which takes some 20 s here."""
    ids = [f"p{i}" for i in range(8000)]
    number = Tensor.scalar(1.0)
    adding = (e.AddNode(Node(id_, "Parameter"), ((PortRef(id_, "y"), number),)) for id_ in ids)
    before = dumps(graph)
    graph.apply(e.Batch(tuple(adding)))
    with counted_calls() as work:
        inverse = graph.apply(e.Batch(tuple(map(e.RemoveNode, ids))))
    assert work.calls / len(ids) < 150
    assert dumps(graph) == before
    graph.apply(inverse)
    assert len(graph.tensors) == 8004
