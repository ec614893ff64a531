"""The empty canvas, the small pictures of the examples, and the gallery."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QRectF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph import edits as e
from graph import save
from gui.canvas import module_mime
from gui.examples import examples, title_of
from gui.gallery import GalleryDialog
from gui.miniatures import SIZE, draw_miniature, paint_miniature, picture_of
from gui.theme import Theme
from tests.canvas_desk import LEFT, NONE, by_hand
from tests.window_desk import COPY, desk_for

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Key = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as desk:
        yield desk


def welcome(desk):
    return desk.window.welcome


def over_words(desk):
    """A pixel of the canvas that the words of the welcome cover."""
    words = welcome(desk).words
    return words.mapTo(desk.view.viewport(), words.rect().center())


# --- the welcome ------------------------------------------------------------------------------


def test_an_empty_canvas_says_how_to_begin_until_something_is_there(desk):
    shown = welcome(desk)
    assert shown.isVisible()
    assert shown.words.text() == (
        "Drag a module from the palette, press Shift+A, or open an example."
    )
    assert [card.text() for card in shown.cards] == [title_of(path) for path in examples()[:4]]
    desk.document.do(e.AddNode(by_hand().nodes["x"]), "Add")
    assert shown.isHidden()
    desk.document.undo()
    assert shown.isVisible()
    desk.document.replace(by_hand(), None)
    assert shown.isHidden()


def test_it_lets_drags_of_modules_through_and_makes_room_for_them(desk):
    place = over_words(desk)
    under = desk.view.viewport().childAt(place)
    assert under is welcome(desk).words
    data = module_mime("Add")  # the event does not keep it
    enter = QDragEnterEvent(under.rect().center(), COPY, data, LEFT, NONE)
    QApplication.sendEvent(under, enter)
    assert enter.isAccepted()
    assert welcome(desk).isHidden()
    QApplication.sendEvent(desk.view.viewport(), QDragLeaveEvent())
    assert welcome(desk).isVisible()
    point = desk.view.mapToScene(place)
    made = desk.drag_module("Multiply", point.x(), point.y())
    assert desk.graph.nodes[made].module == "Multiply"
    assert welcome(desk).isHidden()


def test_a_double_click_on_its_words_is_one_on_the_canvas(desk):
    words = welcome(desk).words
    QTest.mouseDClick(words, LEFT, NONE, words.rect().center())
    assert desk.view.placer.box is not None
    QTest.keyClicks(QApplication.focusWidget(), "tanh")
    desk.press_key(Key.Key_Return)
    assert [node.module for node in desk.graph.nodes.values()] == ["Tanh"]


def test_shift_a_adds_while_it_is_there(desk):
    desk.view.setFocus()
    desk.press_key(Key.Key_A, SHIFT)
    assert desk.view.placer.box is not None
    assert welcome(desk).isHidden()
    desk.press_key(Key.Key_Escape)
    assert welcome(desk).isVisible()


def test_a_band_and_the_wheel_pass_through_it(desk):
    words = welcome(desk).words
    before = desk.view.zoom
    start, end = words.rect().center(), words.rect().center() + QPoint(60, 60)
    QTest.mousePress(words, LEFT, NONE, start)
    QTest.mouseRelease(words, LEFT, NONE, end)
    desk.press_key(Key.Key_Plus, CONTROL)
    assert desk.view.zoom > before
    assert welcome(desk).isVisible()
    middle = welcome(desk).geometry().center() - desk.view.viewport().rect().center()
    assert middle.manhattanLength() <= 2


def test_its_pictures_are_reached_and_pressed_by_key(desk):
    desk.view.setFocus()
    for _ in range(40):
        desk.press_key(Key.Key_Tab)
        if QApplication.focusWidget() in welcome(desk).cards:
            break
    card = QApplication.focusWidget()
    assert card in welcome(desk).cards
    assert card.accessibleName() == f"Open the example {card.text()}"
    desk.press_key(Key.Key_Return)
    assert desk.windows.all == [desk.window]
    assert desk.document.name == card.text()
    assert desk.document.path is None
    assert QApplication.focusWidget() is desk.view
    assert desk.document.selection.kind == "graph", "nothing was walked to"


def test_recent_files_are_a_click_away(desk, tmp_path):
    path = tmp_path / "a & b.gradwire"
    save(by_hand(), path)
    desk.settings.add_recent(path)
    (button,) = welcome(desk).recent
    assert button.text() == "a && b.gradwire"
    assert button.isVisible()
    QTest.mouseClick(button, LEFT)
    assert desk.document.path == path
    desk.settings.forget_recent()
    assert welcome(desk).recent == []


@pytest.mark.parametrize("size", [(1024, 640), (1280, 800), (1800, 1000)])
def test_all_of_it_stands_inside_the_canvas(desk, size, tmp_path):
    for name in ("one", "two", "three", "four"):
        desk.settings.add_recent(tmp_path / f"{name}.gradwire")
    desk.window.resize(*size)
    desk.window.workspaces.build()
    desk.qtbot.wait(1)
    shown, room = welcome(desk), desk.view.viewport().rect()
    assert room.contains(shown.geometry())
    for widget in (*shown.cards, shown.words, *shown.recent):
        assert widget.isVisible()
        assert shown.rect().contains(QPoint(widget.mapTo(shown, widget.rect().topLeft())))
    zoom_bar = desk.view.zoom_bar.geometry()
    assert not any(
        zoom_bar.intersects(card.geometry().translated(shown.pos())) for card in shown.cards
    )


def test_it_names_the_keys_as_they_are_now(desk):
    desk.settings.keep_keys({"add": "Ins"})
    assert "press Ins," in welcome(desk).words.text()
    desk.settings.keep_keys({"add": ""})
    assert welcome(desk).words.text() == "Drag a module from the palette, or open an example."


# --- the pictures -----------------------------------------------------------------------------


def painted(text: bytes, tmp_path, theme):
    """A picture of an example as pixels."""
    example = tmp_path / "example.gradwire"
    picture_of(example).write_bytes(text)
    image = QImage(SIZE * 2, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(theme.color("panel"))
    painter = QPainter(image)
    paint_miniature(painter, example, QRectF(image.rect()), theme)
    painter.end()
    return image


def difference(one: QImage, other: QImage) -> float:
    """The share of pixels that differ clearly."""
    first, second = (
        np.frombuffer(image.constBits(), np.uint8).astype(int) for image in (one, other)
    )
    return float((abs(first - second) > 48).mean())


@pytest.mark.parametrize("example", examples(), ids=lambda path: path.stem)
def test_no_small_picture_is_stale(qapp, example, tmp_path):
    theme = Theme("light")
    kept = picture_of(example).read_bytes()
    (tmp_path / "new").mkdir()
    shown = painted(kept, tmp_path, theme)
    drawn = painted(draw_miniature(example), tmp_path / "new", theme)
    assert difference(shown, drawn) < 0.005, "run python docs/make_pictures.py --small"
    empty = QImage(shown.size(), shown.format())
    empty.fill(theme.color("panel"))
    assert difference(shown, empty) > 0.01
    for bitmap_or_text in (b"<image", b"<text"):
        assert bitmap_or_text not in kept


def test_small_pictures_take_the_colours_of_the_theme(qapp):
    found = {}
    for choice in ("light", "dark"):
        theme = Theme(choice)
        image = QImage(SIZE * 4, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(theme.color("panel"))
        painter = QPainter(image)
        paint_miniature(painter, examples()[0], QRectF(image.rect()), theme)
        painter.end()
        pixels = {
            image.pixelColor(x, y).name()
            for x in range(image.width())
            for y in range(0, image.height(), 2)
        }
        for token in ("forward", "reverse", "node", "line"):
            assert theme.color(token).name() in pixels, token
        found[choice] = pixels
    assert Theme("light").color("forward").name() not in found["dark"]


# --- the gallery ------------------------------------------------------------------------------


def gallery(desk):
    desk.window.commands.by_id["examples"].trigger()
    return desk.window.findChild(GalleryDialog)


def test_the_gallery_opens_an_example_by_keys(desk):
    dialog = gallery(desk)
    assert [card.path for card in dialog.cards] == examples()
    assert dialog.focusWidget() is dialog.cards[0]
    last = len(dialog.cards) - 1
    ways = [(Key.Key_Left, 0), (Key.Key_Down, 4), (Key.Key_Right, 5), (Key.Key_Up, 1)]
    ways += [(Key.Key_Right, place) for place in range(2, last + 1)] + [(Key.Key_Right, last)]
    for key, place in ways:
        QTest.keyClick(dialog, key)
        assert dialog.focusWidget() is dialog.cards[place]
        seen = dialog.cards[place].visibleRegion().boundingRect()
        assert seen.height() == dialog.cards[place].height()  # scrolled to
    assert dialog.height() <= desk.window.height()
    QTest.keyClick(dialog.focusWidget(), Key.Key_Return)
    desk.qtbot.waitUntil(lambda: desk.document.name == title_of(examples()[last]))
    assert desk.windows.all == [desk.window]


def test_the_gallery_opens_an_example_by_mouse_beside_a_graph_that_is_there(desk):
    desk.document.replace(by_hand(), None)
    dialog = gallery(desk)
    QTest.mouseClick(dialog.cards[2], LEFT)
    desk.qtbot.waitUntil(lambda: desk.newest.document.name == title_of(examples()[2]))
    assert len(desk.windows.all) == 2
    assert desk.newest.document.path is None


def test_esc_leaves_the_gallery(desk):
    dialog = gallery(desk)
    QTest.keyClick(dialog, Key.Key_Escape)
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert desk.window.findChild(GalleryDialog) is None
    assert desk.document.is_untouched
