"""Plates: the annotations of edges and pins, laid out so that none covers a node or another.

In a first round every gradient gets its shortest form, then every value, sum and pin; then
factors, longer forms and pictures come in where there is room. So what is dropped first is
picture, factor, value, and the gradient last.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from graph import PortRef
from gui.canvas import geometry as geo
from gui.canvas.node_paint import text_width
from gui.canvas.placing import Box, Room, moved
from gui.canvas.thumbnails import Thumbnail, thumbnails
from gui.canvas.wishes import Kind, Wish, Wishes
from gui.shown import Shown
from gui.theme import Theme

if TYPE_CHECKING:
    from graph import Graph
    from gui.broadcast import Spread
    from gui.canvas.sight import Sight

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

    def moved(self, dx: float, dy: float) -> Label:
        """The same so far from where it stands."""
        return replace(self, box=moved(self.box, dx, dy))


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

    def move(self, dx: float, dy: float) -> None:
        """Stand so far from where it stood."""
        self.box, picture = moved(self.box, dx, dy), self.picture
        self.labels = tuple(label.moved(dx, dy) for label in self.labels)
        if picture is not None:
            self.picture = picture.placed(moved(picture.box, dx, dy), picture.pixel)

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


class Layout(Wishes):
    """Lays out the plates of a sight at one zoom. Sizes on screen are divided by the zoom."""

    def __init__(self, sight: Sight, graph: Graph, shown: Shown, theme: Theme, zoom: float) -> None:
        super().__init__(sight, graph, shown, close=zoom >= 1.5)
        self._theme = theme
        self._pixel = 1 / zoom
        self._size = sight.sizes.text_pixels(zoom)
        self._height = (self._size + 5) * self._pixel

    def plates(self, room: Room | None = None, ports: Collection[PortRef] = ()) -> list[Plate]:
        """All plates that found room, or those of some ports in a room where others stand."""
        sight = self._sight
        self._room = Room(sight.boxes, sight.wires) if room is None else room

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


def _around(labels: tuple[Label, ...]) -> Box:
    boxes = [label.box for label in labels]
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return (min(lefts), min(tops), max(rights), max(bottoms))


def _lowered(label: Label, by: float) -> Label:
    return label.moved(0.0, by * 0.92)
