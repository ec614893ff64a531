"""Random hands on the canvas: whatever they do, it shows the graph, and all can be undone."""

import random

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph import default_catalogue, dumps
from tests.canvas_desk import LEFT, NONE, Desk, by_hand
from tests.test_insertion import drop, hover
from tests.test_wiring import held_move

Key = Qt.Key
HELD = (
    NONE, NONE, NONE, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)  # fmt: skip
QUERIES = ("a", "lin", "re", "+", "soft", "zz", "in", "")


class Hands:
    """Does something at random, mostly where something is."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.desk, self.random = desk, random.Random(seed)

    def act(self) -> None:
        desk, rnd = self.desk, self.random
        if desk.view.placer.box is not None:
            self.answer(desk.view.placer.box)
            return
        held = rnd.choice(HELD)
        doing = rnd.choices(
            (
                lambda: self.drag(held),
                lambda: desk.click(self.spot(), held),
                lambda: QTest.mouseDClick(desk.view.viewport(), LEFT, NONE, self.spot()),
                lambda: self.bring(held),
                desk.view.delete_and_reconnect,
                desk.view.toggle_bypass,
                desk.view.placer.add,
                desk.view.delete_selection,
                desk.document.undo,
                desk.document.redo,
            ),
            (55, 10, 7, 10, 4, 4, 3, 2, 3, 2),
        )
        doing[0]()

    def answer(self, box) -> None:
        """Type something into the search box, and choose or leave."""
        QTest.keyClicks(box.line, self.random.choice(QUERIES))
        key = self.random.choice((Key.Key_Return, Key.Key_Return, Key.Key_Escape, Key.Key_Down))
        QTest.keyClick(box.line, key)

    def drag(self, held) -> None:
        start, end = self.spot(), self.spot()
        self.desk.press(start, modifiers=held)
        for share in (0.2, 0.6, 1.0):
            held_move(self.desk, start + (end - start) * share, held)
        if self.random.random() < 0.1:
            self.desk.key(Key.Key_Escape)
        self.desk.release(end, modifiers=held)
        if (offer := QApplication.activePopupWidget()) is not None:
            QTest.keyClick(offer, self.random.choice((Key.Key_Return, Key.Key_Escape)))

    def bring(self, held) -> None:
        name = self.random.choice(default_catalogue().names())
        hover(self.desk, name, self.spot(), held)
        drop(self.desk, name, self.spot(), held)

    def spot(self) -> QPoint:
        """A port, a node, an edge, or any place at all."""
        desk, rnd = self.desk, self.random
        kind = rnd.choice(("port", "port", "node", "edge", "any"))
        items = list(desk.scene.items_by_id.values())
        if kind == "edge" and len(desk.scene.wires):
            line = desk.scene.wires.line(rnd.choice(desk.scene.wires.targets))
            return desk.pixel(*line[len(line) // 2])
        item = rnd.choice(items) if items else None
        if item is None or kind == "any":
            return QPoint(rnd.randrange(desk.view.width()), rnd.randrange(desk.view.height()))
        shape = item.outline
        ports = (*shape.inputs, *shape.outputs, *shape.pins)
        if kind == "port" and ports:
            x, y = item.port_place(rnd.choice(ports))
            return desk.pixel(x - rnd.choice((0, 0, 15)), y)
        return desk.middle(item.id)


@pytest.mark.qt_log_ignore("This plugin does not support")
@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_hands_do_the_canvas_shows_the_graph(qtbot, seed):
    desk = Desk(qtbot, by_hand())
    first = dumps(desk.graph)
    hands = Hands(desk, seed)
    for turn in range(100):
        hands.act()
        QApplication.processEvents()
        if turn % 25 == 0:
            desk.view.zoom_to_fit()
            desk.view.grab()
        assert set(desk.scene.wires.targets) == {edge.target for edge in desk.graph.edges}
        assert set(desk.scene.items_by_id) == set(desk.graph.nodes)
        assert desk.scene.hidden_wire is None or desk.view.placer.box is not None
        desk.graph.order()  # raises where a cycle stands
    assert dumps(desk.graph) != first
    while desk.document.history.undo_text is not None:
        desk.document.undo()
    assert dumps(desk.graph) == first
