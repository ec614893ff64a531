"""A graph's canvas as a picture, without a window."""

from __future__ import annotations

import os
from pathlib import Path

from runtime.command_line import BAD_INPUT, CommandError


def render(file: str, out: str, *, step: int | None = None, is_dark: bool = False) -> None:
    """Draw the graph of `file` into `out` (svg, png or pdf) as it stands after `step` steps.

    Without `step` all steps are done. Raises `GradwireError` where the file cannot be read, or
    the picture cannot be written.
    """
    # A picture needs no screen, and looks the same with one.
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    app = QApplication.instance() or QApplication(["gradwire"])
    from gui.answers import run_now
    from gui.canvas.view import CanvasView
    from gui.document import Document
    from gui.export import export_picture
    from gui.theme import Theme

    theme = Theme("dark" if is_dark else "light")
    theme.apply(app)
    document = Document()
    document.open(Path(file))
    run_now(document)
    go_to_step(document, step)
    view = CanvasView(document, theme)
    view.resize(1280, 800)
    try:
        export_picture(view, out)
    finally:
        view.deleteLater()


def go_to_step(document, step: int | None) -> None:
    """Move the playhead; raises `CommandError` for a step that there is not."""
    count = len(document.playhead.steps)
    if step is not None and not 0 <= step <= count:
        reason = f"--step: found {step}, expected a number from 0 to {count}."
        raise CommandError(reason, BAD_INPUT)
    document.playhead.go(count if step is None else step)
