"""A training on the disk: what is read goes on to the bit, and nothing that is read is believed."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

from graph import FileError
from graph.files import disk
from runtime.training import keeping
from runtime.training.fitting import play
from runtime.training.history import Epoch
from runtime.training.kept_place import folder_of
from runtime.training.machine import blas_threads, versions
from tests.test_session import same, session

GO_ON = """
import pickle, sys
from pathlib import Path
from runtime.training import keeping
from runtime.training.fitting import play
from tests.test_session import session
running = session()
running.go_to(keeping.read(Path(sys.argv[1])))
play(running)
Path(sys.argv[2]).write_bytes(pickle.dumps(running.moment()))
"""


@pytest.fixture(scope="module")
def half():
    running = session()
    for _ in range(6):
        running.step()
    return running.moment()


def test_what_was_kept_goes_on_in_another_process_to_the_bit(half, tmp_path):
    whole = session()
    play(whole)
    keeping.write(tmp_path / "moons.run", half)
    arguments = [str(tmp_path / "moons.run"), str(tmp_path / "end")]
    done = subprocess.run([sys.executable, "-c", GO_ON, *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    end = pickle.loads((tmp_path / "end").read_bytes())  # of our own making, a line above
    again = session()
    again.go_to(end)
    assert same(again, whole)


def test_all_that_a_moment_holds_comes_back(half, tmp_path):
    odd = Epoch(1, 4, 0.5, {"train": {"loss": float("inf"), "f1": float("nan"), "r2": 1e-320}})
    waiting = {"factor": 0.5, "best": float("inf"), "waited": 2}
    moment = replace(
        half, schedule=waiting, epochs=(odd,), best_figure=float("-inf"), why_ended="it was ended"
    )
    told = keeping.Told(7, "cpu", "float32", 3, "ab", versions(), {"epochs": 2})
    keeping.write(tmp_path, moment, told)
    found, about = keeping.read_all(tmp_path)
    assert about == told
    assert found.best_figure == float("-inf")
    figures = found.epochs[0].figures["train"]
    assert np.isnan(figures["f1"])
    assert (figures["loss"], figures["r2"]) == (float("inf"), 1e-320)
    for name in ("parameters", "state", "memory", "kept"):
        mine, theirs = getattr(moment, name), getattr(found, name)
        assert list(mine) == list(theirs)
        for ref, array in mine.items():
            assert array.dtype == theirs[ref].dtype
            assert array.tobytes() == theirs[ref].tobytes()
    for name in ("position", "schedule", "losses", "best", "why_ended"):
        assert getattr(moment, name) == getattr(found, name)


def test_a_folder_keeps_one_moment_and_holds_the_old_one_until_the_new_is_there(
    half, tmp_path, monkeypatch
):
    keeping.write(tmp_path, half)
    keeping.write(tmp_path, half)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["arrays-6-1.npz", "manifest.json"]

    def full(path, data, **_):
        raise FileError(str(path), "", "found a full disk.")

    monkeypatch.setattr(disk, "write", full)
    with pytest.raises(FileError, match="full disk"):
        keeping.write(tmp_path, replace(half, why_ended="later"))
    assert keeping.read(tmp_path).why_ended == ""


def changed(folder, **entries):
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | entries))


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"gradwire_run": 2}, r"gradwire_run: found format 2, expected format 1"),
        ({"more": 1}, r"unknown field `more`"),
        ({"update": "x"}, r"\$\.update: found a text, expected a whole number"),
        ({"update": -1}, "found a negative count"),
        ({"epoch": 3}, r"\$\.epochs: found 1 epochs, expected 3"),
        ({"file": "../manifest.json"}, r"\$\.file: found another name"),
        ({"file": "arrays-9.npz"}, "no such file"),
        ({"best_figure": "three"}, "expected a number, NaN"),
        (
            {"schedule": {"factor": 1}},
            r'schedule: found an object without it, expected the key "best"',
        ),
        ({"tensors": {}}, "found other arrays"),
    ],
)
def test_a_manifest_that_does_not_fit_is_refused(half, tmp_path, entries, message):
    keeping.write(tmp_path, half)
    changed(tmp_path, **entries)
    with pytest.raises(FileError, match=message):
        keeping.read(tmp_path)


def other_arrays(folder, write):
    """Replaces the arrays by one of another making, under the manifest's names."""
    manifest = json.loads((folder / "manifest.json").read_text())
    path = folder / manifest["file"]
    with np.load(path) as file:
        arrays = dict(file)
    write(path, arrays)
    return path


def test_arrays_that_do_not_fit_are_refused_before_they_are_made(half, tmp_path):
    keeping.write(tmp_path, half)
    first = next(iter(half.parameters))

    def squeezed(path, arrays):
        np.savez_compressed(path, **arrays)

    def with_pickle(path, arrays):
        arrays[f"parameters/{first}"] = np.array([print], object)
        np.savez(path, **arrays)

    def too_large(path, arrays):
        with zipfile.ZipFile(path, "w") as archive:
            for name, array in arrays.items():
                with archive.open(f"{name}.npy", "w") as file:
                    shape = (2**40,) if name.endswith(first) else array.shape
                    header = {"descr": "<f8", "fortran_order": False, "shape": shape}
                    np.lib.format.write_array_header_1_0(file, header)

    for write in (squeezed, with_pickle, too_large):
        keeping.write(tmp_path, half)
        other_arrays(tmp_path, write)
        with pytest.raises(FileError, match="expected"):
            keeping.read(tmp_path)
    keeping.write(tmp_path, half)
    path = other_arrays(tmp_path, lambda path, arrays: path.write_bytes(b"no archive"))
    with pytest.raises(FileError, match="not a zip file"):
        keeping.read(tmp_path)
    path.unlink()
    with pytest.raises(FileError, match="no such file"):
        keeping.read(tmp_path)


def test_what_differs_is_said_in_plain_text():
    running = session()
    told = keeping.told_of(running)
    assert keeping.differences(told, running) == []
    other = msgspec.structs.replace(told, seed=1, versions=told.versions | {"n\x1b": "\x1b[2J"})
    found = keeping.differences(other, running)
    assert found[0] == "seed: found 5, when it was kept 1"
    assert found[1] == r'n\u001b version: found nothing, when it was kept "\u001b[2J"'


def test_a_run_stands_beside_its_file():
    assert folder_of(Path("/a/xor.gradwire")) == Path("/a/xor.run")
    assert folder_of(Path("/a/xor")) == Path("/a/xor.run")


def test_the_machine_is_told():
    assert versions().keys() == {"python", "gradwire", "numpy", "scipy"}
    assert blas_threads() >= 1
