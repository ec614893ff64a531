"""Typeset formulas: everything is written, nothing lies over anything else, all fits its box."""

from __future__ import annotations

from itertools import combinations

import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from graph import default_catalogue, load
from gui.formula import lay_out, paint
from gui.formula.boxes import Bar, Glyphs, Shape
from gui.formula.face import family, reach
from gui.formula.letters import is_known, sign
from runtime import Engine
from runtime.explaining import explain, explain_node
from runtime.explaining.expression import (
    Fraction,
    Grid,
    Name,
    Numeral,
    Row,
    Scripts,
    Symbol,
    Wrapped,
    derivative,
)
from runtime.explaining.reading import read_latex
from tests.test_explaining_catalogue import first_cases, run_case

pytestmark = pytest.mark.usefixtures("qapp")
SIZE = 17.0


def symbols_of(item):
    """Every sign in a formula."""
    parts = {
        Row: lambda: item.items,
        Fraction: lambda: (item.over, item.under),
        Scripts: lambda: (item.body, item.sub, item.sup),
        Wrapped: lambda: (item.inside,),
        Grid: lambda: [cell for cells in item.rows for cell in cells],
    }
    if isinstance(item, Symbol):
        yield item
    elif type(item) in parts:
        for part in parts[type(item)]():
            if part is not None:
                yield from symbols_of(part)


def numerals_of(item):
    """Every number in a tree, as it is written but for its power of ten."""
    if isinstance(item, Numeral):
        yield item.text.partition("e")[0]
    for name in ("items", "over", "under", "body", "sub", "sup", "inside"):
        part = getattr(item, name, None)
        for each in part if isinstance(part, tuple) else (part,):
            if each is not None and not isinstance(each, str):
                yield from numerals_of(each)
    for cells in getattr(item, "rows", ()):
        for cell in cells:
            yield from numerals_of(cell)


def room_of(mark):
    """The rectangle that a mark takes."""
    if isinstance(mark, Glyphs):
        width, above, below = reach(mark.text, mark.size)
        return QRectF(mark.x, mark.y - above, width, above + below)
    if isinstance(mark, Bar):
        return QRectF(mark.x, mark.y, mark.width, mark.height)
    assert isinstance(mark, Shape)
    xs, ys = [x + mark.x for x, _ in mark.points], [y + mark.y for _, y in mark.points]
    return QRectF(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))


def overlap(one, other):
    """Whether two rectangles cover each other by more than a hair."""
    both = one.intersected(other)
    return both.width() > 1.5 and both.height() > 1.5


def test_the_face_is_the_one_of_formulas():
    assert family() == "STIX Two Math"


def test_every_sign_of_the_catalogue_is_known():
    formulas = set()
    for kind in default_catalogue():
        formulas |= {kind.formula, *kind.pullback.values()} - {""}
    assert len(formulas) > 80
    unknown = {
        found.latex
        for formula in formulas
        for found in symbols_of(read_latex(formula))
        if not is_known(found.latex.replace("\\left", "").replace("\\right", ""))
        and not found.latex.startswith(("\\Big", "\\big"))
    }
    assert unknown == set()


@pytest.mark.parametrize("example", ["backprop_by_hand", "attention_head"])
def test_all_that_an_example_explains_fits_and_nothing_covers_anything(example):
    """Texts of all explanations: inside their box, every number there, none over another."""
    trace = Engine(load(f"assets/examples/{example}.gradwire")).run()
    formulas = [
        item
        for each in explain(trace)
        for line in each.lines
        for item in (line.left, *line.symbols, *line.numbers)
    ]
    assert len(formulas) > 20
    for item in dict.fromkeys(formulas):
        fits(item)


@pytest.mark.parametrize("case", list(first_cases()), ids=str)
def test_what_every_module_explains_fits(case):
    """In symbols and numbers, forward and in reverse."""
    for each in explain_node(run_case(case), "it"):
        for line in each.lines:
            for item in dict.fromkeys((line.left, *line.symbols, *line.numbers)):
                fits(item)


def fits(item):
    """A formula inside its box, with every number, and without a sign over another."""
    box = lay_out(item, SIZE)
    whole = QRectF(-2, -box.ascent - 3, box.width + 4, box.height + 6)
    rooms = [room_of(mark) for mark in box.marks]
    assert all(whole.contains(room) for room in rooms), item
    texts = [room for mark, room in zip(box.marks, rooms, strict=True) if is_text(mark)]
    assert not any(overlap(a, b) for a, b in combinations(texts, 2)), item
    written = " ".join(box.texts)
    assert all(number in written for number in numerals_of(item)), item


def is_text(mark):
    return isinstance(mark, Glyphs)


def test_a_derivative_has_its_bar_between():
    box = lay_out(derivative(Symbol("L"), Name("loss_val")), SIZE)
    (bar,) = [mark for mark in box.marks if isinstance(mark, Bar)]
    above = [mark for mark in box.marks if is_text(mark) and mark.y < bar.y]
    below = [mark for mark in box.marks if is_text(mark) and mark.y > bar.y]
    assert [mark.text for mark in above] == ["𝜕", sign("L")]
    assert [mark.text for mark in below] == ["𝜕", "loss_val"]
    assert all(room_of(mark).bottom() <= bar.y for mark in above)
    assert all(room_of(mark).top() >= bar.y + bar.height for mark in below)


def test_scripts_stand_up_and_down_and_smaller():
    box = lay_out(Scripts(Symbol("x"), Symbol("i"), Numeral("2")), SIZE)
    body, sup, sub = box.marks
    assert (body.text, sup.text, sub.text) == (sign("x"), "2", sign("i"))
    assert sup.y < body.y < sub.y
    assert sup.size < body.size
    assert sub.size < body.size


def test_a_sum_has_its_limits_above_and_below():
    made = lay_out(Scripts(Symbol(r"\sum"), Symbol("i"), Symbol("n")), SIZE)
    large, sub, sup = made.marks
    assert sup.y < room_of(large).top()
    assert room_of(sub).top() > room_of(large).bottom()


@pytest.mark.parametrize(
    ("opening", "closing"), ["()", "[]", (r"\{", r"\}"), (r"\left|", r"\right|")]
)
def test_brackets_grow_with_what_is_in_them(opening, closing):
    low = lay_out(Row((Symbol(opening), Symbol("x"), Symbol(closing))), SIZE)
    assert [type(mark) for mark in low.marks] == [Glyphs] * 3
    grid = Grid("matrix", tuple(((Numeral("1"),),) * 4), (4, 1))
    high = lay_out(Row((Symbol(opening), grid, Symbol(closing))), SIZE)
    drawn = [room_of(mark) for mark in high.marks if not is_text(mark)]
    assert max(room.height() for room in drawn) >= lay_out(grid, SIZE).height


def test_a_transposed_matrix_has_its_sign_at_its_bracket():
    """Not behind the shape, where it would look like the next factor's."""
    grid = Grid("matrix", ((Numeral("1"),), (Numeral("2"),)), (1000, 2000))
    box = lay_out(Scripts(grid, None, Symbol(r"\top")), SIZE)
    (shape,) = [mark for mark in box.marks if is_text(mark) and "1000" in mark.text]
    (turned,) = [mark for mark in box.marks if is_text(mark) and mark.text == "⊤"]
    assert turned.x == shape.x
    assert room_of(turned).bottom() < 0 < room_of(shape).top()


def test_numbers_of_a_column_stand_by_their_points():
    """Whatever stands before and behind it; dots stand in the middle."""
    texts = ("−0.5", "12.25", "3", "−1.2e−5")
    cells = [*((Numeral(text),) for text in texts), (Symbol(r"\vdots"),)]
    box = lay_out(Grid("matrix", tuple(cells), (5, 1)), SIZE)
    found = {mark.text.partition("\u2009")[0]: mark for mark in box.marks if is_text(mark)}
    points = [
        found[text.partition("e")[0]].x + reach(text.partition(".")[0], SIZE)[0] for text in texts
    ]
    assert points == pytest.approx([points[0]] * 4)


def test_a_closing_bracket_with_a_script_closes():
    """`(a - (b/c)_j)`: the inner pair grows together, and the outer one as well."""
    found = read_latex(r"(a - (\frac{b}{c})_j)")
    box = lay_out(found, SIZE)
    shapes = [room_of(mark) for mark in box.marks if isinstance(mark, Shape)]
    assert len(shapes) == 4
    outer, inner = (shapes[0], shapes[3]), (shapes[1], shapes[2])
    for left, right in (outer, inner):
        assert left.height() == pytest.approx(right.height())
        assert left.right() < right.left()
    (script,) = [mark for mark in box.marks if is_text(mark) and mark.text == sign("j")]
    assert script.x >= inner[1].right()


def test_a_number_with_a_power_of_ten():
    box = lay_out(Numeral("−1.23e−5"), SIZE)
    assert box.texts == ["−1.23\u2009×\u200910", "−5"]
    assert box.marks[1].y < 0


def test_a_minus_before_a_number_stands_closer_than_one_between_two():
    alone = lay_out(Row((Symbol("="), Symbol("-"), Symbol("x"))), SIZE).marks
    between = lay_out(Row((Symbol("y"), Symbol("-"), Symbol("x"))), SIZE).marks
    gap = [marks[2].x - room_of(marks[1]).right() for marks in (alone, between)]
    assert gap[0] < gap[1]


def test_names_of_files_are_text_whatever_they_hold():
    for name in ("a_b", r"\frac{1}{0}", "層", "x\ny", ""):
        box = lay_out(Name(name), SIZE)
        assert box.texts == [name.replace("\n", "\ufffd")]


def test_it_is_painted_in_the_ink():
    box = lay_out(derivative(Symbol("L"), Symbol("x")), SIZE)
    image = QImage(60, 60, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    paint(painter, box, QPointF(5, 5 + box.ascent), QColor("#2463CE"))
    painter.end()
    inks = [image.pixelColor(x, y) for x in range(60) for y in range(60)]
    inked = [ink for ink in inks if ink != QColor("white")]
    assert len(inked) > 50
    assert all(ink.blue() > ink.red() for ink in inked)
