"""`benchmarks/engine.py` lets its peers take turns, each in a process of its own."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent.parent / "benchmarks" / "engine.py"
ROUNDS = 2


@pytest.mark.skipif(os.name != "posix", reason="peers are stopped between turns by a signal")
def test_every_peer_that_is_there_tells_a_figure_a_round(tmp_path):
    wanted = ["gradwire", "numpy", "micrograd", "torch"]
    file = tmp_path / "told.json"
    command = [sys.executable, str(SCRIPT), "xor", "--peers", ",".join(wanted), "--threads", "1"]
    command += ["--rounds", str(ROUNDS), "--json", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    told = json.loads(file.read_text())["steps"]["xor"]
    has_torch = importlib.util.find_spec("torch") is not None
    assert list(told) == ["gradwire", "numpy", *(["torch"] if has_torch else [])]
    for figures in told.values():
        assert {name: len(numbers) for name, numbers in figures.items()} == {
            "seconds": ROUNDS,
            "bytes": ROUNDS,
        }
        assert min(figures["seconds"]) > 0
    header, _, row = done.stdout.splitlines()[:3]
    assert header.startswith("| work | gradwire | numpy |")
    assert row.startswith("| XOR MLP 4x2-8-2 |")
    assert "**" in row
