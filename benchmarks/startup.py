"""How long the program takes to start: `--help`, `run`, and the window until it is seen and used.

Run: python benchmarks/startup.py [--times N] [--python PYTHON] [--cold]. Each start is a process of
its own, those of all rows in turns. A row has the least and the median of the wall's clock, and the
least CPU time, which tells what the program itself takes where other programs keep the machine
busy. "Seen" is when the graph has been painted, "used" when its numbers are there and the window
waits for the person. The files are warm: they have been read before. Exit status 1 where a row's
CPU time is above its limit.

`--python` is the interpreter of an installed copy, which is measured instead. `--cold` adds a row
(on Linux): a window whose files the system was told to forget, all that lie in the interpreter's
packages and here. What another program runs of them stays in memory. There the wall's clock counts.
"""

from __future__ import annotations

import argparse
import math
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "assets" / "examples" / "backprop_by_hand.gradwire"
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


COLD = Row("gradwire FILE, until it is seen, cold", ROWS[3].code, 1500)
COLD_TIMES = 3


def start(code: str, environment: Mapping[str, str], python: str) -> tuple[float, float]:
    """(wall, CPU) milliseconds of a fresh interpreter that runs `code`."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.perf_counter()
    command = [python, "-c", code]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
    wall = time.perf_counter() - begin
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall * 1000, cpu * 1000


def start_cold(environment: Mapping[str, str], python: str) -> tuple[float, float]:
    """The same of a window whose files must be read from the disk."""
    asked = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = subprocess.check_output([python, "-c", asked], text=True).strip()
    forget([Path(packages), *(ROOT / name for name in ("graph", "runtime", "gui", "assets"))])
    return start(COLD.code, environment, python)


def forget(folders: Iterable[Path]) -> None:
    """Tell the system that the files in these folders need not stay in memory."""
    os.sync()
    for path in (path for folder in folders for path in folder.rglob("*") if path.is_file()):
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def environment_of(python: str) -> dict[str, str]:
    """Folders of its own, so that nothing is remembered; compiled files are written, and read."""
    folder = tempfile.mkdtemp()
    own = {f"XDG_{part}_HOME": folder for part in ("CONFIG", "DATA", "STATE", "CACHE")}
    kept = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    if python != sys.executable:  # it has the program, which must not come from here
        kept = {name: text for name, text in kept.items() if name != "PYTHONPATH"}
        kept["PYTHONSAFEPATH"] = "1"
    return {**kept, "QT_QPA_PLATFORM": "offscreen", **own}


def main() -> int:
    """Print the figures; 1 where one is above its limit."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--times", type=int, default=7)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--cold", action="store_true")
    asked = parser.parse_args()
    environment = environment_of(asked.python)
    found: dict[str, list[tuple[float, float]]] = {row.title: [] for row in ROWS}
    for _ in range(asked.times + 1):
        for row in ROWS:
            found[row.title].append(start(row.code, environment, asked.python))
    print(f"| start | wall, least | median | CPU, least | limit |  (load {os.getloadavg()[0]:.1f})")
    print("|---" * 5 + "|")
    # The first start of each reads the files.
    is_above = [tell(row, found[row.title][1:])[1] for row in ROWS]
    if asked.cold:
        cold = [start_cold(environment, asked.python) for _ in range(COLD_TIMES)]
        is_above.append(tell(COLD, cold)[0])
    return int(any(is_above))


def tell(row: Row, starts: list[tuple[float, float]]) -> tuple[bool, bool]:
    """Print a row; whether its least is above the limit, by the wall's clock and as CPU time."""
    wall, cpu = zip(*starts, strict=True)
    limit = f"{row.limit:.0f} ms" if row.limit else ""
    cells = f"{min(wall):.0f} ms | {statistics.median(wall):.0f} ms | {min(cpu):.0f} ms"
    print(f"| {row.title} | {cells} | {limit} |")
    most = row.limit or math.inf
    return min(wall) > most, min(cpu) > most


if __name__ == "__main__":
    sys.exit(main())
