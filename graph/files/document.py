"""From bytes to a plain JSON document, strictly: what JSON readers let pass is refused here."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any

from graph.errors import FileError
from graph.files.limits import MAX_DEPTH

_TOKENS = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
_INT64 = 2**63


class _Fault:
    """Stands in the document where something was refused, until its path is known."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


def parse(data: bytes, name: str) -> dict[str, Any]:
    """Read a JSON object; raises `FileError` with the path of the first fault.

    Refused beside bad UTF-8 and bad JSON: keys that stand twice, NaN and infinities, numbers
    that no dtype holds, nesting deeper than 64, a document that is no object.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FileError(name, "", f"byte {error.start} is no UTF-8") from None
    _check_depth(data, name)
    document, faulty = _decode(text, name)
    if faulty:
        where, reason = next(_faults(document, "$"))
        raise FileError(name, where, reason)
    if not isinstance(document, dict):
        raise FileError(name, "$", "found no object, expected a Gradwire document")
    return document


def _check_depth(data: bytes, name: str) -> None:
    depth = 0
    for match in _TOKENS.finditer(data):
        first = match[0][0]
        if first in b"[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise FileError(name, "", f"nested deeper than {MAX_DEPTH} at byte {match.start()}")
        elif first in b"]}":
            depth -= 1


def _decode(text: str, name: str) -> tuple[Any, bool]:
    """The document, and whether faults stand in it."""
    faults: list[_Fault] = []

    def fault(reason: str) -> _Fault:
        faults.append(_Fault(reason))
        return faults[-1]

    def unique(pairs: list[tuple[str, Any]]) -> Any:
        found = dict(pairs)
        if len(found) == len(pairs):
            return found
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        return fault(f'the key "{_short(twice)}" stands twice')

    def integer(digits: str) -> Any:
        # A seed may take 64 bits without a sign; longer digits are not even converted.
        if len(digits) > 20 or not -_INT64 <= int(digits) < 2 * _INT64:
            return overflow(digits)
        return int(digits)

    def overflow(digits: str) -> Any:
        return fault(f"the number {_short(digits)} is too large")

    def floating(digits: str) -> Any:
        value = float(digits)
        return value if math.isfinite(value) else overflow(digits)

    try:
        document = json.loads(
            text,
            object_pairs_hook=unique,
            parse_constant=lambda word: fault(f"found {word}, expected a finite number"),
            parse_int=integer,
            parse_float=floating,
        )
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise FileError(name, where, f"no JSON: {error.msg}") from None
    return document, bool(faults)


def _faults(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, _Fault):
        yield path, value.reason
    elif isinstance(value, dict):
        for key, entry in value.items():
            yield from _faults(entry, f"{path}.{_short(key)}")
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            yield from _faults(entry, f"{path}[{index}]")


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "..."
