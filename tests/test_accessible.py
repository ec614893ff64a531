"""What a screen reader reads: the tree of the window, nodes and ports, events and sentences."""

import gc

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication

from graph import Graph, PortRef
from graph import edits as e
from gui import announcing
from gui.accessible import telling
from gui.examples import examples
from gui.settings import Settings
from gui.theme import Theme
from gui.windows import Windows
from tests.accessible_walk import children
from tests.canvas_desk import by_hand
from tests.effort import tries
from tests.window_desk import desk_for

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Key, Text, Event = Qt.Key, QAccessible.Text, QAccessible.Event
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def listening():
    """A screen reader is there."""
    QAccessible.setActive(True)
    yield
    QAccessible.setActive(False)


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as desk:
        desk.document.replace(by_hand(), None)
        desk.settle()
        yield desk


@pytest.fixture
def events(monkeypatch, listening):
    """What is sent to the screen reader: (event, name of what it is about)."""
    sent = []

    class Spy(QAccessible):
        @staticmethod
        def updateAccessibility(event):
            about = event.accessibleInterface()
            sent.append((event.type(), about.text(Text.Name) if about is not None else ""))
            QAccessible.updateAccessibility(event)

    monkeypatch.setattr(telling, "QAccessible", Spy)
    return sent


def canvas_of(desk):
    return QAccessible.queryAccessibleInterface(desk.view)


def node(desk, id_):
    tree = canvas_of(desk)
    return tree.child(desk.document.order.index(id_))


# --- the tree ---------------------------------------------------------------------------------


def test_nodes_are_children_in_topological_order_and_ports_theirs(desk):
    tree = canvas_of(desk)
    names = [child.text(Text.Name) for child in children(tree)]
    assert names[:8] == list(desk.document.check.order)
    assert "Zoom" in names[8:]
    ports = [port.text(Text.Name) for port in children(node(desk, "x1"))]
    assert ports == ["a, input, from w", "b, input, from x", "y, output, to x2.a"]


def test_every_child_knows_its_parent_and_its_place(desk):
    tree = canvas_of(desk)
    for index, child in enumerate(children(tree)):
        assert child.parent().object() is tree.object()
        assert tree.indexOfChild(child) == index
        for place, port in enumerate(children(child)):
            assert child.indexOfChild(port) == place
    x1 = node(desk, "x1")
    assert x1.child(0).parent() is x1
    assert x1.child(3) is None
    assert tree.child(99) is None
    assert x1.indexOfChild(tree) == -1
    assert x1.window() is desk.window.windowHandle()


def test_a_node_tells_module_shape_values_and_state_as_far_as_the_playhead(desk):
    x1 = node(desk, "x1")
    desk.window.stepping.first()
    assert x1.text(Text.Description) == "Multiply; scalar; fresh."
    desk.window.stepping.next()
    assert x1.text(Text.Description) == "Multiply; scalar; value 6; forward step, fresh."
    desk.press_key(Key.Key_F5)
    desk.settle()
    assert x1.text(Text.Value) == "value 6, gradient 1"
    loss = node(desk, "loss").text(Text.Description)
    assert loss == "Abs; scalar; value 3, gradient 1; target, fresh."
    desk.graph.set("x", shape=(2, "B"))
    desk.settle()
    assert "[2, B]" in node(desk, "x").text(Text.Description)


def test_a_node_tells_its_label_note_and_problems(desk):
    desk.document.do(e.SetNode("x1", {"label": "product", "note": "w times x"}), "Label")
    desk.graph.disconnect("x1.a")
    desk.settle()
    x1 = node(desk, "x1")
    assert x1.text(Text.Name) == "product"
    told = x1.text(Text.Description)
    assert told.startswith("x1; Multiply; ")
    assert "; empty. Note: w times x. product.a: " in told
    assert x1.text(Text.Identifier) == "x1"
    assert x1.child(0).text(Text.Name) == "a, input, no edge"
    assert "product.a: " in x1.child(0).text(Text.Description)


def test_ports_tell_type_value_gradient_and_local_derivative(desk):
    desk.press_key(Key.Key_F5)
    desk.settle()
    a, _, y = children(node(desk, "x1"))
    assert a.text(Text.Description) == ("float64 scalar; value 3, gradient 2, local derivative 2.")
    assert y.text(Text.Description) == "float64 scalar; value 6, gradient 1."
    b = node(desk, "difference").child(1)
    assert b.text(Text.Value) == "value 7, gradient 1, local derivative minus 1"


def test_parameters_of_a_layer_are_told_with_shape_and_norm(desk):
    desk.open(next(p for p in examples() if p.stem == "softmax_classifier"))
    desk.press_key(Key.Key_F5)
    desk.settle()
    layer = next(i for i, n in desk.graph.nodes.items() if n.module == "Linear")
    names = [port.text(Text.Name) for port in children(node(desk, layer))]
    assert "weight, parameter, no edge" in names
    told = node(desk, layer).child(names.index("weight, parameter, no edge")).text(Text.Value)
    assert "value [" in told
    assert ", norm " in told
    assert "‖" not in told


def test_places_on_the_screen_lead_back_to_what_stands_there(desk):
    tree = canvas_of(desk)
    for child in children(tree)[:8]:
        middle = child.rect().center()
        assert tree.childAt(middle.x(), middle.y()) is child
    a = node(desk, "x1").child(0)
    middle = a.rect().center()
    assert tree.childAt(middle.x(), middle.y()) is a
    assert node(desk, "x1").childAt(middle.x(), middle.y()) is a
    corner = desk.view.viewport().mapToGlobal(QPoint(2, 2))
    assert tree.childAt(corner.x(), corner.y()) is None
    key = desk.view.zoom_bar.mapToGlobal(QPoint(4, 4))
    assert tree.childAt(key.x(), key.y()).object() is desk.view.zoom_bar


def test_states_follow_focus_and_selection(desk):
    x = node(desk, desk.document.order[0])
    assert x.state().focusable
    assert x.state().selectable
    assert not x.state().focused
    desk.view.setFocus()
    desk.press_key(Key.Key_Tab)
    assert x.state().focused
    assert x.state().selected
    assert canvas_of(desk).focusChild() is x
    desk.press_key(Key.Key_Tab)
    assert not x.state().focused
    assert x.focusChild() is x.child(0)
    assert x.child(0).state().focused
    desk.view.camera.look_at(desk.view.mapToScene(QPoint(9000, 0)))
    desk.qtbot.waitUntil(lambda: x.state().offscreen)


def test_a_screen_reader_can_go_to_a_node_and_make_it_the_target(desk):
    actions = node(desk, "x2").actionInterface()
    assert actions.actionNames() == ["SetFocus", "Press"]
    actions.doAction("SetFocus")
    assert desk.view.hasFocus()
    assert desk.document.selection.node == "x2"
    actions.doAction("Press")
    assert desk.graph.target == "x2.y"
    assert node(desk, "x2").child(0).actionInterface().actionNames() == ["SetFocus"]
    assert actions.localizedActionName("Press") == "Make it the target"


def test_what_an_item_does_not_offer_is_nothing_and_no_crash(desk):
    x = node(desk, "x")
    assert x.valueInterface() is None
    assert x.textInterface() is None
    assert x.tableInterface() is None if hasattr(x, "tableInterface") else True


# --- what comes and goes ------------------------------------------------------------------------


def test_items_of_removed_nodes_are_no_longer_valid(desk, listening):
    x1, port = node(desk, "x1"), node(desk, "x1").child(0)
    assert x1.isValid()
    number = QAccessible.uniqueId(x1)
    assert QAccessible.accessibleInterface(number) is x1
    desk.graph.remove("x1")
    assert QAccessible.accessibleInterface(number) is None
    desk.document.undo()
    assert node(desk, "loss").text(Text.Name) == "loss"
    del x1, port
    gc.collect()
    assert len(children(canvas_of(desk))) >= 7


def test_many_graphs_and_edits_leave_nothing_behind(desk, listening):
    tree = canvas_of(desk)
    for _ in range(tries(30, 100)):
        desk.document.replace(by_hand(), None)
        assert [c.text(Text.Name) for c in children(tree)][:2] == ["x", "w"]
        for child in children(node(desk, "x1")):
            child.text(Text.Description)
        desk.graph.remove("x1")
        desk.qtbot.wait(1)
    desk.settle()
    assert tree.childCount() >= 7


def test_windows_come_and_go_under_a_screen_reader(qtbot, tmp_path, listening):
    windows = Windows(Theme("light"), Settings(tmp_path / "settings.ini"))
    for number in range(tries(8, 30)):
        window = windows.make()
        window.document.replace(by_hand(), None)
        tree = QAccessible.queryAccessibleInterface(window.canvas)
        assert tree.child(0).child(0).text(Text.Name) == "y, output, to x1.b"
        QAccessible.queryAccessibleInterface(window.canvas.minimap).text(Text.Name)
        window.document.selection.set_nodes({"x1"})
        window.shut_down()
        windows.forget(window)
        del window, tree
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        if number % 4 == 0:
            gc.collect()
    QApplication.processEvents()


def test_a_large_graph_makes_items_only_for_what_is_asked(desk):
    graph = Graph()
    for number in range(2000):
        graph.add("Parameter", f"n{number}", at=(0, 80 * number))
    desk.document.replace(graph, None)
    desk.settle()
    tree = canvas_of(desk)
    assert tree.childCount() > 2000
    assert tree.child(1999).text(Text.Name) == "n1999"
    assert len(telling.places_of(desk.view)._made) == 1


# --- events -------------------------------------------------------------------------------------


def test_nothing_is_sent_where_nobody_listens(desk, monkeypatch):
    assert not QAccessible.isActive()
    sent = []
    monkeypatch.setattr(announcing.QAccessible, "isActive", staticmethod(lambda: False))
    desk.window.teller.said.connect(lambda *told: sent.append(told))
    desk.view.setFocus()
    desk.press_key(Key.Key_Tab)
    desk.press_key(Key.Key_PageDown)
    assert sent == []


def test_focus_selection_names_and_nodes_are_events(desk, events):
    desk.view.setFocus()
    desk.press_key(Key.Key_Tab)
    first = desk.document.order[0]
    assert (Event.Focus, first) in events
    assert (Event.SelectionWithin, "Canvas") in events
    desk.press_key(Key.Key_Tab)
    assert any(kind == Event.Focus and name.startswith("y, output") for kind, name in events)
    events.clear()
    desk.document.do(e.SetNode(first, {"label": "data"}), "Label")
    assert (Event.NameChanged, "data") in events
    desk.view.add_module_at("ReLU", desk.view.camera.centre)
    assert (Event.ObjectCreated, "relu") in events
    node(desk, "relu")
    desk.document.undo()
    assert any(kind == Event.ObjectDestroyed for kind, _ in events)


def test_each_step_is_said_and_refusals_and_new_errors_at_once(desk, listening):
    told = []
    desk.window.teller.said.connect(lambda sentence, urgent: told.append((sentence, urgent)))
    desk.view.setFocus()
    desk.press_key(Key.Key_PageDown)
    first = "Forward, step 1 of 8 x1 (Multiply): y = a × b = 3 × 2 = 6"
    assert told == [(first, False)]
    desk.document.refuse("No.")
    assert told[-1] == ("No.", True)
    told.clear()
    desk.graph.set("x", shape=(3,))
    desk.graph.set("w", shape=(2,))
    desk.settle()
    assert [urgent for sentence, urgent in told if "x1" in sentence] == [True]
    told.clear()
    desk.graph.set("b", shape=())
    desk.settle()
    assert not [sentence for sentence, urgent in told if urgent]


def test_marks_are_told(desk, listening):
    told = []
    desk.window.teller.said.connect(lambda sentence, urgent: told.append(sentence))
    desk.view.focus.enter_at(PortRef("b", "y"))
    desk.press_key(Key.Key_M)
    assert told == ["b.y is marked. Mark another port to wire the two."]
    desk.view.focus.enter_at(PortRef("x2", "a"))
    desk.press_key(Key.Key_M)
    assert told[1:] == ["b.y and x2.a are wired. Replaces x1.y at x2.a"]
    desk.press_key(Key.Key_M)
    desk.press_key(Key.Key_Escape)
    assert told[-1] == "The mark is taken away."
    desk.press_key(Key.Key_M)
    desk.view.focus.enter_at(PortRef("difference", "y"))
    told.clear()
    desk.press_key(Key.Key_M)
    assert told == desk.refused


def test_a_half_drawn_graph_is_no_alarm(desk, listening):
    told = []
    desk.window.teller.said.connect(lambda sentence, urgent: told.append((sentence, urgent)))
    desk.graph.disconnect("x1.a")
    desk.settle()
    assert desk.document.check.errors  # there is something that could have been alarming
    assert [sentence for sentence, urgent in told if urgent] == []


def test_an_announcement_is_an_event_with_its_politeness(desk, listening, monkeypatch):
    sent = []

    class Spy(QAccessible):
        @staticmethod
        def updateAccessibility(event):
            sent.append((event.type(), event.message(), event.politeness()))

    monkeypatch.setattr(announcing, "QAccessible", Spy)
    announcing.announce(desk.view, "Hello")
    announcing.announce(desk.view, "Stop", assertive=True)
    announcing.announce(desk.view, "")
    polite, assertive = announcing.Politeness.Polite, announcing.Politeness.Assertive
    assert sent == [
        (Event.Announcement, "Hello", polite),
        (Event.Announcement, "Stop", assertive),
    ]
