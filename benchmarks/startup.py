"""How long `gradwire --help` takes, in a process of its own. Run: python benchmarks/startup.py"""

from __future__ import annotations

import subprocess
import sys
import time

LIMIT_MS = 300
TIMES = 9
HELP = "import sys; from gui.main import main; sys.exit(main(['--help']))"


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
    bare, help_ = measure("pass"), measure(HELP)
    word = "within" if help_ < LIMIT_MS else "ABOVE"
    print(f"python alone     {bare:6.0f} ms")
    print(f"gradwire --help  {help_:6.0f} ms, {word} {LIMIT_MS} ms")
    return 0 if help_ < LIMIT_MS else 1


if __name__ == "__main__":
    sys.exit(main())
