"""Saving: whatever happens in between, the file is the old one or the new one."""

from __future__ import annotations

import errno
import json
import os
import random
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from graph import FileError, Graph, Tensor, dumps, load, save
from graph.catalogue import Catalogue
from graph.files import disk
from tests.conftest import TOYS

ROOT = Path(__file__).parent.parent
KILLS = 100


def big(number):
    """A graph whose file has some 300 kilobytes; two of them differ in length and throughout."""
    graph = Graph(Catalogue(TOYS), title=f"number {number}")
    size = 30_000 + 1000 * number
    graph.add("Source", id="x", shape=(size,))
    graph.set_tensor("x.y", Tensor("float64", (size,), bytes([number]) * 8 * size))
    return graph


def nursery(path):
    """In a process of its own, without threads: fork, save without end, kill, look, again."""
    graphs = [big(1), big(2)]
    files = [dumps(graph) for graph in graphs]
    save(graphs[0], path)
    dice, found = random.Random(8), []
    for _ in range(KILLS):
        child = os.fork()
        while child == 0:
            for graph in reversed(graphs):
                save(graph, path)
        time.sleep(dice.uniform(0.001, 0.05))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        assert os.WTERMSIG(status) == signal.SIGKILL
        found.append(files.index(Path(path).read_bytes()))
    left = [name for name in os.listdir(os.path.dirname(path)) if name.endswith(".tmp")]
    print(json.dumps({"found": found, "left": len(left)}))


def run(call, *arguments):
    """Call a function of this file in a process of its own; its exit status and output."""
    code = f"import sys; from tests.test_save_kill import {call}; {call}(*sys.argv[1:])"
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_kills_at_random_moments_leave_the_old_file_or_the_new_one(tmp_path):
    done = run("nursery", tmp_path / "net.gradwire")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert len(result["found"]) == KILLS >= 50
    assert set(result["found"]) == {0, 1}  # each of the two files was met
    assert result["left"]  # and kills did fall between the first byte and the renaming


def die_at(path, moment):
    """Save over `path`, and be killed at one step of it."""

    def dying(*args, **kwargs):
        os.kill(os.getpid(), signal.SIGKILL)

    home, name = {"write": (disk, "_keep_owner_and_mode")}.get(moment, (os, moment))
    if moment == "folder":
        home, name = disk, "_flush_folder"
    setattr(home, name, dying)
    save(big(2), path)


@pytest.mark.parametrize(
    ("moment", "number"), [("write", 1), ("fsync", 1), ("replace", 1), ("folder", 2)]
)
def test_a_kill_at_each_step(tmp_path, moment, number):
    path = tmp_path / "net.gradwire"
    save(big(1), path)
    assert run("die_at", path, moment).returncode == -signal.SIGKILL
    assert path.read_bytes() == dumps(big(number))


@pytest.fixture
def graph(toys):
    made = Graph(toys, title="new")
    made.add("Source", id="x")
    return made


def test_the_steps_come_in_the_order_that_lasts(graph, tmp_path, monkeypatch):
    path, steps = tmp_path / "a.gradwire", []
    for name in ("fsync", "replace"):
        real = getattr(os, name)

        def noted(*args, name=name, real=real):
            is_folder = name == "fsync" and stat.S_ISDIR(os.fstat(args[0]).st_mode)
            steps.append("folder" if is_folder else name)
            if name == "replace":
                assert Path(args[0]).parent == path.parent
                assert Path(args[0]).read_bytes() == dumps(graph)
            return real(*args)

        monkeypatch.setattr(os, name, noted)
    save(graph, path)
    assert steps == ["fsync", "replace", "folder"]


@pytest.mark.parametrize("name", ["fsync", "replace", "fchmod"])
@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "a full disk"), (errno.EIO, "Input/output error"), (errno.EROFS, "a disk")],
)
def test_a_failure_leaves_the_old_file_and_nothing_else(
    graph, tmp_path, monkeypatch, name, number, words
):
    path = tmp_path / "a.gradwire"
    path.write_text("old")

    def fail(*args):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, name, fail)
    with pytest.raises(FileError, match=f"a.gradwire: found {words}.*Save it in another place"):
        save(graph, path)
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["a.gradwire"]


def test_an_interrupt_leaves_the_old_file_and_nothing_else(graph, tmp_path, monkeypatch):
    path = tmp_path / "a.gradwire"
    path.write_text("old")

    def interrupt(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        save(graph, path)
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["a.gradwire"]


def test_a_folder_that_cannot_be_flushed_is_no_failure(graph, tmp_path, monkeypatch):
    monkeypatch.setattr(disk.tempfile, "mkstemp", _own_temporary)

    def refuse(*args, **kwargs):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    save(graph, tmp_path / "a.gradwire")
    assert (tmp_path / "a.gradwire").read_bytes() == dumps(graph)


def _own_temporary(*, prefix, suffix, dir):  # noqa: A002 - the name that tempfile gives it
    path = f"{dir}/{prefix}own{suffix}"
    file = Path(path).open("xb")  # noqa: SIM115 - the caller closes the handle
    handle = os.dup(file.fileno())
    file.close()
    return handle, path


def test_the_mode_is_kept_and_new_files_follow_the_mask(graph, tmp_path):
    path = tmp_path / "a.gradwire"
    before = os.umask(0o027)
    try:
        save(graph, path)
        assert os.umask(0o027) == 0o027  # and the mask is left as it was
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    for mode in (0o600, 0o664, 0o755):
        path.chmod(mode)
        save(graph, path)
        assert stat.S_IMODE(path.stat().st_mode) == mode


def test_a_symbolic_link_is_followed(graph, toys, tmp_path):
    (tmp_path / "real").mkdir()
    target, link = tmp_path / "real" / "a.gradwire", tmp_path / "link.gradwire"
    second = tmp_path / "second.gradwire"
    link.symlink_to(Path("real") / "a.gradwire")
    second.symlink_to(link)
    save(graph, second)  # also where the target is still to come
    save(graph, link)
    assert link.is_symlink()
    assert second.is_symlink()
    assert not target.is_symlink()
    assert dumps(load(link, toys)) == target.read_bytes() == dumps(graph)
    assert os.listdir(tmp_path / "real") == ["a.gradwire"]


def test_a_place_that_cannot_be_written_is_refused(graph, tmp_path, monkeypatch):
    with pytest.raises(FileError, match="found a folder, expected a file"):
        save(graph, tmp_path)
    with pytest.raises(FileError, match="found no such file or folder"):
        save(graph, tmp_path / "none" / "a.gradwire")
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError, match="found a file where a folder should be"):
        save(graph, tmp_path / "file" / "a.gradwire")
    with pytest.raises(FileError, match="null byte"):
        save(graph, "a\0b")
    with pytest.raises(FileError, match="found a name that is too long"):
        save(graph, tmp_path / ("a" * 300))
    with pytest.raises(FileError, match="found no ordinary file"):
        save(graph, "/dev/null")
    path = tmp_path / "read-only.gradwire"
    path.write_text("old")
    monkeypatch.setattr(os, "access", lambda *args: False)  # root may write everything
    with pytest.raises(FileError, match="found no permission"):
        save(graph, path)
    assert path.read_text() == "old"


def test_a_long_name_can_be_saved(graph, tmp_path):
    path = tmp_path / ("ä" * 120 + ".gradwire")
    save(graph, path)
    save(graph, path)
    assert os.listdir(tmp_path) == [path.name]


def test_what_could_not_be_opened_again_is_not_written(graph, tmp_path, monkeypatch):
    path = tmp_path / "a.gradwire"
    monkeypatch.setattr(disk, "MAX_BYTES", 10)
    with pytest.raises(FileError, match="bytes, expected at most 10"):
        save(graph, path)
    assert not os.listdir(tmp_path)
