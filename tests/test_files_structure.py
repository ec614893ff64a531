"""What is judged of a document before it is decoded, against a slow reading of every character."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph import FileError, dumps, loads
from graph.catalogue import Catalogue
from graph.files import document, record_reader
from tests.conftest import TOYS
from tests.effort import tries
from tests.work_counter import counted_calls

CATALOGUE = Catalogue(TOYS)
LETTERS = ("[", "]", "{", "}", '"', '""', "\\", "\\\\", '\\"', ":", ",", "e123", "E+123", "e12",
           "9" * 19, "." + "0" * 19, "0." + "0" * 45, "x")  # fmt: skip
DEPTH = 3  # a limit that texts of a few letters reach


def read_slowly(text: str) -> tuple[int, bool]:
    """(how deep, whether a number may be too large) of what stands outside strings."""
    outside, is_inside, at = "", False, 0
    while at < len(text):
        if text[at] == "\\" and not is_inside:
            break  # no JSON: the decoder stops here
        if text[at] == '"':
            is_inside = not is_inside
            outside += " "
        elif not is_inside:
            outside += text[at]
        at += 2 if text[at] == "\\" else 1
    depth = deepest = 0
    for letter in outside:
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(letter, 0)
        deepest = max(deepest, depth)
    return deepest, re.search(r"[eE]\+?\d{3}|(?<![.\d])\d{19}", outside) is not None


@settings(max_examples=tries(400, 40_000))
@given(st.lists(st.sampled_from(LETTERS), max_size=30).map("".join))
def test_depth_and_large_numbers_are_seen_outside_strings_alone(text):
    depth, is_large = read_slowly(text)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(document, "MAX_DEPTH", DEPTH)
            found = document._check_structure(text.encode(), text, "x")
    except FileError:
        # Behind a fault more may be counted than the decoder would come to.
        assert depth > DEPTH or "\\" in text
    else:
        assert depth <= DEPTH
        assert found or not is_large


def whole(**parts: object) -> bytes:
    return json.dumps({"gradwire": 1, **parts}).encode()


@pytest.mark.parametrize("title", ["brackets ]]][[{", 'a quote " and e1234', "\\", '\\"[', "e100"])
def test_what_stands_in_texts_is_no_structure(title):
    graph = loads(whole(title=title), catalogue=CATALOGUE)
    assert graph.title == title
    assert loads(dumps(graph), catalogue=CATALOGUE).title == title


def test_small_numbers_of_many_digits_are_not_asked_one_by_one():
    numbers = [0.0034692051418032666] * 1_000
    data = whole(**{"x-a": numbers})
    with counted_calls() as work:
        graph = loads(data, catalogue=CATALOGUE)
    assert graph.extra["x-a"] == numbers
    assert work.calls < 500


def test_records_are_read_all_at_once(monkeypatch):
    asked = []
    monkeypatch.setattr(
        record_reader.RecordReader, "record", _noting(record_reader.RecordReader.record, asked)
    )
    nodes = [{"id": "x", "module": "Source"}, {"id": "t", "module": "Twice"}]
    edges = [{"from": "x.y", "to": "t.x"}]
    graph = loads(whole(nodes=nodes, edges=edges), catalogue=CATALOGUE)
    assert not any(where.startswith(("$.nodes", "$.edges")) for where in asked)
    nodes[1]["x-of"] = {"another": "program"}
    noted = loads(whole(nodes=nodes, edges=edges), catalogue=CATALOGUE)
    assert [where for where in asked if where.startswith("$.nodes")] == ["$.nodes[0]", "$.nodes[1]"]
    assert noted.nodes["t"].extra == {"x-of": {"another": "program"}}
    assert noted.nodes["x"] == graph.nodes["x"]
    assert noted.edges == graph.edges


def _noting(record, asked: list[str]):
    def noted(self, kind, entry, where):
        asked.append(where)
        return record(self, kind, entry, where)

    return noted
