"""From a file to a handout."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from graph.errors import GradwireError
from runtime.command_line import BAD_INPUT, FAILED, CommandError

if TYPE_CHECKING:
    from gui.document import Document
    from runtime.trace import Trace


def write_handout(file: str, out: str) -> None:
    """Write the exercises of the graph of `file`, and their key, as a PDF.

    Raises `GradwireError` where the file cannot be read or run, or the PDF cannot be written.
    """
    suffix = Path(out).suffix
    if suffix.lower() != ".pdf":
        raise CommandError(f"--out: found {suffix or 'no suffix'}, expected .pdf.", BAD_INPUT)
    # A PDF needs no screen, and looks the same with one.
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    app = QApplication.instance() or QApplication(["gradwire"])
    from graph.files import disk
    from gui.answers import run_now
    from gui.document import Document
    from gui.handout.composing import compose
    from gui.handout.figure import figure
    from gui.handout.paper import PaperTheme
    from runtime.practice import sheet_of

    document, theme = Document(), PaperTheme()
    document.open(Path(file))
    try:
        run_now(document)
    except GradwireError as error:
        raise CommandError(f"{file}: {error}", FAILED) from error
    trace = _trace_of(document, file)
    with figure(document.root.copy(), trace, theme) as drawn:
        disk.write(Path(out), compose(sheet_of(trace), document.name, drawn, theme))
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
