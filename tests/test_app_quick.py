"""The program sets its interpreter up for a window that must not wait."""

import gc
import sys

import pytest

from gui import app


@pytest.fixture
def interpreter():
    before, collected = sys.getswitchinterval(), gc.get_threshold()
    yield
    sys.setswitchinterval(before)
    gc.set_threshold(*collected)


def test_the_collector_skips_what_stays_and_the_background_gives_way(interpreter):
    frozen = gc.get_freeze_count()
    kept = [[] for _ in range(1000)]
    app.quicken()
    assert gc.get_freeze_count() > frozen
    assert not any(thing is kept[0] for thing in gc.get_objects())
    assert sys.getswitchinterval() <= 0.001
