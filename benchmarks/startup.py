"""How long `gradwire --help` takes, and `gradwire FILE` until its canvas is painted.

Each in a process of its own. Run: python benchmarks/startup.py
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

LIMIT_MS = 300
TIMES = 9
EXAMPLE = Path(__file__).parents[1] / "assets" / "examples" / "backprop_by_hand.gradwire"
HELP = "import sys; from gui.main import main; sys.exit(main(['--help']))"
WINDOW = f"""
import os, tempfile
os.environ["QT_QPA_PLATFORM"] = "offscreen"
for folder in ("CONFIG", "DATA", "STATE", "CACHE"):
    os.environ[f"XDG_{{folder}}_HOME"] = tempfile.mkdtemp()
from gui.canvas.view import CanvasView
paint = CanvasView.paintEvent
def painted(view, event):
    paint(view, event)
    if view.document.graph.nodes:
        os._exit(0)
CanvasView.paintEvent = painted
from gui.main import main
main([{str(EXAMPLE)!r}])
"""


def measure(code: str) -> float:
    """Milliseconds of the median of several fresh interpreters that run `code`."""
    taken = []
    for _ in range(TIMES):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
        taken.append((time.perf_counter() - start) * 1000)
    return sorted(taken)[TIMES // 2]


def main() -> int:
    """Print the figures; 1 where help is slower than the limit."""
    bare, help_, window = measure("pass"), measure(HELP), measure(WINDOW)
    word = "within" if help_ < LIMIT_MS else "ABOVE"
    print(f"python alone     {bare:6.0f} ms")
    print(f"gradwire --help  {help_:6.0f} ms, {word} {LIMIT_MS} ms")
    print(f"gradwire FILE    {window:6.0f} ms until the graph is painted")
    return 0 if help_ < LIMIT_MS else 1


if __name__ == "__main__":
    sys.exit(main())
