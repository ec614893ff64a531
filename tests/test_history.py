"""The history: undo, redo, merging, what is saved, and the budget."""

from __future__ import annotations

import pytest

from graph import Graph, History, PortRef, Tensor, dumps
from graph import edits as e
from graph.errors import GraphError
from graph.history import size_of
from graph.records import Node

X = PortRef("x", "y")


@pytest.fixture
def graph(toys):
    made = Graph(toys)
    made.add("Source", id="x")
    made.add("Twice", id="t")
    made.connect("x.y", "t.x")
    return made


@pytest.fixture
def history(graph):
    return History(graph)


def title(text):
    return e.SetGraph({"title": text})


def tensor(count, number=1.0):
    return e.SetTensor(X, Tensor.of_values("float64", (count,), [number] * count))


def test_undo_and_redo_go_through_the_same_files(graph, history):
    edits = [
        e.RemoveNode("x"),
        e.AddNode(Node("n", "Total")),
        e.Rename("t", "twice"),
        e.SetNode("twice", {"label": "two"}),
        e.Batch((e.RemoveNode("n"), title("new"))),
    ]
    files = [dumps(graph)]
    for number, edit in enumerate(edits):
        history.do(edit, f"edit {number}")
        files.append(dumps(graph))
    for number in (4, 3, 2, 1, 0):
        assert history.undo_text == f"edit {number}"
        history.undo()
        assert history.redo_text == f"edit {number}"
        assert dumps(graph) == files[number]
    assert history.undo_text is None
    history.undo()
    for number in range(5):
        history.redo()
        assert dumps(graph) == files[number + 1]
    assert history.redo_text is None
    history.redo()
    assert dumps(graph) == files[-1]


def test_a_refused_edit_leaves_no_entry(graph, history):
    history.do(title("a"), "title")
    history.undo()
    with pytest.raises(GraphError):
        history.do(e.RemoveNode("nobody"), "remove")
    assert history.undo_text is None
    assert history.redo_text == "title"
    assert history.is_saved


def test_a_new_edit_ends_what_could_be_redone(history):
    history.do(title("a"), "a")
    history.do(title("b"), "b")
    history.undo()
    history.do(title("c"), "c")
    assert history.redo_text is None
    assert history.undo_text == "c"


def test_a_drag_is_one_entry(graph, history):
    graph.move("x", (8, 8))
    before = dumps(graph)
    for step in range(100):
        history.do(e.Move({"x": (step, 0.0)}), "move", merge=("drag", 1))
    history.do(e.Move({"x": (200.0, 0.0), "t": (0.0, 0.0)}), "move", merge=("drag", 1))
    after = dumps(graph)
    history.undo()
    assert history.undo_text is None
    assert dumps(graph) == before
    history.redo()
    assert dumps(graph) == after
    assert isinstance(history._undo[-1].edit, e.Move)


def test_other_edits_merge_too(graph, history):
    before = dumps(graph)
    for count in range(1, 4):
        history.do(tensor(count), "value", merge="slider")
    assert history._size < 2 * size_of(tensor(3))
    history.do(title("a"), "value", merge="slider")
    history.do(e.RemoveNode("x"), "value", merge="slider")
    after = dumps(graph)
    history.undo()
    assert dumps(graph) == before
    history.redo()
    assert dumps(graph) == after
    assert history.redo_text is None


@pytest.mark.parametrize("between", ["undo and redo", "other", "save", "none", "undo"])
def test_what_comes_between_ends_merging(graph, history, between):
    history.do(title("1"), "first", merge="typing")
    history.do(title("2"), "second", merge="typing")
    assert history.undo_text == "first"
    if between == "undo and redo":
        history.undo()
        history.redo()
    elif between == "other":
        history.do(title("x"), "other", merge="another")
    elif between == "save":
        history.mark_saved()
    elif between == "none":
        history.do(title("x"), "no key")
    else:
        history.do(title("x"), "other")
        history.undo()
    history.do(title("3"), "third", merge="typing")
    assert history.undo_text == "third"
    history.undo()
    assert graph.title == ("x" if between in ("other", "none") else "2")


def test_saved_is_a_state_and_not_a_count(graph, history):
    assert history.is_saved
    history.do(title("a"), "a")
    assert not history.is_saved
    history.undo()
    assert history.is_saved
    history.redo()
    history.mark_saved()
    assert history.is_saved
    history.do(title("b"), "b")
    history.undo()
    assert history.is_saved
    history.undo()
    assert not history.is_saved
    history.do(title("c"), "c")  # as long a history as when it was saved, but another one
    assert not history.is_saved
    history.undo()
    assert not history.is_saved


def test_a_merged_entry_is_another_state(history):
    history.do(title("a"), "a", merge="k")
    history.mark_saved()
    history.undo()
    history.redo()
    assert history.is_saved
    history.do(title("b"), "b", merge="k")
    assert not history.is_saved
    history.undo()
    assert history.is_saved


def test_clearing_forgets_entries_and_not_what_is_saved(history):
    history.do(title("a"), "a")
    history.clear()
    assert history.undo_text is None
    assert history.redo_text is None
    assert not history.is_saved
    history.mark_saved()
    history.do(title("b"), "b")
    history.undo()
    history.clear()
    assert history.is_saved


def test_the_oldest_entries_are_dropped_beyond_the_budget(graph):
    history = History(graph, budget=10 * size_of(tensor(1000)))
    for number in range(100):
        history.do(tensor(1000, number), f"set {number}")
    count = 0
    while history.undo_text is not None:
        history.undo()
        count += 1
    assert 8 <= count <= 10
    assert graph.tensors[X].values()[0] == 99 - count
    assert not history.is_saved  # the saved state was dropped
    while history.redo_text is not None:
        history.redo()
    assert graph.tensors[X].values()[0] == 99


def test_the_newest_entry_is_kept_whatever_it_weighs(graph):
    history = History(graph, budget=100)
    before = dumps(graph)
    history.do(tensor(1000), "set")
    history.do(tensor(5000), "set again")
    history.do(e.RemoveNode("x"), "remove")
    assert history.undo_text == "remove"
    history.undo()
    assert graph.tensors[X].size == 5000
    assert history.undo_text is None
    assert history.redo_text == "remove"
    assert dumps(graph) != before


def test_what_redo_holds_counts_too(graph):
    history = History(graph, budget=5 * size_of(tensor(1000)))
    for number in range(20):
        history.do(e.SetTensor(X, None) if number % 2 else tensor(1000, number), str(number))
    for _ in range(100):
        history.undo()
    held = sum(entry.size for entry in (*history._undo, *history._redo))
    assert held == history._size <= 5 * size_of(tensor(1000))


def test_many_moves_are_bounded_as_well(graph):
    history = History(graph, budget=100_000)
    for number in range(1000):
        history.do(e.Move({"x": (float(number), 0.0), "t": None}), "move")
    assert len(history._undo) < 200


def test_what_no_file_holds_stays_unsaved_whatever_is_undone(graph):
    history = History(graph)
    history.mark_unsaved()
    assert not history.is_saved
    history.do(e.Move({"x": (8.0, 8.0)}), "move")
    history.undo()
    assert not history.is_saved
    history.mark_saved()
    history.redo()
    assert not history.is_saved
    history.undo()
    assert history.is_saved
