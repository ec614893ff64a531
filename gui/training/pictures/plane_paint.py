"""Decisions, curves and samples, painted into a plot."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from gui.inspector.geometry.scale import Scale
from gui.numbers import format_number
from gui.pictures import image_of, limit_of, signed_colors
from gui.theme import Theme
from gui.training.pictures.class_marks import ROOM, ink_of, mark, radius_for
from runtime.training.pictures.plane import Regions
from runtime.training.pictures.verdicts import Verdicts

PALE = 0.5  # of full colour: samples stand out before it
FAINTEST = 0.14  # of the ink of a class, where it is hardly ahead of the others
BORDER = 1.75


def ground_image(regions: Regions, theme: Theme) -> QImage:
    """The decisions as an image, the first row at the top; a pixel a point."""
    reading = regions.reading
    if reading.is_single:
        colors = signed_colors(PALE * (2 * regions.shares[..., 1] - 1), 1.0, theme)
    elif reading.classes:
        colors = _class_colors(regions, theme)
    else:
        heights = regions.scores[..., 0]
        colors = signed_colors(PALE * heights, limit_of(heights), theme)
    return image_of(np.ascontiguousarray(colors[::-1]))


def paint_ground(painter: QPainter, scale: Scale, image: QImage) -> None:
    """The decisions behind a plot: the middles of the outer pixels lie on its frame."""
    source = QRectF(0.5, 0.5, image.width() - 1, image.height() - 1)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(scale.room, image, source)


def paint_borders(painter: QPainter, scale: Scale, regions: Regions, theme: Theme) -> None:
    """Where the decision turns; of numbers the lines of equal height, with their height."""
    is_heights = not regions.reading.classes
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setFont(theme.font(11))
    for height, segments in regions.lines.items():
        if not len(segments):
            continue
        width = BORDER if not is_heights or not height else 0.75
        painter.setPen(QPen(theme.color("text", 1.0 if width == BORDER else 0.6), width))
        painter.drawPath(scale.segments(segments))
        if is_heights:
            _paint_height(painter, scale, segments, height, theme)


def paint_samples(
    painter: QPainter,
    scale: Scale,
    spots: np.ndarray,
    verdicts: Verdicts,
    theme: Theme,
    device: float,
) -> None:
    """A mark for each sample [N, 2]; one that is taken for another class is hollow."""
    places = scale.pixels(spots)
    if not verdicts.reading.classes:
        _paint_values(painter, places, verdicts, theme)
        return
    half, radius = ROOM / 2, radius_for(len(spots))
    kinds = np.stack([verdicts.true, verdicts.is_wrong], axis=1)
    for class_, is_wrong in sorted(map(tuple, np.unique(kinds, axis=0).tolist())):
        image = mark(class_, theme, device, radius, is_wrong=bool(is_wrong))
        chosen = (kinds == (class_, is_wrong)).all(axis=1)
        for x, y in _seen(scale, places[chosen]):
            painter.drawImage(QPointF(x - half, y - half), image)


def paint_class_names(
    painter: QPainter, scale: Scale, spots: np.ndarray, verdicts: Verdicts, theme: Theme
) -> None:
    """The name of each class where its samples are, for more than two."""
    if verdicts.reading.classes < 3:
        return
    painter.setFont(theme.font(11, 600))
    metrics = painter.fontMetrics()
    places = scale.pixels(spots)
    for class_ in np.unique(verdicts.true).tolist():
        middle = np.median(places[verdicts.true == class_], axis=0)
        if not np.isfinite(middle).all():
            continue
        text = verdicts.name(class_)
        box = QRectF(0, 0, metrics.horizontalAdvance(text) + 6, 14)
        box.moveCenter(QPointF(*middle.tolist()))
        painter.setPen(QPen(theme.color(ink_of(class_)), 1))
        painter.setBrush(theme.color("node", 0.9))
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(theme.color("text"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def paint_legend(
    painter: QPainter, room: QRectF, verdicts: Verdicts, theme: Theme, device: float
) -> float:
    """Which mark is which class, at the right of a room: how many pixels of its width that takes.

    Nothing where not all find room, for then their names are within the plot.
    """
    painter.setFont(theme.font(11))
    metrics = painter.fontMetrics()
    names = [verdicts.name(class_) for class_ in range(verdicts.reading.classes)]
    steps = [ROOM + 2 + metrics.horizontalAdvance(name) + 8 for name in names]
    if sum(steps) > room.width():
        return 0.0
    left = room.right() - sum(steps) + 8
    for class_, step in enumerate(steps):
        painter.drawImage(QPointF(left, room.center().y() - ROOM / 2), mark(class_, theme, device))
        painter.setPen(theme.color("text"))
        side = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        words = QRectF(left + ROOM + 2, room.top(), step, room.height())
        painter.drawText(words, side, names[class_])
        left += step
    return float(sum(steps))


def paint_curve(
    painter: QPainter, scale: Scale, x: np.ndarray, y: np.ndarray, theme: Theme
) -> None:
    """What is predicted along x, one line a column of `y`; before all samples."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for column in y.T:
        path = scale.line(np.stack([x, column], axis=1))
        for ink, width in (("node", 5.0), ("forward", 2.5)):
            painter.setPen(QPen(theme.color(ink, 0.8 if ink == "node" else 1.0), width))
            painter.drawPath(path)


def paint_mesh(painter: QPainter, scale: Scale, mesh: np.ndarray, every: int, theme: Theme) -> None:
    """A grid [side, side, 2] that was bent, as lines."""
    painter.setPen(QPen(theme.color("forward", 0.6), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for line in (*mesh[::every], *mesh.swapaxes(0, 1)[::every]):
        painter.drawPath(scale.line(line))


def paint_chosen(painter: QPainter, place: QPointF, theme: Theme) -> None:
    """The ring around the sample that is read."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.color("node"), 4))
    painter.drawEllipse(place, 8, 8)
    painter.setPen(QPen(theme.color("text"), 2))
    painter.drawEllipse(place, 8, 8)


def _class_colors(regions: Regions, theme: Theme) -> np.ndarray:
    """Each point in the ink of its class, the paler the less that is ahead."""
    count = regions.reading.classes
    best = np.take_along_axis(regions.shares, regions.classes[..., None], axis=-1)[..., 0]
    ahead = np.clip((best - 1 / count) / (1 - 1 / count), 0, 1)
    strength = (FAINTEST + (PALE - FAINTEST) * np.nan_to_num(ahead))[..., None]
    inks = np.array([_bgra(theme.color(ink_of(class_))) for class_ in range(count)])
    ground = np.array(_bgra(theme.color("zero")))
    colors = ground + (inks[regions.classes] - ground) * strength
    return np.ascontiguousarray(np.rint(colors).astype(np.uint8))


def _bgra(color: QColor) -> tuple[float, float, float, float]:
    return color.blue(), color.green(), color.red(), 255.0


def _paint_values(painter: QPainter, places: np.ndarray, verdicts: Verdicts, theme: Theme) -> None:
    """Samples whose target is a number, dyed by it."""
    if verdicts.truth is None:
        values = np.zeros(len(places))
    else:
        values = verdicts.truth.reshape(len(places), -1)[:, 0].astype(np.float64)
    colors = signed_colors(values.reshape(1, -1), limit_of(values), theme)[0]
    painter.setPen(QPen(theme.color("text"), 1))
    for (x, y), (blue, green, red, _) in zip(places.tolist(), colors.tolist(), strict=True):
        if x == x and y == y:
            painter.setBrush(QColor(red, green, blue))
            painter.drawEllipse(QPointF(x, y), 3.5, 3.5)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def paint_dots(painter: QPainter, scale: Scale, points: np.ndarray, theme: Theme) -> None:
    """Samples of a curve [N, 2]."""
    spots = QPolygonF([QPointF(x, y) for x, y in _seen(scale, scale.pixels(points))])
    radius = radius_for(len(points))
    for ink, width in (("node", 2 * radius + 1), ("muted", 2 * radius - 1)):
        pen = QPen(theme.color(ink), width)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawPoints(spots)


def _paint_height(
    painter: QPainter, scale: Scale, segments: np.ndarray, height: float, theme: Theme
) -> None:
    """A line's height on it, at its piece that is nearest to the middle, and within the plot."""
    places = scale.pixels(segments).mean(axis=1)
    middle = np.array([scale.room.center().x(), scale.room.center().y()])
    x, y = places[np.argmin(((places - middle) ** 2).sum(axis=1))].tolist()
    text = format_number(height, 3)
    box = QRectF(0, 0, painter.fontMetrics().horizontalAdvance(text) + 4, 14)
    half, room = box.width() / 2, scale.room
    x = min(max(x, room.left() + half), room.right() - half)
    box.moveCenter(QPointF(x, min(max(y, room.top() + 7), room.bottom() - 7)))
    painter.fillRect(box, theme.color("node", 0.8))
    pen = painter.pen()
    painter.setPen(theme.color("text"))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
    painter.setPen(pen)


def _seen(scale: Scale, places: np.ndarray) -> Iterable[tuple[float, float]]:
    """Those of some pixels [N, 2] that lie within a plot."""
    room = scale.room
    with np.errstate(invalid="ignore"):
        inside = (places >= (room.left() - 1, room.top() - 1)).all(axis=1) & (
            places <= (room.right() + 1, room.bottom() + 1)
        ).all(axis=1)
    return map(tuple, places[inside].tolist())
