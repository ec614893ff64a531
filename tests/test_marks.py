"""Breakpoints, watches and checkpoints: in the file, and where they go when nodes change."""

import pytest

from graph import FileError, GraphError, History, PortRef, dumps, loads
from graph import edits as e
from graph.grouping import group_edit, ungroup_edit
from graph.inside_grouping import group_inside, ungroup_inside
from graph.marks import Breakpoint, Condition, Marks
from tests.canvas_desk import by_hand
from tests.composite_graphs import two_blocks

MARKS = Marks(
    (
        Breakpoint("x1"),
        Breakpoint("x2.a", Condition("gradient", "norm above", 2.5), extra={"x-who": "me"}),
        Breakpoint("loss", Condition("value", "not finite"), off=True),
    ),
    (PortRef("w", "y"), PortRef("x1", "a")),
    ("x2",),
)


def marked(graph=None, marks=MARKS):
    graph = graph or by_hand()
    graph.apply(e.SetMarks(marks))
    return graph


def test_marks_stand_in_the_file_and_come_back_byte_for_byte():
    data = dumps(marked())
    again = loads(data)
    assert again.marks == MARKS
    assert dumps(again) == data
    assert again.copy().marks == MARKS
    again.apply(e.SetMarks(Marks()))
    assert b"view" not in dumps(again)


def test_marks_follow_a_renamed_node_and_come_back():
    graph = marked()
    before = dumps(graph)
    inverse = graph.apply(graph.rename_edit("x1", "product"))
    assert graph.marks.breakpoints[0].at == "product"
    assert graph.marks.watches == (PortRef("w", "y"), PortRef("product", "a"))
    graph.apply(graph.rename_edit("x2", "sum"))
    assert graph.marks.checkpoints == ("sum",)
    assert graph.marks.breakpoints[1].at == "sum.a"
    graph.apply(e.Rename("sum", "x2"))
    graph.apply(inverse)
    assert dumps(graph) == before


def test_marks_go_with_their_node_and_undo_brings_them_back_in_their_order():
    graph = marked()
    history, before = History(graph), dumps(graph)
    history.do(e.Batch((e.RemoveNode("x1"), e.RemoveNode("x2"))), "Remove")
    assert [mark.at for mark in graph.marks.breakpoints] == ["loss"]
    assert graph.marks.watches == (PortRef("w", "y"),)
    assert graph.marks.checkpoints == ()
    history.undo()
    assert dumps(graph) == before
    history.redo()
    assert graph.marks.checkpoints == ()


def test_a_node_that_is_replaced_within_one_edit_keeps_its_marks():
    graph = marked()
    node = graph.nodes["loss"]
    graph.apply(e.Batch((e.RemoveNode("loss"), e.AddNode(node))))
    assert graph.marks.breakpoints[2].at == "loss"


def test_a_cut_edge_keeps_its_breakpoint():
    graph = marked()
    graph.disconnect("x2.a")
    assert graph.marks == MARKS


def test_marks_inside_a_composite_follow_what_happens_inside():
    graph = two_blocks()
    one, two = (id_ for id_, node in graph.nodes.items() if node.module in graph.definitions)
    name = graph.nodes[one].module
    inner = next(iter(graph.definitions[name].body.nodes))
    marks = Marks((Breakpoint(f"{one}/{inner}"), Breakpoint(f"{two}/{inner}"), Breakpoint(one)))
    marked(graph, marks)
    before = dumps(graph)
    assert loads(before).marks == marks
    history = History(graph)
    history.do(e.Within(name, e.Rename(inner, "other")), "Rename")
    assert [x.at for x in graph.marks.breakpoints] == [f"{one}/other", f"{two}/other", one]
    history.do(e.Within(name, e.RemoveNode("other")), "Remove")
    assert [x.at for x in graph.marks.breakpoints] == [one]
    history.undo()
    history.undo()
    assert dumps(graph) == before


@pytest.mark.parametrize(
    ("marks", "found"),
    [
        (Marks((Breakpoint("nobody"),)), "nobody, which is at no node"),
        (Marks((Breakpoint("x1"), Breakpoint("x1"))), "x1 twice"),
        (Marks(watches=(PortRef("x1/lin", "y"),)), "x1/lin.y, which is at no node"),
        (Marks((Breakpoint("x1", Condition("value", "norm above")),)), "x1 with bound None"),
        (Marks((Breakpoint("x1", Condition("value", "dead share above", 2.0)),)), "bound 2.0"),
        (Marks((Breakpoint("x1", Condition("value", "norm below", float("nan"))),)), "bound nan"),
        (Marks((Breakpoint("x1", Condition("value", "sign changes", 1.0)),)), "with a bound"),
    ],
)
def test_marks_that_cannot_be_are_refused_and_nothing_changes(marks, found):
    graph = by_hand()
    with pytest.raises(GraphError, match=found):
        graph.apply(e.SetMarks(marks))
    assert graph.marks == Marks()


NODES = '"nodes": [{"id": "x", "module": "Input", "attributes": {"shape": []}}]'


@pytest.mark.parametrize(
    ("view", "where"),
    [
        ('{"breakpoints": {}}', "$.view.breakpoints"),
        ('{"breakpoints": [{}]}', "$.view.breakpoints[0]"),
        ('{"breakpoints": [{"at": "x", "of": "value"}]}', "$.view.breakpoints[0]"),
        ('{"breakpoints": [{"at": "nobody"}]}', "$.view.breakpoints"),
        ('{"breakpoints": [{"at": "x."}]}', "$.view.breakpoints[0].at"),
        ('{"breakpoints": [{"at": ""}]}', "$.view.breakpoints[0].at"),
        (
            '{"breakpoints": [{"at": "x", "when": {"of": "price", "is": "norm above"}}]}',
            "$.view.breakpoints[0].when.of",
        ),
        (
            '{"breakpoints": [{"at": "x", "when": {"of": "value", "is": "nice"}}]}',
            "$.view.breakpoints[0].when.is",
        ),
        (
            '{"breakpoints": [{"at": "x", "when": {"of": "value", "is": "norm above"}}]}',
            "$.view.breakpoints",
        ),
        ('{"watches": ["x"]}', "$.view.watches[0]"),
        ('{"watches": [1]}', "$.view.watches[0]"),
        ('{"watches": ["y.y"]}', "$.view.watches"),
        ('{"checkpoints": "x"}', "$.view.checkpoints"),
        ('{"checkpoints": ["x", "x"]}', "$.view.checkpoints"),
    ],
)
def test_a_file_with_marks_that_cannot_be_is_refused_by_its_path(view, where):
    with pytest.raises(FileError) as refused:
        loads('{"gradwire": 1, ' + NODES + ', "view": ' + view + "}")
    assert refused.value.where == where


def test_marks_go_into_a_group_with_their_nodes_and_come_out_again():
    graph = marked()
    history, before = History(graph), dumps(graph)
    grouped = group_edit(graph, ["x1", "x2"], "Line")
    history.do(grouped.edit, "Group")
    id_ = grouped.id
    assert [mark.at for mark in graph.marks.breakpoints] == [f"{id_}/x1", f"{id_}/x2.a", "loss"]
    assert graph.marks.watches == (PortRef("w", "y"), PortRef(f"{id_}/x1", "a"))
    assert graph.marks.checkpoints == (f"{id_}/x2",)
    assert loads(dumps(graph)).marks == graph.marks
    history.do(ungroup_edit(graph, id_), "Ungroup")
    assert graph.marks == MARKS
    history.undo()
    assert graph.marks.checkpoints == (f"{id_}/x2",)
    history.undo()
    assert dumps(graph) == before
    history.redo()
    history.redo()
    assert graph.marks == MARKS


def test_inside_a_composite_they_do_so_in_every_instance():
    marks = Marks((Breakpoint("one/lin"), Breakpoint("loss")), (), ("two/lin", "one/act", "two"))
    graph = marked(two_blocks(), marks)
    history, before = History(graph), dumps(graph)
    grouped = group_inside(graph, "one", ["lin"], "Inner")
    history.do(grouped.edit, "Group")
    id_ = grouped.id
    assert [mark.at for mark in graph.marks.breakpoints] == [f"one/{id_}/lin", "loss"]
    assert graph.marks.checkpoints == (f"two/{id_}/lin", "one/act", "two")
    history.do(ungroup_inside(graph, "two", id_), "Ungroup")
    assert graph.marks == marks
    history.undo()
    history.undo()
    assert dumps(graph) == before
