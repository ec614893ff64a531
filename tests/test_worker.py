"""Training in a process of its own: what the two processes say, see and keep, and how they end."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from graph import Graph, dumps, load
from graph import edits as e
from graph.rules import Adam, Plateau
from graph.training import Training
from runtime.training.session import Session
from runtime.training.worker.link import ROOT, Gone, Link, Order
from runtime.training.worker.messages import (
    Acknowledged,
    Begin,
    Command,
    Done,
    EpochsOver,
    Failed,
    Kept,
    Ready,
    Refused,
    Shown,
    Stood,
)
from runtime.training.worker.slots import (
    Layout,
    Slots,
    Snapshot,
    nameless,
)
from runtime.training.worker.work import Work

XOR = ROOT / "assets" / "examples" / "xor.gradwire"
SHAPES = (("h.weight", "float64", (2, 3)), ("h.bias", "float32", (3,)))
STATE = (("bn.count", "int64", ()),)


def xor(epochs=100_000, optimizer=None):
    """XOR as the example has it, trained so long that no test sees its end by chance."""
    graph = load(XOR)
    training = Training(epochs=epochs, optimizer=optimizer or Adam(lr=0.01))
    graph.apply(e.SetGraph({"training": training}))
    return graph


def points(epochs=2000):
    """A classifier of points from a Data node, with a mask, a state, a part for validation and
    all else that a run has to remember; its last batch is smaller than the others."""
    graph = Graph(target="loss", seed=5)
    source = {"source": "builtin:moons", "options": {"samples": 90}, "validation": 0.2}
    graph.add("Data", "data", batch=16, **source)
    before = "data.x"
    for module, id_, attributes in (
        ("Linear", "hidden", {"out_features": 6}),
        ("BatchNorm", "norm", {}),
        ("Tanh", "act", {}),
        ("Dropout", "drop", {"p": 0.2}),
        ("Linear", "out", {"out_features": 2}),
    ):
        graph.add(module, id_, **attributes)
        graph.connect(before, f"{id_}.x")
        before = f"{id_}.y"
    graph.add("CrossEntropyLoss", "loss")
    graph.connect(before, "loss.prediction")
    graph.connect("data.t", "loss.target")
    schedule = Plateau(patience=0, factor_each=0.9)
    graph.configure(
        training=Training(epochs, Adam(lr=0.02), schedule=schedule, metrics=("accuracy",))
    )
    return graph


class Told:
    """A link and all that it says, in order; waits for what a test needs."""

    def __init__(self, order: Order) -> None:
        self.all: list = []
        self._news: queue.Queue = queue.Queue()
        self.link = Link(order, self._news.put)

    def until(self, kind: type, **fields):
        """The next message of a kind with these fields."""
        while True:
            message = self._news.get(timeout=120)
            self.all.append(message)
            assert type(message) is not Gone or kind is Gone, message
            if type(message) is kind and all(getattr(message, k) == v for k, v in fields.items()):
                return message

    def do(self, command: str, where: str = "") -> Done:
        """Give a command and wait until it is done."""
        return self.until(Done, number=self.link.send(command, where))

    def of(self, kind: type) -> list:
        return [message for message in self.all if type(message) is kind]


@pytest.fixture
def told(tmp_path):
    """Makes links, and ends what is left of them."""
    links: list[Told] = []

    def make(graph, **fields) -> Told:
        links.append(Told(Order(graph, fields.pop("ring", tmp_path / "ring"), **fields)))
        return links[-1]

    yield make
    for one in links:
        one.link.forget()
        one.link.join()


# --- the process --------------------------------------------------------------------------


def test_a_run_in_a_process_is_the_same_to_the_bit_as_one_without(told, tmp_path):
    graph = points()
    run = told(graph)
    first = run.do("batch")
    assert first.update == 1
    assert [s.state for s in run.of(Stood)] == ["running", "paused"]
    session = Session(graph)
    losses = [session.step().loss]
    ready = run.of(Ready)[0]
    assert (ready.total, ready.per_epoch) == (10_000, 5)
    assert ready.threads >= 1

    os.kill(run.link.pid, signal.SIGINT)  # Ctrl+C where both were started is for the window
    assert run.do("epoch").update == 5
    assert run.do("run").update == 5
    run.until(Kept)
    paused = run.do("pause")
    seen = run.of(Snapshot)[-1]
    while session.position.update < paused.update:
        losses.append(session.step().loss)
    assert seen.position == session.position
    same(seen, session)
    rows = np.concatenate([s.rows for s in run.of(Snapshot)])
    assert rows[:, 0].tolist() == list(range(1, paused.update + 1))
    assert rows[:, 1].tolist() == losses
    epochs = [epoch for message in run.of(EpochsOver) for epoch in message.epochs]
    assert epochs == [asdict(epoch) for epoch in session.history.epochs]

    # A disk that takes nothing is told of, and the run goes on all the same.
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    run.do("keep", str(blocked / "points.run"))
    assert "expected a place that can be written" in run.of(Refused)[0].message

    # Kept beside its file, and gone on with in another process.
    kept = tmp_path / "points.run"
    run.do("keep", str(kept))
    run.do("stop")
    assert run.until(Gone).status == 0
    again = told(graph, ring=tmp_path / "other", moment=kept)
    assert again.until(Ready).update == paused.update
    done = again.do("epoch")
    while session.position.update < done.update:
        session.step()
    assert (done.update % 5, session.position) == (0, again.of(Snapshot)[-1].position)
    same(again.of(Snapshot)[-1], session)


def same(seen: Snapshot, session: Session) -> None:
    """Parameters and states are a session's to the bit."""
    for found, wanted in (
        (seen.parameters, session.trainer.parameters),
        (seen.state, session.trainer.state),
    ):
        assert found.keys() == wanted.keys()
        assert all(np.array_equal(found[at], wanted[at]) for at in wanted)


def test_a_command_is_acknowledged_while_a_step_is_under_way_and_done_at_its_end():
    """The step waits for the acknowledgement of a command that comes in its midst."""
    from runtime.training.worker import process

    said, commands = [], queue.Queue()
    acknowledged = threading.Event()

    class Spy:
        def send(self, message):
            said.append(message)
            if type(message) is Acknowledged:
                acknowledged.set()

    work = make_work(commands, said)
    step = work._session.step

    def long_step():
        arrived = iter([Command(7, "pause")])
        listener = threading.Thread(
            target=process._listen, args=(arrived, commands, Spy(), lambda: None)
        )
        listener.start()
        assert acknowledged.wait(30)
        said.append("step")
        return step()

    work._session.step = long_step
    commands.put(Command(6, "run"))
    threading.Thread(target=lambda: wait_for_pause(said, commands), daemon=True).start()
    work.play()
    order = [m for m in said if m in ("step", Acknowledged(7), Done(7, 1))]
    assert order == [Acknowledged(7), "step", Done(7, 1)]


def wait_for_pause(said, commands) -> None:
    while Done(7, 1) not in said:
        time.sleep(0.001)
    commands.put(Command(8, "stop"))


def make_work(commands, said: list) -> Work:
    """The worker's work in this process; what it shows is taken at once."""
    handles, slots = nameless(), []

    def send(message) -> None:
        said.append(message)
        if type(message) is Ready:
            layout = Layout(message.parameters, message.state)
            slots.append(Slots(handles[message.file], layout))
        if type(message) is Shown:
            slots[0].take(message.number)

    ring = tempfile.mkdtemp(prefix="gradwire-tests-")
    return Work(Begin(dumps(xor()).decode(), ring), handles, commands, send)


def test_a_stopped_process_is_ended_at_once_all_the_same(told):
    run = told(xor())
    run.until(Ready)
    os.kill(run.link.pid, signal.SIGSTOP)  # it obeys no command
    run.link.kill()
    assert run.until(Gone).by == "SIGKILL"


def test_a_worker_ends_with_the_window_and_leaves_nothing(tmp_path):
    """The window's process is killed; its worker goes by itself, and so does its ring."""
    script = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from tests.test_worker import xor
from runtime.training.worker.homes import Home, sweep
from runtime.training.worker.link import Link, Order
from runtime.training.worker.messages import Kept
def tell(message):
    if isinstance(message, Kept):
        print(link.pid, flush=True)
link = Link(Order(xor(), Path({str(tmp_path / "ring")!r})), tell)
link.send("run")
"""
    window = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    with window:
        worker = int(window.stdout.readline())
        held = [os.readlink(f"/proc/{worker}/fd/{fd}") for fd in os.listdir(f"/proc/{worker}/fd")]
        shared = [name for name in held if "gradwire-" in name]
        assert len(shared) == 2
        assert all(name.endswith("(deleted)") for name in shared)  # no name leads to them
        window.kill()
    end = time.monotonic() + 60
    while (Path(f"/proc/{worker}").exists() or (tmp_path / "ring").exists()) and (
        time.monotonic() < end
    ):
        time.sleep(0.01)
    assert not Path(f"/proc/{worker}").exists()
    assert not (tmp_path / "ring").exists()


def test_a_graph_that_cannot_be_trained_is_refused_in_a_sentence(told):
    graph = xor()
    graph.apply(e.RemoveNode("loss"))
    run = told(graph)
    assert "target" in run.until(Failed).message
    assert run.until(Gone).status == 0
