"""The file's typed records. Their fields are the format: another field is refused by name."""

from __future__ import annotations

from typing import Any

import msgspec


class NodeRecord(msgspec.Struct, frozen=True):
    """One entry of `nodes`."""

    id: str
    module: str
    label: str | None = None
    note: str | None = None
    attributes: dict[str, Any] = {}
    at: tuple[float, float] | None = None
    bypassed: bool = False
    shares: str | None = None


class EdgeRecord(msgspec.Struct, frozen=True, rename={"source": "from", "target": "to"}):
    """One entry of `edges`."""

    source: str
    target: str
    delay: int | None = None
    initial: str | None = None


class TensorRecord(msgspec.Struct, frozen=True):
    """One entry of `tensors`: `values` or `data`."""

    dtype: str
    shape: list[int]
    values: list[bool | int | float] | None = None
    data: str | None = None


class FileRecord(msgspec.Struct, frozen=True):
    """The whole document, its lists still unread."""

    gradwire: int
    title: str = ""
    note: str | None = None
    dtype: str = "float64"
    seed: int = 0
    mode: str = "eval"
    target: str | None = None
    nodes: list[dict[str, Any]] = []
    edges: list[dict[str, Any]] = []
    tensors: dict[str, dict[str, Any]] = {}
    definitions: dict[str, Any] | None = None
    time: dict[str, Any] | None = None
    training: dict[str, Any] | None = None
    view: dict[str, Any] | None = None


KEPT_UNTOUCHED = ("definitions", "time", "training", "view")
FORMAT = 1
