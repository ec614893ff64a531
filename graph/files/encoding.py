"""From a graph to the bytes of its file: readable, diffable, the same bytes for the same graph."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from graph.files import tensors
from graph.files.schema import FORMAT
from graph.model import Graph
from graph.port import PortRef
from graph.records import Edge, Node


def dumps(graph: Graph) -> bytes:
    """The file's bytes: UTF-8 JSON, one node, edge or tensor a line, keys in a fixed order."""
    head = {
        "gradwire": FORMAT,
        "title": graph.title or None,
        "note": graph.note,
        "dtype": graph.dtype,
        "seed": graph.seed or None,
        "mode": None if graph.mode == "eval" else graph.mode,
        "target": graph.target,
    }
    parts = [f'  "{key}": {_text(value)}' for key, value in head.items() if value is not None]
    parts.append(_lines("nodes", "[]", (_text(_node(node)) for node in graph.nodes.values())))
    parts.append(_lines("edges", "[]", (_text(_edge(edge)) for edge in graph.edges)))
    kept = (f"{_text(str(port))}: {_text(_tensor(graph, port))}" for port in _tensor_order(graph))
    parts.append(_lines("tensors", "{}", kept))
    parts.extend(f"  {_text(key)}: {_indented(value)}" for key, value in graph.extra.items())
    return ("{\n" + ",\n".join(parts) + "\n}\n").encode("utf-8")


def _lines(key: str, brackets: str, entries: Iterable[str]) -> str:
    body = ",\n".join(f"    {entry}" for entry in entries)
    inside = f"\n{body}\n  " if body else ""
    return f'  "{key}": {brackets[0]}{inside}{brackets[1]}'


def _node(node: Node) -> dict[str, Any]:
    entry: dict[str, Any] = {"id": node.id, "module": node.module}
    if node.label is not None:
        entry["label"] = node.label
    if node.note is not None:
        entry["note"] = node.note
    if node.attributes:
        entry["attributes"] = dict(node.attributes)
    if node.at is not None:
        entry["at"] = [int(x) if float(x).is_integer() else float(x) for x in node.at]
    if node.bypassed:
        entry["bypassed"] = True
    return entry | dict(node.extra)


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
        return place.get(head, len(place)), port.node, at, port.port

    return sorted(graph.tensors, key=key)


def _text(value: Any) -> str:
    return _unicode(json.dumps(value, ensure_ascii=False, allow_nan=False), value)


def _indented(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=2)
    return _unicode(text, value).replace("\n", "\n  ")


def _unicode(text: str, value: Any) -> str:
    """Plain characters where UTF-8 can hold them; a lone surrogate stays an escape."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(value, allow_nan=False)
    return text
