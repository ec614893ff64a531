"""Files that are refused: each with the file's name, the JSON path, and a sentence."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph import FileError, Graph, dumps, load, loads, save
from graph.files import disk, limits, loading
from tests.work_counter import counted_calls

NODES = [
    {"id": "x", "module": "Source", "attributes": {"shape": [2]}},
    {"id": "t", "module": "Twice"},
    {"id": "p", "module": "Plus"},
]
EDGES = [{"from": "x.y", "to": "t.x"}, {"from": "t.y", "to": "p.a"}]


def tensor(**changes):
    return {"dtype": "float64", "shape": [2], "values": [1, 2], **changes}


def node(**changes):
    return {"nodes": [NODES[0], {**NODES[1], **changes}]}


def edges(*more):
    return {"nodes": NODES, "edges": [*EDGES, *({"from": a, "to": b} for a, b in more)]}


def held(entry, port="x.y"):
    return {"nodes": NODES, "tensors": {port: entry}}


CASES = [
    # what, where, words
    ([], "$", "no object"),
    ({"gradwire": None}, "$.gradwire", "no format number"),
    ({"gradwire": True}, "$.gradwire", "no number"),
    ({"gradwire": 2}, "$.gradwire", "format 2, expected at most 1. Open it with a newer Gradwire"),
    ({"gradwire": 0}, "$.gradwire", "format 0"),
    ({"node": []}, "$", 'unknown field "node".*Did you mean "nodes"?'),
    ({"zzzzz": 1}, "$", 'unknown field "zzzzz"'),
    (node(lable="a"), "$.nodes[1]", 'unknown field "lable".*Did you mean "label"?'),
    ({"edges": [{"from": "x.y", "too": "t.x"}]}, "$.edges[0]", '"too".*Did you mean "to"?'),
    (held(tensor(value=[1])), '$.tensors["x.y"]', 'Did you mean "values"?'),
    (node(id=3), "$.nodes[1].id", "a whole number, expected a text"),
    (node(id="1t"), "$.nodes[1].id", "no digit first"),
    (node(id="t" * 257), "$.nodes[1].id", "at most 256"),
    (node(id="x"), "$.nodes[1]", "x: found a second node of that id"),
    (node(module="M" * 257), "$.nodes[1].module", "257 characters"),
    (node(module=""), "$.nodes[1].module", "0 characters"),
    (node(module="Tw\u202eice"), "$.nodes[1].module", "bidirectional character U.202E"),
    (node(label="a\u0007"), "$.nodes[1].label", "control character U.0007"),
    (node(label="a" * 257), "$.nodes[1].label", "257 characters"),
    (node(note="a\u2066"), "$.nodes[1].note", "bidirectional character U.2066"),
    (node(at=[1]), "$.nodes[1].at", "1 entries, expected 2"),
    (node(at=[1, "a"]), "$.nodes[1].at[1]", "a text, expected a number"),
    (node(at=[1, 1e10]), "$.nodes[1].at", "two numbers of at most"),
    (node(bypassed=1), "$.nodes[1].bypassed", "expected true or false"),
    (node(module="Source", bypassed=True), "$.nodes[1]", "t: found a source"),
    (node(attributes={"axis": 1}), "$.nodes[1].attributes.axis", "t.axis: found an attribute"),
    (
        node(module="Dense", attributes={"out_feature": 1}),
        "$.nodes[1].attributes.out_feature",
        'Did you mean "out_features"?',
    ),
    (
        node(module="Source", attributes={"shape": [-1]}),
        "$.nodes[1].attributes.shape",
        r"\[-1\], expected a list of sizes",
    ),
    (
        node(module="Source", attributes={"shape": [2**60]}),
        "$.nodes[1].attributes.shape",
        "expected a list of sizes",
    ),
    (node(module="Unknown", attributes={"a" * 257: 1}), "$.nodes[1].attributes", "257 characters"),
    ({"nodes": {}}, "$.nodes", "an object, expected a list"),
    ({"nodes": [3]}, "$.nodes[0]", "a whole number, expected an object"),
    ({"nodes": [{"module": "Twice"}]}, "$.nodes[0]", 'expected the key "id"'),
    (edges(("q.y", "p.b")), "$.edges[2]", "q: found no such node"),
    (edges(("x.y", "q.b")), "$.edges[2]", "q: found no such node"),
    (edges(("x.z", "p.b")), "$.edges[2]", "x.z: found no output port"),
    (edges(("x.y", "p.c")), "$.edges[2]", "p.c: found no input port"),
    (edges(("x.y", "t.x")), "$.edges[2]", "t.x: found an edge from x.y"),
    (edges(("p.y", "p.b")), "$.edges[2]", "its own node"),
    (edges(("p", "p.b")), "$.edges[2].from", "expected NODE.PORT"),
    (edges(("", "p.b")), "$.edges[2].from", "0 characters"),
    (edges(("x.y", "p.\u200f")), "$.edges[2].to", "bidirectional"),
    ({**edges(), "edges": [{"from": "x.y", "to": "t.x", "delay": -1}]}, "$.edges[0].delay", "-1"),
    ({"edges": [{"from": "x.y", "to": "t.x", "initial": "q"}]}, "$.edges[0].initial", "NODE.PORT"),
    (held(tensor(), "q.y"), '$.tensors["q.y"]', "q: found no such node"),
    (held(tensor(), "t.y"), '$.tensors["t.y"]', "t.y: found a port that keeps no tensor"),
    (held(tensor(), "x/in.y"), '$.tensors["x/in.y"]', "keeps no tensor"),
    (held(tensor(), "y"), "$.tensors.y", "expected NODE.PORT"),
    (held(tensor(dtype="float8")), '$.tensors["x.y"]', 'dtype "float8", expected one of'),
    (held(tensor(dtype="\u202e")), '$.tensors["x.y"]', "another dtype"),
    (held(tensor(shape=[-2])), '$.tensors["x.y"]', r"shape \[-2\]"),
    (held(tensor(shape=[2**62, 2**62])), '$.tensors["x.y"]', "at most 4294967296 bytes"),
    (held(tensor(shape=[0, 2**62], values=[])), '$.tensors["x.y"]', "at most 4294967296 bytes"),
    (held(tensor(shape=[1] * 33)), '$.tensors["x.y"]', "33 axes"),
    (held(tensor(shape=[1.0])), '$.tensors["x.y"].shape[0]', "expected a whole number"),
    (held(tensor(values=[1])), '$.tensors["x.y"]', r"1 values, expected 2 for \[2\]"),
    (held(tensor(values=[1, "2"])), '$.tensors["x.y"].values[1]', "a text"),
    (held(tensor(values=[1, True])), '$.tensors["x.y"]', "values that are no float64"),
    (held(tensor(dtype="int8", values=[1, 2.5])), '$.tensors["x.y"]', "values that are no int8"),
    (held(tensor(dtype="int8", values=[1, 200])), '$.tensors["x.y"]', "values that are no int8"),
    (held(tensor(dtype="float16", values=[1, 1e6])), '$.tensors["x.y"]', "no float16"),
    (held(tensor(dtype="bool", values=[0, 1])), '$.tensors["x.y"]', "values that are no bool"),
    (held(tensor(data="AA==")), '$.tensors["x.y"]', "values and data"),
    (held({"dtype": "float64", "shape": [2]}), '$.tensors["x.y"]', "no numbers"),
    (
        held({"dtype": "uint8", "shape": [2], "data": "AA=="}),
        '$.tensors["x.y"]',
        None,  # one byte of two: as long as base64 of two, and found when decoded
    ),
    (held({"dtype": "uint8", "shape": [9], "data": "AA=="}), '$.tensors["x.y"]', "4 characters"),
    (held({"dtype": "uint8", "shape": [3], "data": "A$A="}), '$.tensors["x.y"]', "wrong base64"),
    (held({"dtype": "uint8", "shape": [3], "data": "ÄAAA"}), '$.tensors["x.y"]', "wrong base64"),
    (held({"dtype": "bool", "shape": [1], "data": "Ag=="}), '$.tensors["x.y"]', "neither 0 nor 1"),
    ({"dtype": "float8"}, "$.dtype", "float16, float32 or float64"),
    ({"seed": -1}, "$.seed", "whole number from 0"),
    ({"seed": 1.5}, "$.seed", "a number, expected a whole number"),
    ({"mode": "training"}, "$.mode", "train or eval"),
    ({"title": "a\u2067"}, "$.title", "without control characters"),
    ({"title": "a" * 257}, "$.title", "of at most 256"),
    (node(attributes="\ud800"), "$.nodes[1]", "half a surrogate pair"),
    (node(label="\ud800"), "$.nodes[1].label", "control character U.D800"),
    (
        node(module="Join", attributes={"inputs": 2**53}),
        "$.nodes[1].attributes.inputs",
        "9007199254740992 ports x0, x1, …, expected at most 256",
    ),
    ({"target": ""}, "$.target", "0 characters"),
    ({"target": "a\u2067"}, "$.target", "bidirectional"),
    ({"definitions": []}, "$.definitions", "a list, expected an object or null"),
    ({"definitions": {"Twice": {}}}, "$.definitions.Twice", "name of the module Twice"),
]


@pytest.mark.parametrize(("change", "where", "words"), CASES)
def test_a_bad_document_is_refused(toys, change, where, words):
    whole = {"gradwire": 1, **change} if isinstance(change, dict) else change
    with pytest.raises(FileError, match=words) as caught:
        loads(json.dumps(whole), name="net.gradwire", catalogue=toys)
    assert (caught.value.path, caught.value.where) == ("net.gradwire", where)
    message = str(caught.value)
    assert message.startswith(f"net.gradwire: {where}: ")
    assert len(message) < 600
    assert message.isprintable()


TEXTS = [
    (b'{"gradwire": 1, "title": "\xff"}', "$.title", "byte 0xff at offset 26, expected UTF-8"),
    (b"", "$", "may be cut off"),
    (b'{"gradwire": 1, "nodes": [{"id": "x", "mod', "$.nodes[0]", "may be cut off"),
    (b'{"gradwire": 1, "nodes": [{"id": "x"}, {"id": "y\\', "$.nodes[1].id", "may be cut off"),
    (b'{"gradwire": 1,\n "nodes": [],}', "$", "line 2, column 14"),
    (b'{"gradwire": 1} {}', "$", "Extra data"),
    (b'{"gradwire": 1, "seed": 01}', "$.seed", "column 26"),
    (b'{"gradwire": 1, "title": "a\nb"}', "$.title", "Invalid control character"),
    (b"{'gradwire': 1}", "$", "property name"),
    (b'{"gradwire": 1, "gradwire": 1}', "$", 'the key "gradwire" twice'),
    (b'{"gradwire": 1, "x-a": [{"k": 1, "l": 2, "k": 3}]}', "$.x-a[0]", 'the key "k" twice'),
    (b'{"gradwire": 1, "x-a": {"a b": NaN}}', '$.x-a["a b"]', "found NaN"),
    (b'{"gradwire": 1, "x-a": [0, Infinity]}', "$.x-a[1]", "found Infinity"),
    (b'{"gradwire": 1, "x-a": [0, -Infinity]}', "$.x-a[1]", "found -Infinity"),
    (b'{"gradwire": 1, "x-a": [0, 1e400]}', "$.x-a[1]", "found the number 1e400"),
    (b'{"gradwire": 1, "x-a": -1E+0400}', "$.x-a", "found the number -1E"),
    (b'{"gradwire": 1, "seed": 18446744073709551616}', "$.seed", "64 bits"),
    (b'{"gradwire": 1, "x-a": -9223372036854775809}', "$.x-a", "64 bits"),
    (b'{"gradwire": 1, "x-a": ' + b"9" * 10_000 + b"}", "$.x-a", "9999…, expected"),
    (b'{"gradwire": 1, "x-a": ' + b"9" * 400 + b".5}", "$.x-a", "that 64 bits hold"),
    (b'{"gradwire": 1, "x-a": ' + b"[" * 64 + b"]" * 64 + b"}", "$.x-a" + "[0]" * 63, "64 levels"),
    (b"[" * 10_000_000, "$" + "[0]" * 64, None),
    (b'{"a":' * 2_000_000, None, "64 levels"),
    (b"]" * 1000 + b"[" * 1000, "$", None),
    (b'{"gradwire": 1, "x-a": [' + b"[]," * 6_000_000 + b"0]}", "$", "12000004 brackets"),
    (b'"' + b'\\"' * 3_000_000, "$", None),
    (b'["' + b'","' * 10_000_000 + b'"]', "$", "10000001 brackets"),
    (b'{"\xe2\x80\xae": 1, "gradwire": 1}', "$", r'unknown field "\\u202e"'),
    (b"\x00\x01\x02", "$", "line 1, column 1"),
    (b"\xff\xfe{\x00}\x00", "$", "byte 0xff"),
]


@pytest.mark.parametrize(("data", "where", "words"), TEXTS, ids=lambda x: str(x)[:40])
def test_a_bad_text_is_refused_soon(toys, data, where, words):
    with counted_calls() as work, pytest.raises(FileError, match=words) as caught:
        loads(data, catalogue=toys)
    assert work.calls < 3_000
    assert where is None or caught.value.where == where
    assert len(str(caught.value)) < 500
    assert str(caught.value).isprintable()


def test_nesting_of_64_is_read(toys):
    data = b'{"gradwire": 1, "x-a": ' + b"[" * 63 + b"]" * 63 + b', "x-b": "[[[["}'
    once = dumps(loads(data, catalogue=toys))
    assert dumps(loads(once, catalogue=toys)) == once


def test_a_cycle_is_named_at_the_edge_that_closes_it(toys):
    nodes = [{"id": id_, "module": "Twice"} for id_ in "abcd"]
    ends = [("b", "c"), ("a", "b"), ("c", "a"), ("c", "d")]
    document = {
        "gradwire": 1,
        "nodes": nodes,
        "edges": [{"from": f"{a}.y", "to": f"{b}.x"} for a, b in ends],
    }
    with pytest.raises(FileError, match="a → b → c → a") as caught:
        loads(json.dumps(document), catalogue=toys)
    assert caught.value.where == "$.edges[2]"
    document["edges"][2]["delay"] = 1
    assert loads(json.dumps(document), catalogue=toys).edges[2].delay == 1


def test_too_many_nodes_edges_and_bytes_are_refused(toys, monkeypatch):
    assert (limits.MAX_NODES, limits.MAX_EDGES) == (100_000, 500_000)
    assert (limits.MAX_BYTES, limits.MAX_DEPTH) == (256 * 2**20, 64)
    monkeypatch.setattr(loading, "MAX_NODES", 2)
    with pytest.raises(FileError, match=r"\$\.nodes: found 3 nodes, expected at most 2"):
        loads(json.dumps({"gradwire": 1, "nodes": NODES}), catalogue=toys)
    monkeypatch.setattr(loading, "MAX_NODES", 3)
    monkeypatch.setattr(loading, "MAX_EDGES", 1)
    with pytest.raises(FileError, match=r"\$\.edges: found 2 edges, expected at most 1"):
        loads(json.dumps({"gradwire": 1, **edges()}), catalogue=toys)
    monkeypatch.setattr(loading, "MAX_BYTES", 10)
    with pytest.raises(FileError, match="found 20 bytes, expected at most 10"):
        loads(b'{"gradwire": 1     }', catalogue=toys)


def test_a_fault_among_a_hundred_thousand_names_is_found_soon(toys):
    ids = ["n" + f"abc{i:06}" * 20 for i in range(limits.MAX_NODES)]
    document = {
        "gradwire": 1,
        "nodes": [{"id": id_, "module": "Twice"} for id_ in ids],
        "edges": [{"from": f"{ids[5]}x.y", "to": f"{ids[0]}.x"}],
    }
    text = json.dumps(document)
    with counted_calls() as work, pytest.raises(FileError, match="no such node"):
        loads(text, catalogue=toys)
    assert work.calls / limits.MAX_NODES < 200  # without comparing it with each of them by letters


def test_a_large_graph_is_read(toys):
    count = 10_000
    document = {
        "gradwire": 1,
        "nodes": [{"id": "n0", "module": "Source"}]
        + [{"id": f"n{i}", "module": "Plus"} for i in range(1, count)],
        "edges": [
            {"from": f"n{max(i - back, 0)}.y", "to": f"n{i}.{port}"}
            for i in range(1, count)
            for back, port in ((1, "a"), (7, "b"))
        ],
    }
    text = json.dumps(document)
    with counted_calls() as work:
        graph = loads(text, catalogue=toys)
        written = dumps(graph)
    assert work.calls / count < 900
    assert len(graph.edges) == 2 * count - 2
    assert dumps(loads(written, catalogue=toys)) == written


def test_what_is_no_ordinary_file_is_refused(toys, tmp_path):
    with pytest.raises(FileError, match="found a folder"):
        load(tmp_path, toys)
    with pytest.raises(FileError, match="found no such file"):
        load(tmp_path / "none.gradwire", toys)
    with pytest.raises(FileError, match="found no ordinary file"):
        load("/dev/null", toys)
    with pytest.raises(FileError, match="null byte"):
        load("a\0b", toys)
    with pytest.raises(FileError, match="name that is too long"):
        load("a" * 5000, toys)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(FileError, match="found no ordinary file"):
        load(pipe, toys)  # and does not wait for a writer
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    for act in (lambda: load(loop, toys), lambda: save(Graph(toys), loop)):
        with pytest.raises(FileError, match="leads to itself"):
            act()


def test_the_size_is_looked_at_before_reading(toys, tmp_path):
    path = tmp_path / "sparse.gradwire"
    with path.open("wb") as file:
        file.truncate(limits.MAX_BYTES + 1)
    with pytest.raises(FileError, match=r"found 268435457 bytes, expected at most 268435456"):
        load(path, toys)


def test_no_permission_is_a_sentence(toys, tmp_path, monkeypatch):
    path = tmp_path / "a.gradwire"
    save(Graph(toys), path)

    def refuse(*args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(disk, "open", refuse, raising=False)
    with pytest.raises(FileError, match=r"found no permission, expected a file that can be read"):
        load(path, toys)


@given(st.binary(max_size=200))
def test_no_bytes_crash_the_reader(data):
    with pytest.raises(FileError):
        loads(data)


VALID = json.dumps({"gradwire": 1, **edges(), "tensors": {"x.y": tensor()}, "x-a": [1e5, "b"]})


@given(
    st.integers(0, len(VALID) - 1),
    st.sampled_from(['"', "{", "}", "[", "]", ",", ":", "\\", "1", "e9", "null", "NaN", "x", "-"]),
)
def test_a_changed_file_is_read_or_refused(toys, at, other):
    try:
        graph = loads(VALID[:at] + other + VALID[at + 1 :], name="f", catalogue=toys)
    except FileError as error:
        assert error.where.startswith("$")  # noqa: PT017 - some changes do no harm
    else:
        assert dumps(loads(dumps(graph), catalogue=toys)) == dumps(graph)


@given(st.integers(0, len(VALID) - 1))
def test_a_cut_file_is_refused(toys, at):
    with pytest.raises(FileError, match=r"f: \$.*line 1"):
        loads(VALID[:at], name="f", catalogue=toys)


EVIL = """
import base64, json, sys
from graph import check, dumps, loads
from graph.catalogue import Catalogue
from tests.conftest import TOYS

def document(call, data):
    packed = base64.b64encode(data).decode()
    return json.dumps({
        "gradwire": 1, "title": call, "x-py/object": call, "view": {"__reduce__": [call]},
        "definitions": {"Block": {"doc": call, "nodes": [{"id": "a", "module": "os.system"}]}},
        "nodes": [
            {"id": "x", "module": "Source", "attributes": {"shape": [len(data)]}, "label": call},
            {"id": "u", "module": "os.system", "attributes": {"__class__": call, "command": call}},
            {"id": "b", "module": "Block", "shares": "u"}],
        "tensors": {
            "x.y": {"dtype": "uint8", "shape": [len(data)], "data": packed},
            "u.__init__": {"dtype": "bool", "shape": [], "values": [True]}}})

def whole_way(text):
    graph = loads(text, catalogue=Catalogue(TOYS))
    check(graph)
    return dumps(loads(dumps(graph), catalogue=Catalogue(TOYS)))

whole_way(document("harmless", b"harmless"))  # what is imported on first use, is now
seen = []
quiet = ("object.__getattr__", "sys._getframe")
sys.addaudithook(lambda event, arguments: event in quiet or seen.append((event, arguments)))
call = "__import__('os').system('touch never')"
written = whole_way(document(call, b"cos\\nsystem\\n(S'touch never'\\ntR."))
assert call.encode() in written
sys.exit(f"ran {seen}" if seen else 0)
"""


def test_nothing_in_a_file_is_executed(tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    done = subprocess.run(
        [sys.executable, "-c", EVIL],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not os.listdir(tmp_path)
