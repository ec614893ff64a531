"""The handout: A4 pages in black and white, exercises first, then their key."""

from __future__ import annotations

import re
import zlib
from pathlib import Path

import pytest
from PySide6.QtCore import QBuffer, QPointF
from PySide6.QtGui import QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QFileDialog

from graph import Graph, load, save
from graph.edits import Move
from gui import main as command
from gui.examples import examples
from gui.handout.blocks import Block, exercise, gap
from gui.handout.figure import figure
from gui.handout.pages import paged
from gui.handout.paper import ROOM, PaperTheme
from runtime import Engine
from runtime.practice import sheet_of
from tests.window_desk import desk_for

EXAMPLES = {path.stem: path for path in examples()}


def write(name: str, out: Path) -> bytes:
    assert command.main(["handout", str(EXAMPLES[name]), "--out", str(out)]) == 0
    return out.read_bytes()


def streams(pdf: bytes) -> str:
    """All page contents, unpacked."""
    found = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    texts = []
    for each in found:
        try:
            texts.append(zlib.decompress(each).decode("latin-1"))
        except zlib.error:
            continue
    return "\n".join(texts)


@pytest.fixture(scope="module")
def by_hand(qapp, tmp_path_factory) -> bytes:
    return write("backprop_by_hand", tmp_path_factory.mktemp("handout") / "sheet.pdf")


def test_it_is_a_pdf_of_a4_pages_with_fonts(by_hand):
    assert by_hand.startswith(b"%PDF")
    assert by_hand.count(b"/Type /Page\n") == 3
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", by_hand)
    assert {(round(float(w)), round(float(h))) for w, h in boxes} == {(595, 842)}
    assert b"/FontFile2" in by_hand


@pytest.mark.parametrize("name", ["backprop_by_hand", "transformer_block"])
def test_every_ink_is_a_grey(qapp, tmp_path, name):
    content = streams(write(name, tmp_path / "sheet.pdf"))
    inks = re.findall(r"([\d.]+) ([\d.]+) ([\d.]+) (?:scn|SCN|rg|RG)\b", content)
    assert inks
    assert all(red == green == blue for red, green, blue in inks)


def test_exercises_come_first_and_the_key_begins_a_page(qapp):
    theme = PaperTheme()
    sheet = sheet_of(Engine(load(EXAMPLES["xor"])).run())
    parts = [
        [block for each in found for block in exercise(each, theme, below=20)]
        for found in (sheet.exercises, sheet.key)
    ]
    pages = paged(parts)
    last_asked, first_key = parts[0][-1], parts[1][0]
    (ends,) = [n for n, page in enumerate(pages) if last_asked in [b for b, _ in page.blocks]]
    assert pages[ends + 1].blocks[0][0] is first_key
    assert all(page.used <= ROOM.height() for page in pages)
    assert not any(page.blocks[-1][0].is_head for page in pages)


def test_the_figure_shows_what_is_given_and_nothing_that_is_asked(qapp):
    graph = load(EXAMPLES["xor"])
    trace = Engine(graph).run()
    words = []
    with figure(graph, trace, PaperTheme()) as drawn:
        buffer = QBuffer()
        buffer.open(QBuffer.OpenModeFlag.WriteOnly)
        svg = QSvgGenerator()
        svg.setOutputDevice(buffer)
        painter = QPainter(svg)
        drawn.paint(painter, QPointF(0, 0))
        painter.end()
        words = re.findall(r">([^<>]*)</text>", bytes(buffer.data().data()).decode())
    told = " ".join(word.strip() for word in words)
    assert "hidden" in told
    assert "[4, 2]" in told  # what is fed
    assert "[4, 8]" not in told
    assert "[4, 1]" in told  # the target's
    assert "0.009975" not in told


def test_a_heading_goes_with_what_follows_it():
    def piece(height, is_head=False):
        return Block(height, lambda painter, at: None, is_head)

    head, tall = piece(30, is_head=True), piece(ROOM.height() / 2)
    first, second = paged([[piece(ROOM.height() / 2 + 10), head, tall]])
    assert [block for block, _ in first.blocks][1:] == []
    assert [top for _, top in second.blocks] == [0, 30]
    (alone,) = paged([[gap(5), head]])
    assert [block for block, _ in alone.blocks][1] is head


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as made:
        yield made


def test_the_window_writes_it_from_the_graph_as_it_is(desk, tmp_path, monkeypatch):
    desk.document.replace(load(EXAMPLES["fan_out"]), None)
    desk.settle()
    desk.document.do(Move({"x": (-40.0, 8.0)}), "Move x")  # the run stays what it is
    out = tmp_path / "mine.pdf"
    chosen = (str(out.with_suffix("")), "")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: chosen)
    before = desk.document.playhead.whole
    desk.window.commands.by_id["handout"].trigger()
    assert out.read_bytes().startswith(b"%PDF")
    assert out.read_bytes().count(b"/Type /Page\n") >= 2
    assert desk.document.playhead.whole == before
    desk.window.predicting.begin()
    assert not desk.window.commands.by_id["handout"].isEnabled()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["{file}", "--out", "sheet.txt"], "--out: found .txt, expected .pdf."),
        (["missing.gradwire", "--out", "sheet.pdf"], "missing.gradwire"),
        (["{empty}", "--out", "sheet.pdf"], "found no step that can run."),
        (["{file}"], "Missing option '--out'"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    qapp, tmp_path, monkeypatch, capsys, arguments, says
):
    monkeypatch.chdir(tmp_path)
    save(Graph(), tmp_path / "empty.gradwire")
    names = {"file": EXAMPLES["xor"], "empty": tmp_path / "empty.gradwire"}
    filled = [argument.format(**names) for argument in arguments]
    assert command.main(["handout", *filled]) == 2
    told = capsys.readouterr().err
    assert says in told
    assert told.startswith("gradwire: error: ")
    assert told.count("\n") == 1
    assert not (tmp_path / "sheet.pdf").exists()
