"""The document: edits with refusals, late answers, selection, files."""

from dataclasses import dataclass

import pytest

from graph import FileError, GradwireError, Graph, Node, PortRef
from graph import edits as e
from gui.consequences import concerns_run
from gui.document import Document
from gui.waiting import wait_for


@dataclass(frozen=True)
class Answer:
    """A check or a trace as far as the document looks into it."""

    revision: int
    steps: tuple = ()
    failure = None


@pytest.fixture
def document(qapp, toys):
    document = Document(catalogue=toys)
    graph = Graph(toys)
    graph.add("Source", "u", at=(0, 0))
    graph.add("Twice", "v", at=(200, 0))
    graph.connect("u.y", "v.x")
    document.replace(graph, None)
    return document


def texts(signal):
    said = []
    signal.connect(said.append)
    return said


def test_an_edit_can_be_taken_back_and_made_again(document):
    assert document.do(e.AddNode(Node("w", "Twice")), "Add Twice")
    assert not document.is_saved
    assert document.history.undo_text == "Add Twice"
    document.undo()
    assert "w" not in document.graph
    assert document.is_saved
    document.redo()
    assert "w" in document.graph


def test_a_refused_edit_becomes_a_sentence(document):
    said = texts(document.refused)
    assert not document.do(e.AddNode(Node("u", "Twice")), "Add Twice")
    assert len(said) == 1
    assert "u" in said[0]
    assert document.is_saved


@pytest.mark.parametrize(
    ("edit", "runs"),
    [
        (e.Move({"u": (8, 8)}), False),
        (e.SetNode("u", {"label": "input"}), False),
        (e.SetNode("v", {"bypassed": True}), True),
        (e.SetGraph({"title": "T"}), False),
        (e.SetGraph({"title": "T", "seed": 1}), True),
        (e.Batch((e.Move({"u": (8, 8)}), e.SetNode("u", {"note": "n"}))), False),
        (e.Batch((e.Move({"u": (8, 8)}), e.RemoveNode("v"))), True),
        (e.Disconnect(PortRef("v", "x")), True),
    ],
)
def test_a_move_or_a_label_runs_nothing(document, edit, runs):
    assert concerns_run(edit) is runs
    before, shown = document.run_revision, document.shown
    assert document.do(edit, "Edit")
    assert (document.run_revision > before) is runs
    assert (document.shown is not shown) is runs  # what one sees of the last run stays


def test_answers_for_an_older_graph_are_dropped(document):
    old = document.graph.revision
    document.do(e.RemoveNode("v"), "Delete v")
    assert not document.accept_check(Answer(old))
    assert not document.accept_trace(Answer(old))
    assert not document.accept_report(object(), old)
    assert (document.check, document.trace, document.report) == (None, None, None)


def test_an_answer_stays_fresh_while_nodes_are_moved(document):
    answer = Answer(document.graph.revision)
    document.do(e.Move({"u": (80, 8)}), "Move")
    assert document.accept_trace(answer)
    assert document.accept_check(answer)
    assert document.is_fresh
    assert document.is_checked
    document.do(e.RemoveNode("v"), "Delete v")
    assert not document.is_fresh
    assert not document.is_checked


def test_an_edit_takes_the_verdict_away(document, qtbot):
    document.accept_report(object(), document.graph.revision)
    with qtbot.waitSignal(document.reported):
        document.do(e.RemoveNode("v"), "Delete v")
    assert document.report is None


def test_the_selection_follows_what_happens(document):
    document.selection.set_nodes({"u", "v"})
    assert document.selection.kind == "nodes"
    document.do(e.RemoveNode("v"), "Delete v")
    assert document.selection.node == "u"
    document.do(e.Batch((e.Rename("u", "input"),)), "Rename")
    assert document.selection.node == "input"
    document.undo()
    assert document.selection.node == "u"


def test_a_cut_edge_is_not_selected_any_more(document):
    document.selection.set_edge("v.x")
    assert document.selection.kind == "edge"
    document.do(e.Rename("v", "w"), "Rename")
    assert document.selection.edge == PortRef("w", "x")
    document.do(e.Disconnect(PortRef("w", "x")), "Cut")
    assert document.selection.kind == "graph"


def test_a_pin_stays_selected_without_an_edge(document):
    document.do(e.AddNode(Node("layer", "Dense")), "Add Dense")
    document.selection.set_edge("layer.weight")
    document.do(e.Move({"layer": (8, 8)}), "Move")
    assert document.selection.edge == PortRef("layer", "weight")
    document.selection.toggle("u")
    assert document.selection.kind == "node"
    document.selection.toggle("u")
    assert document.selection.kind == "graph"


def test_another_graph_starts_everything_anew(document, qtbot, toys):
    document.accept_trace(Answer(document.graph.revision))
    document.selection.set_nodes({"u"})
    with qtbot.waitSignals([document.replaced, document.saved_changed]):
        document.replace(Graph(toys), None)
    assert document.trace is None
    assert document.selection.kind == "graph"
    assert document.history.undo_text is None
    assert document.playhead.is_at_start
    assert document.shown.value(PortRef("u", "y")).state == "blank"


def test_an_old_graph_is_not_listened_to(document, toys):
    old = document.graph
    document.replace(Graph(), None)
    said = texts(document.edited)
    old.add("Source", "late")
    assert said == []


def test_saving_and_opening(document, tmp_path):
    path = tmp_path / "a.gradwire"
    with pytest.raises(GradwireError):
        document.save()
    document.do(e.SetGraph({"title": "Mine"}), "Rename the graph")
    document.save(path)
    assert document.is_saved
    assert document.path == path
    other = Document(catalogue=document.catalogue)
    other.open(path)
    assert list(other.graph.nodes) == ["u", "v"]
    assert other.name == "Mine"
    assert other.is_saved
    document.undo()
    assert not document.is_saved
    assert document.name == "a"


def test_nodes_without_a_place_get_one_on_loading(qapp, toys, tmp_path):
    document = Document(catalogue=toys)
    document.graph.add("Source", "u")
    document.graph.add("Twice", "v")
    document.graph.connect("u.y", "v.x")
    document.save(tmp_path / "a.gradwire")
    document.open(tmp_path / "a.gradwire")
    places = [node.at for node in document.graph.nodes.values()]
    assert None not in places
    assert places[0] != places[1]
    assert document.is_saved


def test_a_bad_file_leaves_the_old_graph(document, tmp_path):
    (tmp_path / "bad.gradwire").write_text("{")
    before = document.graph
    with pytest.raises(FileError):
        document.open(tmp_path / "bad.gradwire")
    assert document.graph is before


def test_waiting_gives_results_and_errors(qapp):
    assert wait_for(lambda: 3) == 3
    with pytest.raises(FileError):
        wait_for(lambda: (_ for _ in ()).throw(FileError("f", "", "bad")))
