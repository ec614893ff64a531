"""Names of variables: each thing of the graph has one, and none is a word of Python's."""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Iterable

OWN = ("FLOAT", "SEED", "T", "base64", "gradients", "inputs", "np", "outputs", "parameters")
"""What the written program calls things of its own, beside what only some programs have."""


class Names:
    """Gives out names, each once. Ids of a file are ASCII words, so they stay what they are."""

    def __init__(self, reserved: Iterable[str] = ()) -> None:
        self._taken = {*dir(builtins), *keyword.kwlist, *keyword.softkwlist, *OWN, *reserved}

    def take(self, wanted: str) -> str:
        """The wanted name, with underscores behind it where it is taken."""
        name = wanted
        while name in self._taken:
            name += "_"
        self._taken.add(name)
        return name


def comment(text: str) -> str:
    """Text of a file as the rest of a comment line: one line, printable signs alone."""
    line = " ".join(text.split())
    return "".join(sign for sign in line if sign.isprintable())
