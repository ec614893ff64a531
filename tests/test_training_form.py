"""The form of a training in the inspector: every field one undoable edit, refusals beside it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from graph.edits import SetGraph
from graph.rules import OPTIMIZERS, SCHEDULES, Adam, Cosine, Plateau
from graph.training import Training
from gui.training.settings.words import SETTINGS
from tests.accessible_walk import nameless
from tests.inspector_desk import InspectorDesk, network


@pytest.fixture
def desk(qtbot):
    return InspectorDesk(qtbot, network())


def test_the_optimizer_and_its_settings_are_edits(desk):
    form, graph = desk.page.training, desk.graph
    assert graph.training == Training()
    assert form.optimizer.kind.field.currentText() == "Adam"
    desk.type_into(form.epochs.field, "5")
    desk.type_into(form.optimizer.rows["lr"].field, "0.02")
    desk.type_into(form.optimizer.rows["betas"].field, "0.8, 0.99")
    assert graph.training.epochs == 5
    assert graph.training.optimizer == Adam(lr=0.02, betas=(0.8, 0.99))
    assert desk.undo_text() == "Set betas of the training"

    # Another rule keeps what both have and one has set; its own settings come as rows.
    names = list(OPTIMIZERS)
    desk.choose(form.optimizer.kind.field, names.index("SGD") - names.index("Adam"))
    assert graph.training.optimizer == OPTIMIZERS["SGD"](lr=0.02)
    assert list(form.optimizer.rows) == [
        "lr", "momentum", "dampening", "weight_decay", "nesterov",
    ]  # fmt: skip
    assert not nameless(form)
    while desk.undo_text() is not None:  # an arrow key in a closed choice chooses at each press
        desk.document.undo()
    assert graph.training == Training()
    assert form.optimizer.rows["betas"].field.text() == "0.9, 0.999"


def test_what_cannot_be_is_refused_beside_its_field(desk):
    form = desk.page.training
    rate = form.optimizer.rows["lr"]
    desk.type_into(rate.field, "-1")
    assert "lr: found -1.0, expected a number of at least 0" in rate.error.said
    assert desk.undo_text() is None
    desk.type_into(rate.field, "fast")
    assert rate.error.said.startswith('Learning rate: found "fast"')
    desk.type_into(rate.field, "0.5")
    assert rate.error.said == ""
    betas = form.optimizer.rows["betas"]
    desk.type_into(betas.field, "0.9")
    assert "expected 2 numbers" in betas.error.said
    desk.type_into(form.optimizer.rows["eps"].field, "")
    assert "expected a number" in form.optimizer.rows["eps"].error.said


def test_schedule_bounds_metrics_and_the_end(desk):
    form, graph = desk.page.training, desk.graph
    desk.choose(form.schedule.kind.field, list(SCHEDULES).index("cosine"))
    assert graph.training.schedule == Cosine()
    desk.type_into(form.schedule.rows["updates"].field, "300")
    assert graph.training.schedule.updates == 300
    desk.choose(form.schedule.kind.field, 1)
    assert graph.training.schedule == Plateau()
    desk.type_into(form.clip.rows["norm"].field, "1")
    assert graph.training.clip.norm == 1.0
    desk.type_into(form.clip.rows["norm"].field, "")
    assert graph.training.clip.norm is None

    # Metrics are ticked in a menu; what is watched is the loss or one of them.
    ticks = {action.objectName(): action for action in form.metrics.field.menu_.actions()}
    ticks["r2"].trigger()
    ticks["mae"].trigger()
    assert graph.training.metrics == ("mae", "r2")
    assert form.metrics.field.text() == "mae, r2"
    desk.choose(form.stop.rows["figure"].field, 2)
    assert graph.training.stop.figure == "r2"
    ticks["r2"].trigger()
    assert "stop.figure" in form.metrics.error.said  # it is watched
    assert graph.training.metrics == ("mae", "r2")
    desk.type_into(form.stop.rows["patience"].field, "3")
    box = form.stop.rows["keep_best"].field
    box.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(box, Qt.Key.Key_Space)
    assert graph.training.stop.patience == 3
    assert graph.training.stop.keep_best


def test_every_setting_of_every_rule_has_a_name_and_fits_its_row(desk):
    for kinds, part in ((OPTIMIZERS, "optimizer"), (SCHEDULES, "schedule")):
        for kind in kinds.values():
            desk.document.do(_set(desk, part, kind()), "")
            rows = getattr(desk.page.training, part).rows
            assert set(rows) <= set(SETTINGS)
            for row in rows.values():
                assert row.field.read() == row._get()
                assert row.error.said == ""


def _set(desk, part, rule):
    return SetGraph({"training": replace(desk.graph.training, **{part: rule})})
