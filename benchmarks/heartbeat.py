"""How evenly the window's heart beats while it trains: gaps between two turns of its event loop.

Run: python benchmarks/heartbeat.py [SECONDS]. A timer of 5 ms ticks in a window that shows the
pages of a training; the gap between two ticks is how long the window answers nobody. Measured
first at rest, then during the run on each page, beside the longest work of the window's thread
itself, so that what the machine adds can be told apart. To reach: 99 % below 50 ms, none above
100 ms. Then how soon a worker answers: the acknowledgement of a command, and the end of a process
that is killed.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

TICK_MS = 5
MOST_MS, NEVER_MS, SHARE = 50, 100, 0.99
ROUNDS = 20
SET = {"source": "builtin:digits", "batch": 32, "validation": 0.2, "scale": "unit"}


def digits():
    """Digits by a perceptron of one hidden layer, for longer than anyone waits."""
    from graph import Graph
    from graph.training import Training

    graph = Graph(title="Digits", target="loss")
    graph.add("Data", "data", **SET, at=(0, 0))
    before = "data.x"
    for at, (module, id_, attributes) in enumerate(
        (
            ("Flatten", "flat", {}),
            ("Linear", "hidden", {"out_features": 64}),
            ("ReLU", "act", {}),
            ("Linear", "out", {"out_features": 10}),
        )
    ):
        graph.add(module, id_, **attributes, at=(240 * (at + 1), 0))
        graph.connect(before, f"{id_}.x")
        before = f"{id_}.y"
    graph.add("CrossEntropyLoss", "loss", at=(1200, 0))
    graph.connect(before, "loss.prediction")
    graph.connect("data.t", "loss.target")
    graph.configure(training=Training(epochs=100_000, metrics=("accuracy",)))
    return graph


class Heart:
    """A shown window, and the gaps between the ticks of its timer in milliseconds."""

    def __init__(self) -> None:
        from PySide6.QtCore import Qt, QTimer
        from PySide6.QtWidgets import QApplication

        from gui.app import make_windows, quicken
        from gui.settings import Settings

        self.app = QApplication([])
        quicken()
        folder = Path(tempfile.mkdtemp(prefix="gradwire-bench-"))
        self.windows = make_windows(self.app, Settings(folder / "settings.ini"))
        self.window = self.windows.new()
        self.window.document.replace(digits(), None)
        self.window.drawer.show_tab("training")
        self.gaps: list[float] = []
        self.works: list[float] = []
        self._last = self._worked = 0.0
        self._timer = QTimer(interval=TICK_MS)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    def until(self, holds: Callable[[], bool], seconds: float = 60) -> float:
        """Run the event loop until something holds; the seconds that took."""
        start = time.monotonic()
        while not holds():
            self.app.processEvents()
            time.sleep(0.0005)
            if time.monotonic() - start > seconds:
                raise SystemExit("the window did not get there")
        return time.monotonic() - start

    def measure(self, seconds: float) -> list[float]:
        """The gaps of so many seconds in Qt's own event loop."""
        from PySide6.QtCore import QEventLoop, QTimer

        loop = QEventLoop()
        QTimer.singleShot(round(1000 * seconds), loop.quit)
        self.gaps.clear()
        self.works.clear()
        self._last, self._worked = time.perf_counter(), time.thread_time()
        self._timer.start()
        loop.exec()
        self._timer.stop()
        return list(self.gaps)

    def _tick(self) -> None:
        now, worked = time.perf_counter(), time.thread_time()
        self.gaps.append((now - self._last) * 1000)
        self.works.append((worked - self._worked) * 1000)
        self._last, self._worked = now, worked


def say(name: str, gaps: list[float], works: list[float]) -> bool:
    """Print a row; whether what is to be reached was reached."""
    ordered = sorted(gaps)
    share = sum(gap < MOST_MS for gap in gaps) / len(gaps)
    at99 = ordered[int(SHARE * (len(ordered) - 1))]
    print(
        f"{name:10} {len(gaps):>6} gaps  median {statistics.median(gaps):5.1f}  99 % {at99:6.1f}"
        f"  longest {ordered[-1]:6.1f} ms  below {MOST_MS} ms: {share:.2%}"
        f"  longest work {max(works):5.1f} ms"
    )
    return share >= SHARE and ordered[-1] <= NEVER_MS


def measure_answers(heart: Heart) -> None:
    """How long commands take to be acknowledged, and a killed process to be gone."""
    from runtime.training.worker.link import Gone, Link, Order
    from runtime.training.worker.messages import Acknowledged, Ready

    heard: list = []
    ring = Path(tempfile.mkdtemp(prefix="gradwire-bench-"))
    link = Link(Order(digits(), ring), lambda message: heard.append((time.monotonic(), message)))

    def when(kind: type, **fields: object) -> float:
        while True:
            for at, message in tuple(heard):
                if isinstance(message, kind) and all(
                    getattr(message, name) == value for name, value in fields.items()
                ):
                    return at
            time.sleep(0.0005)

    when(Ready)
    link.send("run")
    waits = []
    for _ in range(ROUNDS):
        time.sleep(0.05)
        start = time.monotonic()
        number = link.send("keep")
        waits.append(1000 * (when(Acknowledged, number=number) - start))
    start = time.monotonic()
    link.kill()
    gone = 1000 * (when(Gone) - start)
    print(f"acknowledged within {max(waits):.1f} ms (median {statistics.median(waits):.1f} ms)")
    print(f"killed within {gone:.1f} ms")


def main(arguments: list[str]) -> int:
    """Print all rows; 1 where the heart missed what is to be reached."""
    from gui.training.pages import PAGES

    seconds = float(arguments[0]) if arguments else 10.0
    heart = Heart()
    running = heart.window.running
    heart.until(lambda: heart.window.document.is_checked and not heart.window.live.is_busy)
    heart.measure(0.5)
    say("at rest", heart.measure(seconds), heart.works)
    begun = time.monotonic()
    running.start()
    heart.until(lambda: running.position is not None and running.position.update > 0)
    print(f"the first update was seen after {time.monotonic() - begun:.2f} s")
    start, first = time.monotonic(), running.position.update
    is_even, panel = True, heart.window.drawer.panel("training")
    for page in PAGES:
        panel.show_page(page.id)
        heart.measure(3.0)  # a page is made, and its libraries loaded, when it is first shown
        is_even = say(page.id, heart.measure(seconds), heart.works) and is_even
    made = running.position.update - first
    print(f"{made / (time.monotonic() - start):.0f} updates a second")
    heart.window.leave()
    measure_answers(heart)
    return int(not is_even)


if __name__ == "__main__":
    status = main(sys.argv[1:])
    sys.stdout.flush()
    os._exit(status)  # nothing of the window is worth waiting for
