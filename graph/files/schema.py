"""The file's typed records. Their fields are the format: another field is refused by name."""

from __future__ import annotations

import functools
import re
from typing import Any, TypeVar

import msgspec

from graph.marks import Of, Test
from graph.rules import Rule, declared

FORMAT = 1
KEPT_UNTOUCHED = ("view",)
# Keys of `view` that are read.
OWN_VIEW = ("frames", "routes", "breakpoints", "watches", "checkpoints")
FOREIGN = "x-"  # keys that begin so belong to other programs: kept, never read


class NodeRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One entry of `nodes`."""

    id: str
    module: str
    label: str | None = None
    note: str | None = None
    attributes: dict[str, Any] = {}
    at: tuple[float, float] | None = None
    bypassed: bool = False
    shares: str | None = None


class EdgeRecord(
    msgspec.Struct,
    frozen=True,
    forbid_unknown_fields=True,
    rename={"source": "from", "target": "to"},
):
    """One entry of `edges`."""

    source: str
    target: str
    delay: int = 0
    initial: str | None = None


class InputRecord(msgspec.Struct, frozen=True):
    """One entry of a definition's `inputs`, or of its `attributes`: what it stands for inside."""

    name: str
    to: list[str]


class OutputRecord(msgspec.Struct, frozen=True, rename={"source": "from"}):
    """One entry of a definition's `outputs`."""

    name: str
    source: str


class DefinitionRecord(msgspec.Struct, frozen=True):
    """One entry of `definitions`, its lists still unread."""

    doc: str = ""
    icon: str = ""
    inputs: list[dict[str, Any]] = []
    outputs: list[dict[str, Any]] = []
    attributes: list[dict[str, Any]] = []
    nodes: list[dict[str, Any]] = []
    edges: list[dict[str, Any]] = []


class FrameRecord(msgspec.Struct, frozen=True):
    """One entry of `view.frames`."""

    box: tuple[float, float, float, float]
    title: str = ""
    note: str | None = None
    folded: bool = False


class ConditionRecord(msgspec.Struct, frozen=True, rename={"test": "is"}):
    """The entry `when` of a breakpoint."""

    of: Of
    test: Test
    bound: float | None = None


class BreakpointRecord(msgspec.Struct, frozen=True):
    """One entry of `view.breakpoints`."""

    at: str
    when: dict[str, Any] | None = None
    off: bool = False


class NamesRecord(msgspec.Struct, frozen=True):
    """What `view.watches` and `view.checkpoints` hold: ports, and nodes."""

    watches: list[str] = []
    checkpoints: list[str] = []


class RoutesRecord(msgspec.Struct, frozen=True):
    """What `view.routes` holds: points by the port where an edge ends."""

    routes: dict[str, list[tuple[float, float]]]


class TensorRecord(msgspec.Struct, frozen=True):
    """One entry of `tensors`: `values` or `data`."""

    dtype: str
    shape: list[int]
    values: list[bool | int | float] | None = None
    data: str | None = None


class TimeRecord(msgspec.Struct, frozen=True):
    """The entry `time`."""

    steps: int | None = None
    truncate: int | None = None


class TrainingRecord(msgspec.Struct, frozen=True):
    """The entry `training`, its rules still unread."""

    epochs: int = 10
    optimizer: dict[str, Any] = {}
    schedule: dict[str, Any] = {}
    clip: dict[str, Any] = {}
    frozen: list[str] = []
    lr_factors: dict[str, float] = {}
    metrics: list[str] = []
    stop: dict[str, Any] = {}


class FileRecord(msgspec.Struct, frozen=True):
    """The whole document, its lists still unread."""

    gradwire: int
    title: str = ""
    note: str | None = None
    dtype: str = "float64"
    seed: int = 0
    mode: str = "eval"
    target: str | None = None
    seed_gradient: dict[str, Any] | list[int] | int | None = None
    nodes: list[dict[str, Any]] = []
    edges: list[dict[str, Any]] = []
    tensors: dict[str, Any] = {}
    definitions: dict[str, Any] | None = None
    time: dict[str, Any] | None = None
    training: dict[str, Any] | None = None
    view: dict[str, Any] | None = None


Record = TypeVar("Record")  # a struct of the format, or a rule


def fields_of(kind: Any) -> frozenset[str]:
    """The keys that a record takes in the file."""
    return _fields_of(kind)


@functools.cache
def _fields_of(kind: Any) -> frozenset[str]:
    if issubclass(kind, Rule):
        return frozenset(declared(kind))
    return frozenset(field.encode_name for field in msgspec.structs.fields(kind))


def typed(kind: type[Record], entry: Any) -> Record:
    """Convert a plain entry; raises `Misfit` with the path inside it."""
    found: Record = _converted(entry, kind)
    return found


def all_typed(kind: type[Record], entries: list[Any]) -> list[Record]:
    """The same for many entries; unknown fields are refused if the record forbids them."""
    found: list[Record] = _converted(entries, list[kind])  # type: ignore[valid-type]
    return found


def _converted(entry: Any, kind: Any) -> Any:
    try:
        return msgspec.convert(entry, kind)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$")
        raise Misfit(path.rstrip("`"), *_in_words(message)) from None
    except UnicodeEncodeError:  # a lone surrogate where no text was expected
        raise Misfit("", "half a surrogate pair", "whole characters") from None


class Misfit(Exception):
    """An entry is not what its record declares: path inside it, found, expected."""

    def __init__(self, path: str, found: str, expected: str) -> None:
        super().__init__(path, found, expected)
        self.path, self.found, self.expected = path, found, expected


_WORDS = {
    "str": "a text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}


def _in_words(message: str) -> tuple[str, str]:
    """(found, expected) of a message of msgspec, which speaks of types."""
    if missing := re.fullmatch(r"Object missing required field `(.*)`", message):
        return "an object without it", f'the key "{missing[1]}"'
    if length := re.fullmatch(r"Expected `array` of length (\d+), got (\d+)", message):
        return f"{length[2]} entries", length[1]
    if word := re.fullmatch(r"Invalid enum value '(.*)'", message):
        return f'"{word[1]}"', "a word of the format"
    if kinds := re.fullmatch(r"Expected `(.*)`, got `(.*)`", message):
        expected = " or ".join(_WORDS.get(kind, kind) for kind in kinds[1].split(" | "))
        return _WORDS.get(kinds[2], kinds[2]), expected
    return message, ""
