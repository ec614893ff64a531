"""From a file to a handout."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from graph.errors import GradwireError
from runtime.commands import BAD_INPUT, FAILED, CommandError

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView
    from gui.document import Document
    from gui.handout.blocks import Block
    from gui.theme import Theme
    from runtime.practice import Sheet
    from runtime.trace import Trace

SHARP = 1200  # dots per inch that the PDF places things at


def write_handout(file: str, out: str) -> None:
    """Write the exercises of the graph of `file`, and their key, as a PDF.

    Raises `GradwireError` where the file cannot be read or run, or the PDF cannot be written.
    """
    if Path(out).suffix.lower() != ".pdf":
        raise CommandError(
            f"--out: found {Path(out).suffix or 'no suffix'}, expected .pdf.", BAD_INPUT
        )
    # A PDF needs no screen, and looks the same with one.
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    app = QApplication.instance() or QApplication(["gradwire"])
    from gui.canvas.view import CanvasView
    from gui.document import Document
    from gui.handout.paper import PaperTheme
    from gui.live import run_now

    theme = PaperTheme()
    document = Document()
    document.open(Path(file))
    try:
        run_now(document)
    except GradwireError as error:
        raise CommandError(f"{file}: {error}", FAILED) from error
    trace = _trace_of(document, file)
    document.playhead.first()
    view = CanvasView(document, theme)
    view.resize(1280, 800)
    try:
        _write(Path(out), view, trace, theme, document.name)
    finally:
        view.deleteLater()
        app.processEvents()


def _trace_of(document: Document, file: str) -> Trace:
    """The run; raises `CommandError` where nothing ran, or not to its end."""
    trace = document.whole_trace
    if trace is None or not trace.steps:
        problems = document.check.problems if document.check is not None else ()
        why = f" {problems[0].message}" if problems else ""
        raise CommandError(f"{file}: found no step that can run.{why}", BAD_INPUT)
    if trace.failure is not None:
        raise CommandError(f"{file}: {trace.failure.message}", FAILED)
    return trace


def _write(path: Path, view: CanvasView, trace: Trace, theme: Theme, name: str) -> None:
    from PySide6.QtCore import QBuffer, QIODevice, QMarginsF
    from PySide6.QtGui import QPageLayout, QPageSize, QPainter, QPdfWriter

    from graph.files import disk
    from gui.handout.pages import paged, paint_pages
    from runtime.practice import sheet_of

    sheet = sheet_of(trace)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(SHARP)
    size = QPageSize(QPageSize.PageSizeId.A4)
    layout = QPageLayout(size, QPageLayout.Orientation.Portrait, QMarginsF(0, 0, 0, 0))
    layout.setMode(QPageLayout.Mode.FullPageMode)
    writer.setPageLayout(layout)
    writer.setTitle(name)
    writer.setCreator("Gradwire")
    pages = paged((_exercises(sheet, view, theme, name), _key(sheet, theme)))
    painter = QPainter(writer)
    painter.scale(SHARP / 96, SHARP / 96)
    paint_pages(painter, pages, name, theme, writer.newPage)
    painter.end()
    disk.write(path, bytes(buffer.data().data()))


def _exercises(sheet: Sheet, view: CanvasView, theme: Theme, name: str) -> Iterator[Block]:
    from gui.handout.blocks import WRITING, exercise, gap, given, words
    from gui.handout.figure import figure
    from gui.handout.pages import tr

    yield words(name, theme.font(18, 600), theme)
    yield gap(6)
    yield words(tr("Name: {0}   Date: {1}").format("_" * 36, "_" * 16), theme.font(12), theme)
    yield gap(12)
    if sheet.note:
        yield words(sheet.note, theme.font(12), theme)
        yield gap(8)
    drawn = figure(view)
    if drawn is not None:
        yield drawn
    yield from given(sheet.given, theme)
    yield gap(16)
    told = tr(
        "Fill in the blanks. L is the target; ∂L/∂x is its gradient by x. The key is at the end."
    )
    yield words(told, theme.font(12), theme)
    yield gap(16)
    for each in sheet.exercises:
        yield from exercise(each, theme, below=WRITING)


def _key(sheet: Sheet, theme: Theme) -> Iterator[Block]:
    from gui.handout.blocks import exercise, gap, words
    from gui.handout.pages import tr

    yield words(tr("Key"), theme.font(18, 600), theme, is_head=True)
    yield gap(8)
    for each in sheet.key:
        yield from exercise(each, theme, below=4.0)
        yield gap(8)
