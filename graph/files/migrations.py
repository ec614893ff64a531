"""Bringing older documents up to date, one format number at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from graph.errors import FileError
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
        raise FileError(name, "$.gradwire", "found no format number, expected a Gradwire document")
    if number > current:
        raise FileError(
            name,
            "$.gradwire",
            f"found format {number}, expected at most {current}. Open it with a newer Gradwire.",
        )
    while number < current:
        if number not in migrations:
            raise FileError(name, "$.gradwire", f"format {number} is unknown")
        document = migrations[number](document)
        number += 1
        document["gradwire"] = number
    return document
