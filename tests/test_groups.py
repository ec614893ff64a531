"""What copies of a graph share until one of them writes, and that none sees what another wrote."""

from graph import Graph, PortRef, Tensor, dumps, loads
from graph import edits as e
from graph.groups import Groups
from graph.records import NOTHING, Node
from runtime.plan import compile_plan
from tests.runtime_toys import by_hand

TABLES = ("_nodes", "_edges", "tensors", "node_rank", "edge_rank")


def told(graph: Graph) -> tuple[object, ...]:
    """Everything that can be asked of a graph's nodes, edges and tensors."""
    ids = list(graph.nodes)
    return (
        ids,
        [str(edge) for edge in graph.edges],
        dict(graph.tensors),
        {id_: dict(graph.arriving(id_)) for id_ in ids},
        {id_: dict(graph.store.leaving[id_]) for id_ in ids},
        {id_: graph.store.tensors_of(id_) for id_ in ids},
    )


def edits() -> list[e.Edit]:
    scalar = Tensor.scalar(7.0)
    return [
        e.SetTensor(PortRef("w", "y"), scalar),
        e.SetTensor(PortRef("w", "y"), None),
        e.Disconnect(PortRef("x2", "a")),
        e.Rename("x1", "product"),
        e.RemoveNode("difference"),
        e.AddNode(Node("new", "Tanh")),
        e.Move({"x": (1.0, 2.0)}),
        e.SetAttributes("x", {"shape": (3,)}),
    ]


def test_a_copy_holds_the_very_tables_until_one_of_the_two_writes():
    graph = by_hand()
    twin = graph.copy()
    for name in TABLES:
        assert getattr(twin.store, name) is getattr(graph.store, name), name
    assert twin.store.arriving is graph.store.arriving
    assert twin.store.leaving is graph.store.leaving
    told(twin)  # reading makes nothing of its own
    assert twin.store.leaving is graph.store.leaving
    graph.apply(e.Disconnect(PortRef("x2", "a")))
    assert twin.store.arriving is not graph.store.arriving
    assert twin.store.arriving["x1"] is graph.store.arriving["x1"]  # nobody wrote there
    assert twin.store.tensors is graph.store.tensors


def test_neither_the_graph_nor_its_copy_sees_what_the_other_writes():
    count = len(edits())
    for number in range(count):
        graph = by_hand()
        copies = [graph.copy(), graph.copy()]
        copies.append(copies[0].copy())
        before = told(graph)
        copies[0].apply(edits()[number])
        changed = told(copies[0])
        assert [told(each) == before for each in (graph, *copies[1:])] == [True] * 3, number
        graph.apply(edits()[number])
        assert told(graph) == changed, number
        assert told(copies[1]) == told(copies[2]) == before
        assert told(copies[0]) == changed


def test_undoing_in_a_graph_whose_copy_is_kept_gives_the_same_again():
    for edit in edits():
        graph = by_hand()
        kept, before = graph.copy(), told(graph)
        inverse = graph.apply(edit)
        graph.copy()
        graph.apply(inverse)
        assert told(graph) == told(kept) == before, edit


def test_groups_keep_nothing_of_who_has_nothing_left():
    groups: Groups[str, int] = Groups()
    groups.of("a")["x"] = 1
    groups.of("a")["y"] = 2
    twin = groups.copy()
    groups.pop("a", "x")
    groups.pop("a", "unknown")
    groups.pop("b", "x")
    assert (groups.table["a"], twin.table["a"]) == ({"y": 2}, {"x": 1, "y": 2})
    groups.pop("a", "y")
    assert "a" not in groups.table
    assert groups.table["a"] == {}
    twin.drop("a")
    assert (dict(groups.table), dict(twin.table)) == ({}, {})


def test_what_a_file_says_often_is_held_once():
    read = loads(dumps(by_hand()))
    assert all(edge.extra is NOTHING for edge in read.edges)
    assert all(node.extra is NOTHING for node in read.nodes.values())
    assert read.nodes["x1"].attributes is NOTHING
    for edge in read.edges:
        assert edge.source.node is read.nodes[edge.source.node].id
        assert edge.target.node is read.nodes[edge.target.node].id


def test_a_plan_names_ports_by_the_addresses_of_its_check():
    plan = compile_plan(by_hand())
    known = {ref: ref for ref in plan.check.types}
    for step in plan.forward:
        assert all(known[ref] is ref for ref in (*step.reads, *step.writes))


def test_a_batch_knows_the_kinds_of_its_parts():
    move, cut = e.Move({"x": (0.0, 0.0)}), e.Disconnect(PortRef("x2", "a"))
    inner = e.Batch((cut, e.Batch((move,))))
    assert inner.kinds == {e.Disconnect, e.Move}
    assert e.Batch((inner, e.RemoveNode("x"))).kinds == {e.Disconnect, e.Move, e.RemoveNode}
    assert e.Batch(()).kinds == frozenset()
    assert e.kinds_of(move) == {e.Move}
    assert e.Batch((move,)) == e.Batch((move,))
