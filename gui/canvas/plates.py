"""Plates: the annotations of edges and pins, laid out so that none covers a node or another.

In a first round every gradient gets its shortest form, then every value, sum and pin; then
factors, longer forms and pictures come in where there is room. So what is dropped first is
picture, factor, value, and the gradient last.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from graph import PortRef
from graph.naming import port_name
from gui.canvas import geometry as geo
from gui.canvas import notes
from gui.canvas.levels import AT_DESK, Sizes
from gui.canvas.node_paint import text_width
from gui.canvas.placing import Box, Room
from gui.canvas.thumbnails import Thumbnail, thumbnails
from gui.shown import Reading, Shown
from gui.theme import Theme

if TYPE_CHECKING:
    from graph import Graph
    from gui.broadcast import Spread

Kind = Literal["value", "sum", "seed", "gradient", "factor", "pin", "spread", "tangent", "update"]
PAD = 2  # pixels on both sides of a text
PILL = 5  # pixels between a factor's text and its border
GAP = 4  # pixels between gradient and factor
BREATH = 4  # pixels of wire that stay in sight between two plates
LINES = {"sum": 1.02, "seed": 1.02, "tangent": -1.02}  # lines below its value
AWAY = 5  # pixels between a plate and the rim of its port


@dataclass(frozen=True, slots=True)
class Label:
    """A text at its place; `framed` texts stand in a rounded border.

    `marked` are the parts of the text that are underlined: start and end of each.
    """

    text: str
    ink: str
    box: Box
    pixels: int
    weight: int = 600
    framed: bool = False
    marked: tuple[tuple[int, int], ...] = ()


@dataclass(slots=True)
class Plate:
    """One annotation: its texts, its picture, and the port it speaks about."""

    kind: Kind
    port: PortRef
    place: int
    box: Box
    labels: tuple[Label, ...]
    picture: Thumbnail | None = None
    picture_place: int = -1

    @property
    def places(self) -> tuple[int, ...]:
        """What it takes in the room where it was laid out."""
        return (self.place,) if self.picture is None else (self.place, self.picture_place)

    @property
    def look(self) -> tuple:
        """All that is seen of it."""
        picture = None if self.picture is None else (id(self.picture.array), self.picture.box)
        return self.kind, self.box, self.labels, picture

    @property
    def bounds(self) -> Box:
        """The box with the picture's."""
        if self.picture is None:
            return self.box
        one, other = self.box, self.picture.box
        return (
            min(one[0], other[0]),
            min(one[1], other[1]),
            max(one[2], other[2]),
            max(one[3], other[3]),
        )


@dataclass
class Wish:
    """What a plate would like to show, from rich to poor, and what it has been given."""

    kind: Kind
    port: PortRef
    at: geo.Point
    forms: notes.Forms
    ink: str
    factors: notes.Forms = ()
    reading: Reading | None = None
    plate: Plate | None = None
    form: int = 0
    factor: int = -1
    spread: Spread | None = None
    side: int = 0  # which of the places of its kind it has


@dataclass
class Sight:
    """What there is to annotate in a region of the canvas.

    `target` is the output that is differentiated, if it is drawn, be it wired or not.
    """

    sources: dict[PortRef, geo.Point] = field(default_factory=dict)
    targets: dict[PortRef, geo.Point] = field(default_factory=dict)
    pins: dict[PortRef, geo.Point] = field(default_factory=dict)
    texts: dict[PortRef, tuple[str, str]] = field(default_factory=dict)  # instead of gradients
    nodes: np.ndarray = field(default_factory=lambda: np.empty((0, 4)))
    wires: np.ndarray = field(default_factory=lambda: np.empty((0, 0, 2)))
    target: PortRef | None = None
    sizes: Sizes = AT_DESK


class Layout:
    """Lays out the plates of a sight at one zoom. Sizes on screen are divided by the zoom."""

    has_tangents = True  # whether these and updates have a place in the picture

    def __init__(self, sight: Sight, graph: Graph, shown: Shown, theme: Theme, zoom: float) -> None:
        self._sight, self._graph, self._shown, self._theme = sight, graph, shown, theme
        self._pixel = 1 / zoom
        self._size = sight.sizes.text_pixels(zoom)
        self._close = zoom >= 1.5
        self._height = (self._size + 5) * self._pixel

    def plates(self, room: Room | None = None, ports: Collection[PortRef] = ()) -> list[Plate]:
        """All plates that found room, or those of some ports in a room where others stand."""
        sight = self._sight
        self._room = Room(sight.nodes, sight.wires) if room is None else room

        def of(places: Iterable[PortRef]) -> list[PortRef]:
            return [port for port in places if port in ports] if ports else list(places)

        sources, targets = of(sight.sources), of(sight.targets)
        gradients = [w for w in map(self._gradient, targets) if w.forms]
        values = [w for w in map(self._value, sources) if w.forms]
        sums = [w for w in map(self._sum, sources) if w.forms]
        pins = [w for pin in of(sight.pins) for w in self._pin(pin) if w.forms]
        spreads = [w for w in map(self._spread, targets) if w.forms]
        tangents = [w for w in self._tangents(sources, targets) if w.forms]
        updates = [w for w in self._updates(sources) if w.forms]
        for wishes in (gradients, values, sums, updates, tangents, pins, spreads):
            for wish in wishes:
                self._place_poorest(wish)
        self._enrich_factors(gradients, shortest=True)
        for wishes in (gradients, values, sums, updates, tangents, pins):
            self._enrich_texts(wishes)
        self._enrich_factors(gradients, shortest=False)
        for wish in (*values, *gradients):
            self._add_picture(wish)
        placed = (*gradients, *values, *sums, *updates, *tangents, *pins, *spreads)
        return [wish.plate for wish in placed if wish.plate is not None]

    # --- wishes --------------------------------------------------------------------------

    def _value(self, port: PortRef) -> Wish:
        reading = self._shown.value(port)
        spread = self._common_spread(port) if reading.is_value else None
        name = port_name(self._graph, port)
        forms = notes.value_forms(reading, name, self._close, spread)
        return Wish(
            "value",
            port,
            self._sight.sources[port],
            forms,
            _ink(reading, "forward"),
            reading=reading,
            spread=spread,
        )

    def _common_spread(self, port: PortRef) -> Spread | None:
        """How every edge of a port broadcasts its value, if they all do it alike."""
        edges = self._graph.outgoing(port) if port.node in self._graph else ()
        spreads = {self._shown.spread(edge.target) for edge in edges}
        return spreads.pop() if len(spreads) == 1 else None

    def _spread(self, target: PortRef) -> Wish:
        """At the end of one of several edges: to which shape this one broadcasts."""
        edge, spread = self._graph.incoming(target), self._shown.spread(target)
        forms: notes.Forms = ()
        if edge is not None and spread is not None and self._common_spread(edge.source) is None:
            forms = (spread.arrow,) if self._shown.value(edge.source).is_value else ()
        at = self._sight.targets[target]
        return Wish("spread", target, at, forms, "forward", spread=spread)

    def _sum(self, port: PortRef) -> Wish:
        """Below a value: what comes back over several edges, or at the target the seed."""
        several = port.node in self._graph and len(self._graph.outgoing(port)) > 1
        reading = self._shown.port_gradient(port)
        forms, is_target = (), port == self._sight.target
        if is_target and reading.is_value:
            forms = notes.gradient_forms(reading, port.node, "", self._close)
        elif several:
            forms = notes.sum_forms(reading)
        kind: Kind = "seed" if is_target else "sum"
        return Wish(kind, port, self._sight.sources[port], forms, _ink(reading, "reverse"))

    def _tangents(self, sources: list[PortRef], targets: list[PortRef]) -> Iterator[Wish]:
        """Above each value its tangent; at the end of an edge the one that enters there."""
        if not (self.has_tangents and self._shown.has_tangents):
            return
        for port in sources:
            yield self._tangent(port, self._shown.tangent(port), self._sight.sources[port])
        for target in targets:
            at = self._sight.targets[target]
            edge = self._graph.incoming(target)
            enters = edge is not None and not self._shown.tangent(edge.source).is_value
            if enters and not edge.delay:
                yield self._tangent(target, self._shown.tangent_over(target), at)

    def _tangent(self, port: PortRef, reading: Reading, at: geo.Point) -> Wish:
        forms = notes.tangent_forms(reading, port.port, self._close)
        return Wish("tangent", port, at, forms, _ink(reading, "tangent"))

    def _updates(self, sources: list[PortRef]) -> Iterator[Wish]:
        """Beside the value of a parameter, where its wire leaves room: what is added to it."""
        is_there = self.has_tangents and self._shown.has_updates
        for port in sources if is_there else ():
            at = self._sight.sources[port]
            reading = self._shown.update(port)
            forms, ink = notes.update_forms(reading), _ink(reading, "update")
            yield Wish("update", port, at, forms, ink, side=self._free_side(port, at))

    def _free_side(self, port: PortRef, at: geo.Point) -> int:
        """1 below the value, -1 above it: where its only wire does not go."""
        edges = self._graph.outgoing(port) if port.node in self._graph else ()
        end = self._sight.targets.get(edges[0].target) if len(edges) == 1 else None
        return 1 if end is not None and end[1] < at[1] else -1

    def _gradient(self, port: PortRef) -> Wish:
        at = self._sight.targets[port]
        if port in self._sight.texts:
            text, ink = self._sight.texts[port]
            return Wish("gradient", port, at, (text,), ink)
        reading = self._shown.gradient(port)
        if reading.state == "blank" and self.has_tangents:
            factors = notes.factor_forms(self._shown.tangent_factor(port))
            forms = ("",) if factors else ()
            return Wish("factor", port, at, forms, "text", factors, factor=len(factors) - 1)
        factor, spread = self._shown.factor(port), self._shown.spread(port)
        product = ""
        if self._close and factor.map is not None:
            product = notes.product_text(self._upstream(port.node), factor)
        forms = notes.gradient_forms(reading, port.port, product, self._close, spread)
        factors = notes.factor_forms(factor) if reading.is_value else ()
        return Wish("gradient", port, at, forms, _ink(reading, "reverse"), factors, reading)

    def _pin(self, port: PortRef) -> Iterator[Wish]:
        """A pin has up to five lines: name, value, tangent, gradient, and what the update adds."""
        value, gradient = self._shown.value(port), self._shown.gradient(port)
        yield Wish("pin", port, self._sight.pins[port], (port.port,), "muted")
        value_forms = notes.value_forms(value, port.port, False) if value.is_value else ()
        yield Wish("pin", port, self._sight.pins[port], value_forms, _ink(value, "forward"))
        if self._shown.has_tangents:
            tangent = self._shown.tangent(port)
            forms = notes.tangent_forms(tangent, port.port, False)
            yield Wish("pin", port, self._sight.pins[port], forms, _ink(tangent, "tangent"))
        forms = notes.gradient_forms(gradient, port.port, "", False)
        ink = _ink(gradient, "reverse")
        if port in self._sight.texts:
            forms, ink = (self._sight.texts[port][0],), self._sight.texts[port][1]
        yield Wish("pin", port, self._sight.pins[port], forms, ink)
        if self._shown.has_updates:
            change = self._shown.update(port)
            forms = notes.update_forms(change)
            yield Wish("pin", port, self._sight.pins[port], forms, _ink(change, "update"))

    def _upstream(self, node: str) -> Reading:
        module = self._graph.module(node) if node in self._graph else None
        if module is None or len(module.output_ports) != 1:
            return Reading("blank")
        return self._shown.port_gradient(PortRef(node, module.output_ports[0].name))

    # --- placing -------------------------------------------------------------------------

    def _place_poorest(self, wish: Wish) -> None:
        """Give a wish its shortest form; a pin may move down a line."""
        wish.form = len(wish.forms) - 1
        labels = self._labels(wish)
        box = _around(labels)
        if wish.kind == "pin":
            while not self._room.is_free(box):
                labels = tuple(_lowered(label, self._height) for label in labels)
                box = _around(labels)
                if box[1] > wish.at[1] + 5.5 * self._height:
                    return
        elif not self._is_free(box):
            return
        wish.plate = Plate(wish.kind, wish.port, self._room.take(box), box, labels)

    def _enrich_texts(self, wishes: Iterable[Wish]) -> None:
        for wish in wishes:
            if wish.plate is not None and wish.kind != "pin":
                for form in range(wish.form):
                    if self._try(wish, form, wish.factor):
                        break

    def _enrich_factors(self, wishes: Iterable[Wish], *, shortest: bool) -> None:
        for wish in wishes:
            if wish.plate is None or not wish.factors:
                continue
            if shortest:
                self._try(wish, wish.form, len(wish.factors) - 1)
            elif wish.factor > 0:
                self._try(wish, wish.form, 0)

    def _try(self, wish: Wish, form: int, factor: int) -> bool:
        """Give a placed wish another form if that finds room."""
        before = wish.form, wish.factor
        wish.form, wish.factor = form, factor
        labels = self._labels(wish)
        box = _around(labels)
        if not self._is_free(box, wish.plate.place):
            wish.form, wish.factor = before
            return False
        self._room.take(box, wish.plate.place)
        wish.plate.labels, wish.plate.box = labels, box
        return True

    def _is_free(self, box: Box, own: int | None = None) -> bool:
        """Whether a text has room, with a bit of wire in sight on both sides."""
        return self._room.is_free(box, own, BREATH * self._pixel)

    def _add_picture(self, wish: Wish) -> None:
        if wish.plate is None or wish.reading is None or wish.reading.array is None:
            return
        for side in (-1, 1) if wish.kind == "value" else (1, -1):
            for thumbnail in thumbnails(wish.reading.array, self._close, self._size / 12):
                if self._try_picture(wish.plate, thumbnail, side):
                    return

    def _try_picture(self, plate: Plate, thumbnail: Thumbnail, side: int) -> bool:
        """Hang a picture above (-1) or below (1) its plate, clear of nodes, plates and wires."""
        left, top, _, bottom = plate.box
        gap = 3 * self._pixel
        right = left + thumbnail.width * self._pixel
        height = thumbnail.height * self._pixel
        start = top - gap - height if side < 0 else bottom + gap
        box = (left, start, right, start + height)
        if not self._room.is_free(box) or self._room.crosses_wire(box, gap):
            return False
        plate.picture_place = self._room.take(box)
        plate.picture = thumbnail.placed(box, self._pixel)
        return True

    def _labels(self, wish: Wish) -> tuple[Label, ...]:
        text = wish.forms[wish.form]
        x, y = wish.at
        away = geo.PORT_RADIUS + AWAY * self._pixel
        if wish.kind == "pin":
            size = max(self._size - 1, 11)
            weight = 400 if wish.ink == "muted" else 600
            width = self._width(text, size, weight) + 2 * PAD * self._pixel
            top = y + 2 * self._pixel
            box = (x - width / 2, top, x + width / 2, top + self._height * 0.92)
            return (Label(text, wish.ink, box, size, weight),)
        width = self._width(text, self._size, 600) + 2 * PAD * self._pixel
        half = self._height / 2
        if wish.kind in ("value", "sum", "seed") or wish.port in self._sight.sources:
            y += self._height * (1.02 * wish.side or LINES.get(wish.kind, 0))
            box = (x + away, y - half, x + away + width, y + half)
            return (Label(text, wish.ink, box, self._size, marked=_marks(text, wish.spread)),)
        right = x - away
        if wish.kind in ("spread", "tangent"):  # over the gradient, or where that will be
            is_alone = wish.kind == "spread" and self._shown.gradient(wish.port).state == "blank"
            y -= 0 if is_alone else self._height * 1.02
            box = (right - width, y - half, right, y + half)
            return (Label(text, wish.ink, box, self._size, marked=_marks(text, wish.spread)),)
        labels: list[Label] = []
        if wish.factor >= 0:
            factor = wish.factors[wish.factor]
            pill = self._width(factor, self._size - 1, 400) + 2 * PILL * self._pixel
            box = (right - pill, y - half + self._pixel, right, y + half - self._pixel)
            labels.append(Label(factor, "text", box, self._size - 1, 400, framed=True))
            right -= pill + GAP * self._pixel
        if wish.kind != "factor":  # that one stands alone
            box = (right - width, y - half, right, y + half)
            labels.insert(0, Label(text, wish.ink, box, self._size))
        return tuple(labels)

    def _width(self, text: str, pixels: int, weight: int) -> float:
        return text_width(text, self._theme, pixels, weight) * self._pixel


def _marks(text: str, spread: Spread | None) -> tuple[tuple[int, int], ...]:
    """Where a text names the sizes that broadcasting adds."""
    start = text.find(spread.arrow) if spread is not None else -1
    return () if start < 0 else tuple((start + a, start + b) for a, b in spread.marks)


def _ink(reading: Reading, ink: str) -> str:
    if reading.state == "failed" or not notes.is_finite(reading):
        return "error"
    return ink if reading.is_value else "muted"


def _around(labels: tuple[Label, ...]) -> Box:
    boxes = [label.box for label in labels]
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return (min(lefts), min(tops), max(rights), max(bottoms))


def _lowered(label: Label, by: float) -> Label:
    left, top, right, bottom = label.box
    box = (left, top + by * 0.92, right, bottom + by * 0.92)
    return Label(label.text, label.ink, box, label.pixels, label.weight, label.framed)
