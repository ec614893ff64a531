"""The samples of Data nodes in a program: the training part as text, and how it is dealt."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from graph.port import PortRef
from runtime.as_numpy.anatomy import Anatomy
from runtime.as_numpy.beginning import key_of
from runtime.as_numpy.literals import array_literal
from runtime.data.feeding import Feeder
from runtime.data.nodes import data_nodes
from runtime.data.prepared import Prepared
from runtime.errors import DataError
from runtime.feeds import Host

if TYPE_CHECKING:
    from graph.model import Graph

MOST_BYTES = 4_000_000
"""Of all samples in the text."""
STEP = "    "


@dataclass(frozen=True, eq=False)
class Dealt:
    """The sets of a graph's Data nodes, made ready; `feeder` deals the same batches."""

    feeder: Feeder
    bytes: int

    @classmethod
    def of(cls, graph: Graph, fed: Collection[str]) -> Dealt | None:
        """The sets of a graph; None where it has none, one cannot be had, or one is fed.

        Raises `BadSetting` where sets do not fit together.
        """
        nodes = data_nodes(graph)
        if not nodes or any(name.partition(".")[0] in nodes for name in fed):
            return None
        try:
            feeder = Feeder.of(graph)
        except DataError:
            return None  # the check says so, naming the node
        return cls(feeder, sum(map(_bytes, feeder.sets.values())))

    @property
    def fits(self) -> bool:
        """Whether the samples can stand in the text."""
        return self.bytes <= MOST_BYTES

    @property
    def refs(self) -> frozenset[PortRef]:
        """The ports that they are fed to."""
        sets = self.feeder.sets.items()
        return frozenset(PortRef(node, name) for node, own in sets for name in own.data.arrays)

    def too_large(self) -> str:
        """Why a program has the first batch alone."""
        samples, size = self.feeder.length("train"), f"{self.bytes:,}"
        return f"{samples:,} training samples take {size} bytes, more than {MOST_BYTES:,}"

    def lines(self, anatomy: Anatomy) -> Iterator[str]:
        """The functions `samples` and `batch`."""
        arrays = self.feeder.all("train")
        yield "def samples():"
        yield f'{STEP}"""The training samples of the Data nodes, scaled as they say."""'
        yield f"{STEP}return {{"
        for ref in self._ordered(anatomy):
            yield f'{STEP * 2}"{key_of(anatomy, ref)}": {array_literal(arrays[str(ref)])},'
        yield f"{STEP}}}"
        yield ""
        yield ""
        yield "def batch(samples, count):"
        yield f'{STEP}"""The samples of an update, counted from 1; each epoch has its own order."""'
        yield f"{STEP}epoch, number = divmod(count - 1, {self.feeder.updates_per_epoch})"
        yield f"{STEP}inputs = {{}}"
        for node, own in self.feeder.sets.items():
            yield from self._dealing(anatomy, node, own)
        yield f"{STEP}return inputs"

    def _dealing(self, anatomy: Anatomy, node: str, own: Prepared) -> Iterator[str]:
        dealt, count = own.batches, own.batches.count
        size = dealt.size or max(count, 1)
        if dealt.shuffle:
            order = f'stream({dealt.seed}, "data", "order", epoch).permutation({count})'
        else:
            order = f"np.arange({count})"
        yield f"{STEP}order = {order}"
        yield f"{STEP}chosen = order[number * {size} : (number + 1) * {size}]"
        for ref in self._ordered(anatomy):
            if ref.node == node:
                axes = ":, chosen" if ref.port in own.data.sequences else "chosen"
                key = key_of(anatomy, ref)
                yield f'{STEP}inputs["{key}"] = samples["{key}"][{axes}]'

    def _ordered(self, anatomy: Anatomy) -> list[PortRef]:
        return [ref for ref in anatomy.fed if ref in self.refs]


def _bytes(own: Prepared) -> int:
    """What the training part of a set takes once it is fed."""
    arrays: Mapping[str, Host] = own.data.arrays
    sizes = (int(np.prod(array.shape[1:], dtype=np.int64)) * 8 for array in arrays.values())
    return len(own.parts["train"]) * sum(sizes)
