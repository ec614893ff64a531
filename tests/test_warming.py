"""What is imported when: little before the first window is seen, the rest while it waits."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from gui.warming import NUMBERS, PAGES, Warming

# In a fresh interpreter, for here all is imported already.
CODE = """
import sys, threading
from PySide6.QtWidgets import QApplication
import gui.app
from gui import warming
print(*sorted(sys.modules))
app = QApplication([])
usual = warming.import_module
def noted(name):
    before = set(sys.modules)
    found = usual(name)
    own = [m for m in set(sys.modules) - before if m.startswith(("gui.", "runtime."))]
    print(name, threading.current_thread() is threading.main_thread(), len(own))
    return found
warming.import_module = noted
work = warming.Warming(app)
work.done.connect(app.quit)
work.start()
app.exec()
"""


IMPORTED = """
import builtins, gc, json, linecache
plain = builtins.__import__
from gui.main import load_window
run = load_window()
own = [name for name in linecache.cache if name.endswith(("gui/window.py", "gui/live.py"))]
has_theirs = builtins.__import__ is not plain
print(json.dumps({"read": own, "leaves PySide its import": has_theirs, "collects": gc.isenabled()}))
"""


@pytest.fixture(scope="module")
def imported():
    """What stands after the window was imported as the command line does it."""
    command = [sys.executable, "-c", IMPORTED]
    return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)


@pytest.fixture(scope="module")
def told():
    """The modules before the event loop, and (name, whether in its thread, how many came)."""
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True)
    assert not done.stderr
    before, *turns = (line.split() for line in done.stdout.splitlines())
    return set(before), [(name, is_main == "True", int(count)) for name, is_main, count in turns]


def test_a_window_is_made_without_what_it_needs_later(told):
    before, _ = told
    assert "gui.window" in before
    assert before.isdisjoint({*NUMBERS, *PAGES})
    assert before.isdisjoint({"scipy", "networkx", "pyqtgraph", "ziamath", "fast_sugiyama"})
    assert before.isdisjoint({"runtime.engine", "runtime.trace", "runtime.maps.linear_map"})
    assert before.isdisjoint({"runtime.compiled.report", "runtime.updates.updating"})


def test_no_source_is_read_while_the_window_is_imported(imported):
    assert imported["read"] == []
    assert imported["leaves PySide its import"]
    assert not imported["collects"]


def test_the_rest_comes_in_pieces_and_nothing_of_qt_off_the_windows_thread(told):
    _, turns = told
    assert [name for name, _, _ in turns] == [*NUMBERS, *PAGES]
    for name, is_main, count in turns:
        assert is_main == (name in PAGES)
        assert not is_main or count < 20, name  # modules in one go


def test_it_ends_where_its_window_does(qapp, qtbot):
    work = Warming(qapp)
    with qtbot.waitSignal(work.done):
        work.start()
    work.deleteLater()
