"""Drafts without a window: who keeps one, which are shown first, what is none."""

import os
import time

import pytest

from graph import save
from gui import drafts
from gui.drafts import About, Draft, Origin
from tests.canvas_desk import by_hand


def left(home, graph=None, about=None):
    """A draft as a crash leaves it."""
    draft = Draft.make(home)
    draft.write(graph or by_hand(), about or About("By hand", 1e9, 1, None))
    draft.release()
    return draft.folder


def test_a_draft_belongs_to_one_at_a_time(tmp_path):
    folder = left(tmp_path)
    first = Draft.claim(folder)
    assert first is not None
    assert Draft.claim(folder) is None
    assert drafts.left_behind(tmp_path) == []
    first.release()
    (again,) = drafts.left_behind(tmp_path)
    assert again.about == About("By hand", 1e9, 1, None)
    again.remove()
    assert list(tmp_path.iterdir()) == []
    assert Draft.claim(folder) is None


def test_the_newest_come_first_and_strays_are_cleared(tmp_path):
    old, new = left(tmp_path), left(tmp_path)
    os.utime(old, (5, 5))
    empty = Draft.make(tmp_path)
    empty.release()
    (tmp_path / "a file").write_text("not ours")
    (tmp_path / "folder").mkdir()
    found = drafts.left_behind(tmp_path)
    assert [draft.folder for draft in found] == [new, old]
    assert empty.folder.exists()  # its process may be about to write
    for draft in found:
        draft.release()
    os.utime(empty.folder, (5, 5))
    found = drafts.left_behind(tmp_path)
    assert len(found) == 2
    assert not empty.folder.exists()
    for draft in found:
        draft.remove()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a file", "folder"]
    assert drafts.left_behind(tmp_path / "none") == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "[" * 60_000,
        "{}",
        '{"title": "a", "changed": "soon", "pid": 1, "origin": null}',
        '{"title": "a", "changed": 1e300, "pid": 1, "origin": null}',
        '{"title": "a", "changed": NaN, "pid": 1, "origin": null}',
        '{"title": "a", "changed": Infinity, "pid": Infinity, "origin": null}',
        '{"title": "a\\u202eb", "changed": 1, "pid": 1, "origin": null}',
        '{"title": 7, "changed": 1, "pid": 1, "origin": null}',
        '{"title": "%s", "changed": 1, "pid": 1, "origin": null}' % ("a" * 300),
        '{"title": "a", "changed": 1, "pid": 1, "origin": {"path": "net", "mtime_ns": 1,'
        ' "size": 1, "sha256": ""}}',
        '{"title": "a", "changed": 1, "pid": 1, "origin": {"path": "/a\\u0000b", "mtime_ns": 1,'
        ' "size": 1, "sha256": ""}}',
        '{"title": "a", "changed": 1, "pid": 1, "origin": "/etc/passwd"}',
        " " * 70_000 + "{}",
        b"\xff\xfe",
    ],
)
def test_a_broken_description_is_no_description(tmp_path, text):
    folder = left(tmp_path)
    (folder / drafts.ABOUT).write_bytes(text if isinstance(text, bytes) else text.encode())
    (draft,) = drafts.left_behind(tmp_path)
    about = draft.about
    assert about.title == ""
    assert about.origin is None
    assert abs(about.changed - time.time()) < 60
    draft.remove()


def test_a_pipe_instead_of_a_file_keeps_nobody_waiting(tmp_path):
    folder = left(tmp_path)
    for name in (drafts.ABOUT, drafts.LOCK):
        (folder / name).unlink()
        os.mkfifo(folder / name)
    for draft in drafts.left_behind(tmp_path):
        assert draft.about.title == ""
        draft.remove()


def test_the_origin_tells_a_changed_file_from_a_touched_one(tmp_path):
    path = tmp_path / "net.gradwire"
    save(by_hand(), path)
    origin = Origin.of(path)
    assert origin.is_as_it_was
    os.utime(path, (5, 5))
    assert not origin.is_as_it_was  # nobody knows what it held
    known = Origin.of(path).with_digest()
    os.utime(path, (7, 7))
    assert known.is_as_it_was
    assert known.with_digest() == known
    data = path.read_bytes()
    path.write_bytes(data.replace(b"difference", b"departures"))
    assert not known.is_as_it_was
    path.unlink()
    assert not known.is_as_it_was
    assert Origin.of(path) is None
    assert Origin.of(None) is None
