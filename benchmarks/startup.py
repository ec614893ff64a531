"""How long the program takes to start: `--help`, `run`, and the window until it is seen and used.

Run: python benchmarks/startup.py [--times N]. Each start is a process of its own, those of all
rows in turns. A row has the least and the median of the wall's clock, and the least CPU time, which
tells what the program itself takes where other programs keep the machine busy. "Seen" is when the
graph has been painted, "used" when its numbers are there and the window waits for the person. The
files are warm: they have been read before. Exit status 1 where a row's CPU time is above its limit.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

EXAMPLE = Path(__file__).parents[1] / "assets" / "examples" / "backprop_by_hand.gradwire"
COMMAND = "import sys; from gui.main import main; sys.exit(main({!r}))"
SEEN = """
from gui.main import load_window
load_window()
from gui.canvas.view import CanvasView
paint = CanvasView.paintEvent
def painted(view, event):
    paint(view, event)
    if view.document.graph.nodes:
        os._exit(0)
CanvasView.paintEvent = painted
"""
USED = """
from PySide6.QtCore import QTimer
from gui.document import Document
accept = Document.accept_trace
def accepted(document, trace):
    found = accept(document, trace)
    QTimer.singleShot(0, lambda: os._exit(0))
    return found
Document.accept_trace = accepted
"""
WINDOW = "import os\n{}\nfrom gui.main import main\nmain([{!r}])"


@dataclass(frozen=True)
class Row:
    """One way to start, and what it may take in milliseconds."""

    title: str
    code: str
    limit: float | None = None


ROWS = (
    Row("python alone", "pass"),
    Row("gradwire --help", COMMAND.format(["--help"]), 300),
    Row("gradwire run FILE", COMMAND.format(["run", str(EXAMPLE)]), 600),
    Row("gradwire FILE, until it is seen", WINDOW.format(SEEN, str(EXAMPLE)), 1000),
    Row("gradwire FILE, until it is used", WINDOW.format(USED, str(EXAMPLE)), 2000),
)


def start(code: str, environment: dict[str, str]) -> tuple[float, float]:
    """(wall, CPU) milliseconds of a fresh interpreter that runs `code`."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.perf_counter()
    command = [sys.executable, "-c", code]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
    wall = time.perf_counter() - begin
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall * 1000, cpu * 1000


def main() -> int:
    """Print the figures; 1 where one is above its limit."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--times", type=int, default=7)
    times = parser.parse_args().times
    folder = tempfile.mkdtemp()
    own = {f"XDG_{part}_HOME": folder for part in ("CONFIG", "DATA", "STATE", "CACHE")}
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", **own}
    found: dict[str, list[tuple[float, float]]] = {row.title: [] for row in ROWS}
    for _ in range(times + 1):
        for row in ROWS:
            found[row.title].append(start(row.code, environment))
    print(f"| start | wall, least | median | CPU, least | limit |  (load {os.getloadavg()[0]:.1f})")
    print("|---" * 5 + "|")
    is_above = False
    for row in ROWS:
        wall, cpu = zip(*found[row.title][1:], strict=True)  # the first one reads the files
        limit = f"{row.limit:.0f} ms" if row.limit else ""
        cells = f"{min(wall):.0f} ms | {statistics.median(wall):.0f} ms | {min(cpu):.0f} ms"
        print(f"| {row.title} | {cells} | {limit} |")
        is_above |= row.limit is not None and min(cpu) > row.limit
    return int(is_above)


if __name__ == "__main__":
    sys.exit(main())
