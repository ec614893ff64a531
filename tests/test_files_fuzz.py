"""Files changed at random: each is read or refused with a sentence, and nothing else happens."""

from __future__ import annotations

import copy
import json

from hypothesis import given
from hypothesis import strategies as st

from graph import FileError, check, dumps, loads
from graph.catalogue import Catalogue
from graph.records import bad_character
from tests.conftest import TOYS

CATALOGUE = Catalogue(TOYS)
WHOLE = {
    "gradwire": 1,
    "title": "all there is",
    "note": "two\nlines",
    "dtype": "float32",
    "seed": 3,
    "mode": "train",
    "target": "s.y",
    "nodes": [
        {
            "id": "x",
            "module": "Source",
            "attributes": {"shape": ["B", 2], "x-a": [1]},
            "at": [0, 8],
        },
        {"id": "i", "module": "Source", "attributes": {"shape": []}},
        {"id": "h", "module": "Dense", "attributes": {"out_features": 3, "bias": True}, "x-n": {}},
        {"id": "j", "module": "Join", "attributes": {"inputs": 2, "m": 4}, "bypassed": True},
        {"id": "p", "module": "Pick", "label": "picked", "note": "a\tb"},
        {"id": "u", "module": "Stranger", "attributes": {"k": [{"a": None}]}, "shares": "v"},
        {"id": "t", "module": "Plus", "bypassed": True},
        {"id": "s", "module": "Total"},
        {"id": "one", "module": "Outer", "attributes": {"width": 4}, "bypassed": True},
        {"id": "two", "module": "Outer", "shares": "one"},
    ],
    "edges": [
        {"from": "x.y", "to": "h.x", "x-e": 1},
        {"from": "h.y", "to": "t.a"},
        {"from": "t.y", "to": "t.b", "delay": 2, "initial": "x.y"},
        {"from": "t.y", "to": "s.x"},
        {"from": "u.out", "to": "p.x"},
        {"from": "i.y", "to": "u.in"},
        {"from": "x.y", "to": "one.x"},
        {"from": "one.y", "to": "two.x", "delay": 1, "initial": "x.y"},
    ],
    "tensors": {
        "x.y": {"dtype": "float32", "shape": [1, 2], "values": [0.1, -3.0]},
        "h.bias": {"dtype": "float16", "shape": [3], "data": "AAAAfAB+"},
        "i.y": {"dtype": "int64", "shape": [], "values": [7], "x-t": None},
        "one/lin.bias": {"dtype": "float32", "shape": [4], "values": [1.0, 2.0, 3.0, 4.0]},
        "u/in.w": {"dtype": "bool", "shape": [2], "values": [True, False]},
        "x-all": [1],
    },
    "definitions": {
        "Block": {
            "doc": "d",
            "icon": "B",
            "inputs": [{"name": "x", "to": ["in.x"]}],
            "outputs": [{"name": "y", "from": "in.y"}],
            "attributes": [],
            "nodes": [{"id": "in", "module": "Twice"}],
            "edges": [],
            "x-d": 1,
        },
        "Outer": {
            "inputs": [{"name": "x", "to": ["lin.x"]}, {"name": "h", "to": ["back.b"]}],
            "outputs": [{"name": "y", "from": "back.y"}],
            "attributes": [{"name": "width", "to": ["lin.out_features"]}],
            "nodes": [
                {"id": "lin", "module": "Dense", "attributes": {"out_features": 3}, "at": [1, 2]},
                {"id": "in", "module": "Block"},
                {"id": "tied", "module": "Block", "shares": "in"},
                {"id": "back", "module": "Plus"},
            ],
            "edges": [
                {"from": "lin.y", "to": "in.x"},
                {"from": "tied.y", "to": "tied.x", "delay": 1, "initial": "in.y"},
                {"from": "in.y", "to": "back.a", "delay": 2},
            ],
        },
    },
    "time": {"steps": 2, "truncate": 1, "x-t": 5},
    "view": {
        "frames": [{"title": "part", "box": [0, 0, 1.5, 2], "note": "n", "folded": True, "x-f": 0}],
        "routes": {"h.x": [[1, 2], [3.5, -4]]},
    },
    "x-top": {"deep": [[[]]]},
}
# What a hand, a script or another program may put where it does not belong.
ODD = (
    None, True, 0, -1, 1.5, -0.0, 2**53, 2**63, 2**64 - 1, 1e308, 5e-324, "", "x", "x.y",
    "h.weight", "x-x", "a.b.c", "u/in.w", "../../etc/passwd", "é\u202e", "\ud800", "\u0000",
    "a" * 300, [], {}, [[]], {"id": "x"}, [None], ["B"], [-1], {"x-a": 1}, "Source", "Total",
    "float16", "int8", "AA==", "Outer", "Block", "one", "lin.x", "in.y", "one/lin.x", "one/in/in.y",
    10**9,
)  # fmt: skip


def places(value, path=()):
    """The path of everything in a document."""
    yield path
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from places(value[key], (*path, key))


PLACES = [path for path in places(WHOLE) if path]
changes = st.tuples(
    st.sampled_from(PLACES),
    st.sampled_from(["put", "put", "drop", "double", "rename", "borrow"]),
    st.sampled_from(ODD),
    st.sampled_from(PLACES),
)


def found(document, path):
    for key in path:
        document = document[key]
    return document


def changed(document, path, how, odd, other):
    """Change one place; what an earlier change took away cannot be changed again."""
    try:
        home, key = found(document, path[:-1]), path[-1]
        if how == "put":
            home[key] = copy.deepcopy(odd)
        elif how == "drop":
            del home[key]
        elif how == "double" and isinstance(home, list):
            home.append(copy.deepcopy(home[key]))
        elif how == "rename" and isinstance(home, dict):
            home[odd if isinstance(odd, str) else str(odd)] = home.pop(key)
        elif how == "borrow":
            home[key] = copy.deepcopy(found(WHOLE, other))
    except (LookupError, TypeError):
        pass


def read(data):
    """The graph, or the refusal."""
    try:
        return loads(data, name="net", catalogue=CATALOGUE), None
    except FileError as error:
        return None, error


def assert_read_or_refused(data):
    graph, refusal = read(data)
    if refusal is not None:
        message = str(refusal)
        assert refusal.path == "net"
        assert message.startswith(f"net: {refusal.where}: ")
        assert refusal.where.startswith("$")
        assert bad_character(message) is None
        assert len(message) < 1000
        return
    once = dumps(graph)
    again = loads(once, catalogue=CATALOGUE)
    assert dumps(again) == once
    assert check(graph).problems == check(again).problems
    for id_ in tuple(graph.nodes):
        graph.remove(id_)
    assert not graph.edges
    assert not graph.tensors


def test_the_whole_document_can_be_read():
    graph = loads(json.dumps(WHOLE), catalogue=CATALOGUE)
    assert json.loads(dumps(graph)) == WHOLE


@given(st.lists(changes, min_size=1, max_size=4))
def test_a_document_with_odd_entries_is_read_or_refused(several):
    document = copy.deepcopy(WHOLE)
    for change in several:
        changed(document, *change)
    assert_read_or_refused(json.dumps(document))


@given(st.data())
def test_bytes_flipped_cut_or_moved_are_read_or_refused(data):
    text = bytearray(json.dumps(WHOLE, ensure_ascii=data.draw(st.booleans())).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        at, length = data.draw(st.integers(0, len(text) - 1)), data.draw(st.integers(0, 30))
        part = data.draw(st.sampled_from([b"", bytes(text[at : at + length][::-1])]))
        text[at : at + length] = part or data.draw(st.binary(max_size=3))
    assert_read_or_refused(bytes(text))
