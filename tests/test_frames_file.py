"""Frames in the file: under view.frames, byte for byte, refused by their path."""

import pytest

from graph import FileError, Frame, dumps, loads
from graph import edits as e
from tests.canvas_desk import by_hand


def test_frames_stand_in_the_file_under_view_and_come_back_byte_for_byte():
    graph = by_hand()
    frames = (
        Frame("a", (0.0, -8.0, 96.0, 60.5), note="why\nnot"),
        Frame("", (216.0, 0.0, 400.0, 248.0), folded=True),
    )
    graph.apply(e.SetFrames(frames))
    data = dumps(graph)
    assert b'"view": {' in data
    again = loads(data)
    assert again.frames == frames
    assert dumps(again) == data
    assert again.copy().frames == frames


def test_what_else_view_holds_is_kept_and_so_are_foreign_keys():
    text = """{"gradwire": 1, "nodes": [], "edges": [], "tensors": {},
      "view": {"lesson": ["a.y"], "frames": [{"title": "t", "box": [0, 0, 10, 10], "x-own": 1}]},
      "x-more": 2}"""
    graph = loads(text)
    assert graph.frames[0].extra == {"x-own": 1}
    data = dumps(graph)
    assert b'"x-own": 1' in data
    assert b'"lesson": ["a.y"]' in data
    assert dumps(loads(data)) == data
    graph.apply(e.SetFrames(()))
    assert b"frames" not in dumps(graph)
    assert b'"lesson": ["a.y"]' in dumps(graph)


@pytest.mark.parametrize(
    ("entry", "where"),
    [
        ('{"title": "t"}', "$.view.frames[0]"),
        ('{"title": "t", "box": [0, 0, 1]}', "$.view.frames[0].box"),
        ('{"title": "t", "box": [0, 0, 0, 5]}', "$.view.frames[0]"),
        ('{"title": "t", "box": [0, 0, 1e300, 5]}', "$.view.frames[0]"),
        ('{"title": "\\u202e", "box": [0, 0, 9, 5]}', "$.view.frames[0]"),
        ('{"title": "t", "box": [0, 0, 9, 5], "colour": 1}', "$.view.frames[0]"),
        ("7", "$.view.frames[0]"),
    ],
)
def test_a_frame_that_no_canvas_can_show_is_refused_by_its_path(entry, where):
    with pytest.raises(FileError) as refused:
        loads('{"gradwire": 1, "view": {"frames": [' + entry + "]}}")
    assert refused.value.where == where


def test_frames_that_are_no_list_are_refused():
    with pytest.raises(FileError) as refused:
        loads('{"gradwire": 1, "view": {"frames": {}}}')
    assert refused.value.where == "$.view.frames"
