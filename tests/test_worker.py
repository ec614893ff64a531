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
from runtime.training.keeping import MANIFEST
from runtime.training.moment import Position
from runtime.training.session import Session
from runtime.training.worker import cores
from runtime.training.worker.homes import Home, sweep
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
    of_line,
    to_line,
)
from runtime.training.worker.ring import MOST, Ring, moments_in, place_of
from runtime.training.worker.series import Recording
from runtime.training.worker.slots import (
    Layout,
    Slots,
    SlotsError,
    Snapshot,
    nameless,
    reserve,
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


# --- its parts ----------------------------------------------------------------------------


def test_slots_are_filled_in_turn_and_never_before_they_are_given_back():
    handles = nameless()
    layout = Layout(SHAPES, STATE)
    assert reserve(handles, layout.size) == 0
    writer, reader = Slots(handles[0], layout), Slots(handles[0], layout)

    def fill(number):
        tensors = {
            "h.weight": np.full((2, 3), number, "float64"),
            "h.bias": np.full(3, number, "float32"),
            "bn.count": np.int64(number),
        }
        position = Position(1, 2, number)
        return writer.fill(position, [(number, 0.5, 0.1, 2.0)], [(number, 1, 2, 3, 4)], tensors)

    assert writer.is_free
    assert [fill(1), fill(2)] == [1, 2]
    assert not writer.is_free
    one = reader.take(1)
    assert one.position == Position(1, 2, 1)
    assert one.rows.tolist() == [[1, 0.5, 0.1, 2]]
    assert one.watched.tolist() == [[1, 1, 2, 3, 4]]
    assert (one.parameters["h.weight"] == 1).all()
    assert one.parameters["h.bias"].dtype == "float32"
    assert one.state["bn.count"] == 1
    assert writer.is_free
    assert fill(3) == 3
    assert (one.parameters["h.weight"] == 1).all()  # a copy of one's own
    with pytest.raises(SlotsError, match="written over"):
        reader.take(1)
    assert reader.take(2).state["bn.count"] == 2
    assert reader.take(3).state["bn.count"] == 3
    for handle in handles:
        os.close(handle)


def test_where_memory_is_full_the_slots_are_in_a_file():
    memory, disk = nameless()
    full = os.open(os.devnull, os.O_RDONLY)  # takes no byte
    assert reserve([full, disk], 1000) == 1
    assert os.fstat(disk).st_size == 1000
    with pytest.raises(SlotsError, match="no memory and no disk"):
        reserve([full], 1000)
    with pytest.raises(SlotsError, match="expected"):
        Slots(memory, Layout(SHAPES, STATE))
    for handle in (memory, disk, full):
        os.close(handle)


def test_messages_come_through_a_line_as_they_were():
    for message in (
        Begin("{}", "/ring", overrides={"data": "x.csv"}),
        Command(3, "keep", "/there"),
        Ready(1, SHAPES, STATE, 100, 10, 5, 1),
        Failed("NotFinite", "loss.y: found NaN.", "loss", 7),
        Stood("ended", 9, "all epochs are done"),
    ):
        assert of_line(to_line(message)) == message
    assert list(of_line(to_line(Kept(8, (1, 2)))).gone) == [1, 2]


def test_a_ring_keeps_the_first_and_the_newest_and_thins_the_rest_evenly(tmp_path):
    now = [0.0]
    ring = Ring(tmp_path, budget=10 * 100, total=100_000, clock=lambda: now[0])

    def write(folder: Path) -> None:
        folder.mkdir()
        (folder / MANIFEST).write_bytes(bytes(100))

    for update in range(0, 40_001, 500):
        assert ring.is_due(update) == (update <= 16_000 or update % 1000 == 0)
        if ring.is_due(update):
            gone = ring.keep(update, write)
            assert not any(place_of(tmp_path, lost).exists() for lost in gone)
    assert list(ring.updates) == moments_in(tmp_path)
    assert len(ring.updates) == 10
    assert {ring.updates[0], ring.updates[-1]} == {0, 40_000}
    assert max(np.diff(ring.updates)) <= 8000
    assert not ring.is_due(40_001)
    again = Ring(tmp_path, 10 * 100, 100_000)  # the run goes on in another process
    assert again.updates == ring.updates
    assert len(again.keep(41_000, write)) == 1
    now[0] = 5.0
    assert ring.is_due(40_001)  # what a crash may cost is bounded in time
    assert MOST < 1000


def test_a_run_that_is_meant_to_be_long_has_moments_of_its_beginning(tmp_path):
    ring = Ring(tmp_path, budget=1 << 30, total=4_500_000, clock=lambda: 0.0)
    for update in range(600):
        if ring.is_due(update):
            ring.keep(update, lambda folder: folder.mkdir())
    assert ring.updates[:33] == tuple(range(33))
    assert 100 < len(ring.updates) <= MOST
    assert max(np.diff(ring.updates)) <= 600 / 32 + 1


def test_a_ring_takes_no_more_than_its_share_of_the_time(tmp_path):
    now = [0.0]
    ring = Ring(tmp_path, budget=1 << 30, total=100, clock=lambda: now[0])

    def write(folder: Path) -> None:
        folder.mkdir()
        now[0] += 2.0  # a slow disk

    ring.keep(0, write)
    now[0] = 10.0
    assert not ring.is_due(50)
    now[0] = 20.0
    assert ring.is_due(50)


def test_on_a_slow_disk_a_short_run_has_moments_from_its_start_to_its_end(tmp_path):
    now = [0.0]
    ring = Ring(tmp_path, budget=1 << 30, total=400, clock=lambda: now[0])

    def write(folder: Path) -> None:
        folder.mkdir()
        now[0] += 0.04

    for update in range(401):
        now[0] += 0.005
        if ring.is_due(update):
            ring.keep(update, write)
    assert len(ring.updates) > 20
    assert max(np.diff(ring.updates)) < 40
    assert 400 - ring.updates[-1] < 40


def test_a_folder_of_moments_is_removed_once_its_process_has_gone(tmp_path):
    mine = Home(tmp_path)
    (tmp_path / "gradwire-run-foreign").mkdir()  # without a lock nobody knows whose it is
    script = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "from pathlib import Path; from runtime.training.worker.homes import Home\n"
        f"home = Home(Path({str(tmp_path)!r})); (home.folder / '1').mkdir()\n"
        "import os; os._exit(1)"
    )
    subprocess.run([sys.executable, "-c", script], check=False)
    assert len(list(tmp_path.iterdir())) == 3
    sweep(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {mine.folder.name, "gradwire-run-foreign"}
    mine.remove()
    assert not mine.folder.exists()


def test_a_worker_leaves_the_window_a_core_and_a_smaller_choice_stands(monkeypatch):
    monkeypatch.setattr(cores, "cores", lambda: 4)
    for name in cores.POOLS:
        monkeypatch.delenv(name, raising=False)
    assert set(cores.leaving_one_free().values()) == {"3"}
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "2")
    monkeypatch.setenv("OMP_NUM_THREADS", "16")
    found = cores.leaving_one_free()
    assert (found["OPENBLAS_NUM_THREADS"], found["OMP_NUM_THREADS"]) == ("2", "3")
    monkeypatch.setattr(cores, "cores", lambda: 1)
    assert cores.leaving_one_free()["OMP_NUM_THREADS"] == "1"


def test_curves_grow_and_what_was_read_of_them_stays():
    recording = Recording(["w"])

    def snapshot(first, last):
        rows = np.array([(n, 1 / n, 0.1, 2.0) for n in range(first, last + 1)], float)
        watched = np.array([(last, 0.5, 0.01)])
        return Snapshot(Position(0, 0, last), rows, watched, {}, {})

    recording.add(snapshot(1, 50))
    before = recording.series
    recording.add(snapshot(51, 500))
    recording.end_epochs(
        EpochsOver(({"number": 1, "updates": 500, "rate": 0.1, "figures": {"train": {"loss": 1}}},))
    )
    assert len(before) == 50
    series = recording.series
    assert series.update.tolist() == list(range(1, 501))
    assert series.watched.tolist() == [50, 500]
    assert series.gradient_norms.tolist() == [[0.5], [0.5]]
    assert series.ratios.shape == (2, 1)
    assert series.epochs[0].figures["train"]["loss"] == 1
    with pytest.raises(ValueError, match="read-only"):
        series.loss[0] = 0
    branch = recording.branch(200, ["w"])
    branch.add(snapshot(201, 210))
    assert branch.series.update.tolist() == list(range(1, 211))
    assert branch.series.watched.tolist() == [50, 210]
    assert branch.series.epochs == ()
    assert len(recording.series) == 500
