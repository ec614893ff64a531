"""The parts of the canvas that need no scene: notes, room, pictures, wires, levels."""

import math
import weakref

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from graph import PortRef
from gui import pictures
from gui.canvas import geometry as geo
from gui.canvas import levels, notes
from gui.canvas.node_boxes import NodeBoxes
from gui.canvas.node_paint import fitted, outline_path
from gui.canvas.placing import Room
from gui.canvas.plate_paint import paint_label
from gui.canvas.plates import Label
from gui.canvas.thumbnails import thumbnails
from gui.canvas.wire_paint import paint_selection
from gui.canvas.wires import Wires
from gui.remembered import Remembered
from gui.shown import Reading
from gui.theme import Theme
from runtime import maps


def value(*numbers, shape=None) -> Reading:
    array = np.array(numbers if shape is not None or len(numbers) > 1 else numbers[0], dtype=float)
    return Reading("value", array=array if shape is None else np.resize(array, shape))


# --- notes ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reading", "far", "close"),
    [
        (value(2.0), ("2",), ("x.y = 2", "2")),
        (value(math.nan), ("NaN",), ("x.y = NaN", "NaN")),
        (value(math.inf), ("∞",), ("x.y = ∞", "∞")),
        (value(1.0, -2.0), ("[2]",), ("[2]  1  −2", "[2]")),
        (value(0.5, shape=(8,)), ("[8]",), ("[8]  0.5 … 0.5", "[8]")),
        (value(1.0, math.nan, shape=(2, 2)), ("[2, 2] NaN",), None),
        (Reading("blank"), (), ()),
        (Reading("failed"), ("failed",), ("failed",)),
    ],
)
def test_values_in_words(reading, far, close):
    assert notes.value_forms(reading, "x.y", False) == far
    if close is not None:
        assert notes.value_forms(reading, "x.y", True) == close


def test_gradients_in_words():
    assert notes.gradient_forms(value(3.0), "a", "1 × 3", False) == ("∂ 3",)
    assert notes.gradient_forms(value(3.0), "a", "1 × 3", True)[0] == "∂L/∂a = 1 × 3 = 3"
    assert notes.gradient_forms(value(3.0, 4.0), "a", "", False)[0] == "∂ ‖5‖"
    assert notes.gradient_forms(Reading("no path"), "a", "", False) == ("no path",)
    assert notes.gradient_forms(value(0.0), "a", "", False) == ("∂ 0",)
    assert notes.sum_forms(value(0.077)) == ("Σ∂ 0.077",)


def test_factors_in_words():
    scalar = Reading("value", map=maps.Scaled((), -3.0))
    assert notes.factor_forms(scalar) == ("×−3",)
    assert notes.factor_forms(Reading("value", map=maps.Identity(()))) == ("×1",)
    diagonal = Reading("value", map=maps.Diagonal((8,), np.ones(8)))
    assert notes.factor_forms(diagonal)[-1] == "diagonal"
    assert notes.factor_forms(Reading("no path")) == ()
    assert notes.product_text(value(-1.0), scalar) == "−1 × (−3)"
    assert notes.product_text(value(1.0, 2.0), scalar) == ""


# --- levels ---------------------------------------------------------------------------------


def test_levels_meet_where_the_table_says():
    zooms = (0.05, 0.199, 0.2, 0.69, 0.7, 1.49, 1.5, 4.0)
    words = [levels.level_of(zoom) for zoom in zooms]
    assert words == ["overview"] * 2 + ["far"] * 2 + ["working"] * 2 + ["close"] * 2


def test_text_stays_between_11_and_16_pixels():
    sizes = {levels.AT_DESK.text_pixels(zoom) for zoom in np.linspace(0.05, 4, 200)}
    assert min(sizes) == 11
    assert max(sizes) == 16


def test_presented_text_is_half_as_large_again_and_wires_are_4_pixels():
    for zoom in np.linspace(0.05, 4, 200):
        usual, large = levels.AT_DESK, levels.PRESENTED
        assert large.text_pixels(zoom) == round(1.5 * usual.text_pixels(zoom))
        assert large.wire_pixels(zoom) == 4
        assert large.gap_pixels(zoom) >= large.wire_pixels(zoom) + 2  # the rails stay two


# --- room -----------------------------------------------------------------------------------


def test_room_is_where_neither_node_nor_plate_stands():
    room = Room({"n": (0, 0, 10, 10)}, np.array([[[50.0, 5.0], [60.0, 5.0]]]))
    assert not room.is_free((5, 5, 15, 15))
    assert room.is_free((10, 0, 20, 10))
    place = room.take((20, 0, 30, 10))
    assert not room.is_free((25, 5, 35, 15))
    assert room.is_free((25, 5, 35, 15), own=place)
    assert room.is_free((32, 0, 40, 10))
    assert not room.is_free((32, 0, 40, 10), breath=5)
    assert room.crosses_wire((45, 0, 55, 10), 0)
    assert not room.crosses_wire((20, 0, 30, 10), 2)


def test_room_for_many():
    room = Room({}, np.empty((0, 0, 2)))
    for index in range(200):
        assert room.is_free((index, 0, index + 1, 1))
        room.take((index, 0, index + 1, 1))
    assert not room.is_free((150.5, 0, 151, 1))


# --- wires and boxes --------------------------------------------------------------------------


def ref(text: str) -> PortRef:
    return PortRef.parse(text)


def test_wires_keep_their_rows_in_order():
    wires = Wires()
    wires.put(
        (ref(f"s{i}.y"), ref(f"t{i}.x"), (0, 10 * i), (100, 10 * i), False, (), 0)
        for i in range(90)
    )
    assert len(wires) == 90
    wires.drop([ref("t3.x"), ref("nothing.x")])
    assert len(wires) == 89
    assert ref("t3.x") not in wires
    assert wires.hit(50, 31, 4) is None
    assert wires.hit(50, 41, 4) == ref("t4.x")
    assert wires.hit(50, 891, 4) == ref("t89.x")
    assert wires.at_node("s89") == (ref("t89.x"),)
    wires.put([(ref("other.y"), ref("t89.x"), (0, 0), (100, 2000), False, (), 0)])
    assert wires.source_of(ref("t89.x")) == ref("other.y")
    assert wires.at_node("s89") == ()
    assert len(wires) == 89


def test_wires_that_go_together_leave_the_others_where_they_run():
    wires = Wires()
    wires.put(
        (ref("s.y"), ref(f"t{i}.x"), (0, 10 * i), (100, 10 * i), False, (), 0) for i in range(20)
    )
    wires.changed.clear()
    gone, left = {0, 3, 4, 17, 19}, set(range(20)) - {0, 3, 4, 17, 19}
    wires.drop([ref(f"t{i}.x") for i in gone])
    assert len(wires) == len(left)
    assert {wires.row_of(ref(f"t{i}.x")) for i in left} == set(range(len(left)))
    for i in left:
        target = ref(f"t{i}.x")
        assert wires.targets[wires.row_of(target)] == target
        assert wires.line(target)[[0, -1]].tolist() == [[0, 10 * i], [100, 10 * i]]
        assert wires.hit(50, 10 * i, 2) == target
    assert not any(wires.hit(50, 10 * i, 2) for i in gone)
    assert set(wires.at_node("s")) == {ref(f"t{i}.x") for i in left}
    assert wires.changed >= {0, 3, 4}  # where others stand now


def test_lines_are_kept_in_half_the_room_and_near_their_place():
    wires = Wires()
    wires.put([(ref("s.y"), ref("t.x"), (49_990.3, 0.1), (50_090.7, 300.7), False, (), 0)])
    exact = geo.wire((49_990.3, 0.1), (50_090.7, 300.7), False)
    line = wires.line(ref("t.x"))
    assert line.dtype == np.float64  # as all that reckons with it expects
    assert np.abs(line - exact).max() < 0.004


def test_a_wire_that_gets_another_source_does_not_disturb_the_rest():
    wires = Wires()
    wires.put(
        (ref(f"s{i}.y"), ref(f"t{i}.x"), (0, 10 * i), (100, 10 * i), False, (), 0) for i in range(4)
    )
    ends = [
        (ref("new.y"), ref("n0.x"), (0, 500), (100, 500), False, (), 0),
        (ref("new.y"), ref("t1.x"), (0, 600), (100, 600), False, (), 0),
    ]
    wires.put(ends)
    assert wires.line(ref("n0.x"))[0].tolist() == [0, 500]
    assert wires.line(ref("t1.x"))[0].tolist() == [0, 600]
    assert wires.line(ref("t3.x"))[0].tolist() == [0, 30]


def test_boxes_keep_their_rows_in_order():
    boxes = NodeBoxes()
    for index in range(100):
        boxes.put(f"n{index}", (index, 0, index + 1, 1))
    boxes.drop("n7")
    boxes.drop("n7")
    assert len(boxes) == 99
    assert dict(zip(boxes.ids, boxes.array[:, 0].tolist(), strict=True))["n99"] == 99


# --- pictures ---------------------------------------------------------------------------------


def test_tensors_are_pictured_by_rank():
    kinds = [pictures.kind_of(np.ones(shape)) for shape in ((), (8,), (3, 5), (2, 3, 4), (0, 3))]
    assert kinds == ["none", "bars", "heat", "heat", "none"]
    assert pictures.kind_of(np.ones((64, 1, 28, 28))) == "image"
    assert pictures.matrix_of(np.ones((64, 3, 28, 20))).shape == (28, 20)
    assert pictures.matrix_of(np.ones((2, 3, 4))).shape == (3, 4)


def test_pooling_keeps_the_greatest_size_with_its_sign():
    matrix = np.zeros((300, 200))
    matrix[17, 3], matrix[250, 150] = -9, 5
    small = pictures.pooled(matrix)
    assert small.shape == (64, 64)
    assert small.min() == -9
    assert small.max() == 5


def test_signed_colours_are_symmetric_around_zero(qapp):
    theme = Theme("light")
    matrix = np.array([[-2.0, 0.0, 1.0, math.nan, math.inf]])
    colors = pictures.signed_colors(matrix, pictures.limit_of(matrix), theme)
    names = [QColor(int(c[2]), int(c[1]), int(c[0])).name().upper() for c in colors[0]]
    assert names[0] == "#8E29B3"
    assert names[1] == "#F7F7F7"
    assert names[2] not in ("#0A6B1D", "#F7F7F7")
    assert names[3] == names[4] == "#8C0A1A"


def test_infinite_entries_are_dyed_beside_numbers_below_1(qapp):
    """Nothing overflows on the way, which would be a warning."""
    theme = Theme("light")
    matrix = np.array([[math.inf, -math.inf], [math.nan, 0.5]])
    colors = pictures.signed_colors(matrix, pictures.limit_of(matrix), theme)
    error, plus = theme.color("error"), theme.color("positive")
    for row, column in ((0, 0), (0, 1), (1, 0)):
        assert QColor(*colors[row, column, 2::-1].tolist()) == error
    assert QColor(*colors[1, 1, 2::-1].tolist()) == plus


@pytest.mark.parametrize("close", [False, True])
@pytest.mark.parametrize(
    "shape", [(1,), (1000,), (3, 5), (1, 1), (6, 6), (500, 2), (2, 1, 9, 9), (64, 3, 28, 28)]
)
def test_every_picture_can_be_painted(qapp, shape, close):
    from gui.canvas.thumbnails import paint_thumbnail

    array = np.linspace(-1, 1, math.prod(shape)).reshape(shape)
    image = QImage(600, 300, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    found = list(thumbnails(array, close, 1.0))
    assert found
    for thumbnail in found:
        box = (0.0, 0.0, thumbnail.width, thumbnail.height)
        for signed in (True, False):
            paint_thumbnail(painter, thumbnail.placed(box, 1.0), Theme("dark"), signed)
    painter.end()
    sizes = [thumbnail.width * thumbnail.height for thumbnail in found]
    assert sizes == sorted(sizes, reverse=True)
    assert np.array(image.constBits()).any()


def test_a_scalar_has_no_picture():
    assert not list(thumbnails(np.float64(3).reshape(()), True, 1.0))


def test_odd_numbers_in_bars_are_painted_without_a_warning(qapp):
    image = QImage(48, 22, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    for numbers in ([math.nan, math.inf, -math.inf], [0.0, 0.0], [math.nan], [3]):
        pictures.paint_bars(painter, QRectF(0, 0, 48, 22), np.array(numbers), Theme("light"))
    painter.end()


# --- nodes ------------------------------------------------------------------------------------


def test_titles_shrink_before_they_are_cut(qapp):
    theme = Theme("light")
    font, text = fitted("x1", theme, 13, 600, 60)
    assert (font.pixelSize(), text) == (13, "x1")
    font, text = fitted("difference_of_all", theme, 13, 600, 60)
    assert font.pixelSize() == 11
    assert text.endswith("…")
    assert fitted("", theme, 13, 600, 60)[1] == ""


@pytest.mark.parametrize("outline", ["source", "operator", "layer", "loss", "unknown"])
def test_outlines_keep_their_size(outline):
    rect = outline_path(outline, 96, 60).boundingRect()
    assert (rect.width(), rect.height()) == (96, 60)
    grown = outline_path(outline, 96, 60, 4).boundingRect()
    assert grown.width() == 104


def test_what_is_known_of_an_array_goes_with_it():
    kept = Remembered()
    made = []
    array = np.arange(3.0)
    for _ in range(3):
        kept.of(array, "sum", lambda: made.append(1))
    assert len(made) == 1
    kept.of(array, "other", lambda: made.append(1))
    kept.of(array.copy(), "sum", lambda: made.append(1))
    assert len(made) == 3
    ref_count = weakref.ref(array)
    del array
    assert ref_count() is None


def test_a_plate_leaves_nothing_of_the_frame_around_a_chosen_wire(qapp):
    """Wherever between pixels it lies, on a screen with two to a point."""
    theme, zoom = Theme("light"), 0.72
    sizes = levels.AT_DESK
    height = (sizes.text_pixels(zoom) + 5) / zoom
    canvas = theme.color("canvas").rgb()
    for place in np.linspace(40.0, 41.0, 7):
        image = QImage(200, 200, QImage.Format.Format_RGB32)
        image.fill(canvas)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(2 * zoom, 2 * zoom)
        line = np.array([(0.0, place), (140.0, place)])
        width, gap = sizes.wire_pixels(zoom) / zoom, sizes.gap_pixels(zoom) / zoom
        paint_selection(painter, line, theme, width, gap)
        box = (30.0, place - height / 2, 100.0, place + height / 2)
        paint_label(painter, Label(" ", "text", box, 11), theme, 1 / zoom)
        painter.end()
        assert any(image.pixel(5, y) != canvas for y in range(200))
        assert all(image.pixel(90, y) == canvas for y in range(200))
