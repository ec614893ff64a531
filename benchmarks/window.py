"""How long the window works in one go, at 1,000 and 10,000 nodes: each row in a fresh process.

Run: python benchmarks/window.py [ROW ...]. A burst is the GUI thread's own CPU time between two
turns of its event loop: so long it takes no key. `--profile ROW NODES` says where it goes.
"""

from __future__ import annotations

import cProfile
import math
import os
import pstats
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from large_graphs import written

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

LIMIT_MS = 50
SIZES = (1_000, 10_000)
QUIET_MS = 600  # how long nothing may happen before a row is over


class Bench:
    """A shown window with a large graph, and the bursts of what is done to it."""

    def __init__(self, path: Path) -> None:
        from PySide6.QtCore import QAbstractEventDispatcher
        from PySide6.QtWidgets import QApplication

        from gui.app import make_windows, quicken
        from gui.settings import Settings

        quicken()  # as the program does
        self.app, self.path = QApplication([]), path
        folder = Path(tempfile.mkdtemp(prefix="gradwire-bench-"))
        self.windows = make_windows(self.app, Settings(folder / "settings.ini"))
        self.window = self.windows.new()
        self.document, self.canvas = self.window.document, self.window.canvas
        self.bursts: list[float] = []
        self._since, self._busy = time.thread_time(), time.monotonic()
        dispatcher = QAbstractEventDispatcher.instance()
        dispatcher.awake.connect(self._turn)
        dispatcher.aboutToBlock.connect(self._turn)
        self.profile: cProfile.Profile | None = None
        self.wait()

    def open(self) -> None:
        """Open the file and wait for its numbers."""
        self.window.live.switch(True)
        self.windows.open(self.path)
        self.canvas.zoom_to(1.0)
        self.wait()

    def measure(self, action: Callable[[], object], *, profiles: bool = False) -> list[float]:
        """The bursts of an action and of what follows from it, in milliseconds."""
        from PySide6.QtCore import QTimer

        self.profile = cProfile.Profile() if profiles else None
        QTimer.singleShot(0, action)
        self.bursts.clear()
        if self.profile:
            self.profile.enable()
        self.wait()
        if self.profile:
            self.profile.disable()
            pstats.Stats(self.profile).sort_stats("cumtime").print_stats(70)
        return [burst for burst in self.bursts if burst >= 1]

    def wait(self) -> None:
        """Run the loop until nothing has happened for a while."""
        from PySide6.QtCore import QEventLoop, QTimer

        loop, timer = QEventLoop(), QTimer(interval=50)
        self._busy = time.monotonic()
        live = self.window.live
        timer.timeout.connect(
            lambda: (
                loop.quit()
                if (time.monotonic() - self._busy) * 1000 > QUIET_MS and not live.is_busy
                else None
            )
        )
        timer.start()
        loop.exec()

    def _turn(self) -> None:
        now = time.thread_time()
        took = (now - self._since) * 1000
        self.bursts.append(took)
        if took > 1:
            self._busy = time.monotonic()
        self._since = time.thread_time()


def rows(bench: Bench) -> dict[str, tuple[Callable[[], object], Callable[[], object]]]:
    """Name of a row: what is done before, and what is measured."""
    from graph import Tensor, check
    from graph import edits as e
    from graph.port import PortRef
    from graph.records import Edge
    from runtime import Engine

    document, canvas = bench.document, bench.canvas
    count = int(bench.path.stem)
    middle = f"n{count // 2}"
    kept: list = []

    def look() -> None:
        bench.open()
        canvas.reveal(middle)

    def choose() -> None:
        look()
        document.selection.set_nodes({middle})

    def chosen_all() -> None:
        look()
        canvas.select_all()

    def do(edit) -> Callable[[], object]:
        return lambda: document.do(edit, "Edit")

    def done(*edits) -> Callable[[], object]:
        def prepare() -> None:
            choose()
            for edit in edits:
                document.do(edit, "Edit")
            bench.wait()

        return prepare

    def free() -> None:
        choose()
        document.do(e.AddNode(_node("free")), "Add")
        bench.wait()

    def deleted_all() -> None:
        chosen_all()
        canvas.delete_selection()
        bench.wait()

    def check_first() -> None:
        look()
        kept.append(check(document.graph.copy()))

    def run_first() -> None:
        look()
        document.playhead.last()
        kept.append(Engine(document.graph.copy(), device="cpu", partial=True).run())

    def set_value() -> None:
        port = PortRef("p1", "y")
        old = document.graph.store.tensors[port]
        new = Tensor.of_values(old.dtype, old.shape, [0.5] * math.prod(old.shape))
        document.do(e.SetTensor(port, new), "Edit")

    def drag() -> None:
        x, y = canvas.canvas.items_by_id[middle].x(), canvas.canvas.items_by_id[middle].y()
        canvas.canvas.place_nodes({middle: (x + 8, y)})

    move = e.Move({middle: (8.0, 8.0)})
    remove = e.RemoveNode(middle)
    wire = e.Connect(Edge(PortRef(middle, "y"), PortRef("free", "x")))
    return {
        "open": (lambda: None, lambda: bench.windows.open(bench.path)),
        "select a node": (look, lambda: document.selection.set_nodes({middle})),
        "select all": (look, canvas.select_all),
        "drag a node": (choose, drag),
        "move a node": (choose, do(move)),
        "undo a move": (done(move), document.undo),
        "add a node": (choose, do(e.AddNode(_node("free")))),
        "connect": (free, do(wire)),
        "delete a node": (choose, do(remove)),
        "undo a deletion": (done(remove), document.undo),
        "set a value": (choose, set_value),
        "delete all": (chosen_all, canvas.delete_selection),
        "undo deleting all": (deleted_all, document.undo),
        "check arrives": (check_first, lambda: document.accept_check(kept[0])),
        "trace arrives": (run_first, lambda: document.accept_trace(kept[0])),
        "step": (look, document.playhead.next),
        "pan": (look, lambda: canvas.camera.pan(_pixels(90, 40))),
        "zoom to fit": (look, canvas.zoom_to_fit),
        "zoom to 25 %": (look, lambda: canvas.zoom_to(0.25)),
        "arrange": (look, canvas.aligning.arrange),
    }


def _node(id_: str):
    from graph.records import Node

    return Node(id_, "Tanh", {}, None, None, (0.0, -200.0))


def _pixels(x: int, y: int):
    from PySide6.QtCore import QPoint

    return QPoint(x, y)


def measure(name: str, path: Path, *, profiles: bool = False) -> None:
    """Print the longest burst and the number of those above the limit."""
    bench = Bench(path)
    prepare, action = rows(bench)[name]
    prepare()
    bench.wait()
    bursts = bench.measure(action, profiles=profiles)
    print(f"{max(bursts, default=0):.0f} {sum(burst > LIMIT_MS for burst in bursts)}")
    sys.stdout.flush()
    os._exit(0)  # nothing of the window is worth waiting for


def _is_known(name: str) -> bool:
    return name in ROWS or name.isdigit()


def main(arguments: list[str]) -> int:
    """Print the table; 1 where a burst of 1,000 nodes is above the limit."""
    unknown = [name for name in arguments if not name.startswith("--") and not _is_known(name)]
    if unknown:
        print(f"found {unknown[0]!r}, expected rows of the table: {', '.join(ROWS)}")
        return 2
    with written(SIZES) as paths:
        if arguments[:1] == ["--profile"]:
            return _run(
                "--one", arguments[1], str(paths[int(arguments[2])]), "--profile", show=True
            )
        print(f"{'longest burst, ms (number above ' + str(LIMIT_MS) + ' ms)':40}", end="")
        print("".join(f"{size:>14,} nodes" for size in SIZES))
        worst = 0
        for name in arguments or ROWS:
            print(f"{name:40}", end="", flush=True)
            for size in SIZES:
                longest, above = _measured(name, paths[size])
                worst = max(worst, longest) if size == SIZES[0] else worst
                print(f"{longest:>14} ({above:>3})", end="", flush=True)
            print()
    return int(worst > LIMIT_MS)


def _measured(name: str, path: Path) -> tuple[int, int]:
    command = [sys.executable, __file__, "--one", name, str(path)]
    found = subprocess.run(command, check=True, capture_output=True, text=True)
    longest, above = found.stdout.split()[-2:]
    return int(longest), int(above)


def _run(*arguments: str, show: bool) -> int:
    return subprocess.run([sys.executable, __file__, *arguments], check=show).returncode


ROWS = (
    "open", "select a node", "select all", "drag a node", "move a node", "undo a move",
    "add a node", "connect", "delete a node", "undo a deletion", "set a value", "delete all",
    "undo deleting all", "check arrives", "trace arrives", "step", "pan", "zoom to fit",
    "zoom to 25 %", "arrange",
)  # fmt: skip

if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        measure(sys.argv[2], Path(sys.argv[3]), profiles="--profile" in sys.argv)
    sys.exit(main(sys.argv[1:]))
