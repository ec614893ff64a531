"""Pages of the inspector are made a part at a time, from the top down."""

import itertools

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from graph import edits as e
from gui.inspector.edge_page import EdgePage
from gui.inspector.node_page import NodePage
from gui.inspector.unfolding import UnfoldingPage, part
from tests.inspector_desk import InspectorDesk, network


@pytest.fixture
def desk(qtbot):
    desk = InspectorDesk(qtbot, network())
    desk.run()
    desk.inspector.setFocus()  # not in a field, which would be looked for on the next page
    return desk


def made(page) -> list[str]:
    return [name for name in page.parts if page.is_made(name)]


@pytest.mark.parametrize(
    ("choose", "first"),
    [
        (lambda selection: selection.set_nodes(["hidden"]), "name"),
        (lambda selection: selection.set_edge("hidden.x"), "tabs"),
    ],
)
def test_a_selection_makes_the_top_of_a_page_and_each_turn_one_part_more(
    desk, monkeypatch, choose, first
):
    turns = []
    take = UnfoldingPage._take_turn

    def taken(page):
        before = set(made(page))
        take(page)
        turns.append([x for x in made(page) if x not in before and page.__dict__[x] is not None])

    monkeypatch.setattr(UnfoldingPage, "_take_turn", taken)
    choose(desk.document.selection)
    page = desk.page
    assert made(page) == list(page.parts[: page.parts.index(first) + 1])
    desk.qtbot.waitUntil(lambda: made(page) == list(page.parts))
    counts = [len(turn) for turn in turns]
    assert max(counts) == 1, turns
    assert len(counts) >= 3


def test_all_parts_are_there_after_a_while_and_show_what_is_asked_for_at_once(desk):
    desk.document.selection.set_nodes(["hidden"])
    page = desk.page
    desk.qtbot.waitUntil(lambda: made(page) == list(page.parts))
    slow = [type(w).__name__ for w in page.findChildren(QWidget)]
    desk.document.selection.clear()
    desk.document.selection.set_nodes(["hidden"])
    assert desk.page is not page
    desk.page.unfold()
    assert [type(w).__name__ for w in desk.page.findChildren(QWidget)] == slow
    assert desk.page.note.isVisible()
    assert desk.page.note.mapTo(desk.page, desk.page.note.rect().bottomLeft()).y() > 600


def test_tab_goes_through_parts_in_their_order_though_a_late_one_was_asked_for_first(desk):
    desk.document.selection.set_nodes(["hidden"])
    page = desk.page
    assert page.note.isVisible()
    page.label.field.setFocus()
    seen = []
    for _ in range(60):
        seen.append(QApplication.focusWidget())
        QTest.keyClick(seen[-1], Qt.Key.Key_Tab)
        if seen[-1] is page.note.paper:
            break
    heights = [w.mapTo(page, w.rect().bottomLeft()).y() for w in seen]
    assert seen[-1] is page.note.paper
    assert all(b >= a - 24 for a, b in itertools.pairwise(heights)), heights


def test_a_page_that_is_left_makes_no_more(desk):
    desk.document.selection.set_nodes(["hidden"])
    page, before = desk.page, made(desk.page)
    desk.document.selection.set_nodes(["relu"])
    there = []
    page.destroyed.connect(lambda: there.append(made(page)))
    desk.qtbot.waitUntil(lambda: bool(there))
    assert there == [before]


def test_a_page_whose_node_goes_away_makes_no_part_of_it(desk):
    desk.document.selection.set_nodes(["relu"])
    desk.document.do(e.RemoveNode("relu"), "Delete")
    QApplication.processEvents()
    assert not isinstance(desk.page, NodePage)


def test_what_nobody_sees_is_not_made(desk):
    desk.inspector.hide()
    desk.document.selection.set_nodes(["hidden"])
    page, before = desk.page, made(desk.page)
    for _ in range(20):
        QApplication.processEvents()
    assert made(page) == before
    desk.inspector.show()
    desk.qtbot.waitUntil(lambda: made(page) == list(page.parts))


def test_a_rename_keeps_the_keys_in_its_field(desk):
    page = desk.node("hidden")
    desk.type_into(page.name.field, "layer")
    held = QApplication.focusWidget()
    assert isinstance(held, QLineEdit)
    assert held is desk.page.name.field
    assert held.text() == "layer"


def test_the_panel_of_the_chosen_tab_is_the_one_that_is_made(desk):
    desk.document.selection.set_edge("hidden.x")
    page = desk.page
    assert isinstance(page, EdgePage)
    page.unfold()
    made_panels = {n for n in ("value", "gradient", "jacobian", "geometry") if n in page.__dict__}
    assert made_panels == {"jacobian"}
    assert page.looked_at is page.jacobian


def test_a_part_that_asks_for_itself_finds_nothing(qtbot, desk):
    class Page(UnfoldingPage):
        subject = ("graph", None)

        @part
        def first(self):
            return self.put(QWidget(self)) if self.first is None else None

    page = Page(desk.document, desk.theme, desk.inspector)
    assert isinstance(page.first, QWidget)
    assert page.column.count() == 2
