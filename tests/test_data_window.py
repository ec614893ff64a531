"""Data in the window: files let go on the canvas become Data nodes; the inspector shows them."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox

from graph import load
from runtime.data import consent
from tests.canvas_desk import LEFT, NONE
from tests.data_desk import FLOWERS, let_go
from tests.window_desk import desk_for

pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr(consent, "_allowed", set())
    with desk_for(qtbot, tmp_path, monkeypatch) as desk:
        yield desk


def answer(desk, text):
    """Press a button of the question."""
    desk.qtbot.waitUntil(lambda: len(_boxes(desk)) == 1)
    (box,) = _boxes(desk)
    button = next(b for b in box.buttons() if b.text().replace("&", "") == text)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def _boxes(desk):
    return [box for box in desk.window.findChildren(QMessageBox) if box.isVisible()]


def saved(desk, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    assert desk.window.files.write(home / "net.gradwire")
    return home


def data_nodes(desk):
    nodes = desk.document.root.nodes.values()
    return [node for node in nodes if node.module == "Data"]


def test_a_file_beside_the_document_becomes_a_node_at_once(desk, tmp_path):
    home = saved(desk, tmp_path)
    (home / "flowers.csv").write_text(FLOWERS)
    let_go(desk, home / "flowers.csv")
    desk.qtbot.waitUntil(lambda: len(data_nodes(desk)) == 1)
    (node,) = data_nodes(desk)
    assert node.attributes["source"] == "flowers.csv"
    assert node.attributes["gives"] == ("x float64 [2]", "t int64 []")
    assert not _boxes(desk)
    desk.settle()
    assert desk.document.trace.value("data.x").shape == (32, 2)
    assert desk.document.selection.nodes == {"data"}
    assert desk.document.undo()
    assert not data_nodes(desk), "one entry of the history"


def test_a_file_from_elsewhere_is_copied_or_linked_as_one_says(desk, tmp_path, monkeypatch):
    home = saved(desk, tmp_path)
    other = tmp_path / "flowers.csv"
    other.write_text(FLOWERS)
    let_go(desk, other)
    answer(desk, "Copy")
    desk.qtbot.waitUntil(lambda: len(data_nodes(desk)) == 1)
    assert data_nodes(desk)[0].attributes["source"] == "net.data/flowers.csv"
    assert (home / "net.data" / "flowers.csv").read_text() == FLOWERS
    let_go(desk, other, 40, 300)
    answer(desk, "Keep a link")
    desk.qtbot.waitUntil(lambda: len(data_nodes(desk)) == 2)
    assert data_nodes(desk)[1].attributes["source"] == str(other)
    assert desk.settings.data_links == [other]
    desk.settle()
    assert desk.document.check.ok
    let_go(desk, other, 40, 500)
    answer(desk, "Cancel")
    desk.qtbot.waitUntil(lambda: not desk.window.data_drops.is_busy)
    assert len(data_nodes(desk)) == 2
    # On another machine nobody has allowed it: the graph stays whole and says so.
    desk.window.files.save()
    monkeypatch.setattr(consent, "_allowed", set())
    from runtime import Engine

    graph = load(home / "net.gradwire")
    (problem,) = Engine(graph, partial=True).check().errors
    assert (problem.node, "elsewhere" in problem.message) == ("data2", True)
    assert graph.module("data2").facts.count == 40


def test_a_document_without_a_file_is_saved_before_it_gets_a_copy(desk, tmp_path, monkeypatch):
    other = tmp_path / "flowers.csv"
    other.write_text(FLOWERS)
    home = tmp_path / "home"
    home.mkdir()
    files = desk.window.files
    monkeypatch.setattr(files, "save", lambda: files.write(home / "new.gradwire"))
    let_go(desk, other)
    answer(desk, "Save and copy")
    desk.qtbot.waitUntil(lambda: len(data_nodes(desk)) == 1)
    assert (home / "new.data" / "flowers.csv").is_file()


def test_a_folder_of_images_by_class_becomes_arrays_beside_the_document(desk, tmp_path):
    home = saved(desk, tmp_path)
    for name, grey in (("cats", 40), ("dogs", 200)):
        (tmp_path / "pets" / name).mkdir(parents=True)
        for number in range(3):
            image = QImage(8, 6, QImage.Format.Format_RGB888)
            image.fill(QColor(*[grey + number] * 3))
            image.setPixelColor(1, 2, Qt.GlobalColor.red)
            assert image.save(str(tmp_path / "pets" / name / f"{number}.png"))
    let_go(desk, tmp_path / "pets")
    answer(desk, "Copy")
    desk.qtbot.waitUntil(lambda: len(data_nodes(desk)) == 1)
    (node,) = data_nodes(desk)
    assert node.attributes["source"] == "net.data/pets.npz"
    assert node.attributes["gives"] == ("x float64 [3, 6, 8]", "t int64 []")
    kept = np.load(home / "net.data" / "pets.npz")
    assert kept["classes"].tolist() == ["cats", "dogs"]
    assert kept["t"].tolist() == [0, 0, 0, 1, 1, 1]
    assert kept["x"][4, :, 0, 0].tolist() == [201, 201, 201]
    assert kept["x"][4, :, 2, 1].tolist() == [255, 0, 0]
    desk.settle()


def test_what_cannot_be_read_is_said_and_makes_no_node(desk, tmp_path):
    home = saved(desk, tmp_path)
    (home / "bad.csv").write_text("a,b\n1,2\n3\n")
    let_go(desk, home / "bad.csv")
    desk.qtbot.waitUntil(lambda: len(desk.window.notices.texts) == 1)
    assert "found 1 cells in row 3 of bad.csv" in desk.window.notices.texts[0]
    assert not data_nodes(desk)


def section_of(desk, id_):
    """The inspector's section of a node, once its set has been looked at."""
    desk.document.selection.set_nodes({id_})
    desk.qtbot.waitUntil(lambda: getattr(desk.window.inspector.page, "data", None) is not None)
    section = desk.window.inspector.page.data
    desk.qtbot.waitUntil(lambda: section.preview is not None and not section.is_busy)
    desk.settle()
    return section


def choose(field, text):
    """Take an entry of a choice by the keyboard's way: by its text."""
    field.setCurrentIndex(field.findText(text))
    field.activated.emit(field.currentIndex())


def test_the_inspector_shows_a_set_and_changes_it(desk, tmp_path):
    home = saved(desk, tmp_path)
    (home / "flowers.csv").write_text(FLOWERS)
    let_go(desk, home / "flowers.csv")
    desk.qtbot.waitUntil(lambda: len(data_nodes(desk)) == 1)
    section = section_of(desk, "data")
    assert section.counted.said == "40 samples in batches of 32: 2 updates an epoch."
    assert "A sample: x float64 [2]; t int64 []." in section.told.said
    assert section.counts.accessibleName().endswith("rose: 20, tulip: 20")
    assert section.scatter.picture.accessibleName() == "Samples by length and width"
    assert section.table.model().rowCount() == 40
    shown = [section.columns, section.counts, section.scatter, section.table]
    assert all(part.isVisibleTo(section) for part in shown)
    assert not section.images.isVisibleTo(section)
    # Without the tick of its column a feature is not read, and the shapes follow in one edit.
    place = section.columns.visualRect(section.columns.tick_of("width", "x"))
    section.columns.scrollTo(section.columns.tick_of("width", "x"))
    QTest.mouseClick(section.columns.viewport(), LEFT, NONE, _tick(section.columns, place))
    desk.qtbot.waitUntil(lambda: data_nodes(desk)[0].attributes["gives"][0] == "x float64 [1]")
    assert data_nodes(desk)[0].attributes["x_columns"] == ("length",)
    desk.settle()
    assert desk.document.check.ok
    # Another set: what belonged to the file goes, and undo brings it back.
    choose(section.set, "moons, generated")
    desk.qtbot.waitUntil(lambda: "source" in data_nodes(desk)[0].attributes)
    assert dict(data_nodes(desk)[0].attributes) == {"source": "builtin:moons"}
    desk.qtbot.waitUntil(lambda: not section.is_busy and section.preview.data.name == "moons")
    assert section.options.isVisibleTo(section)
    desk.type_into(section.options.field, "samples = 64, noise = 0.3")
    assert data_nodes(desk)[0].attributes["options"] == {"samples": 64, "noise": 0.3}
    desk.type_into(section.options.field, "sample = 64")
    assert "no such setting" in section.options.error.said
    assert desk.document.undo()
    assert desk.document.undo()
    assert data_nodes(desk)[0].attributes["x_columns"] == ("length",)


def test_other_ways_to_read_a_table_read_it_anew_in_one_entry(desk, tmp_path):
    home = saved(desk, tmp_path)
    (home / "shirts.csv").write_text(
        "colour,size,price\n"
        + "".join(f"{'rgb'[i % 3]}s,{i % 4 + 0.5},{i % 5}\n" for i in range(30))
    )
    let_go(desk, home / "shirts.csv")
    desk.qtbot.waitUntil(lambda: len(data_nodes(desk)) == 1)
    section, form = section_of(desk, "data"), desk.window.inspector.page.form
    first = dict(data_nodes(desk)[0].attributes)
    assert first["gives"] == ("x float64 [1]", "t int64 []")
    # Whole numbers are classes by themselves: the choice makes them numbers, and t wider.
    choose(form.rows["t_is"].field, "numbers")
    desk.qtbot.waitUntil(lambda: data_nodes(desk)[0].attributes["gives"][1] == "t float64 [1]")
    assert data_nodes(desk)[0].attributes["t_is"] == "numbers"
    desk.settle()
    assert desk.document.check.ok
    assert desk.document.undo()
    assert dict(data_nodes(desk)[0].attributes) == first
    # Texts are ticked as x, and are a column for each class until codes are chosen.
    desk.settle()
    place = section.columns.visualRect(section.columns.tick_of("colour", "x"))
    QTest.mouseClick(section.columns.viewport(), LEFT, NONE, _tick(section.columns, place))
    desk.qtbot.waitUntil(lambda: data_nodes(desk)[0].attributes["gives"][0] == "x float64 [4]")
    desk.qtbot.waitUntil(lambda: "one for each class: bs, gs, rs" in section.told.said)
    checked = Qt.ItemDataRole.CheckStateRole
    assert section.columns.tick_of("colour", "x").data(checked) == Qt.CheckState.Checked.value
    form = desk.window.inspector.page.form
    choose(form.rows["x_texts"].field, "codes")
    desk.qtbot.waitUntil(lambda: data_nodes(desk)[0].attributes["gives"][0] == "x float64 [2]")
    desk.qtbot.waitUntil(lambda: "0 is bs, 1 is gs" in section.told.said)


def test_a_way_in_which_a_file_cannot_be_read_changes_nothing(desk, tmp_path):
    home = saved(desk, tmp_path)
    (home / "flowers.csv").write_text(FLOWERS)
    let_go(desk, home / "flowers.csv")
    desk.qtbot.waitUntil(lambda: len(data_nodes(desk)) == 1)
    section, form = section_of(desk, "data"), desk.window.inspector.page.form
    before = dict(data_nodes(desk)[0].attributes)
    choose(form.rows["t_is"].field, "numbers")
    desk.qtbot.waitUntil(lambda: '"tulip" in row 2, column "name"' in section.problem.said)
    assert dict(data_nodes(desk)[0].attributes) == before
    assert form.rows["t_is"].field.read() == "auto"


def _tick(tree, place):
    """The box of a tick, at the left of its cell."""
    return QPoint(place.left() + 10, place.center().y())


def test_images_are_shown_with_their_classes(desk):
    desk.document.graph.add("Data", "digits", source="builtin:digits", batch=16)
    section = section_of(desk, "digits")
    assert section.images.isVisibleTo(section)
    assert section.images.accessibleName().startswith("Samples: 0, 1, 2, 3, 4")
    assert section.counts.accessibleName().count(":") == 11
    assert not section.columns.isVisibleTo(section)
    rows = desk.window.inspector.page.form.rows
    assert not {"source", "gives", "hash", "x_columns"} & rows.keys()
    assert not rows["missing"].isVisibleTo(desk.window.inspector.page.form)
    assert rows["batch"].isVisibleTo(desk.window.inspector.page.form)


def test_a_node_takes_another_file_that_is_chosen(desk, tmp_path, monkeypatch):
    home = saved(desk, tmp_path)
    (home / "flowers.csv").write_text(FLOWERS)
    desk.document.graph.add("Data", "data", source="builtin:moons", options={"samples": 9})
    section = section_of(desk, "data")
    answer = staticmethod(lambda *_: (str(home / "flowers.csv"), ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", answer)
    QTest.mouseClick(section.file, LEFT)
    desk.qtbot.waitUntil(lambda: data_nodes(desk)[0].attributes["source"] == "flowers.csv")
    assert "options" not in data_nodes(desk)[0].attributes
    assert len(data_nodes(desk)) == 1


def test_a_file_that_is_written_elsewhere_is_noticed_when_one_comes_back(desk, tmp_path):
    home = saved(desk, tmp_path)
    (home / "flowers.csv").write_text(FLOWERS)
    let_go(desk, home / "flowers.csv")
    desk.qtbot.waitUntil(lambda: len(data_nodes(desk)) == 1)
    section = section_of(desk, "data")
    QApplication.sendEvent(desk.window, QEvent(QEvent.Type.WindowDeactivate))
    desk.qtbot.waitUntil(lambda: not desk.window.file_watch.is_busy)
    (home / "flowers.csv").write_text(FLOWERS + "9.5,2,lily\n")
    QApplication.sendEvent(desk.window, QEvent(QEvent.Type.WindowActivate))
    desk.qtbot.waitUntil(lambda: bool(desk.document.check.errors))
    (problem,) = desk.document.check.errors
    assert "with 41 samples" in problem.message
    assert desk.document.do(problem.mends[0].edit, problem.mends[0].text)
    desk.qtbot.waitUntil(lambda: section.preview.counts.get("lily") == 1)
    desk.settle()
    assert desk.document.check.ok
