"""The catalogue: which modules exist, by name and by group."""

from __future__ import annotations

import functools
import logging
from collections.abc import Iterable, Iterator
from importlib import metadata
from types import ModuleType

from graph.errors import UnknownModule
from graph.module import Module
from graph.suggest import did_you_mean

ENTRY_POINTS = "gradwire.modules"
# The order in which groups are shown, for an installer sorts entry points by name (so a group's
# families are named to stand in order); groups of other packages follow.
GROUPS = (
    "Sources", "Arithmetic", "Activations", "Linear algebra", "Shape", "Reductions", "Layers",
    "Recurrent", "Losses",
)  # fmt: skip
_log = logging.getLogger("gradwire")


class Catalogue:
    """An ordered set of module classes with unique names."""

    def __init__(self, modules: Iterable[type[Module]] = ()) -> None:
        """Raises ValueError where two modules have one name."""
        self._modules: dict[str, type[Module]] = {}
        for module in modules:
            if module.name in self._modules:
                raise ValueError(f"two modules are named {module.name}")
            self._modules[module.name] = module

    def __contains__(self, name: object) -> bool:
        return name in self._modules

    def __iter__(self) -> Iterator[type[Module]]:
        return iter(self._modules.values())

    def __len__(self) -> int:
        return len(self._modules)

    def get(self, name: str) -> type[Module] | None:
        """The module of that name, or None."""
        return self._modules.get(name)

    def require(self, name: str) -> type[Module]:
        """The module of that name; raises `UnknownModule` with the nearest name."""
        module = self.get(name)
        if module is None:
            raise UnknownModule(
                found=f'module "{name}"',
                expected="a module of the catalogue",
                mend=did_you_mean(name, self.names()),
            )
        return module

    def names(self) -> tuple[str, ...]:
        """All names, in the catalogue's order."""
        return tuple(self._modules)

    def groups(self) -> dict[str, list[type[Module]]]:
        """Modules by group, both in the catalogue's order."""
        found: dict[str, list[type[Module]]] = {}
        for module in self:
            found.setdefault(module.group, []).append(module)
        return found


@functools.cache
def default_catalogue() -> Catalogue:
    """The catalogue of all installed families, found on first use.

    The project's own families come first, then group by group. A family of another package that
    cannot be imported, or that repeats a name, is left out and logged.
    """
    found = metadata.entry_points(group=ENTRY_POINTS)
    name_of = functools.cache(lambda dist: dist and dist.name)  # it reads a file each time
    own = [entry for entry in found if name_of(entry.dist) == "gradwire"]
    others = sorted((e for e in found if e not in own), key=lambda e: (e.name, e.value))
    modules: dict[str, type[Module]] = {}
    for entry in dict.fromkeys((*own, *others)):
        try:
            family = modules_of(entry.load())
        except Exception:  # importing another package's code can raise anything
            if entry in own:
                raise
            _log.exception("the module family %s could not be loaded", entry.name)
            continue
        for module in family:
            if modules.setdefault(module.name, module) is not module:
                _log.error("module %s of %s repeats a name", module.name, entry.value)
    place = {group: index for index, group in enumerate(GROUPS)}
    return Catalogue(sorted(modules.values(), key=lambda m: place.get(m.group, len(GROUPS))))


def modules_of(family: ModuleType) -> list[type[Module]]:
    """The module classes that a Python module defines, in their order there."""
    return [
        thing
        for thing in vars(family).values()
        if isinstance(thing, type)
        and issubclass(thing, Module)
        and thing.__module__ == family.__name__
        and thing.name
    ]
