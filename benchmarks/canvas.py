"""What the canvas costs at 1,000 and 10,000 nodes: each figure in a fresh process.

Run: python benchmarks/canvas.py [ROW ...]. A window is made so large that its canvas has 1280x800
pixels; it is painted antialiased, by raster, through Qt's own paint events, after a full run and
with all annotations. Figures are the processor's time: of the window's thread for frames, of the
whole process for what other threads do; frames are repeated in several processes, and the least
of each counts, for a busy machine only adds. `--profile ROW NODES` says where it goes.
"""

from __future__ import annotations

import cProfile
import json
import math
import os
import pstats
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from large_graphs import written
from window import Bench

SIZES = (1_000, 10_000)
VIEW = (1280, 800)
ROUNDS = 3
PANS, STEPS, DRAGS, FITS = 40, 60, 40, 12
CARRIED = 100  # nodes that are dragged at once
BETWEEN = 30  # milliseconds between two steps
QUERIES = ("n77", "tanh", "max 5", "zz")
UNSEEN = 0.25  # seconds after which nothing is painted for an action any more
ZOOMS = 1.08  # from one frame of the sweep to the next


class Row(NamedTuple):
    """One line of the table. Its targets are in milliseconds, of memory in MB; None: no target."""

    title: str
    targets: tuple[float | None, float | None]
    is_median: bool = True  # else the worst frame counts


ROWS = {
    "open": Row("open a file until painted", (300, 2000), False),
    "fit": Row("fit-all frame", (8, 10)),
    "zoom": Row("zoom from fit to 100 %, worst frame", (20, 25), False),
    "crisp": Row("after a zoom until it is painted anew, worst", (100, 100), False),
    "pan": Row("100 % frame, panned", (12, 16)),
    "drag": Row("drag a node, its edges re-routed", (8, 10)),
    "carry": Row(f"drag {CARRIED} nodes at once", (16, 16)),
    "step": Row("step of the stepper", (16, 16)),
    "layout": Row("layout, off the window's thread", (None, 3000), False),
    "search": Row("search", (None, 50), False),
    "undo": Row("undo of a paste of 1,000 nodes", (None, 100), False),
    "memory": Row("memory above the empty window, MB", (None, 100), False),
}


class CanvasBench(Bench):
    """A window whose canvas has the size that is measured."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        wide, tall = VIEW
        for _ in range(3):  # docks take their part
            size = self.canvas.viewport().size()
            self.window.resize(
                self.window.width() + wide - size.width(),
                self.window.height() + tall - size.height(),
            )
            self.wait()
        found = self.canvas.viewport().size().toTuple()
        assert found == VIEW, f"found a canvas of {found}, expected {VIEW}"

    def open_and_run(self) -> None:
        """The graph with all its numbers, at the end of its reverse pass, fitted."""
        from runtime import Engine

        self.windows.open(self.path)
        self.wait()
        trace = Engine(self.document.graph.copy(), device="cpu").run()
        self.document.accept_check(trace.plan.check)
        self.document.accept_trace(trace)
        self.document.playhead.last()
        self.canvas.zoom_to_fit()
        self.wait()

    def frame(self, before: Callable[[], object] = lambda: None) -> float:
        """Milliseconds that an action and the painting of the whole canvas take."""

        def act() -> None:
            before()
            self.canvas.viewport().repaint()

        return self.took(act)

    def turn(self, action: Callable[[], object]) -> float:
        """Milliseconds of an action and of all that follows until the canvas is painted.

        Qt lets some milliseconds go by between two frames, so that several turns of the event loop
        may be needed. An action that changes nothing that is seen is over soon, too.
        """
        from PySide6.QtCore import QEvent, QObject

        class Painted(QObject):
            is_it = False

            def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
                self.is_it = self.is_it or event.type() == QEvent.Type.Paint
                return False

        painted, viewport = Painted(), self.canvas.viewport()

        def act() -> None:
            action()
            end = time.monotonic() + UNSEEN
            while not painted.is_it and time.monotonic() < end:
                self.app.processEvents()
                time.sleep(0.001)

        viewport.installEventFilter(painted)
        took = self.took(act)
        viewport.removeEventFilter(painted)
        return took

    def built(self, action: Callable[[], object]) -> Callable[[], None]:
        """An action, what it lets be made of the canvas, and a frame of that."""

        def act() -> None:
            action()
            while not self.canvas.canvas.building.is_done:
                self.app.processEvents()
            self.canvas.viewport().repaint()

        return act

    def took(self, action: Callable[[], object], clock=time.thread_time) -> float:
        """Milliseconds of an action by a clock, in the profile if there is one."""
        if self.profile is not None:
            self.profile.enable()
        start = clock()
        action()
        end = clock()
        if self.profile is not None:
            self.profile.disable()
        return (end - start) * 1000


def measure_open(bench: CanvasBench) -> list[float]:
    """Until all nodes and wires are there and painted: reading, then what the window does.

    The check and the run that begin meanwhile in another thread are not of it.
    """
    from gui.reading import read

    opening = bench.built(lambda: bench.windows.open(bench.path))
    took = bench.took(opening)
    return [took + bench.took(lambda: read(bench.path))]


def measure_fit(bench: CanvasBench) -> list[float]:
    bench.open_and_run()
    return [bench.frame() for _ in range(FITS)]


def measure_zoom(bench: CanvasBench) -> list[float]:
    bench.open_and_run()
    took = []
    while bench.canvas.zoom < 1:
        took.append(bench.frame(lambda: bench.canvas.zoom_by(ZOOMS)))
    return took


def measure_crisp(bench: CanvasBench) -> list[float]:
    """All frames and what is done between them, from a zoom until nothing is stretched any more."""
    bench.open_and_run()

    def zoom(to: float) -> None:
        bench.canvas.zoom_to(to)
        bench.canvas.viewport().repaint()
        while not bench.canvas.canvas.picture.is_crisp:
            bench.app.processEvents()
        bench.canvas.viewport().repaint()

    bench.canvas.zoom_to(0.2)
    bench.wait()
    return [bench.took(lambda to=to: zoom(to)) for to in (0.25, 0.35, 0.5, 0.75, 1.0, 1.5)]


def measure_pan(bench: CanvasBench) -> list[float]:
    bench.open_and_run()
    bench.canvas.zoom_to(1.0)
    bench.wait()
    from PySide6.QtCore import QPoint

    return [bench.frame(lambda: bench.canvas.camera.pan(QPoint(31, 17))) for _ in range(PANS)]


def measure_drag(bench: CanvasBench) -> list[float]:
    """A node in the middle."""
    return _drag(bench, 1)


def measure_carry(bench: CanvasBench) -> list[float]:
    """The nodes around it, too."""
    return _drag(bench, CARRIED)


def _drag(bench: CanvasBench, count: int) -> list[float]:
    """Nodes with the mouse: pressed on the middle one, moved, let go."""
    from PySide6.QtCore import QPoint, Qt
    from PySide6.QtTest import QTest

    bench.open_and_run()
    view, node = bench.canvas, _in_the_middle(bench)
    items = view.canvas.items_by_id
    x, y = items[node].at
    bench.document.selection.set_nodes(
        sorted(items, key=lambda id_: math.dist(items[id_].at, (x, y)))[:count]
    )
    view.zoom_to(1.0)
    view.reveal(node)
    bench.wait()
    start = view.mapFromScene(x, y) + QPoint(48, 30)
    viewport, left = view.viewport(), Qt.MouseButton.LeftButton
    QTest.mousePress(viewport, left, pos=start)
    took = []
    for number in range(DRAGS):
        to = start + QPoint(6 * (number + 2), 4 * (number % 9))
        took.append(bench.turn(lambda to=to: QTest.mouseMove(viewport, to)))
    assert items[node].at != (x, y), "nothing was dragged"
    QTest.mouseRelease(viewport, left, pos=start)
    return took


def measure_step(bench: CanvasBench) -> list[float]:
    """Half of the steps in the forward pass, half in the reverse one, at 100 %."""
    from PySide6.QtTest import QTest

    bench.open_and_run()
    bench.canvas.zoom_to(1.0)
    took, head, steps = [], bench.document.playhead, len(bench.document.playhead.steps)
    for start in (steps // 4, 3 * steps // 4):
        head.go(start)
        bench.canvas.reveal(head.step.node)
        bench.wait()
        for _ in range(STEPS // 2):
            took.append(bench.turn(bench.window.stepping.next))
            QTest.qWait(BETWEEN)
    return took


def measure_layout(bench: CanvasBench) -> list[float]:
    from graph import arrange

    bench.open_and_run()
    graph = bench.document.graph.copy()
    return [bench.took(lambda: arrange(graph))]


def measure_search(bench: CanvasBench) -> list[float]:
    """From the last letter until all nodes have been looked at."""
    bench.open_and_run()

    def look(query: str) -> None:
        search = bench.window.find_bar.search
        search.start(query)
        while search.is_busy:
            bench.app.processEvents()

    return [max(bench.took(lambda query=query: look(query)) for query in QUERIES)]


def measure_undo(bench: CanvasBench) -> list[float]:
    """Of a thousand nodes with their edges, until the canvas is painted again."""
    from PySide6.QtCore import QPointF

    bench.open_and_run()
    document, some = bench.document, list(bench.document.graph.nodes)[:1_000]
    document.selection.set_nodes(some)
    bench.window.clipboard.copy()
    bench.window.clipboard.paste(QPointF(0, -9_000))
    bench.wait()
    return [bench.took(bench.built(document.undo))]


def measure_memory(bench: CanvasBench) -> list[float]:
    """What the process holds with the graph, its run and its canvas, less what it held before.

    It counts once all has come to rest, with the pages that libraries and free memory lie in.
    """
    before = _held()
    bench.open_and_run()
    bench.canvas.zoom_to(1.0)
    bench.wait()
    return [_held() - before]


def _held() -> float:
    """Megabytes in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def _in_the_middle(bench: CanvasBench) -> str:
    graph = bench.document.graph
    return next(
        id_
        for id_ in list(graph.nodes)[len(graph.nodes) // 2 :]
        if len(graph.store.edges_at(id_)) == 4
    )


MEASURES = {
    "open": measure_open,
    "fit": measure_fit,
    "zoom": measure_zoom,
    "crisp": measure_crisp,
    "pan": measure_pan,
    "drag": measure_drag,
    "carry": measure_carry,
    "step": measure_step,
    "layout": measure_layout,
    "search": measure_search,
    "undo": measure_undo,
    "memory": measure_memory,
}


def measure(name: str, path: Path, *, profiles: bool) -> None:
    """Print the figures of one row, or its profile."""
    bench = CanvasBench(path)
    bench.profile = cProfile.Profile(time.thread_time) if profiles else None
    took = MEASURES[name](bench)
    if bench.profile is not None:
        print(f"{statistics.median(took):.1f} median, {max(took):.1f} worst, of {len(took)}")
        for order in ("tottime", "cumtime"):
            pstats.Stats(bench.profile).sort_stats(order).print_stats(45)
    print(json.dumps(took))
    sys.stdout.flush()
    os._exit(0)  # nothing of the window is worth waiting for


def figures(name: str, path: Path) -> tuple[float, float]:
    """(what counts, the worst) of a row: frame by frame the least of all rounds."""
    command = [sys.executable, __file__, "--one", name, str(path)]
    rounds = []
    for _ in range(ROUNDS):
        found = subprocess.run(command, check=True, capture_output=True, text=True)
        rounds.append(json.loads(found.stdout.splitlines()[-1]))
    least = [min(frames) for frames in zip(*rounds, strict=True)]
    return (statistics.median(least) if ROWS[name].is_median else max(least)), max(least)


def main(arguments: list[str]) -> int:
    """Print the table; 1 where a figure is above its target."""
    profiled = arguments[1:] if arguments[:1] == ["--profile"] else []
    names = profiled[:1] or arguments or list(ROWS)
    unknown = [name for name in names if name not in ROWS]
    if unknown:
        print(f"found {unknown[0]!r}, expected rows of the table: {', '.join(ROWS)}")
        return 2
    with written(SIZES) as paths:
        if profiled:
            path = str(paths[int(profiled[1])])
            return subprocess.run(
                [sys.executable, __file__, "--one", names[0], path, "--profile"]
            ).returncode
        good = [_print_row(name, list(paths.values())) for name in names]
    return int(not all(good))


def _print_row(name: str, paths: list[Path]) -> bool:
    """Whether all figures of a row keep their targets."""
    row, good = ROWS[name], True
    print(f"| {row.title:45} |", end="", flush=True)
    for path, target in zip(paths, row.targets, strict=True):
        counts, worst = figures(name, path) if target is not None else (0.0, 0.0)
        good = good and (target is None or counts <= target)
        more = f" (worst {worst:.1f})" if row.is_median else ""
        text = "" if target is None else f"{counts:.1f}{more}, target {target}"
        print(f" {text:>34} |", end="", flush=True)
    print()
    return good


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        measure(sys.argv[2], Path(sys.argv[3]), profiles="--profile" in sys.argv)
    sys.exit(main(sys.argv[1:]))
