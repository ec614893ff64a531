"""The console command: hands headless commands on, and opens the window for everything else.

Nothing here imports Qt before it is known to be needed.
"""

from __future__ import annotations

import builtins
import gc
import os
import socket
import sys
from collections.abc import Callable, Sequence

import click

from runtime.commands import BAD_INPUT, commands, complain, invoke

NO_SCREEN = (
    "found no screen to open a window on. Use `gradwire run {0}` for numbers, or "
    "`gradwire render {0} --out PICTURE.svg` for a picture."
)
HELP = """Gradwire: see how a neural network learns.

`gradwire [FILE]` opens the window; the commands below need none."""


@click.command()
@click.argument("file")
@click.option("--out", required=True, metavar="PICTURE", help="The picture: .svg, .png or .pdf.")
@click.option("--step", type=int, metavar="N", help="Draw it after N steps; without, after all.")
@click.option("--dark", is_flag=True, help="Dark colours.")
def render(file: str, out: str, step: int | None, dark: bool) -> None:
    """Draw FILE's canvas as a picture."""
    from gui.render import render as draw

    draw(file, out, step=step, is_dark=dark)


@click.command()
@click.argument("file")
@click.option("--out", required=True, metavar="SHEET.pdf", help="The PDF: A4, black and white.")
def handout(file: str, out: str) -> None:
    """Write FILE's steps as exercises with blanks, and their key behind them."""
    from gui.handout import write_handout

    write_handout(file, out)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    names = {**commands.commands, "render": render, "handout": handout}
    if is_for_window(arguments, names):
        return open_window(arguments[0] if arguments else None)
    group = click.Group("gradwire", names, help=HELP, context_settings=commands.context_settings)
    told = click.version_option(package_name="gradwire", message="gradwire %(version)s")
    return invoke(told(group), arguments)


def is_for_window(arguments: Sequence[str], names: Sequence[str] | dict[str, object]) -> bool:
    """Whether these arguments ask for the window: none, or one that is no command, no option."""
    if len(arguments) == 1:
        return arguments[0] not in names and not arguments[0].startswith("-")
    return not arguments


def open_window(path: str | None) -> int:
    """Open the window, or say why there is none and what to do instead."""
    if not has_screen():
        return complain(NO_SCREEN.format(path or "FILE"), BAD_INPUT)
    return load_window()(path)


def load_window() -> Callable[[str | None], int]:
    """`gui.app.run`. Importing it, and all modules, takes most of a start; here an eighth less.

    PySide puts an `__import__` of its own in the place of Python's, which reads the source of each
    module that comes, to see whether it wants Qt's names written in another style: none does. The
    collector finds nothing there, for all that is imported stays: it is off until the program runs.
    """
    plain = builtins.__import__
    import PySide6.QtCore  # noqa: F401

    from graph.catalogue import default_catalogue

    theirs, builtins.__import__ = builtins.__import__, plain
    gc.disable()
    try:
        from gui.app import run

        default_catalogue()
    finally:
        builtins.__import__ = theirs
    return run


def has_screen() -> bool:
    """Whether Qt would find a screen; without one it would abort the process."""
    if sys.platform in ("win32", "darwin"):
        return True
    if any(os.environ.get(name) for name in ("WAYLAND_DISPLAY", "QT_QPA_PLATFORM")):
        return True
    return _answers(os.environ.get("DISPLAY", ""))


def _answers(display: str) -> bool:
    """Whether an X server on this machine listens; one on another machine is taken at its word."""
    host, _, number = display.rpartition(":")
    number = number.partition(".")[0]
    if host not in ("", "unix") or not number.isdigit():
        return bool(display)
    place = f"/tmp/.X11-unix/X{number}"
    for path in (place, f"\0{place}"):  # Linux servers listen at an abstract name as well
        with socket.socket(socket.AF_UNIX) as knock:
            try:
                knock.connect(path)
            except OSError:
                continue
            return True
    return False
