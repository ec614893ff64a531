"""What is not needed is not loaded."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEAVY = ("PySide6", "pyqtgraph", "networkx", "scipy", "numpy", "rich", "msgspec", "cupy")


def loaded_after(code: str) -> tuple[set[str], str]:
    """The top-level modules that a fresh interpreter has loaded after `code`, and its output."""
    names, out = modules_after(code)
    return {name.partition(".")[0] for name in names}, out


def modules_after(code: str) -> tuple[set[str], str]:
    """The same with their whole names."""
    tail = "import sys, json; sys.stderr.write(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{tail}"], capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    names = json.loads(done.stderr.splitlines()[-1])
    return set(names), done.stdout


@pytest.mark.parametrize(
    "arguments", [["--help"], ["run", "--help"], ["check", "-h"], ["explain", "-h"]]
)
def test_help_loads_nothing_heavy(arguments):
    found, out = modules_after(f"from gui.main import main; main({arguments})")
    assert "Usage: gradwire" in out
    assert not {name.partition(".")[0] for name in found} & set(HEAVY)
    own = {name for name in found if name.startswith(("graph.", "gui."))}
    assert own == {"graph.late", "graph.errors", "gui.main"}


@pytest.mark.parametrize("name", ["graph", "runtime", "runtime.commands", "gui.main"])
def test_importing_a_package_loads_nothing_heavy(name):
    assert not loaded_after(f"import {name}")[0] & set(HEAVY)


@pytest.mark.parametrize("command", ["run", "check", "explain"])
def test_headless_commands_load_no_window(command):
    example = ROOT / "assets" / "examples" / "backprop_by_hand.gradwire"
    found, out = loaded_after(
        f"from gui.main import main; assert main(['{command}', {str(example)!r}]) == 0"
    )
    assert "loss" in out
    assert not found & {"PySide6", "pyqtgraph", "ziamath", "cupy", "networkx"}


def test_the_window_opens_a_file_without_what_it_does_not_need():
    example = ROOT / "assets" / "examples" / "backprop_by_hand.gradwire"
    code = f"""
import os
os.environ["QT_QPA_PLATFORM"] = "offscreen"
import gui.app
from graph import load
load({str(example)!r}).order()"""
    found, _ = loaded_after(code)
    assert not found & {"pyqtgraph", "ziamath", "cupy", "networkx", "scipy", "rich", "matplotlib"}


def test_every_public_name_exists():
    import graph
    import runtime

    for package in (graph, runtime):
        for name in package.__all__:
            assert getattr(package, name) is not None
        with pytest.raises(AttributeError):
            package.nothing_of_that_name  # noqa: B018
