"""A run in the window: what is told of it, time travel, branches, and how everything ends."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from graph import PortRef, load, save
from graph import edits as e
from graph.rules import SGD, Adam
from graph.training import Training
from gui.training.pace import Pace
from gui.training.silence import Silence
from gui.training.words import standing
from runtime.feeds import tensor_array
from runtime.training import keeping
from tests.window_desk import WindowDesk, desk_for

EXAMPLES = Path(__file__).parents[1] / "assets" / "examples"


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as desk:
        yield desk


def open_training(desk: WindowDesk, folder: Path, training: Training, name: str = "xor") -> None:
    graph = load(EXAMPLES / f"{name}.gradwire")
    graph.apply(e.SetGraph({"training": training}))
    save(graph, folder / f"{name}.gradwire")
    desk.open(folder / f"{name}.gradwire")


def test_a_run_is_steered_travelled_branched_and_taken_over(desk, tmp_path):
    open_training(desk, tmp_path, Training(epochs=600, optimizer=Adam(lr=0.01)))
    running, wait = desk.window.running, desk.qtbot.waitUntil
    states, told = [], []
    running.state_changed.connect(lambda: states.append(running.state))
    running.changed.connect(lambda: told.append(running.position))
    assert running.state == "none"
    assert running.parameters() is None

    running.one_batch()
    wait(lambda: running.state == "paused")
    assert states == ["starting", "running", "paused"]
    assert running.position.update == 1
    assert (running.total, running.updates_per_epoch) == (600, 1)
    assert running.moments == (0, 1)

    running.one_epoch()
    wait(lambda: running.position.update == 2 and running.state == "paused")
    assert len(running.series) == len(running.series.epochs) == 2
    running.resume()
    wait(lambda: running.position.update > 40)
    running.pause()
    wait(lambda: running.state == "paused")
    at = running.position.update
    newest = running.parameters()
    assert running.series.update.tolist() == list(range(1, at + 1))
    assert set(running.series.names) == set(newest)

    # Time travel shows an older moment, and the newest again.
    moment = running.moments[2]
    running.travel(moment)
    wait(lambda: running.travelled == moment)
    old = running.parameters()
    assert any(not np.array_equal(old[name], newest[name]) for name in newest)
    running.travel(None)
    assert running.travelled is None
    assert all(np.array_equal(running.parameters()[name], newest[name]) for name in newest)

    # A branch is a new run from there, by the settings of the document as they are now.
    running.travel(moment)
    wait(lambda: running.travelled == moment)
    changed = Training(epochs=60, optimizer=SGD(lr=0.05))
    desk.document.do(e.SetGraph({"training": changed}), "Change")
    running.branch()
    wait(lambda: running.state == "ended")
    first, second = running.runs
    assert (second.parent, second.start) == (first, moment)
    assert (first.settings.epochs, second.settings.epochs) == (600, 60)
    assert len(first.series) == at
    assert second.series.update.tolist() == list(range(1, 61))
    assert second.series.rate[moment - 1 : moment + 1].tolist() == [0.01, 0.05]
    assert first.series.loss[:moment].tolist() == second.series.loss[:moment].tolist()
    assert set(running.moments) >= {0, moment, 60}
    assert running.why == "all epochs are done"

    # Taking over is one entry of the history.
    before = desk.document.root.tensors.get(PortRef.parse("hidden.weight"))
    running.take_over()
    kept = desk.document.root.tensors
    for address, array in running.parameters().items():
        assert np.array_equal(tensor_array(kept[PortRef.parse(address)]), array), address
    desk.document.undo()
    assert desk.document.root.tensors.get(PortRef.parse("hidden.weight")) == before
    assert desk.document.root.training == changed

    # What fits the graph no longer is not taken over.
    desk.document.do(e.SetAttributes("hidden", {"out_features": 5}), "Change")
    desk.settle()
    running.take_over()
    assert desk.refused[-1].startswith("hidden.weight: learned were [8, 2], the graph has [5, 2]")
    desk.document.undo()

    # The run is kept beside the file that is saved, and gone on with when that is opened again.
    assert running.beside.place is None
    with desk.qtbot.waitSignal(running.beside.kept):
        desk.window.files.save()
    assert running.beside.place == tmp_path / "xor.run"
    desk.document.do(e.SetGraph({"training": replace(changed, epochs=70)}), "Change")
    desk.window.files.save()
    desk.document.open(tmp_path / "xor.gradwire")
    assert (running.state, running.runs) == ("none", ())
    assert "kept beside the file" in standing(running)
    desk.window.transport.toggle()
    wait(lambda: running.state == "ended")
    assert running.series.update.tolist() == list(range(61, 71))
    assert len(running.series.epochs) == 70


def test_a_killed_worker_is_said_and_the_run_goes_on_from_its_last_moment(desk, tmp_path):
    open_training(desk, tmp_path, Training(epochs=100_000))
    before = desk.document.root.copy()
    running, wait = desk.window.running, desk.qtbot.waitUntil
    running.start()
    wait(lambda: running.position is not None and running.position.update > 5)

    # The graph is edited meanwhile; the run goes on with the one that it began with.
    desk.document.do(e.SetAttributes("hidden", {"out_features": 5}), "Change")
    desk.document.do(e.Rename("output", "result"), "Rename")
    at = running.position.update
    wait(lambda: running.position.update > at)
    assert running.parameters()["hidden.weight"].shape == (8, 2)
    assert "output" in running.graph
    assert "result" not in running.graph
    desk.document.undo()
    desk.document.undo()

    os.kill(running.pid, signal.SIGKILL)
    wait(lambda: running.state == "failed")
    last, heard = running.moments[-1], running.series.update.tolist()
    assert "SIGKILL" in running.problem.sentence
    assert f"from update {last}" in running.problem.sentence
    assert desk.document.root.tensors == before.tensors
    assert desk.document.is_saved

    running.one_batch()
    wait(lambda: running.state == "paused")
    assert running.problem is None
    assert running.position.update == last + 1
    # What the worker did not come to tell of its last steps is missing in the curves, no more.
    assert running.series.update.tolist() == [n for n in heard if n <= last] + [last + 1]
    assert heard == list(range(1, len(heard) + 1))
    assert len(running.runs) == 1

    # Another file: nothing of the run is to be seen there, whatever its worker still says.
    told = []
    desk.window.commands.by_id["train_run"].trigger()
    wait(lambda: running.state == "running")
    desk.window.commands.by_id["train_kill"].trigger()
    assert (running.state, running.why) == ("ended", "it was ended at once")
    running.resume()
    wait(lambda: running.state == "running")
    pid = running.pid
    desk.document.replace(load(EXAMPLES / "linear_regression.gradwire"), None)
    running.changed.connect(lambda: told.append(running.position))
    assert (running.state, running.runs, running.parameters()) == ("none", (), None)
    wait(lambda: not Path(f"/proc/{pid}").exists())
    desk.settle()
    assert set(told) <= {None}

    # What is not finite is named with its node; the moment of the bad batch is kept.
    desk.document.do(
        e.SetGraph({"training": Training(epochs=10_000, optimizer=SGD(lr=10.0))}), "Change"
    )
    running.start()
    wait(lambda: running.state == "failed")
    assert (running.problem.kind, running.problem.node) == ("NotFinite", "loss")
    moment = keeping.read(running.run.moments[running.moments[-1]])  # the bad batch comes next
    assert moment.position == running.position
    assert all(np.isfinite(array).all() for array in running.parameters().values())

    # A window that closes takes its worker with it.
    running.start()
    wait(lambda: running.state == "running")
    pid = running.pid
    desk.window.leave()
    assert not Path(f"/proc/{pid}").exists()


def test_a_worker_that_says_nothing_is_noticed_once(qtbot):
    silence = Silence(seconds=0.05)
    told = []
    silence.noticed.connect(lambda: told.append(True))
    silence.watch(is_on=True)
    qtbot.waitUntil(lambda: told == [True])
    assert not silence._timer.isActive()
    silence.watch(is_on=True)
    silence.watch(is_on=False)
    assert not silence._timer.isActive()


def test_much_that_is_new_is_told_at_once_and_then_once_more(qtbot):
    pace, told = Pace(interval=20), []
    pace.told.connect(lambda: told.append(True))
    for _ in range(50):
        pace.tell()
    assert told == [True]
    qtbot.waitUntil(lambda: told == [True, True])
    pace.tell()
    pace.stop()
    assert not pace._pause.isActive()
