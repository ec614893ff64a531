"""The sets that need no file, by name."""

from __future__ import annotations

from gui.data.asking import tr
from runtime.data.facts import BUILTIN
from runtime.data.generated import GENERATED
from runtime.data.shipped import SHIPPED
from runtime.data.system import SYSTEM, SYSTEM_SETS


def offered() -> list[tuple[str, str]]:
    """Each set as it is told, and as a Data node names it; of the system's those installed."""
    shipped = [(name, BUILTIN + name) for name in SHIPPED]
    system = [(name, SYSTEM + name) for name, found in SYSTEM_SETS.items() if found.path]
    made = [(tr("{0}, generated").format(name), BUILTIN + name) for name in GENERATED]
    return [*shipped, *system, *made]
