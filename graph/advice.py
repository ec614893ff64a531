"""What a module's class knows of classic mistakes at its inputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Remedy = Literal["remove", "insert", "become"]


@dataclass(frozen=True, slots=True)
class Advice:
    """Modules that are a mistake directly before an input port.

    A module counts as directly before also through modules that only reshape and through bypassed
    nodes. The `remedy` is what mends it for sure: `remove` the module before, `insert` the module
    `other` between the two, or let the one before `become` the module `other`. With `alone` a
    module whose result is used elsewhere too is left in peace.
    """

    code: str
    port: str
    after: tuple[str, ...]
    expected: str
    mend: str
    remedy: Remedy
    other: str = ""
    alone: bool = False
