"""From bytes to a plain JSON document, strictly: what JSON readers let pass is refused here.

Reading is done by the standard decoder; only where it finds a fault is the text walked again,
for the path of the fault.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from itertools import accumulate
from typing import Any

from graph.errors import FileError, sentence
from graph.files.limits import MAX_DEPTH, MAX_PARTS
from graph.records import bad_character

# Possessive, and content with an unfinished string, so that no text makes them slow.
_STRING = r'"[^"\\]*+(?:\\.?[^"\\]*+)*+(?:"|\Z)'
_STRUCTURE = re.compile(_STRING + r"|[\[\]{}:,]", re.DOTALL)
_BARE_STRINGS = re.compile(rb'"[^"]*+(?:"|\Z)')  # where no quote is escaped
_PLAIN_KEY = re.compile(r"[A-Za-z_][\w-]{0,59}", re.ASCII)
_NO_BRACKET = bytes(set(range(256)) - set(b"[]{}"))
_NO_BRACKET_NOR_QUOTE = _NO_BRACKET.replace(b'"', b"")
_ALIKE = bytes.maketrans(b"{}123456789E", b"[]000000000e")
_DEEPER = {ord("["): 1, ord("]"): -1}
_SUSPECT = (b"e000", b"e+000", b"0" * 19)  # when digits are made alike,
_FRACTION = b"." + b"0" * 19  # which make no number large
_INT64 = 2**63


class _Fault:
    """Stands in the document where something was refused, until its path is known."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


def parse(data: bytes, name: str) -> dict[str, Any]:
    """Read a JSON object; raises `FileError` with the path of the first fault.

    Refused beside bad UTF-8 and bad JSON: keys that stand twice, NaN and infinities, numbers
    beyond 64 bits, nesting deeper than 64, a document that is no object.
    """
    text = _decode_utf8(data, name)
    is_suspect = _check_structure(data, text, name)
    document, is_faulty = _decode_json(text, name, is_suspect)
    if is_faulty:
        where, reason = next(_faults(document, "$"))
        raise FileError(name, where, reason)
    if not isinstance(document, dict):
        raise FileError(name, "$", sentence("", "no object", "a Gradwire document", ""))
    return document


def step(path: str, key: str | int) -> str:
    """The JSON path one step further: `$.nodes[3]`, `$.tensors["x.y"]`."""
    if isinstance(key, int):
        return f"{path}[{key}]"
    return f"{path}.{key}" if _PLAIN_KEY.fullmatch(key) else f"{path}[{shown(key)}]"


def shown(text: str) -> str:
    """A text of the file as it can stand in a sentence: quoted, short, without tricks."""
    short = text if len(text) <= 60 else text[:57] + "…"
    plain = (f"\\u{ord(c):04x}" if bad_character(c) else c for c in short)
    return '"' + "".join(plain) + '"'


def _decode_utf8(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        where = _path_at(data[: error.start].decode("utf-8-sig", "replace"))
        found = f"byte {data[error.start]:#04x} at offset {error.start}"
        mend = "Save the file as UTF-8."
        raise FileError(name, where, sentence("", found, "UTF-8 text", mend)) from None


def _check_structure(data: bytes, text: str, name: str) -> bool:
    """Refuse what is too deep or has too many parts, and tell whether a number looks too large.

    Done before anything is built. The strings' insides, which do not count, are taken out where
    they could be mistaken for the document's own brackets and numbers.
    """
    if b"\\" in data:  # outside a string it is a fault, at which the decoder stops
        data = data.replace(b"\\\\", b"").replace(b'\\"', b"")
    _check_parts(data.count(b'"') // 2, name)
    bare = _without_strings(data) if _has_brackets_in_strings(data) else data
    brackets = bare.translate(_ALIKE, _NO_BRACKET)
    _check_parts(len(brackets), name)
    if _is_too_deep(brackets):
        where = _path_at(text, MAX_DEPTH)
        where = where if len(where) <= 200 else where[:199] + "…"
        found, expected = "lists and objects inside each other", f"at most {MAX_DEPTH} levels"
        raise FileError(name, where, sentence("", found, expected, ""))
    return _is_suspect(bare) and _is_suspect(_without_strings(bare))


def _without_strings(data: bytes) -> bytes:
    return _BARE_STRINGS.sub(b"", data)


def _has_brackets_in_strings(data: bytes) -> bool:
    """Whether a bracket stands inside a string.

    Then the number of quotes before it is odd, and so one is left between two brackets when
    quotes that stand side by side are taken away.
    """
    return b'"' in data.translate(None, _NO_BRACKET_NOR_QUOTE).replace(b'""', b"")


def _is_too_deep(brackets: bytes) -> bool:
    """Whether `[` and `]` are deeper inside each other than a document may be."""
    outer = brackets
    for _ in range(MAX_DEPTH):  # each turn takes the innermost level away
        outer = outer.replace(b"[]", b"")
    # What is left is too deep, or has no partner: then levels are counted one by one.
    return bool(outer) and max(accumulate(map(_DEEPER.__getitem__, brackets))) > MAX_DEPTH


def _is_suspect(bare: bytes) -> bool:
    alike = bare.translate(_ALIKE).replace(_FRACTION, b".")
    return any(number in alike for number in _SUSPECT)


def _check_parts(count: int, name: str) -> None:
    if count > MAX_PARTS:
        found, expected = f"{count} brackets or texts", f"at most {MAX_PARTS}"
        raise FileError(name, "$", sentence("", found, expected, ""))


def _decode_json(text: str, name: str, is_suspect: bool) -> tuple[Any, bool]:
    """The document, and whether faults stand in it."""
    faults: list[_Fault] = []

    def fault(found: str, expected: str) -> _Fault:
        faults.append(_Fault(sentence("", found, expected, "")))
        return faults[-1]

    def unique(pairs: list[tuple[str, Any]]) -> Any:
        document = dict(pairs)
        if len(document) == len(pairs):
            return document
        return fault(f"the key {shown(_first_twice(pairs))} twice", "keys that differ")

    def integer(digits: str) -> Any:
        # A seed may take 64 bits without a sign; longer digits are not even converted.
        if len(digits) > 20 or not -_INT64 <= int(digits) < 2 * _INT64:
            return fault(f"the number {shown(digits)[1:-1]}", "a number of at most 64 bits")
        return int(digits)

    def floating(digits: str) -> Any:
        value = float(digits)
        if math.isfinite(value):
            return value
        return fault(f"the number {shown(digits)[1:-1]}", "a number that 64 bits hold")

    def constant(word: str) -> Any:
        return fault(word, "a finite number")

    numbers: dict[str, Any] = {}
    if is_suspect:  # called for each number, so only where one needs it
        numbers = {"parse_int": integer, "parse_float": floating}
    try:
        document = json.loads(text, object_pairs_hook=unique, parse_constant=constant, **numbers)
    except json.JSONDecodeError as error:
        found = f"a fault in line {error.lineno}, column {error.colno} ({error.msg})"
        is_cut = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated")
        mend = "The file may be cut off." if is_cut else ""
        reason = sentence("", found, "a JSON document", mend)
        raise FileError(name, _path_at(text[: error.pos]), reason) from None
    return document, bool(faults)


def _first_twice(pairs: list[tuple[str, Any]]) -> str:
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            return key
        seen.add(key)
    raise AssertionError("called for keys that differ")


def _faults(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, _Fault):
        yield path, value.reason
    elif isinstance(value, dict):
        for key, entry in value.items():
            yield from _faults(entry, step(path, key))
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            if type(entry) not in (int, float):
                yield from _faults(entry, step(path, index))


def _path_at(text: str, deepest: int | None = None) -> str:
    """The JSON path at the end of a text, or where it first gets deeper than `deepest`."""
    stack: list[str | int | None] = []  # per level: a list's index, or an object's key
    for match in _STRUCTURE.finditer(text):
        token = match[0]
        if token in ("{", "["):
            if len(stack) == deepest:
                break
            stack.append(0 if token == "[" else None)
        elif not stack:
            continue
        elif token in ("}", "]"):
            stack.pop()
        elif token == ",":
            stack[-1] = stack[-1] + 1 if isinstance(stack[-1], int) else None
        elif token != ":" and stack[-1] is None:
            stack[-1] = token.strip('"')
    path = "$"
    for key in stack:
        path = path if key is None else step(path, key)
    return path
