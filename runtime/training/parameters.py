"""The trainable tensors of a plan, side by side in one array, so that one update changes all."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from graph.initialise import sizes
from graph.port import PortRef, show_shape
from runtime.array import Array
from runtime.backend import to_numpy
from runtime.errors import BadSetting, FeedError
from runtime.feeds import Host
from runtime.moments import apart
from runtime.trained import trained_slots
from runtime.training.clipping import norm_of
from runtime.training.optimizers import Optimizer, Turn

if TYPE_CHECKING:
    from graph.model import Graph
    from runtime.plan import Plan


BLOCK = 2**16  # numbers: of four arrays 1 MiB in single precision


class Parameters:
    """Values `[n]` and gradients `[n]` of the run's dtype; each tensor is a view of its stretch.

    Names are the addresses of ports (`h.weight`, `one/lin.bias`, `w.y`) in the plan's order.
    """

    def __init__(self, xp: Any, dtype: str, shapes: Mapping[PortRef, tuple[int, ...]]) -> None:
        self.xp = xp
        self.shapes = dict(shapes)
        counts = [int(np.prod(shape)) for shape in shapes.values()]
        ends = np.cumsum([0, *counts]).tolist()
        self.stretches = {
            ref: slice(start, end)
            for ref, start, end in zip(shapes, ends[:-1], ends[1:], strict=True)
        }
        self.values: Array = xp.zeros(ends[-1], dtype)
        self.gradients: Array = xp.zeros(ends[-1], dtype)

    def is_for(self, dtype: str, shapes: Mapping[PortRef, tuple[int, ...]]) -> bool:
        """Whether these are the numbers of such tensors, in their order."""
        return self.values.dtype == dtype and [*self.shapes.items()] == [*shapes.items()]

    def view(self, ref: PortRef) -> Array:
        """The tensor of a port, which changes with every update."""
        return self.values[self.stretches[ref]].reshape(self.shapes[ref])

    def views(self, numbers: Array) -> dict[PortRef, Array]:
        """Each tensor's stretch of `numbers` `[n]`, in its shape."""
        return {
            ref: numbers[part].reshape(self.shapes[ref]) for ref, part in self.stretches.items()
        }

    def put(self, ref: PortRef, array: Array) -> None:
        """Write the tensor of a port."""
        self.values[self.stretches[ref]] = array.reshape(-1)

    def put_gradient(self, ref: PortRef, gradient: Array | None) -> None:
        """Write the gradient of a port; none is zero."""
        self.gradients[self.stretches[ref]] = 0 if gradient is None else gradient.reshape(-1)

    def norms(self, numbers: Array) -> tuple[float, ...]:
        """The Euclidean norm of each tensor's stretch of `numbers` `[n]`."""
        return tuple(norm_of(self.xp, numbers[part]) for part in self.stretches.values())

    def ratios(self, before: Array) -> tuple[float, ...]:
        """The norm of each tensor's change since `before` `[n]`, over that of the tensor then."""
        pairs = zip(self.norms(self.values - before), self.norms(before), strict=True)
        return tuple(
            change / size if size else (math.inf if change else 0.0) for change, size in pairs
        )

    def copies(self) -> dict[PortRef, Host]:
        """All tensors as NumPy arrays of one's own."""
        return {ref: np.array(to_numpy(self.view(ref))) for ref in self.shapes}


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of the numbers that an update changes, as views, and spare arrays like them.

    `memory` is what the optimizer remembers of them, `share` theirs of the learning rate.
    """

    values: Array
    gradients: Array
    memory: dict[str, Array]
    share: Any
    spares: tuple[Array, ...]


class Blocks:
    """All numbers in stretches that stay in a processor's cache.

    Update rules work entry by entry and pass over their arrays several times: block by block all
    passes but the first find near by what they read.
    """

    def __init__(self, kept: Parameters, memory: Mapping[str, Array], share: Any) -> None:
        self._xp = kept.xp
        self._blocks = list(_blocks(kept, memory, share))
        self._turns: list[Turn] = []
        self._rate: float | None = None

    def update(self, optimizer: Optimizer, rate: float, count: int) -> None:
        """Change the values by the gradients. A rate that stays is not looked at again."""
        if rate != self._rate:
            made = ((rate * block.share, block.spares) for block in self._blocks)
            self._turns = [Turn(self._xp, own, count, None, spares) for own, spares in made]
            self._rate = rate
        for block, turn in zip(self._blocks, self._turns, strict=True):
            turn.count = count
            optimizer.update(turn, block.values, block.gradients, block.memory)


def _blocks(kept: Parameters, memory: Mapping[str, Array], share: Any) -> Iterator[Block]:
    count = len(kept.values)
    spare = kept.xp.empty(min(count, BLOCK), kept.values.dtype)
    for start in range(0, count, BLOCK):
        part = slice(start, min(start + BLOCK, count))
        remembered = {name: array[part] for name, array in memory.items()}
        own = share[part] if hasattr(share, "shape") else share
        rest = (spare[: part.stop - start],)
        yield Block(kept.values[part], kept.gradients[part], remembered, own, rest)


def trainable(plan: Plan, frozen: Iterable[PortRef] = ()) -> dict[PortRef, int]:
    """The slot of every tensor that training changes and that is not frozen."""
    kept = frozenset(frozen)
    return {ref: slot for ref, slot in trained_slots(plan).items() if ref not in kept}


def states(plan: Plan) -> dict[PortRef, int]:
    """The slot of every tensor that training updates without a gradient."""
    graph, found = plan.flat.graph, {}
    for source in plan.sources:
        module = graph.module(apart(source.ref)[0].node)
        if module is not None and source.ref.port in {p.name for p in module.state_ports}:
            found[source.ref] = source.slot
    return found


def shapes_of(plan: Plan, slots: Mapping[PortRef, int]) -> dict[PortRef, tuple[int, ...]]:
    """The shapes of tensors by their slots."""
    return {ref: sizes(plan.slots[slot]) for ref, slot in slots.items()}


def ask_shapes(known: Mapping[PortRef, Array], shapes: Mapping[PortRef, tuple[int, ...]]) -> None:
    """Raise `FeedError` where feeds give a tensor another shape than the one it has."""
    for ref, shape in shapes.items():
        if ref in known and known[ref].shape != shape:
            raise FeedError(
                f"{ref}: found feeds for which it is {show_shape(shape)}, expected some for"
                f" {show_shape(known[ref].shape)}, as it was before. Feed batches that differ in"
                " their size alone.",
                node=ref.node,
            )


def named(plan: Plan, names: Iterable[str], setting: str) -> list[PortRef]:
    """The parameters that are meant by ports, or by nodes with all that is theirs.

    A node without parameters, and a parameter that a node could have and has not now, mean none.
    Raises `BadSetting` for another name; `setting` is where it stands.
    """
    every, found = trainable(plan), []
    for name in names:
        own = [r for r in every if name in (str(r), r.node) or r.node.startswith(f"{name}/")]
        if not own and not _could_be(plan.flat.graph, name):
            raise BadSetting(
                f"{setting}: found {name}, expected a parameter such as"
                f" {next(map(str, every), 'h.weight')}, or a node that has some."
            )
        found += own
    return found


def _could_be(graph: Graph, name: str) -> bool:
    """Whether a name is of a node, or of a port that its module declares."""
    node, _, port = name.partition(".")
    for id_ in graph.nodes:
        if id_ == node or id_.startswith(f"{node}/"):
            module = graph.module(id_)
            declared = () if module is None else [term.name for term in type(module).sig.inputs]
            if not port or port in declared:
                return True
    return False


def shares(plan: Plan, kept: Parameters, factors: Mapping[str, float]) -> Any:
    """Each number's share of the learning rate; 1 where nobody has one of its own."""
    if not factors:
        return 1.0
    found = kept.xp.ones_like(kept.values)
    for name, factor in factors.items():
        if not 0 <= factor < float("inf"):
            raise BadSetting(f"lr_factors.{name}: found {factor!r}, expected 0 or more.")
        for ref in named(plan, [name], "lr_factors"):
            if ref in kept.stretches:
                found[kept.stretches[ref]] = factor
    return found
