"""Files: what is written, what is kept, and that the same graph gives the same bytes."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph import BadAttribute, FileError, Graph, PortRef, Tensor, dumps, load, loads, save
from graph import edits as e
from graph.files.encoding import dumps as encode
from graph.files.limits import MAX_BYTES
from graph.files.migrations import migrate
from graph.records import Edge, Node

# The example that the format is explained by: one edge may share a line with another.
BY_HAND = """{
  "gradwire": 1,
  "title": "Backpropagation by hand",
  "dtype": "float64",
  "target": "loss",
  "nodes": [
    {"id": "x", "module": "Input", "attributes": {"shape": []}, "at": [0, 0]},
    {"id": "w", "module": "Parameter", "attributes": {"shape": []}, "at": [0, 144]},
    {"id": "x1", "module": "Multiply", "at": [240, 60]},
    {"id": "loss", "module": "Abs", "label": "loss_val", "at": [960, 140]}
  ],
  "edges": [
    {"from": "w.y", "to": "x1.a"}, {"from": "x.y", "to": "x1.b"},
    {"from": "x1.y", "to": "loss.x"}
  ],
  "tensors": {
    "x.y": {"dtype": "float64", "shape": [], "values": [2.0]},
    "w.y": {"dtype": "float64", "shape": [], "values": [3.0]}
  }
}
"""


@pytest.fixture
def graph(toys):
    """x -> h -> s, with a label, a note, tensors and a setting."""
    made = Graph(toys, title="Toys ∂", dtype="float32", seed=3, note="first\nsecond")
    made.add("Source", id="x", shape=("B", 2), at=(0, 0))
    made.add("Dense", id="h", label="hidden", note="wide", out_features=3, at=(240.5, 8))
    made.add("Total", id="s")
    made.connect("x.y", "h.x")
    made.connect("h.y", "s.x")
    made.set_tensor("h.bias", Tensor.of_values("float32", (3,), [0.1, -0.0, 3e-38]))
    made.set_tensor("x.y", Tensor.of_values("float32", (1, 2), [1, 2]))
    return made


def test_the_written_form_is_readable_and_fixed(graph):
    assert (
        dumps(graph).decode()
        == """{
  "gradwire": 1,
  "title": "Toys ∂",
  "note": "first\\nsecond",
  "dtype": "float32",
  "seed": 3,
  "nodes": [
    {"id": "x", "module": "Source", "attributes": {"shape": ["B", 2]}, "at": [0, 0]},
    {"id": "h", "module": "Dense", "label": "hidden", "note": "wide", \
"attributes": {"out_features": 3}, "at": [240.5, 8]},
    {"id": "s", "module": "Total"}
  ],
  "edges": [
    {"from": "x.y", "to": "h.x"},
    {"from": "h.y", "to": "s.x"}
  ],
  "tensors": {
    "x.y": {"dtype": "float32", "shape": [1, 2], "values": [1.0, 2.0]},
    "h.bias": {"dtype": "float32", "shape": [3], "values": [0.1, -0.0, 3e-38]}
  }
}
"""
    )


def test_a_written_file_is_written_again_byte_for_byte(graph, toys):
    once = dumps(graph)
    again = loads(once, catalogue=toys)
    assert dumps(again) == once
    assert dict(again.nodes) == dict(graph.nodes)
    assert again.edges == graph.edges
    assert dict(again.tensors) == dict(graph.tensors)
    assert dict(again.store.fields) == dict(graph.store.fields)


def test_the_designs_example_loads_and_takes_its_one_form():
    graph = loads(BY_HAND)
    once = dumps(graph)
    assert b'{"from": "w.y", "to": "x1.a"},\n    {"from": "x.y", "to": "x1.b"},' in once
    assert once.replace(b",\n    ", b", ") == BY_HAND.replace(",\n    ", ", ").encode()
    assert graph.tensors[PortRef("w", "y")] == Tensor.scalar(3.0)
    assert graph.nodes["x1"].at == (240, 60)
    assert dumps(loads(once)) == once


def test_an_empty_graph_and_an_empty_document(toys):
    assert dumps(loads(dumps(Graph(toys)), catalogue=toys)) == dumps(Graph(toys))
    assert dumps(loads('{"gradwire": 1}', catalogue=toys)) == dumps(Graph(toys))
    assert dumps(loads(b'\xef\xbb\xbf{"gradwire": 1}', catalogue=toys)) == dumps(Graph(toys))


FOREIGN = """{
  "x-top": {"deep": [1, {"x-in": null}], "big": 1e300}, "gradwire": 1,
  "view": {"frames": [{"title": "a", "box": [0, 0, 9.5, 9], "x-f": 1}], "lesson": []},
  "time": {"steps": 3}, "training": {"epochs": 2, "optimizer": {"name": "SGD", "lr": 0.1}},
  "definitions": {"Block": {"inputs": [{"name": "x", "to": ["lin.x"]}], "outputs": [],
     "attributes": [], "nodes": [{"id": "lin", "module": "Dense", "x-a": [true]}], "edges": [],
     "x-d": 1}},
  "nodes": [
    {"x-node": "ä", "id": "x", "module": "Source", "attributes": {"x-a": [1], "shape": [2]}},
    {"id": "one", "module": "NoSuchBlock", "attributes": {"width": 3, "odd": {"a": [null, "b"]}},
     "bypassed": true, "at": [1, 2], "label": "first", "note": "n"},
    {"id": "two", "module": "NoSuchBlock", "shares": "one", "x-z": 0},
    {"id": "three", "module": "NoSuchModule", "attributes": {"k": 1e-7}},
    {"id": "t", "module": "Twice"}],
  "edges": [
    {"to": "one.x", "from": "x.y", "x-edge": {}},
    {"from": "one.y", "to": "two.x", "initial": "x.y", "delay": 2},
    {"from": "two.odd port", "to": "three.any_in"},
    {"from": "three.any_out", "to": "t.x", "delay": 0}],
  "tensors": {
    "x-all": [1, 2],
    "three.w": {"dtype": "int64", "shape": [2], "values": [9223372036854775807, -1]},
    "one/lin.weight": {"dtype": "bool", "shape": [2], "values": [true, false], "x-t": "kept"},
    "one/deep/lin.weight": {"dtype": "uint8", "shape": [1], "data": "/w=="},
    "x.y": {"x-first": 1, "dtype": "float64", "shape": [2], "data": "AAAAAAAA8D8AAAAAAAD4fw=="}}
}"""


def test_what_is_not_known_is_kept_whole(toys):
    graph = loads(FOREIGN, catalogue=toys)
    assert graph.module("one") is None
    assert graph.module("three") is None
    assert graph.edges[1].delay == 2
    once = dumps(graph)
    assert dumps(loads(once, catalogue=toys)) == once
    before, after = json.loads(FOREIGN), json.loads(once)
    del before["edges"][3]["delay"]  # a delay of 0 is none
    before["tensors"]["one/deep/lin.weight"] = {"dtype": "uint8", "shape": [1], "values": [255]}
    assert after == {"dtype": "float64", **before}
    assert graph.tensors[PortRef("one/lin", "weight")].values() == [True, False]
    assert math.isnan(graph.tensors[PortRef("x", "y")].values()[1])


def test_what_is_kept_follows_its_node(toys):
    graph = loads(FOREIGN, catalogue=toys)
    first = dumps(graph)
    renamed = graph.apply(e.Rename("one", "uno"))
    assert b'"uno/lin.weight": {"dtype": "bool", "shape": [2], "values": [true, false], "x-t"' in (
        dumps(graph)
    )
    graph.apply(renamed)
    assert dumps(graph) == first
    removed = graph.apply(e.RemoveNode("one"))
    assert b"lin.weight" not in dumps(graph)
    assert dumps(loads(dumps(graph), catalogue=toys)) == dumps(graph)
    graph.apply(removed)
    assert dumps(graph) == first


def test_what_names_a_node_follows_it_and_comes_back(toys):
    graph = loads(FOREIGN, catalogue=toys)
    graph.configure(target="x.y")
    first = dumps(graph)
    back = [graph.apply(e.Rename("x", "z")), graph.apply(e.Rename("one", "uno"))]
    assert graph.edges[1].extra["initial"] == "z.y"
    assert graph.nodes["two"].extra["shares"] == "uno"
    assert graph.target == "z.y"
    for edit in reversed(back):
        graph.apply(edit)
    assert dumps(graph) == first


def test_what_names_no_node_is_left_alone_on_the_way_back(toys):
    graph = loads(FOREIGN, catalogue=toys)
    graph.apply(e.RemoveNode("x"))
    graph.apply(e.RemoveNode("one"))
    graph.configure(target="one.y")
    first = dumps(graph)
    again = graph.apply(graph.apply(e.Rename("three", "one")))
    assert dumps(graph) == first
    graph.apply(graph.apply(again))
    assert dumps(graph) == first
    graph.apply(again)
    second = dumps(graph)
    graph.apply(graph.apply(e.Rename("one", "four")))
    assert dumps(graph) == second


def test_long_kept_parts_are_broken_into_lines(toys):
    words = [{"word": "x" * 30, "numbers": list(range(40)), "none": {}} for _ in range(3)]
    document = {"gradwire": 1, "x-words": words, "view": {"lesson": "y" * 200}}
    once = dumps(loads(json.dumps(document), catalogue=toys))
    assert dumps(loads(once, catalogue=toys)) == once
    assert json.loads(once)["x-words"] == words
    assert once.count(b"\n") > 15


def test_tensors_stand_in_the_order_of_nodes_and_ports(toys):
    graph = Graph(toys)
    for id_ in ("b", "a"):
        graph.add("Dense", id=id_, out_features=1)
    one = Tensor.of_values("float64", (1,), [1])
    for port in ("a.bias", "b.bias", "a.weight", "b.weight"):
        graph.set_tensor(port, one)
    assert list(json.loads(dumps(graph))["tensors"]) == ["b.weight", "b.bias", "a.weight", "a.bias"]


@pytest.mark.parametrize(
    ("numbers", "form"),
    [
        ([1.0] * 256, "values"),
        ([1.0] * 257, "data"),
        ([math.nan], "data"),
        ([math.inf, 1.0], "data"),
        ([], "values"),
    ],
)
def test_few_finite_numbers_are_written_as_values(toys, numbers, form):
    graph = Graph(toys)
    graph.add("Source", id="x")
    tensor = Tensor.of_values("float64", (len(numbers),), numbers)
    graph.set_tensor("x.y", tensor)
    entry = json.loads(dumps(graph))["tensors"]["x.y"]
    assert set(entry) == {"dtype", "shape", form}
    assert loads(dumps(graph), catalogue=toys).tensors[PortRef("x", "y")] == tensor


@given(data=st.binary(min_size=8, max_size=64), dtype=st.sampled_from(
    ["float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8"]))  # fmt: skip
def test_every_number_comes_back_bit_for_bit(data, dtype):
    from graph.files.schema import TensorRecord
    from graph.files.tensors import decode, encode
    from graph.tensor import itemsize

    data = data[: len(data) // 8 * 8]
    tensor = Tensor(dtype, (len(data) // itemsize(dtype),), data)
    entry = json.loads(json.dumps(encode(tensor), allow_nan=False))
    back = decode(TensorRecord(**entry))
    assert back == tensor


def test_numbers_of_narrow_floats_are_written_short(toys):
    graph = Graph(toys)
    graph.add("Source", id="x")
    for dtype, numbers in (("float32", [0.1, 16777216.0, 1e-45]), ("float16", [0.1, 65504.0])):
        graph.set_tensor("x.y", Tensor.of_values(dtype, (len(numbers),), numbers))
        written = json.loads(dumps(graph))["tensors"]["x.y"]["values"]
        assert written == numbers


def test_what_json_cannot_hold_is_refused_and_not_written(toys, tmp_path):
    path = tmp_path / "a.gradwire"
    path.write_text("old")
    for value in (math.nan, object(), [-math.inf]):
        graph = Graph(toys)
        graph.apply(e.AddNode(Node("u", "NoSuchModule", {"a": value})))
        with pytest.raises(FileError, match=r"a\.gradwire: found"):
            save(graph, path)
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.gradwire"]


def test_an_infinite_setting_is_a_word_in_the_file():
    made = Graph()
    made.add("Norm", "n", ord=-math.inf)
    made.add("Norm", "m", ord="Infinity")
    text = dumps(made)
    assert b'"attributes": {"ord": "-Infinity"}' in text
    again = loads(text)
    assert [again.module(id_).ord for id_ in "nm"] == [-math.inf, math.inf]
    assert dumps(again) == text
    for value in ("infinity", "NaN", 0.5, math.nan):
        with pytest.raises(BadAttribute, match="of at least 1, Infinity or -Infinity"):
            made.set("n", ord=value)


def test_half_a_surrogate_pair_stays_an_escape(toys):
    graph = loads('{"gradwire": 1, "x-a": "\\ud800", "x-b": "\\ud83d\\ude00"}', catalogue=toys)
    assert b'"x-a": "\\ud800"' in dumps(graph)
    assert '"x-b": "😀"'.encode() in dumps(graph)
    assert dumps(loads(dumps(graph), catalogue=toys)) == dumps(graph)


def test_an_older_format_is_brought_up_to_date():
    def first(document):
        return {"gradwire": 1, "title": document["name"]}

    def second(document):
        return {**document, "nodes": []}

    old = {"gradwire": 1, "name": "Old"}
    new = migrate(old, "f", migrations={1: first, 2: second}, current=3)
    assert new == {"gradwire": 3, "title": "Old", "nodes": []}
    with pytest.raises(FileError, match=r"f: \$\.gradwire: found format 1, expected a format"):
        migrate({"gradwire": 1}, "f", migrations={2: second}, current=3)


def test_a_file_is_saved_and_loaded(graph, toys, tmp_path):
    path = tmp_path / "toys.gradwire"
    save(graph, path)
    assert path.read_bytes() == dumps(graph) == encode(graph)
    assert dumps(load(path, toys)) == dumps(graph)
    assert dumps(load(str(path), toys)) == dumps(graph)


def test_whatever_the_graph_takes_can_be_loaded_again(toys):
    graph = Graph(toys)
    graph.add("Source", id="x")
    extremes = [
        e.Move({"x": (1e9, -123456.789)}),
        e.SetGraph({"seed": 2**64 - 1, "target": "nobody.y", "title": "a" * 256, "note": ""}),
        e.SetNode("x", {"label": "", "note": "line\n\ttab" * 500}),
        e.AddNode(Node("u", "Unknown", {"tuple": (1, 2)}, at=(0.1, 1e-7))),
        e.Connect(Edge(PortRef("x", "y"), PortRef("u", "a.b"), {"delay": 2})),
        e.Rename("x", "a" * 256),
    ]
    for edit in extremes:
        graph.apply(edit)
        once = dumps(graph)
        assert dumps(loads(once, catalogue=toys)) == once
    assert len(once) < MAX_BYTES
