"""Forms made from declarations: right widget, default, reset, errors at the field, undo."""

import math

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph.attributes import DtypeName, ShapeSpec, attribute
from graph.catalogue import Catalogue, default_catalogue
from graph.edits import AddNode
from graph.errors import BadAttribute
from graph.model import Graph
from graph.module import Module
from graph.port import PortType
from graph.records import Node
from gui.inspector.fields import (
    ChoiceField,
    FloatField,
    LineField,
    ListField,
    TruthField,
    WholeField,
)
from tests.conftest import TOYS
from tests.inspector_desk import InspectorDesk


class Everything(Module, sig="x[*s] -> y[*s]", group="Toys"):
    """One attribute of each type."""

    whole: int = attribute(1, "a whole number", minimum=1)
    maybe: int | None = attribute(None, "a number, or none")
    rate: float = attribute(0.5, "a rate")
    order: float = attribute(2.0, "an exponent", minimum=1, infinite=True)
    loud: bool = attribute(False, "whether it is loud")
    word: str = attribute("", "a word")
    mode: str = attribute("mean", "what is done", choices=("mean", "sum"))
    sizes: tuple[int, ...] = attribute((), "whole numbers")
    shape: ShapeSpec = attribute((2, "B"), "sizes or names")
    dtype: DtypeName | None = attribute(None, "the dtype")

    def validate(self):
        if self.rate > self.whole:
            raise BadAttribute(
                port="rate", found=f"{self.rate:g}", expected="at most whole", mend="Lower it."
            )

    def infer(self, types, dtype):
        return {"y": PortType(dtype, ())}


@pytest.fixture
def desk(qtbot):
    graph = Graph(Catalogue((*TOYS, Everything)))
    graph.add("Everything", "all")
    graph.add("Source", "u", shape=(3,))
    graph.add("Join", "join")
    graph.connect("u.y", "join.x1")
    return InspectorDesk(qtbot, graph, graph.catalogue)


def settings(desk):
    return desk.graph.module("all").settings


def test_every_type_has_its_widget_its_sentence_and_its_default(desk):
    rows = desk.node("all").form.rows
    kinds = {name: type(row.field) for name, row in rows.items()}
    assert kinds == {
        "whole": WholeField,
        "maybe": WholeField,
        "rate": FloatField,
        "order": FloatField,
        "loud": TruthField,
        "word": LineField,
        "mode": ChoiceField,
        "sizes": ListField,
        "shape": ListField,
        "dtype": ChoiceField,
    }
    assert rows["rate"].field.accessibleName() == "rate"
    assert rows["rate"].field.accessibleDescription() == "A rate. Default: 0.5."
    assert rows["shape"].field.text() == "[2, B]"
    assert rows["dtype"].field.currentText() == "the graph's"
    assert not any(row.reset.isVisible() for row in rows.values())


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("whole", "7", 7),
        ("maybe", "-3", -3),
        ("rate", "1e-3", 0.001),
        ("order", "Infinity", math.inf),
        ("order", "-inf", -math.inf),
        ("word", "hello", "hello"),
        ("sizes", "1, 2 3", (1, 2, 3)),
        ("shape", "[4, N]", (4, "N")),
        ("shape", "", ()),
    ],
)
def test_a_typed_value_is_one_entry_of_the_history(desk, name, text, value):
    row = desk.node("all").form.rows[name]
    desk.type_into(row.field, text)
    assert settings(desk)[name] == value
    assert desk.undo_text() == f"Set {name} of all"
    assert row.reset.isVisible()
    desk.document.undo()
    assert desk.undo_text() is None
    assert "all" in desk.graph.nodes
    assert not row.reset.isVisible()


def test_an_infinite_number_is_shown_in_the_words_of_the_file(desk):
    rows = desk.node("all").form.rows
    desk.type_into(rows["order"].field, "inf")
    assert rows["order"].field.text() == "Infinity"
    desk.type_into(rows["rate"].field, "inf")
    assert "found inf, expected a finite number" in rows["rate"].error.said
    assert settings(desk)["rate"] == 0.5


def test_leaving_a_field_commits_it(desk):
    rows = desk.node("all").form.rows
    desk.type_into(rows["rate"].field, "0.25", then=Qt.Key.Key_Tab)
    assert settings(desk)["rate"] == 0.25


def test_a_click_ticks_and_the_reset_takes_back(desk):
    row = desk.node("all").form.rows["loud"]
    desk.click(row.field)
    assert settings(desk)["loud"] is True
    desk.click(row.reset)
    assert settings(desk)["loud"] is False
    assert "loud" not in desk.graph.nodes["all"].attributes
    assert not row.reset.isVisible()


def test_choices_are_made_with_the_keyboard(desk):
    rows = desk.node("all").form.rows
    desk.choose(rows["mode"].field, 1)
    assert settings(desk)["mode"] == "sum"
    desk.choose(rows["dtype"].field, 1)
    assert settings(desk)["dtype"] == "float16"
    desk.choose(rows["dtype"].field, -1)
    assert settings(desk)["dtype"] is None


def test_arrows_of_one_visit_are_one_entry(desk):
    row = desk.node("all").form.rows["whole"]
    row.field.setFocus()
    for _ in range(3):
        QTest.keyClick(row.field, Qt.Key.Key_Up)
    assert settings(desk)["whole"] == 4
    desk.document.undo()
    assert settings(desk)["whole"] == 1
    QTest.keyClick(row.field, Qt.Key.Key_Down)
    assert settings(desk)["whole"] == 1  # the declared minimum


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("whole", "0", "whole: found 0, expected a whole number of at least 1."),
        ("whole", "many", 'whole: found "many", expected a whole number.'),
        ("rate", "fast", 'rate: found "fast", expected a number.'),
        ("rate", "[1, 2]", 'rate: found "[1, 2]", expected one number.'),
        ("sizes", "1 B", 'sizes: found "B", expected whole numbers, as [0, 1].'),
        ("shape", "[2, B-1]", 'shape: found "B-1", expected sizes or names, as [2, B].'),
        ("rate", "1.5", "all.rate: found 1.5, expected at most whole. Lower it."),
    ],
)
def test_a_bad_text_stays_with_its_sentence_until_it_is_mended(desk, name, text, sentence):
    before = dict(settings(desk))
    row = desk.node("all").form.rows[name]
    desk.type_into(row.field, text)
    assert row.error.said == sentence
    assert row.error.isVisible()
    assert row.field.text() == text
    assert settings(desk) == before
    desk.document.checked.emit()  # a refresh in between does not lose the text
    assert row.field.text() == text
    assert row.error.said == sentence
    desk.type_into(row.field, "" if name in ("sizes", "shape") else "1")
    assert not row.error.isVisible()


def test_escape_brings_the_old_text_back(desk):
    row = desk.node("all").form.rows["rate"]
    desk.type_into(row.field, "fast")
    QTest.keyClick(row.field, Qt.Key.Key_Escape)
    assert row.field.text() == "0.5"
    assert row.error.said == ""


def test_the_wheel_scrolls_and_changes_nothing(desk):
    rows = desk.node("all").form.rows
    before = dict(settings(desk))
    for name in ("whole", "mode", "dtype"):
        field = rows[name].field
        field.clearFocus()
        wheel(field, -120)
    assert settings(desk) == before
    rows["whole"].field.setFocus()
    wheel(rows["whole"].field, 120)
    assert settings(desk)["whole"] == 2


def wheel(field, turn):
    place = QPointF(field.rect().center())
    still = Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(
        place, field.mapToGlobal(place), QPoint(), QPoint(0, turn), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, still, False,
    )  # fmt: skip
    QApplication.sendEvent(field, event)


def test_fewer_ports_cut_their_edges_in_the_same_entry(desk):
    page = desk.node("join")
    assert [row.port.name for row in page.ports.rows] == ["x0", "x1", "y"]
    desk.type_into(page.form.rows["inputs"].field, "1")
    assert desk.graph.edges == ()
    assert [row.port.name for row in page.ports.rows] == ["x0", "y"]
    desk.document.undo()
    assert len(desk.graph.edges) == 1


def test_a_node_is_labelled_and_renamed(desk):
    page = desk.node("all")
    desk.type_into(page.label.field, "All of it")
    assert desk.graph.nodes["all"].label == "All of it"
    assert page.heading.title.said == "All of it"
    desk.type_into(page.name.field, "join")
    assert page.name.error.said == "join: found another node of that id, expected a free id."
    assert page.name.field.text() == "join"
    desk.type_into(page.name.field, "everything")
    assert "everything" in desk.graph
    assert desk.page is not page
    assert desk.page.id == "everything"
    assert desk.undo_text() == "Rename all to everything"


def test_a_note_is_kept_when_it_is_left(desk):
    page = desk.node("all")
    page.note.paper.setFocus()
    QTest.keyClicks(page.note.paper, "first <b>line</b>")
    QTest.keyClick(page.note.paper, Qt.Key.Key_Tab)
    assert desk.graph.nodes["all"].note == "first <b>line</b>"
    assert desk.undo_text() == "Note on all"


def test_an_unknown_module_shows_what_the_file_says(qtbot):
    graph = Graph(Catalogue(TOYS))
    graph.apply(AddNode(Node("odd", "Whirl", {"speed": 3})))
    desk = InspectorDesk(qtbot, graph, graph.catalogue)
    page = desk.node("odd")
    assert page.heading.subtitle.said.startswith("Whirl, unknown")
    assert page.form.rows == {}
    assert page.ports.rows == []


@pytest.mark.parametrize("text", ["", "none"])
def test_an_optional_number_can_be_left_out(qtbot, text):
    graph = Graph(default_catalogue())
    graph.add("Clip", "clip")
    desk = InspectorDesk(qtbot, graph)
    row = desk.node("clip").form.rows["min"]
    assert row.field.text() == "-1"
    assert "Default: -1." in row.field.accessibleDescription()
    desk.type_into(row.field, text)
    assert graph.module("clip").settings["min"] is None
    assert row.field.text() == ""
    assert row.field.placeholderText() == "none"
