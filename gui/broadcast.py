"""The words for broadcasting, for everything that shows an edge: what is added, what is summed.

Going forward a value is stretched to the shape that its node works with; coming back, the
gradient is summed over the axes that were stretched.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from graph import GradwireError, PortRef
from graph.port import Shape
from gui.numbers import format_shape
from gui.places import SeenTrace, address_of

if TYPE_CHECKING:
    from runtime.trace import Trace


def tr(text: str) -> str:
    """A word of broadcasting in the user's language."""
    return QCoreApplication.translate("Broadcast", text)


@dataclass(frozen=True, slots=True)
class Spread:
    """How the value of an edge is stretched: its own shape, and the one it is stretched to.

    Axes are those of the larger shape, which has the smaller one's at its end.
    """

    shape: Shape
    to: Shape

    @property
    def added(self) -> tuple[int, ...]:
        """The axes that the value does not have."""
        return tuple(range(len(self.to) - len(self.shape)))

    @property
    def stretched(self) -> tuple[int, ...]:
        """The axes of size 1 that are repeated."""
        first = len(self.to) - len(self.shape)
        own = enumerate(zip(self.shape, self.to[first:], strict=True), first)
        return tuple(axis for axis, (size, wanted) in own if size != wanted)

    @property
    def arrow(self) -> str:
        """`[8] → [32, 8]`."""
        return f"{format_shape(self.shape)} → {format_shape(self.to)}"

    @property
    def marks(self) -> tuple[tuple[int, int], ...]:
        """Where in `arrow` the sizes stand that the value gets by it: start and end of each."""
        gained = {*self.added, *self.stretched}
        start, found = len(f"{format_shape(self.shape)} → ["), []
        for axis, size in enumerate(self.to):
            end = start + len(str(size))
            if axis in gained:
                found.append((start, end))
            start = end + len(", ")
        return tuple(found)

    @property
    def forward(self) -> str:
        """What is done to the value: `axis 0 added, axis 2: 1 → 8`."""
        told = [tr("{axes} added").format(axes=axes_text(self.added))] if self.added else []
        first = len(self.to) - len(self.shape)
        told += [
            f"{axes_text((axis,))}: {self.shape[axis - first]} → {self.to[axis]}"
            for axis in self.stretched
        ]
        return ", ".join(told)

    @property
    def reverse(self) -> str:
        """What is done to the gradient: `summed over axis 0`."""
        return tr("summed over {axes}").format(axes=axes_text((*self.added, *self.stretched)))

    @property
    def told(self) -> str:
        """Both in a sentence each."""
        text = tr("Broadcast {0}: {1}. Its gradient is {2}.")
        return text.format(self.arrow, self.forward, self.reverse)


def axes_text(axes: tuple[int, ...]) -> str:
    """`axis 0`, `axes 0 and 1`, `axes 0, 1 and 3`."""
    if len(axes) == 1:
        return tr("axis {0}").format(axes[0])
    most = ", ".join(str(axis) for axis in axes[:-1])
    return tr("axes {0} and {1}").format(most, axes[-1])


def spread_of(trace: Trace | SeenTrace | None, target: PortRef) -> Spread | None:
    """How the edge that ends at an input port is stretched in a run; None where it is not."""
    if isinstance(trace, SeenTrace):
        trace, target = trace.whole, address_of(trace.place, target)
    step = trace.plan.step_of.get(target.node) if trace is not None else None
    if step is None or target not in trace.types or target.port not in step.module.ports:
        return None
    refs = (PortRef(target.node, name) for name in step.module.ports)
    types = {ref.port: trace.types[ref] for ref in refs if ref in trace.types}
    try:
        to = step.module.spread(target.port, types)
    except GradwireError:
        return None
    return None if to is None else Spread(trace.types[target].shape, to)
