"""The watch on tests of the interface can fail, and says what it found."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HEAD = """
import atexit, threading, time
from PySide6.QtCore import QEventLoop, QThread, QTimer, QVariantAnimation, qWarning
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton
from tests import watch_leaks
from tests.canvas_desk import LEFT

watch_leaks.PATIENCE = 0.2
kept, over = [], threading.Event()

class Sleeper(QThread):
    def run(self):
        over.wait()

def let_go(sleeper):
    over.set()
    sleeper.wait()

def burn(milliseconds=1200):
    end = time.thread_time() + milliseconds / 1000
    while time.thread_time() < end:
        pass
"""
BURST = "ms of work in the GUI thread in one go"
FAULTS = {
    "slot": ("QTimer.singleShot(0, burn); qtbot.wait(1500)", BURST),
    "click": (
        "b = QPushButton(); qtbot.addWidget(b); b.clicked.connect(lambda: burn());"
        " QTest.mouseClick(b, LEFT)",
        BURST,
    ),
    "end_of_a_loop": (
        "loop = QEventLoop(); QTimer.singleShot(0, lambda: (burn(), loop.quit())); loop.exec()",
        BURST,
    ),
    "thread": (
        "threading.Thread(target=over.wait, name='endless', daemon=True).start()",
        "left over: thread endless",
    ),
    "thread_of_qt": (
        "t = Sleeper(); t.start(); kept.append(t); atexit.register(let_go, t)",
        "left over: thread Sleeper",
    ),
    "timer": (
        "t = QTimer(interval=777); t.start(); kept.append(t)",
        "left over: timer of 777 ms",
    ),
    "animation": (
        "a = QVariantAnimation(startValue=0, endValue=1, duration=60000); a.start();"
        " kept.append(a)",
        "left over: animation QVariantAnimation",
    ),
    "window": ("w = QLabel(); w.show(); kept.append(w)", "left over: window QLabel"),
    "warning": ("qWarning('odd')", "Qt messages with level WARNING or above emitted"),
}
FINE = (
    "w = QLabel('mine'); qtbot.addWidget(w); w.show();"
    " t = QTimer(w, interval=5); t.start(); qtbot.wait(30);"
    " burn(20); burn();"  # the test's own work
    " watch_leaks.PATIENCE = 60; threading.Thread(target=time.sleep, args=(0.3,)).start()"
)


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory) -> dict[str, str]:
    """What pytest wrote about each of the tests, run in a process of its own."""
    bodies = {name: body for name, (body, _) in FAULTS.items()} | {"fine": FINE}
    tests = [f"def test_{name}(qtbot):\n    {body}\n" for name, body in bodies.items()]
    file = tmp_path_factory.mktemp("watched") / "test_faults.py"
    file.write_text("\n".join([HEAD, *tests]))
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-p", "no:cacheprovider"]
    command += ["-c", str(ROOT / "pyproject.toml"), str(file)]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=200)
    assert found.returncode == 1, found.stdout + found.stderr
    parts = re.split(r"^_+ (?:ERROR at teardown of )?test_(\w+) _+$", found.stdout, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_fails_its_test(outcomes, fault):
    assert FAULTS[fault][1] in outcomes[fault]


def test_what_a_test_does_itself_and_clears_away_is_fine(outcomes):
    assert outcomes.keys() == FAULTS.keys()
