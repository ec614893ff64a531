"""The fixture of every test of the interface: bursts and leavings fail it."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import nullcontext

import pytest

from gui import warming
from tests import watch_bursts
from tests.patience import no_tips_at_keys
from tests.watch_leaks import Leavings

_prepared: list[bool] = []


def watched(request: pytest.FixtureRequest) -> Iterator[None]:
    """Watch one test; fails it afterwards."""
    if not _prepared:
        _prepared.append(True)
        watch_bursts.install()
        warming.import_all()  # as the program does once its first window is painted
        gc.collect()
        gc.freeze()  # what is there for good is not walked through after each test
    before, bursts = Leavings(), watch_bursts.Bursts()
    has_tips = "tips_at_keys" in request.fixturenames
    with bursts.watching(), nullcontext() if has_tips else no_tips_at_keys():
        yield
    left = before.found()
    problems = [f"left over: {thing}" for thing in left]
    problems += [
        f"{took:.0f} ms of work in the GUI thread in one go (limit {bursts.limit:.0f} ms)"
        for took in bursts.found
    ]
    if problems:
        pytest.fail("\n".join(problems), pytrace=False)
