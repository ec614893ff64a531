"""What is known of a set without reading it: its ports, and how many samples there are.

A Data node keeps these facts of a file in its attributes, so that a graph whose file is missing
still has all its types. Those of built-in sets follow from their settings.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graph.port import PortType
from graph.suggest import did_you_mean
from graph.tensor import DTYPES
from runtime.data.system import SYSTEM, system_set
from runtime.errors import BadSetting

if TYPE_CHECKING:
    from runtime.data.dataset import Dataset

BUILTIN = "builtin:"
_ENTRY = re.compile(r"([A-Za-z_]\w{0,63}) (\w+) \[((?:\d{1,15}(?:, \d{1,15})*)?)\]")


@dataclass(frozen=True)
class Facts:
    """The type of one sample at each port, the number of samples, and which ports are sequences.

    A source's own test part is not counted.
    """

    ports: Mapping[str, PortType]
    count: int
    over_time: frozenset[str] = frozenset()

    @classmethod
    def of(cls, data: Dataset) -> Facts:
        """The facts of a set that has been read."""
        ports = {}
        for name, array in data.arrays.items():
            dtype = "float64" if name in data.divisors else array.dtype.name
            ports[name] = PortType(dtype, array.shape[1:])
        return cls(ports, len(data) - data.tested, data.sequences)

    def texts(self) -> tuple[str, ...]:
        """The ports as a file says them: `x float64 [4]`."""
        return tuple(f"{name} {type_}" for name, type_ in self.ports.items())


def known_facts(settings: Mapping[str, Any]) -> Facts | None:
    """The facts of a Data node's settings; None where its file has not been read yet.

    Raises `BadSetting` for a built-in set that is not there, and for facts that cannot be read.
    """
    source: str = settings["source"]
    if source.startswith(BUILTIN):
        return _builtin(source, tuple(sorted(settings["options"].items())))
    if source.startswith(SYSTEM):
        return system_facts(source.removeprefix(SYSTEM))
    if not settings["gives"] or settings["samples"] is None:
        return None
    ports = dict(_read(entry) for entry in settings["gives"])
    over_time = frozenset(settings["sequences"])
    for name in over_time - ports.keys():
        raise BadSetting(f"sequences: found {name}, expected one of {', '.join(ports)}.")
    for name in over_time:
        if not ports[name].shape:
            raise BadSetting(f"sequences: found {name} [], expected an axis of time.")
    return Facts(ports, settings["samples"], over_time)


def _read(entry: str) -> tuple[str, PortType]:
    found = _ENTRY.fullmatch(entry)
    if found is None or found[2] not in DTYPES:
        raise BadSetting(f'gives: found "{entry}", expected a text such as "x float64 [4]".')
    sizes = tuple(int(size) for size in found[3].split(", ") if size)
    return found[1], PortType(found[2], sizes)


def system_facts(name: str) -> Facts:
    """The facts of a set that the system may have; raises `BadSetting` for another name."""
    found = system_set(name)
    image = PortType("float64", found.sample)
    return Facts({"x": image, "t": PortType("int64", ())}, found.samples)


@functools.lru_cache(64)
def _builtin(source: str, options: tuple[tuple[str, float], ...]) -> Facts:
    """Facts of a set that is made or shipped: of a generated one a single sample is made."""
    from runtime.data.generated import GENERATED, generate
    from runtime.data.shipped import SHIPPED, shipped

    name = source.removeprefix(BUILTIN)
    given: dict[str, Any] = dict(options)
    if name in GENERATED:
        defaults = GENERATED[name].settings
        samples = int(given.pop("samples", defaults["samples"]))
        one = Facts.of(generate(name, 0, samples=1, **given))
        return Facts(one.ports, samples, one.over_time)
    if name not in SHIPPED:
        known = (*GENERATED, *SHIPPED)
        mend = did_you_mean(name, known)
        raise BadSetting(f'source: found "{source}", expected one of {", ".join(known)}. {mend}')
    if given:
        raise BadSetting(f"options: found {', '.join(given)}, expected none for {name}.")
    return Facts.of(shipped(name))
