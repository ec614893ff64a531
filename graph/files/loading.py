"""From a file to a graph. Every refusal names the file, the JSON path, and what to do."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from graph.catalogue import Catalogue
from graph.errors import FileError, GraphError
from graph.files import tensors
from graph.files.document import parse
from graph.files.limits import MAX_BYTES, MAX_EDGES, MAX_NODES
from graph.files.migrations import migrate
from graph.files.schema import KEPT_UNTOUCHED, EdgeRecord, FileRecord, NodeRecord, TensorRecord
from graph.model import Graph
from graph.port import PortRef
from graph.records import MAX_NAME, Edge, Node, bad_character
from graph.suggest import did_you_mean
from graph.tensor import Tensor

Record = TypeVar("Record", bound=msgspec.Struct)


def load(path: str | os.PathLike[str], catalogue: Catalogue | None = None) -> Graph:
    """Read a graph file; raises `FileError`.

    Modules that `catalogue` (by default the installed ones) does not know become placeholders.
    """
    name = os.fspath(path)
    try:
        with Path(path).open("rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise FileError(name, "", "is no ordinary file")
            _check_size(status.st_size, name)
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise FileError(name, "", error.strerror or str(error)) from None
    return loads(data, name=name, catalogue=catalogue)


def loads(
    data: bytes | str, *, name: str = "document", catalogue: Catalogue | None = None
) -> Graph:
    """Read a graph from the bytes of a file; raises `FileError` under `name`."""
    data = data.encode() if isinstance(data, str) else data
    _check_size(len(data), name)
    return _Reader(name, catalogue).graph(migrate(parse(data, name), name))


def _check_size(size: int, name: str) -> None:
    if size > MAX_BYTES:
        raise FileError(name, "", f"found {size} bytes, expected at most {MAX_BYTES}")


class _Reader:
    """Reads one document, and remembers where it is for the refusals."""

    def __init__(self, name: str, catalogue: Catalogue | None) -> None:
        self.name, self.catalogue = name, catalogue
        self.where = "$"

    def graph(self, document: dict[str, Any]) -> Graph:
        record, extra = self.record(FileRecord, document, "$")
        for key, count, most in (
            ("nodes", len(record.nodes), MAX_NODES),
            ("edges", len(record.edges), MAX_EDGES),
        ):
            if count > most:
                raise FileError(self.name, f"$.{key}", f"found {count}, expected at most {most}")
        kept = {key: document[key] for key in KEPT_UNTOUCHED if key in document}
        fields = {key: getattr(record, key) for key in ("title", "note", "dtype", "seed", "mode")}
        fields["target"] = record.target
        try:
            return Graph.assemble(
                self.nodes(record.nodes),
                self.edges(record.edges),
                self.tensors(record.tensors),
                fields,
                kept | extra,
                self.catalogue,
            )
        except GraphError as error:
            raise FileError(self.name, self.where, str(error)) from None

    def nodes(self, entries: list[dict[str, Any]]) -> Iterator[Node]:
        for index, entry in enumerate(entries):
            record, extra = self.record(NodeRecord, entry, f"$.nodes[{index}]")
            if record.shares is not None:
                extra = {"shares": record.shares, **extra}
            self.check_name(record.module)
            yield Node(
                record.id,
                record.module,
                record.attributes,
                record.label,
                record.note,
                record.at,
                record.bypassed,
                extra,
            )

    def edges(self, entries: list[dict[str, Any]]) -> Iterator[Edge]:
        for index, entry in enumerate(entries):
            record, extra = self.record(EdgeRecord, entry, f"$.edges[{index}]")
            time = {"delay": record.delay, "initial": record.initial}
            if record.delay is not None and record.delay < 0:
                raise FileError(self.name, f"{self.where}.delay", "expected a number from 0 up")
            kept = {key: value for key, value in time.items() if value is not None}
            self.check_name(record.source, 2 * MAX_NAME)
            self.check_name(record.target, 2 * MAX_NAME)
            yield Edge(PortRef.parse(record.source), PortRef.parse(record.target), kept | extra)
        self.where = "$.edges"

    def tensors(self, entries: dict[str, dict[str, Any]]) -> Iterator[tuple[PortRef, Tensor, Any]]:
        for port, entry in entries.items():
            shown = port if len(port) <= 60 else port[:57] + "..."
            record, extra = self.record(TensorRecord, entry, f"$.tensors.{shown}")
            yield PortRef.parse(port), tensors.decode(record), extra

    def record(
        self, kind: type[Record], entry: dict[str, Any], where: str
    ) -> tuple[Record, dict[str, Any]]:
        """A typed record, and the keys beginning with `x-` that stood beside it."""
        self.where = where
        known = {field.encode_name for field in msgspec.structs.fields(kind)}
        extra = {}
        for key in entry:
            if key.startswith("x-"):
                extra[key] = entry[key]
            elif key not in known:
                reason = f'unknown field "{key[:60]}". {did_you_mean(key[:60], known)}'
                raise FileError(self.name, where, reason.rstrip())
        own = {key: value for key, value in entry.items() if key not in extra} if extra else entry
        try:
            return msgspec.convert(own, kind), extra
        except msgspec.ValidationError as error:
            message, _, path = str(error).partition(" - at `")
            raise FileError(
                self.name, where + path.rstrip("`").removeprefix("$"), message
            ) from None

    def check_name(self, text: str, most: int = MAX_NAME) -> None:
        reason = f"{len(text)} characters" if len(text) > most else bad_character(text)
        if reason or not text:
            raise FileError(self.name, self.where, f"a name with {reason or 'no characters'}")
