"""Attributes: the settings of a module that no gradient reaches."""

from __future__ import annotations

import math
import sys
import types
import typing
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from graph.errors import BadAttribute
from graph.tensor import DTYPES

MAX_TEXT = 4096
MAX_TEXTS = 4096
MAX_OPTIONS = 64
INFINITIES = {"Infinity": math.inf, "-Infinity": -math.inf}
"""How the two are written in a file, for JSON has no numbers for them."""


@dataclass(frozen=True, slots=True)
class AttributeSpec:
    """One declared attribute.

    `type` is one of `int float bool text choice ints shape dtype texts options`; `optional` ones
    also take None. `minimum` bounds numbers (and every entry of `ints`); an `infinite` float may
    besides be infinite, either way, or the file's word for that.
    """

    name: str
    type: str
    default: Any
    doc: str
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    optional: bool = False
    infinite: bool = False

    def check(self, value: Any) -> Any:
        """Return the value in its normal form; raises `BadAttribute` where it does not fit."""
        if value is None:
            if self.optional:
                return None
            raise self._refuse(value)
        if self.infinite and (endless := _infinity(value)) is not None:
            return endless
        normal = _NORMAL[self.type](value)
        if normal is None or (self.choices and normal not in self.choices):
            raise self._refuse(value)
        if self.minimum is not None and _least(normal) < self.minimum:
            raise self._refuse(value)
        return normal

    def expected(self) -> str:
        """The values it takes, in words."""
        if self.choices:
            return "one of " + ", ".join(self.choices)
        words = _WORDS[self.type]
        if self.minimum is not None:
            words += f" of at least {self.minimum:g}"
        words += f", {' or '.join(INFINITIES)}" if self.infinite else ""
        return words + (" or none" if self.optional else "")

    def _refuse(self, value: Any) -> BadAttribute:
        shown = repr(value)
        shown = shown if len(shown) <= 60 else shown[:57] + "..."
        return BadAttribute(port=self.name, found=shown, expected=self.expected())


def attribute(
    default: Any,
    doc: str,
    *,
    choices: tuple[str, ...] = (),
    minimum: float | None = None,
    infinite: bool = False,
) -> Any:
    """Declare an attribute in the body of a module class; its type is the annotation's."""
    return _Declared(default, doc, choices, minimum, infinite)


def written(value: Any) -> Any:
    """A setting as a file says it: an infinite number is a word."""
    return next((word for word, number in INFINITIES.items() if value == number), value)


@dataclass(frozen=True, slots=True)
class _Declared:
    default: Any
    doc: str
    choices: tuple[str, ...]
    minimum: float | None
    infinite: bool


def collect(cls: type) -> dict[str, AttributeSpec]:
    """The attributes declared in the body of `cls`, which loses the declarations."""
    declared = {k: v for k, v in vars(cls).items() if isinstance(v, _Declared)}
    if not declared:
        return {}
    hints = _hints(cls, declared)
    specs = {}
    for name, entry in declared.items():
        kind, optional, choices = _kind_of(hints[name])
        choices = entry.choices or choices
        specs[name] = AttributeSpec(
            name, kind, entry.default, entry.doc, choices, entry.minimum, optional, entry.infinite
        )
        delattr(cls, name)
    return specs


def _hints(cls: type, names: Iterable[str]) -> dict[str, Any]:
    """Their annotations in the body of `cls`; all others, which may be many, are left unread."""
    own = vars(cls)["__annotations__"]
    asked = types.SimpleNamespace(__annotations__={name: own[name] for name in names})
    return typing.get_type_hints(asked, vars(sys.modules[cls.__module__]))


DtypeName = typing.NewType("DtypeName", str)
ShapeSpec = tuple[int | str, ...]
Options = Mapping[str, float]
"""Numbers by name, whole ones kept whole: settings that depend on another one."""


def _kind_of(hint: Any) -> tuple[str, bool, tuple[str, ...]]:
    """(type word, optional, choices) of an annotation."""
    optional = False
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        rest = [arm for arm in typing.get_args(hint) if arm is not type(None)]
        optional = len(rest) < len(typing.get_args(hint))
        if len(rest) == 1:
            hint = rest[0]
    if typing.get_origin(hint) is typing.Literal:
        return "choice", optional, typing.get_args(hint)
    simple = {int: "int", float: "float", bool: "bool", str: "text"}
    if hint in simple:
        return simple[hint], optional, ()
    if hint is DtypeName:
        return "dtype", optional, DTYPES
    if hint == ShapeSpec:
        return "shape", optional, ()
    if hint == tuple[int, ...]:
        return "ints", optional, ()
    if hint == tuple[str, ...]:
        return "texts", optional, ()
    if hint == Options:
        return "options", optional, ()
    raise TypeError(f"attribute of type {hint!r} is none of the attribute types")


def _least(value: Any) -> float:
    if isinstance(value, tuple):
        return min((entry for entry in value if isinstance(entry, int)), default=math.inf)
    return float(value)


def _int(value: Any) -> int | None:
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        return None
    number = int(value)
    return number if -(2**53) <= number <= 2**53 else None


def _float(value: Any) -> float | None:
    if isinstance(value, bool) or not hasattr(value, "__float__"):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _infinity(value: Any) -> float | None:
    if isinstance(value, str):
        return INFINITIES.get(value)
    try:
        return float(value) if math.isinf(value) else None
    except (TypeError, OverflowError):
        return None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and len(value) <= MAX_TEXT else None


def _bool(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _ints(value: Any) -> tuple[int, ...] | None:
    if not isinstance(value, (list, tuple)):
        return None
    numbers = tuple(_int(entry) for entry in value)
    return None if None in numbers else typing.cast("tuple[int, ...]", numbers)


def _shape(value: Any) -> tuple[int | str, ...] | None:
    if not isinstance(value, (list, tuple)):
        return None
    entries: list[int | str] = []
    for entry in value:
        if isinstance(entry, str) and entry.isidentifier() and len(entry) <= 64:
            entries.append(entry)
        elif (number := _int(entry)) is not None and number >= 0:
            entries.append(number)
        else:
            return None
    return tuple(entries)


def _texts(value: Any) -> tuple[str, ...] | None:
    if not isinstance(value, (list, tuple)) or len(value) > MAX_TEXTS:
        return None
    return None if any(_text(entry) is None for entry in value) else tuple(value)


def _options(value: Any) -> dict[str, float] | None:
    if not isinstance(value, Mapping) or len(value) > MAX_OPTIONS:
        return None
    found: dict[str, float] = {}
    for name, entry in value.items():
        whole = _int(entry)
        number = _float(entry) if whole is None else whole
        if not isinstance(name, str) or not name.isidentifier() or number is None:
            return None
        found[name] = number
    return found


_NORMAL: dict[str, Any] = {
    "int": _int,
    "float": _float,
    "bool": _bool,
    "text": _text,
    "choice": _text,
    "dtype": _text,
    "ints": _ints,
    "shape": _shape,
    "texts": _texts,
    "options": _options,
}
_WORDS = {
    "int": "a whole number",
    "float": "a finite number",
    "bool": "true or false",
    "text": "a text",
    "choice": "a name",
    "dtype": "a dtype",
    "ints": "a list of whole numbers",
    "shape": "a list of sizes (0 or more) or names",
    "texts": "a list of texts",
    "options": "numbers by name",
}
