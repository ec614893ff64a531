"""The parts of a training in a process of its own: slots, messages, moments, curves."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from runtime.training.kept_place import MANIFEST
from runtime.training.moment import Position
from runtime.training.worker import cores
from runtime.training.worker.homes import Home, sweep
from runtime.training.worker.link import ROOT
from runtime.training.worker.messages import (
    Begin,
    Command,
    EpochsOver,
    Failed,
    Kept,
    Ready,
    Stood,
    of_line,
    to_line,
)
from runtime.training.worker.ring import MOST, Ring, moments_in, place_of
from runtime.training.worker.series import Recording, gathered
from runtime.training.worker.slots import (
    Layout,
    Slots,
    SlotsError,
    Snapshot,
    nameless,
    reserve,
)

SHAPES = (("h.weight", "float64", (2, 3)), ("h.bias", "float32", (3,)))
STATE = (("bn.count", "int64", ()),)


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


def test_figures_of_epochs_are_curves_as_they_come_and_told_ones_stay_as_they_were():
    recording = Recording()

    def end(number: int) -> None:
        losses = {"train": {"loss": 1.0 / number, "confusion": [[1, 2], [3, 4]]}}
        if number > 1:
            losses["validation"] = {"loss": 2.0 / number}
        epoch = {"number": number, "updates": 10 * number, "rate": 0.1, "figures": losses}
        recording.end_epochs(EpochsOver((epoch,)))

    for number in (1, 2, 2, 3):
        end(number)
    before = recording.series.by_epoch
    assert set(before) == {("train", "loss"), ("validation", "loss")}  # single numbers alone
    assert before["train", "loss"].tolist() == [[10, 20, 30], [1, 1 / 2, 1 / 3]]
    assert before["validation", "loss"].tolist() == [[20, 30], [1, 2 / 3]]
    for number in range(4, 200):
        end(number)
    assert before["train", "loss"].shape == (2, 3)
    branch = recording.branch(25, ())
    assert branch.series.by_epoch["validation", "loss"].tolist() == [[20], [1]]
    assert {k: v.tolist() for k, v in gathered(recording.series.epochs).items()} == {
        k: v.tolist() for k, v in recording.series.by_epoch.items()
    }
