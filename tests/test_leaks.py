"""What is closed is gone: windows and documents that come and go leave memory flat."""

from __future__ import annotations

import gc
import weakref
from collections import Counter

import pytest
from PySide6.QtCore import QObject, QThreadPool
from PySide6.QtWidgets import QApplication, QGraphicsItem
from shiboken6 import isValid, ownedByPython

from graph import Graph, load
from gui.app import make_windows
from gui.examples import examples
from gui.settings import Settings
from tests.effort import EXHAUSTIVE
from tests.watch_leaks import settle

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

ROUNDS = 6
# Of caches that are emptied when they are full, or keep the last few sets; a drawing is kept when
# it was first wanted, and a busy machine wants the mark of a node that runs. Gradients are checked
# a while after a run, if no other graph has come by then.
CACHED = frozenset({
    "gui.canvas.notes.Figures", "PySide6.QtSvg.QSvgRenderer", "runtime.data.dataset.Dataset",
    "runtime.data.batches.Split", "runtime.data.scaling.Scaling", "gui.canvas.looks.Mood",
    "gui.canvas.node_pictures.Look", "gui.canvas.node_pictures._Key",
    "gui.canvas.node_pictures._Kept", "runtime.maps.subscripts.Axes",
})  # fmt: skip


@pytest.fixture
def windows(qapp, qtbot, tmp_path):
    windows = make_windows(qapp, Settings(tmp_path / "settings.ini"))
    yield windows
    for window in list(windows.all):
        window.document.history.mark_saved()
        window.leave()
    windows.deleteLater()


def alive(windows, qtbot) -> Counter[str]:
    """How many of each kind of the program's own objects, and of Qt's, there are.

    Nothing may run meanwhile: a list of all objects hands out tuples that a thread is making.
    """
    settle()
    gc.collect()
    pools = (QThreadPool.globalInstance(), *QApplication.instance().findChildren(QThreadPool))
    qtbot.waitUntil(
        lambda: (
            not any(pool.activeThreadCount() for pool in pools)
            and not any(window.live.is_busy for window in windows.all)
        )
    )
    kinds = (type(thing) for thing in gc.get_objects())
    return Counter(
        f"{kind.__module__}.{kind.__qualname__}"
        for kind in kinds
        # Cython's types have a descriptor in the place of their module's name.
        if str(kind.__module__).startswith(("gui.", "graph.", "runtime."))
        or issubclass(kind, QObject)
    )


def grown(before: Counter[str], windows, qtbot) -> dict[str, int]:
    """Of what there is more than before."""
    return {
        kind: count
        for kind, count in (alive(windows, qtbot) - before).items()
        if kind not in CACHED
    }


def use(windows, qtbot, path) -> list[weakref.ref]:
    """Open a window on an example, work in it, and close it."""
    window = windows.new()
    graph = load(path)
    window.document.replace(graph, None)
    window.canvas.zoom_to_fit()
    qtbot.waitUntil(lambda: window.document.is_checked and not window.live.is_busy)
    window.document.playhead.last()
    window.document.selection.set_nodes([next(iter(graph.nodes))])
    window.document.selection.set_edge(graph.edges[-1].target)
    window.canvas.select_all()
    window.grab()
    left = [weakref.ref(thing) for thing in (window, window.document, graph, window.canvas)]
    left += [weakref.ref(window.canvas.canvas), weakref.ref(window.inspector)]
    window.document.history.mark_saved()
    window.leave()
    return left


def test_windows_that_were_closed_are_gone(windows, qtbot):
    path = next(path for path in examples() if path.stem == "softmax_classifier")
    use(windows, qtbot, path)  # what is made once a program
    before, widgets = alive(windows, qtbot), len(QApplication.allWidgets())
    left = [ref for _ in range(ROUNDS) for ref in use(windows, qtbot, path)]
    more = grown(before, windows, qtbot)
    assert more == {}, more
    assert len(QApplication.allWidgets()) <= widgets
    assert [ref() for ref in left if ref() is not None] == []


def test_nothing_of_a_closed_window_that_qt_knows_is_left_to_the_collector(windows, qtbot):
    """It may look in any thread, and an object that ends in another than its own crashes Qt."""
    path = next(path for path in examples() if path.stem == "softmax_classifier")
    use(windows, qtbot, path)
    settle()
    gc.collect()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        use(windows, qtbot, path)
        settle()
        gc.collect()
        wrapped = [x for x in gc.garbage if isinstance(x, (QObject, QGraphicsItem))]
        assert wrapped  # of what Qt has ended
        left = [x for x in wrapped if isValid(x) and ownedByPython(x)]
        assert [type(x).__qualname__ for x in left] == []
    finally:
        gc.set_debug(0)
        gc.garbage.clear()


def test_graphs_that_were_replaced_are_gone(windows, qtbot):
    window = windows.new()
    paths = examples() if EXHAUSTIVE else examples()[:10]

    def show(path) -> weakref.ref:
        graph = load(path)
        window.document.replace(graph, None)
        qtbot.waitUntil(lambda: window.document.is_fresh and not window.live.is_busy)
        window.document.playhead.last()
        window.grab()
        return weakref.ref(graph)

    def clear() -> None:
        """What is shown is made as frames have time: an empty graph has nothing to wait for."""
        window.document.replace(Graph(), None)
        qtbot.waitUntil(lambda: window.document.is_fresh and not window.live.is_busy)
        window.grab()

    for path in paths:
        show(path)
    clear()
    before = alive(windows, qtbot)
    left = [show(path) for _ in range(2) for path in paths]
    clear()
    more = grown(before, windows, qtbot)
    assert more == {}, more
    assert [ref() for ref in left if ref() is not None] == []
