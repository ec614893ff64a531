"""The console command: hands headless commands on, and opens the window for everything else.

Nothing here imports Qt before it is known to be needed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

HEADLESS_HINT = (
    "gradwire: error: found no screen to open a window on. "
    "Use `gradwire run {0}` for numbers or `gradwire render {0} --out PICTURE.svg` for a picture."
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if is_for_window(arguments):
        return open_window(arguments[0] if arguments else None)
    from gui.render_command import with_render

    return with_render().run(arguments)


def is_for_window(arguments: Sequence[str]) -> bool:
    """Whether these arguments ask for the window: none, or one that is neither word nor option."""
    if not arguments:
        return True
    from runtime.commands import commands

    first = arguments[0]
    known = {*commands.commands, "render"}
    return len(arguments) == 1 and first not in known and not first.startswith("-")


def open_window(path: str | None) -> int:
    """Open the window, or say why there is none and what to do instead."""
    if not has_screen():
        print(HEADLESS_HINT.format(path or "FILE"), file=sys.stderr)
        return 2
    from gui.app import run

    return run(path)


def has_screen() -> bool:
    """Whether Qt would find a screen; without one it would abort the process."""
    if sys.platform in ("win32", "darwin"):
        return True
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return any(os.environ.get(name) for name in names)
