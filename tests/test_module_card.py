"""The card of a module: what it says, and when it comes and goes."""

import re
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from graph import default_catalogue
from gui.module_card import hovering
from gui.module_card.card import Card, Picture
from gui.module_card.facts import brief, facts_of, ports_of
from gui.module_card.pictures import INKS, formula_lines, in_inks
from gui.palette import index_of
from gui.theme import TOKENS, Theme
from tests.patience import LONGEST
from tests.window_desk import desk_for

Key = Qt.Key
NONE = Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
PAGES = Path(__file__).parents[1] / "docs" / "modules"
KINDS = list(default_catalogue())


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as made:
        hover(made.view.viewport(), QPoint(200, 200))  # the last test may have left it on a row
        yield made


@pytest.fixture
def tree(desk):
    return desk.window.palette_panel.tree


def rest_on(tree, name):
    """Put the mouse on a row of the palette."""
    index = index_of(tree, name)
    tree.scrollTo(index)
    hover(tree.viewport(), tree.visualRect(index).center())


def hover(widget, point):
    """Move the mouse as the desktop does: widgets are entered and left."""
    window = widget.window()
    for step in (QPoint(1, 0), QPoint(0, 0)):  # Qt passes over a move to where the mouse is
        QTest.mouseMove(window.windowHandle(), widget.mapTo(window, point) + step)
        QApplication.processEvents()


def card_of(desk, tips, name):
    """The card once it is there."""
    desk.qtbot.waitUntil(lambda: tips.card is not None and tips.card.facts.name == name)
    return tips.card


def cards_in_sight():
    return [w for w in QApplication.topLevelWidgets() if isinstance(w, Card) and w.isVisible()]


# --- what it says -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["SiLU", "LSTMCell", "Concat", "Input", "CrossEntropyLoss"])
def test_it_says_what_the_page_says(qtbot, name):
    kind = default_catalogue().require(name)
    page = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    parent = QWidget()
    qtbot.addWidget(parent)
    card = Card(facts_of(kind), Theme("light"), parent)
    said = card.texts()
    assert said[:2] == [name, kind.group]
    assert said[2] == brief(kind).replace("`", "")
    assert said[2] in page.replace("`", "").replace("\\", "")
    for port in ports_of(kind):
        row = f"| `{port.name}` | {port.role} | {port.kind} | {port.shape} |"
        assert row in page.replace("\\", "")
        assert {port.name, port.role, port.kind, port.shape} <= set(said)
    assert ("f solid, f′ dashed" in said) == ("curves.svg" in page)
    pictures = card.findChildren(Picture)
    assert len(pictures) == len(formula_lines(kind.formula)) + ("curves.svg" in page)
    assert all(picture.is_drawn for picture in pictures)


def test_every_module_has_facts_that_qt_can_draw(qapp):
    for kind in KINDS:
        facts = facts_of(kind)
        assert facts.brief
        assert bool(facts.formulas) == bool(kind.formula)
        for picture in (*facts.formulas, *filter(None, (facts.curves,))):
            inked = in_inks(picture, dict.fromkeys(TOKENS, "#123456"))
            assert "class=" not in inked
            assert "<style>" not in inked
            assert set(re.findall(r"#[0-9A-Fa-f]{6}", inked)) == {"#123456"}
            assert QSvgRenderer(inked.encode()).isValid(), kind.name


def test_its_inks_are_tokens_of_the_theme():
    assert {token for _, token in INKS.values()} <= TOKENS.keys()


def test_a_long_formula_is_broken_where_parts_end():
    latex = default_catalogue().require("LSTMCell").formula
    assert [part.partition(" =")[0] for part in formula_lines(latex)] == ["i, f, o", "g", "c'", "y"]
    assert formula_lines("y = x") == ["y = x"]
    assert formula_lines("") == []


def test_no_picture_is_wider_than_the_card(qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    for name in ("GRUCell", "BCEWithLogitsLoss", "SELU"):
        card = Card(facts_of(default_catalogue().require(name)), Theme("dark"), parent)
        assert card.width() < 400
        assert all(picture.width() <= 346 for picture in card.findChildren(Picture))


# --- by the mouse -------------------------------------------------------------------------------


def test_it_comes_after_a_while_beside_the_row(desk, tree, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(hovering, "WAIT", 100 * LONGEST)
        rest_on(tree, "Sigmoid")
        desk.qtbot.wait(250)
        assert tree.cards.card is None  # the mouse may be on its way
    rest_on(tree, "Tanh")
    card = card_of(desk, tree.cards, "Tanh")
    assert cards_in_sight() == [card]
    assert not card.geometry().intersects(
        tree.visualRect(index_of(tree, "Tanh")).translated(
            tree.viewport().mapToGlobal(QPoint(0, 0))
        )
    )
    assert tree.screen().availableGeometry().contains(card.geometry())


def test_it_leaves_with_the_mouse(desk, tree):
    rest_on(tree, "Tanh")
    card_of(desk, tree.cards, "Tanh")
    hover(desk.view.viewport(), QPoint(200, 200))
    desk.qtbot.waitUntil(lambda: not cards_in_sight())


def test_the_next_one_takes_its_place_without_a_gap(desk, tree):
    rest_on(tree, "Tanh")
    card_of(desk, tree.cards, "Tanh")
    hover(tree.viewport(), tree.visualRect(index_of(tree, "Sigmoid")).center())
    seen = []
    while not seen or seen[-1] != ["Sigmoid"]:
        QApplication.processEvents()
        names = [card.facts.name for card in cards_in_sight()]
        if not seen or names != seen[-1]:
            seen.append(names)
    assert [] not in seen


def test_it_goes_at_a_press_and_over_a_heading(desk, tree):
    rest_on(tree, "Tanh")
    card_of(desk, tree.cards, "Tanh")
    middle = tree.visualRect(index_of(tree, "Tanh")).center()
    QTest.mousePress(tree.viewport(), Qt.MouseButton.LeftButton, NONE, middle)
    assert not cards_in_sight()
    QTest.mouseRelease(tree.viewport(), Qt.MouseButton.LeftButton, NONE, middle)


def test_esc_takes_it_away_wherever_the_focus_is(desk, tree):
    desk.view.setFocus()
    rest_on(tree, "Tanh")
    card_of(desk, tree.cards, "Tanh")
    desk.press_key(Key.Key_Escape)
    assert not cards_in_sight()
    assert desk.view.hasFocus()


def test_another_theme_takes_it_away(desk, tree):
    rest_on(tree, "Tanh")
    card_of(desk, tree.cards, "Tanh")
    desk.theme.choose("dark")
    assert not cards_in_sight()


# --- by the keys --------------------------------------------------------------------------------


def test_the_row_that_the_keys_are_on_shows_its_card(desk, tree):
    tree.setFocus(Qt.FocusReason.TabFocusReason)
    desk.press_key(Key.Key_Down)
    first = tree.currentItem().text(0)
    card_of(desk, tree.cards, first)
    desk.press_key(Key.Key_Down)
    second = tree.currentItem().text(0)
    assert second != first
    card_of(desk, tree.cards, second)
    hover(desk.view.viewport(), QPoint(200, 200))  # a card stays for the mouse that rests on a row
    assert not tree.underMouse()
    desk.view.setFocus()
    assert not cards_in_sight()


def test_the_search_box_shows_the_card_of_what_enter_would_choose(desk):
    desk.view.setFocus()
    desk.press_key(Key.Key_A, SHIFT)
    box = desk.view.placer.box
    QTest.keyClicks(box.line, "softpl")
    card = card_of(desk, box.cards, "Softplus")
    global_box = box.rect().translated(box.mapToGlobal(QPoint(0, 0)))
    assert not card.geometry().intersects(global_box) or card.x() == 0
    desk.press_key(Key.Key_Escape)
    assert desk.view.placer.box is None
    assert not cards_in_sight()


def test_a_choice_takes_the_card_along(desk):
    desk.view.setFocus()
    desk.press_key(Key.Key_A, SHIFT)
    box = desk.view.placer.box
    QTest.keyClicks(box.line, "softpl")
    card_of(desk, box.cards, "Softplus")
    desk.press_key(Key.Key_Return)
    assert "softplus" in desk.graph.nodes
    assert not cards_in_sight()
