"""Bringing older documents up to date, one format number at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from graph.errors import FileError, sentence
from graph.files.schema import FORMAT

Document = dict[str, Any]
Migration = Callable[[Document], Document]

# format number -> what turns a document of that format into one of the next
MIGRATIONS: Mapping[int, Migration] = {}


def migrate(
    document: Document,
    name: str,
    migrations: Mapping[int, Migration] = MIGRATIONS,
    current: int = FORMAT,
) -> Document:
    """Bring a document to the current format; raises `FileError` for one that cannot be read."""
    number = document.get("gradwire")
    if type(number) is not int:
        found = "no format number" if number is None else "no number"
        raise _refusal(name, found, 'a Gradwire document with "gradwire": 1', "")
    if number > current:
        mend = "Open it with a newer Gradwire."
        raise _refusal(name, f"format {number}", f"at most {current}", mend)
    while number < current:
        if number not in migrations:
            raise _refusal(name, f"format {number}", f"a format from 1 to {current}", "")
        document = migrations[number](document)
        number += 1
        document["gradwire"] = number
    return document


def _refusal(name: str, found: str, expected: str, mend: str) -> FileError:
    return FileError(name, "$.gradwire", sentence("", found, expected, mend))
