"""A training that fails, told in the window while it runs: notices, marks, and the way back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from graph import edits as e
from graph import load, save
from graph.rules import SGD
from graph.training import Training
from tests.window_desk import desk_for

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

EXAMPLES = Path(__file__).parents[1] / "assets" / "examples"
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as made:
        yield made


def open_training(desk, folder: Path, rate: float, **tensors: np.ndarray) -> None:
    graph = load(EXAMPLES / "xor.gradwire")
    graph.apply(e.SetGraph({"training": Training(epochs=40, optimizer=SGD(lr=rate))}))
    for name, array in tensors.items():
        graph.set_tensor(name.replace("__", "."), array)
    save(graph, folder / "xor.gradwire")
    desk.open(folder / "xor.gradwire")
    desk.settle()


def test_a_run_that_diverges_says_so_and_goes_back(desk, tmp_path):
    open_training(desk, tmp_path, 3.0)
    window, running, wait = desk.window, desk.window.running, desk.qtbot.waitUntil
    running.start()
    wait(lambda: running.state in ("failed", "ended"))
    wait(lambda: bool(window.diagnosing.found))
    (found,) = window.diagnosing.found
    assert found.kind == "diverging"
    (notice,) = [x for x in window.notices.all if "diverges" in x.label.said]
    assert "The learning rate 3 is too high." in notice.label.said
    moment = int(notice.offer.text().removeprefix("Go back to update "))
    assert moment <= found.go_back  # the newest that was kept when it was said
    QTest.mouseClick(notice.offer, LEFT)
    wait(lambda: running.travelled == moment)
    assert not any("diverges" in text for text in window.notices.texts)
    assert window.workspaces.current == "train"


def test_units_that_stay_alike_are_named_at_their_node_until_another_document(desk, tmp_path):
    alike = {"hidden__weight": np.zeros((8, 2)), "hidden__bias": np.full(8, 0.1)}
    alike |= {"output__weight": np.full((1, 8), 0.2)}
    open_training(desk, tmp_path, 0.05, **alike)
    window, running, wait = desk.window, desk.window.running, desk.qtbot.waitUntil
    running.start()
    wait(lambda: running.state == "ended")
    wait(lambda: any(x.kind == "symmetric units" for x in window.diagnosing.found))
    assert [x.node for x in window.diagnosing.found if x.kind == "symmetric units"] == ["hidden"]
    mark = desk.scene.overlays.node("hidden")
    assert (mark.text, mark.icon) == ("units stay alike", "warning")
    assert any("its 8 units have the same weights" in text for text in window.notices.texts)
    told = len(window.notices.all)
    running.one_batch()  # looked at once more, told no more
    wait(lambda: running.state in ("paused", "ended"))
    wait(lambda: not window.diagnosing.is_busy)
    assert len(window.notices.all) == told
    window.notices.tell("another sentence")
    desk.document.replace(load(EXAMPLES / "backprop_by_hand.gradwire"), None)
    assert window.notices.texts == ["another sentence"]  # the others offered moments of that run
    assert window.diagnosing.found == ()
