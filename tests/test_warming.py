"""What is imported when: little before the first window is seen, the rest while it waits."""

from __future__ import annotations

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
