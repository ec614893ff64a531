"""From a graph to its file: readable, diffable, the same bytes for the same graph."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from typing import Any

from graph.attributes import written
from graph.definition import Definition
from graph.errors import FileError, sentence
from graph.files import disk, tensors
from graph.files.schema import FORMAT, KEPT_UNTOUCHED
from graph.files.training import short, written_training
from graph.frames import Frame
from graph.marks import Breakpoint, Marks
from graph.model import Graph
from graph.port import PortRef
from graph.records import Edge, Node, Place
from graph.tensor import Tensor

WIDTH = 100  # of what is kept from other programs; what is longer is broken into lines
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
_encode_ascii = json.JSONEncoder(allow_nan=False).encode


def save(graph: Graph, path: str | os.PathLike[str]) -> None:
    """Write a graph file; raises `FileError` and leaves the old file as it was."""
    try:
        data = dumps(graph)
    except FileError as error:
        raise FileError(os.fspath(path), error.where, error.reason) from None
    disk.write(path, data)


def dumps(graph: Graph) -> bytes:
    """The file's bytes: UTF-8 JSON, one node, edge or tensor a line, keys in a fixed order.

    Raises `FileError` where an attribute or a kept key holds what no JSON can.
    """
    head = {
        "gradwire": FORMAT,
        "title": graph.title or None,
        "note": graph.note,
        "dtype": graph.dtype,
        "seed": graph.seed or None,
        "mode": None if graph.mode == "eval" else graph.mode,
        "target": graph.target,
        "seed_gradient": _seed_gradient(graph),
    }
    extra = _with_view(graph)
    notes = extra.pop("tensors", {})
    parts = [f'  "{key}": {_text(value)}' for key, value in head.items() if value is not None]
    parts.append(_lines("nodes", "[]", (_text(_node(node)) for node in graph.nodes.values())))
    parts.append(_lines("edges", "[]", (_text(_edge(edge)) for edge in graph.edges)))
    kept = {str(port): _tensor(graph, port) for port in _tensor_order(graph)} | notes
    parts.append(_lines("tensors", "{}", (f"{_text(k)}: {_text(v)}" for k, v in kept.items())))
    if graph.definitions:
        named = graph.definitions.items()
        listed = (f"{_text(name)}: {_definition(found)}" for name, found in named)
        parts.append(_lines("definitions", "{}", listed))
    parts.extend(f"  {_text(key)}: {_broken(value, 2)}" for key, value in _rest(graph, extra))
    return ("{\n" + ",\n".join(parts) + "\n}\n").encode("utf-8")


def _with_view(graph: Graph) -> dict[str, Any]:
    """What is kept for others, with frames and routes in their place under `view`."""
    extra = dict(graph.extra)
    view: dict[str, Any] = {}
    if graph.frames:
        view["frames"] = [_frame(frame) for frame in graph.frames]
    routes = {str(x.target): [_place(at) for at in x.route] for x in graph.edges if x.route}
    if routes:
        view["routes"] = routes
    view |= _marks(graph.marks)
    if not view:
        if extra.get("view") == {}:
            del extra["view"]
        return extra
    view |= extra.get("view", {})
    known = [key for key in KEPT_UNTOUCHED if key in extra or key == "view"]
    own = {key: view if key == "view" else extra[key] for key in known}
    return own | {key: value for key, value in extra.items() if key not in own}


def _frame(frame: Frame) -> dict[str, Any]:
    entry: dict[str, Any] = {"title": frame.title, "box": [short(x) for x in frame.box]}
    if frame.note is not None:
        entry["note"] = frame.note
    if frame.folded:
        entry["folded"] = True
    return entry | dict(frame.extra)


def _marks(marks: Marks) -> dict[str, Any]:
    lists: dict[str, list[Any]] = {
        "breakpoints": [_breakpoint(mark) for mark in marks.breakpoints],
        "watches": [str(port) for port in marks.watches],
        "checkpoints": list(marks.checkpoints),
    }
    return {key: entries for key, entries in lists.items() if entries}


def _breakpoint(mark: Breakpoint) -> dict[str, Any]:
    entry: dict[str, Any] = {"at": mark.at}
    if mark.when is not None:
        entry["when"] = {"of": mark.when.of, "is": mark.when.test}
        if mark.when.bound is not None:
            entry["when"]["bound"] = short(mark.when.bound)
        entry["when"] |= mark.when.extra
    if mark.off:
        entry["off"] = True
    return entry | dict(mark.extra)


def _place(at: Place) -> list[int | float]:
    return [short(x) for x in at]


def _rest(graph: Graph, extra: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """What follows the tensors: `time` in its place among the keys that are kept untouched."""
    counts = {"steps": graph.time.steps, "truncate": graph.time.truncate}
    time: dict[str, Any] = {key: count for key, count in counts.items() if count is not None}
    time |= graph.time.extra
    if time:
        yield "time", time
    if graph.store.fields["training"] is not None:
        yield "training", written_training(graph.training)
    yield from extra.items()


def _seed_gradient(graph: Graph) -> Any:
    seed = graph.seed_gradient
    return tensors.encode(seed) if isinstance(seed, Tensor) else seed


def _lines(key: str, brackets: str, entries: Iterable[str], indent: int = 2) -> str:
    pad = " " * indent
    body = ",\n".join(f"{pad}  {entry}" for entry in entries)
    inside = f"\n{body}\n{pad}" if body else ""
    return f'{pad}"{key}": {brackets[0]}{inside}{brackets[1]}'


def _definition(definition: Definition) -> str:
    """A definition as it stands in the document: a port, node or edge a line."""
    interface, body = definition.interface, definition.body
    texts = {"doc": interface.doc, "icon": interface.icon}
    parts = [f'      "{key}": {_text(value)}' for key, value in texts.items() if value]
    inputs = ({"name": x.name, "to": [str(ref) for ref in x.to]} for x in interface.inputs)
    outputs = ({"name": x.name, "from": str(x.source)} for x in interface.outputs)
    exposed = ({"name": x.name, "to": [str(ref) for ref in x.to]} for x in interface.attributes)
    lists: dict[str, Iterable[Any]] = {"inputs": inputs, "outputs": outputs, "attributes": exposed}
    lists |= {"nodes": map(_node, body.nodes.values()), "edges": map(_edge, body.edges)}
    parts += [_lines(key, "[]", map(_text, entries), 6) for key, entries in lists.items()]
    kept = interface.extra.items()
    parts.extend(f"      {_text(key)}: {_broken(value, 6)}" for key, value in kept)
    return "{\n" + ",\n".join(parts) + "\n    }"


def _node(node: Node) -> dict[str, Any]:
    entry: dict[str, Any] = {"id": node.id, "module": node.module}
    if node.label is not None:
        entry["label"] = node.label
    if node.note is not None:
        entry["note"] = node.note
    if node.attributes:
        entry["attributes"] = {name: written(value) for name, value in node.attributes.items()}
    if node.at is not None:
        entry["at"] = _place(node.at)
    if node.bypassed:
        entry["bypassed"] = True
    return entry | {key: value for key, value in node.extra.items() if key != "tensors"}


def _edge(edge: Edge) -> dict[str, Any]:
    return {"from": str(edge.source), "to": str(edge.target)} | dict(edge.extra)


def _tensor(graph: Graph, port: PortRef) -> dict[str, Any]:
    return tensors.encode(graph.tensors[port]) | dict(graph.tensor_extra(port))


def _tensor_order(graph: Graph) -> list[PortRef]:
    """Ports in the order of their nodes, then as the module lists them."""
    place = {id_: index for index, id_ in enumerate(graph.nodes)}

    def key(port: PortRef) -> tuple[int, str, int, str]:
        head = port.node.partition("/")[0]
        listed = graph.tensor_ports(head) or () if head == port.node else ()
        at = listed.index(port.port) if port.port in listed else len(listed)
        return place[head], port.node, at, port.port

    return sorted(graph.tensors, key=key)


def _broken(value: Any, indent: int) -> str:
    """A value in one line where it is short or flat, else an entry a line."""
    line = _text(value)
    is_flat = not isinstance(value, dict | list | tuple) or not value
    if is_flat or len(line) + indent <= WIDTH:
        return line
    pad = " " * (indent + 2)
    if isinstance(value, dict):
        inside = [f"{_text(key)}: {_broken(entry, indent + 2)}" for key, entry in value.items()]
        return "{\n" + ",\n".join(pad + entry for entry in inside) + f"\n{' ' * indent}}}"
    if not any(isinstance(entry, dict | list | tuple) for entry in value):
        return line
    inside = [_broken(entry, indent + 2) for entry in value]
    return "[\n" + ",\n".join(pad + entry for entry in inside) + f"\n{' ' * indent}]"


def _text(value: Any) -> str:
    """JSON in one line. Plain characters, but for half a surrogate pair, which stays an escape."""
    try:
        text = _encode(value)
    except (TypeError, ValueError, RecursionError) as error:
        found, expected = (
            f"a value that no file can hold ({error})",
            "numbers, texts, lists, objects",
        )
        raise FileError("", "", sentence("", found, expected, "")) from None
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return _encode_ascii(value)
    return text
