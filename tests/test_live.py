"""Live mode: edits run in the background, the newest wins, nothing old is shown."""

import gc
import threading

import numpy as np
import pytest
from PySide6.QtCore import Qt

from graph import Edge, Graph, Node, Tensor, dumps, loads, save
from graph import edits as e
from graph.port import PortRef
from gui import answers
from gui import live as live_module
from gui.answers import Answer, Request, compute, run_now
from gui.check_progress import CheckProgress
from gui.document import Document
from gui.live import Live, Worker
from runtime.errors import Cancelled

PRODUCT = PortRef("product", "y")


def by_hand(**fields):
    """loss = |w x - t|"""
    graph = Graph(**fields)
    for id_, value in (("x", 2.0), ("w", 3.0), ("t", 4.0)):
        graph.add("Input", id_, at=(0, 0))
        graph.apply(e.SetTensor(PortRef(id_, "y"), Tensor.scalar(value)))
    for id_, module in (("product", "Multiply"), ("d", "Subtract"), ("loss", "Abs")):
        graph.add(module, id_, at=(0, 0))
    graph.connect("x.y", "product.a")
    graph.connect("w.y", "product.b")
    graph.connect("product.y", "d.a")
    graph.connect("t.y", "d.b")
    graph.connect("d.y", "loss.x")
    return graph


@pytest.fixture
def document(qapp):
    document = Document()
    document.replace(by_hand(), None)
    return document


@pytest.fixture
def live(document):
    live = Live(document)
    yield live
    live.close()


def settled(document, live):
    return document.is_fresh and document.is_checked and not live.is_busy


def set_value(document, id_, value):
    document.do(e.SetTensor(PortRef(id_, "y"), Tensor.scalar(value)), "Set")


def test_a_graph_is_run_and_verified_by_itself(document, live, qtbot):
    qtbot.waitUntil(lambda: document.report is not None)
    assert document.trace.value("loss.y") == 2
    assert document.trace.gradient("w.y") == 2
    assert document.report.ok
    assert document.playhead.is_at_start


def test_every_edit_is_run_again(document, live, qtbot):
    qtbot.waitUntil(lambda: settled(document, live))
    document.playhead.last()
    before = document.playhead.step
    set_value(document, "w", 5.0)
    assert not document.is_fresh
    qtbot.waitUntil(lambda: settled(document, live))
    assert document.trace.value("loss.y") == 6
    assert document.playhead.step == before


def test_of_many_edits_the_newest_is_shown(document, live, qtbot):
    for value in range(50):
        set_value(document, "w", float(value))
        if value % 7 == 0:
            qtbot.wait(1)
    qtbot.waitUntil(lambda: settled(document, live))
    assert document.trace.value("w.y") == 49


def test_an_answer_for_another_graph_is_not_shown(document, live, qtbot):
    qtbot.waitUntil(lambda: settled(document, live))
    set_value(document, "w", 9.0)
    document.replace(Graph(), None)
    qtbot.waitUntil(lambda: document.is_checked and not live.is_busy)
    assert not document.playhead.steps


def test_an_answer_on_its_way_when_another_graph_comes_is_dropped(
    document, live, qtbot, monkeypatch
):
    """A file that was opened has no revision yet, and may have nodes of the same names."""
    begun, may_end, sent = threading.Event(), threading.Event(), threading.Event()

    def held(request, watch=None):
        begun.set()
        may_end.wait(10)
        return compute(request, watch)

    monkeypatch.setattr(live_module, "compute", held)
    answered = live.findChild(Worker).answered  # told of in the worker's thread, at once
    answered.connect(lambda *_: sent.set(), Qt.ConnectionType.DirectConnection)
    other, seen = by_hand(), []
    for id_ in ("x", "w", "t"):
        other.apply(e.SetAttributes(id_, {"shape": (2,)}))
        other.set_tensor(f"{id_}.y", np.array([1.0, 2.0]))
    qtbot.waitUntil(begun.is_set)
    may_end.set()
    assert sent.wait(10)  # and no turn of the window's loop, in which the answer would be taken
    document.checked.connect(lambda: seen.append(str(document.whole_check.types[PRODUCT])))
    document.replace(loads(dumps(other)), None)
    qtbot.waitUntil(lambda: settled(document, live))
    assert set(seen) == {"float64 [2]"}
    assert str(document.root.types.of(PRODUCT)) == "float64 [2]"


def test_a_run_that_is_not_wanted_any_more_is_given_up(document, live, qtbot, monkeypatch):
    """The first run waits inside a step until a newer edit has cancelled it."""
    begun, cancelled = threading.Event(), threading.Event()

    def slow(request, watch=None):
        if not begun.is_set():
            begun.set()
            try:
                for _ in range(10_000):
                    watch(None)
                    threading.Event().wait(0.001)
            except Cancelled:
                cancelled.set()
                raise
        return compute(request, watch)

    monkeypatch.setattr(live_module, "compute", slow)
    qtbot.waitUntil(begun.is_set)
    set_value(document, "w", 5.0)
    qtbot.waitUntil(cancelled.is_set)
    qtbot.waitUntil(lambda: settled(document, live))
    assert document.trace.value("loss.y") == 6


def test_unfinished_graphs_show_what_can_run(document, live, qtbot):
    document.do(e.Disconnect(PortRef("d", "b")), "Cut")
    qtbot.waitUntil(lambda: settled(document, live))
    assert [step.node for step in document.trace.steps] == ["product"]
    assert document.trace.value("product.y") == 6
    assert any(problem.code == "unwired" for problem in document.check.problems)


def test_live_mode_can_be_turned_off(document, live, qtbot):
    qtbot.waitUntil(lambda: settled(document, live))
    live.switch(False)
    set_value(document, "w", 5.0)
    qtbot.waitUntil(lambda: document.is_checked and not live.is_busy)
    assert not document.is_fresh
    with qtbot.waitSignal(live.ran):
        live.run()
    assert document.trace.value("loss.y") == 6
    set_value(document, "w", 1.0)
    live.switch(True)
    qtbot.waitUntil(lambda: settled(document, live))
    assert document.trace.value("loss.y") == 2


def test_running_what_is_fresh_tells_at_once(document, live, qtbot):
    qtbot.waitUntil(lambda: settled(document, live))
    with qtbot.waitSignal(live.ran, timeout=100):
        live.run()


def test_large_graphs_wait_to_be_asked(document, live, qtbot, monkeypatch):
    monkeypatch.setattr(answers, "MAX_NODES", 3)
    set_value(document, "w", 5.0)
    qtbot.waitUntil(lambda: document.is_checked and not live.is_busy)
    assert not live.is_on
    assert not document.is_fresh
    live.run()
    qtbot.waitUntil(lambda: settled(document, live))
    assert document.trace.value("loss.y") == 6
    live.switch(True)
    assert live.is_on


def test_gradients_can_be_verified_on_request(document, live, qtbot, monkeypatch):
    monkeypatch.setattr(live_module, "MAX_VERIFIED", 0)
    live.verify()
    qtbot.waitUntil(lambda: document.report is not None)
    assert len(document.report.edges) == 5


def test_what_is_asked_for_before_a_run_is_verified_after_it_without_a_target_too(
    document, live, qtbot
):
    qtbot.waitUntil(lambda: document.report is not None)
    second = Edge(PortRef("product", "y"), PortRef("other", "x"))
    document.do(e.Batch((e.AddNode(Node("other", "Abs")), e.Connect(second))), "Add a sink")
    live.verify()
    assert live.is_verifying
    qtbot.waitUntil(lambda: settled(document, live) and not live.is_verifying)
    assert document.whole_trace.target is None
    assert len(document.report.edges) == 6


def test_nobody_waits_for_a_verdict_where_the_run_before_it_cannot_be(
    document, live, qtbot, monkeypatch
):
    qtbot.waitUntil(lambda: document.report is not None and not live.is_verifying)

    def refuse(request, watch=None):
        return Answer(request.graph.revision, error="found no room")

    monkeypatch.setattr(live_module, "compute", refuse)
    set_value(document, "w", 5.0)
    live.verify()
    assert live.is_verifying
    qtbot.waitUntil(lambda: not live.is_busy and not live.is_verifying)


def test_a_fault_of_ours_is_said_and_the_thread_goes_on(document, live, qtbot, monkeypatch):
    said = []
    document.failed.connect(said.append)

    def broken(request, watch=None):
        raise ZeroDivisionError("made up")

    monkeypatch.setattr(live_module, "compute", broken)
    qtbot.waitUntil(lambda: bool(said))
    assert "made up" in said[0]
    monkeypatch.setattr(live_module, "compute", compute)
    set_value(document, "w", 5.0)
    qtbot.waitUntil(lambda: settled(document, live))


def test_a_failed_step_ends_the_trace_and_not_the_program(document, live, qtbot):
    document.do(e.SetTensor(PortRef("x", "y"), Tensor.of_values("float64", (3,), [1, 2, 3])), "Set")
    qtbot.waitUntil(lambda: document.is_checked and not live.is_busy)
    assert document.check.errors


def test_no_thread_is_left(document, qapp):
    live = Live(document)
    qapp.processEvents()
    before = threading.active_count()
    live.close()
    assert threading.active_count() <= before
    assert not live._worker.isRunning()


def test_a_snapshot_is_worked_on(document):
    """What the worker holds does not change when the document is edited."""
    request = Request(document.graph.copy(), "always")
    set_value(document, "w", 100.0)
    answer = compute(request)
    assert answer.trace.value("w.y") == 3
    assert not document.accept_trace(answer.trace)


def test_pictures_are_made_in_one_thread(document, tmp_path):
    save(document.graph, tmp_path / "g.gradwire")
    document.open(tmp_path / "g.gradwire")
    run_now(document)
    assert document.is_fresh
    np.testing.assert_array_equal(document.trace.value("loss.y"), 2)


def test_only_a_gradient_check_lets_the_collector_work_and_tells_how_far_it_is(
    document, live, qtbot, monkeypatch
):
    """A run is answered before the collector looks at what it made; a check may take minutes."""
    told, seen, usual = [], set(), live_module.compute
    monkeypatch.setattr(CheckProgress, "note", lambda self, about: told.append(about))

    def noted(request, watch=None):
        before, collects = len(told), gc.isenabled()
        answer = usual(request, watch)
        seen.add((request.verifies, collects, len(told) > before))
        return answer

    monkeypatch.setattr(live_module, "compute", noted)
    set_value(document, "w", 5.0)  # for the first run may have begun before
    live.run()
    qtbot.waitUntil(lambda: settled(document, live))
    live.verify()
    qtbot.waitUntil(lambda: document.report is not None)
    assert seen == {(False, False, False), (True, True, True)}
    qtbot.waitUntil(gc.isenabled)
