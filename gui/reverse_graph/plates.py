"""The annotations of the reverse graph: seeds, cotangents, and sums where edges meet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from graph import PortRef
from gui.canvas import geometry as geo
from gui.canvas import notes
from gui.canvas.plates import AWAY, PAD, PILL, Label, Layout
from gui.canvas.wishes import Kind, Wish
from gui.reverse_graph.sums import Sums, spelled, tr
from gui.shown import Reading

if TYPE_CHECKING:
    from gui.canvas.sight import Sight
    from gui.document import Document
    from gui.theme import Theme

STUB = 40.0  # canvas units from the target's port to where its seed stands
NONE: notes.Forms = ()
BELOW, ABOVE = 1, 2  # the node, from where its port is
SIDES = (0, BELOW, ABOVE)


class ReverseLayout(Layout):
    """Each edge has its cotangent and factor where it begins, each port what adds up there."""

    has_tangents = False

    def __init__(self, document: Document, sight: Sight, theme: Theme, zoom: float) -> None:
        super().__init__(sight, document.graph, document.shown, theme, zoom)
        self._sums = Sums(document)

    def _value(self, port: PortRef) -> Wish:
        """Values belong to the forward graph; what is laid out here instead is the seed."""
        is_seed = port == self._sight.target
        reading = self._shown.port_gradient(port) if is_seed else Reading("blank")
        forms = tuple(tr("seed {0}").format(form) for form in _seed_forms(reading))
        return self._wish("seed", port, forms)

    def _spread(self, target: PortRef) -> Wish:
        """How a value is stretched belongs to the forward graph too."""
        return Wish("spread", target, self._sight.targets[target], NONE, "reverse")

    def _sum(self, port: PortRef) -> Wish:
        found = self._sums.at(port) if port != self._sight.target else None
        wish = self._wish("sum", port, spelled(found) if found is not None else NONE)
        if found is not None and not notes.is_finite(Reading("value", found.total)):
            wish.ink = "error"
        return wish

    def _pin(self, port: PortRef) -> Iterator[Wish]:
        """A parameter is where the reverse graph ends: its name and its gradient."""
        gradient = self._shown.gradient(port)
        forms = notes.gradient_forms(gradient, port.port, "", False)
        ink = "reverse" if gradient.is_value else "muted"
        if port in self._sight.texts:
            forms, ink = (self._sight.texts[port][0],), self._sight.texts[port][1]
        at = self._sight.pins[port]
        yield Wish("pin", port, at, (port.port,), "muted")
        yield Wish("pin", port, at, forms, ink)

    def _wish(self, kind: Kind, port: PortRef, forms: notes.Forms) -> Wish:
        return Wish(kind, port, self._sight.sources[port], forms, "reverse")

    # --- placing: a sum that has no room on the wire stands below its node, or above ---------

    def _place_poorest(self, wish: Wish) -> None:
        for side in SIDES if wish.kind == "sum" else (0,):
            wish.side = side
            super()._place_poorest(wish)
            if wish.plate is not None:
                break

    def _try(self, wish: Wish, form: int, factor: int) -> bool:
        before = wish.side
        for side in SIDES if wish.kind == "sum" else (0,):
            wish.side = side
            if super()._try(wish, form, factor):
                return True
        wish.side = before
        return False

    def _labels(self, wish: Wish) -> tuple[Label, ...]:
        if wish.kind not in ("seed", "sum"):
            return super()._labels(wish)
        text, is_seed = wish.forms[wish.form], wish.kind == "seed"
        width = self._width(text, self._size, 600) + 2 * (PILL if is_seed else PAD) * self._pixel
        left, middle = wish.at[0] + geo.PORT_RADIUS + AWAY * self._pixel, wish.at[1]
        if is_seed:
            left = wish.at[0] + STUB
        elif wish.side:
            left, middle = self._beside_node(wish, width)
        half = self._height / 2
        box = (left, middle - half, left + width, middle + half)
        return (Label(text, wish.ink, box, self._size, framed=is_seed),)

    def _beside_node(self, wish: Wish, width: float) -> geo.Point:
        """Left end and middle of a text below the node of a port, or above it."""
        x, y = wish.at
        boxes = self._sight.nodes
        own = boxes[(abs(boxes[:, 2] - x) < 1) & (boxes[:, 1] <= y) & (boxes[:, 3] >= y)]
        top, bottom = (own[0][1], own[0][3]) if len(own) else (y, y)
        away = self._height / 2 + AWAY * self._pixel
        return x - width, bottom + away if wish.side == BELOW else top - away


def _seed_forms(reading: Reading) -> notes.Forms:
    """`1` for a scalar, for a tensor its norm."""
    forms = notes.gradient_forms(reading, "", "", False)
    return tuple(form.removeprefix("∂ ") for form in forms) if reading.is_value else ()
