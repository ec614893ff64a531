"""How long a training step takes, beside other engines on the same networks.

Run: python benchmarks/engine.py [WORK ...] [--peers NAMES] [--rounds N] [--threads N] [--json FILE]

Every peer that is installed runs in a process of its own, for spinning thread pools disturb each
other. The processes take short turns, and stand still in between: a machine that is fast now and
slow then is so for all. A figure is the median over the rounds of each turn's median step, with the
least and the most. A ratio is a peer's time by ours in the same round, the median over the rounds:
above 1 we are faster. A second table has the memory that a step takes at its peak, above what the
process took for a small step before.

Peers: PyTorch eager, `torch.compile` (where it builds), JAX jit, HIPS autograd, micrograd (single
numbers), NumPy by hand, and the matrix products alone.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import json
import os
import platform
import resource
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine_works import WORKS

SECONDS = 0.2  # how long a peer repeats a step in a turn, at least LEAST times
LEAST = 5
PEERS = {
    "gradwire": ("gradwire", "step"),
    "torch": ("torch_eager", "step"),
    "torch compile": ("torch_eager", "compiled"),
    "torch fused": ("torch_eager", "fused"),
    "jax": ("jax_jit", "step"),
    "autograd": ("hips_autograd", "step"),
    "micrograd": ("micrograd_values", "step"),
    "numpy": ("by_hand", "step"),
    "products": ("by_hand", "products"),
}
SMALL = "xor"
Figures = dict[str, list[float]]
ABSENT = 3  # exit status of a peer that is not installed, or has no such work


def main() -> None:
    """The table of all works and peers."""
    given = _arguments()
    if given.peer:
        _run_peer(given.peer, given.works[0], given.threads)
        return
    names, peers = given.works or list(WORKS), given.peers.split(",")
    found = {name: _measure(name, peers, given.rounds, given.threads) for name in names}
    print(_table(found, "seconds", _ms))
    print("\nMemory at the peak of a step:\n")
    print(_table(found, "bytes", _mib))
    print(f"\nMachine: {_machine(given.threads)}")
    if given.json:
        told = {"machine": _machine(given.threads), "steps": found}
        Path(given.json).write_text(json.dumps(told, indent=1), encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("works", nargs="*", metavar="WORK")
    parser.add_argument("--peers", default=",".join(PEERS), help="which of them, gradwire too")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--peer", choices=PEERS, help=argparse.SUPPRESS)
    return parser.parse_args()


# --- one peer, in a process of its own ---------------------------------------------------------


def _run_peer(peer: str, work: str, threads: int) -> None:
    """At each line that comes in, print a turn's median step and the bytes at its peak, as JSON.

    The first line goes out when all is ready.
    """
    module, function = PEERS[peer]
    try:
        found = importlib.import_module(f"engine_peers.{module}")
    except ImportError:
        sys.exit(ABSENT)
    if module == "torch_eager":
        found.torch.set_num_threads(threads)
    try:
        small = getattr(found, function)(WORKS[SMALL].spec)
        if small is not None:  # what is loaded at first use is no part of a step
            small()
        before = _peak()
        step = getattr(found, function)(WORKS[work].spec)
        if step is None:
            sys.exit(ABSENT)
        for _ in range(3):
            step()
    except Exception as error:  # torch.compile needs a compiler, which not every machine has
        if function != "compiled":
            raise
        print(f"{peer} on {work}: {error}", file=sys.stderr)
        sys.exit(ABSENT)
    print("ready", flush=True)
    for _ in sys.stdin:
        seconds = _turn(step)
        told = {"seconds": seconds, "bytes": max(_peak() - before, 0)}
        print(json.dumps(told), flush=True)


def _turn(step: Callable[[], Any]) -> float:
    """The median of the seconds that a step takes."""
    step()  # what the other processes drove out of the caches comes back
    taken: list[float] = []
    end = time.perf_counter() + SECONDS
    while len(taken) < LEAST or time.perf_counter() < end:
        start = time.perf_counter()
        step()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def _peak() -> int:
    """Bytes of memory that this process has had at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


# --- all peers, in turns -----------------------------------------------------------------------


def _measure(work: str, peers: list[str], rounds: int, threads: int) -> dict[str, Figures]:
    """What each peer told, by peer, one for each round."""
    found: dict[str, Figures] = {}
    with contextlib.ExitStack() as stack:
        running = {peer: stack.enter_context(_Running(peer, work, threads)) for peer in peers}
        for _ in range(rounds):
            for peer, process in running.items():
                for figure, value in process.turn().items():
                    found.setdefault(peer, {}).setdefault(figure, []).append(value)
    return found


class _Running:
    """A peer in a process of its own, which is stopped but for its turns: no pool can spin."""

    def __init__(self, peer: str, work: str, threads: int) -> None:
        self._name = f"{peer} on {work}"
        pools = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
        command = [sys.executable, __file__, work, "--peer", peer, "--threads", str(threads)]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **dict.fromkeys(pools, str(threads))},
        )
        self._is_there = self._answer() is not None
        self._stop()

    def __enter__(self) -> _Running:
        return self

    def __exit__(self, *_: object) -> None:
        """Let it end by itself: what it started, such as compilers, ends with it then."""
        self._process.send_signal(signal.SIGCONT)
        self._process.communicate()

    def turn(self) -> dict[str, float]:
        """The figures of one turn; none where there is no such peer, or it has no such work."""
        if not self._is_there:
            return {}
        self._process.send_signal(signal.SIGCONT)
        assert self._process.stdin is not None
        self._process.stdin.write("turn\n")
        self._process.stdin.flush()
        told: dict[str, float] = json.loads(self._answer() or "{}")
        self._stop()
        return told

    def _answer(self) -> str | None:
        """The next line; None where the peer is absent."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if line or self._process.wait() == ABSENT:
            return line or None
        sys.exit(f"{self._name} failed.")

    def _stop(self) -> None:
        if self._is_there:
            self._process.send_signal(signal.SIGSTOP)


def _table(found: dict[str, dict[str, Figures]], figure: str, show: Callable[[float], str]) -> str:
    peers = [peer for peer in PEERS if any(peer in own for own in found.values())]
    titles = ["work", *peers, "goals" if figure == "seconds" else "goal"]
    lines = ["| " + " | ".join(titles) + " |", "|---" * len(titles) + "|"]
    for name, own in found.items():
        cells = [
            _cell(own[peer][figure], own["gradwire"][figure], show, is_ours=peer == "gradwire")
            if peer in own
            else ""
            for peer in peers
        ]
        goals = ", ".join(f"{peer} {goal:g}" for peer, goal in WORKS[name].goals.items())
        goals = goals if figure == "seconds" else "torch 1"
        lines.append(f"| {WORKS[name].title} | " + " | ".join(cells) + f" | {goals} |")
    return "\n".join(lines)


def _cell(
    told: list[float], ours: list[float], show: Callable[[float], str], *, is_ours: bool
) -> str:
    text = f"{show(statistics.median(told))} ({show(min(told))}–{show(max(told))})"
    if is_ours or not min(ours):
        return text
    ratio = statistics.median(one / own for one, own in zip(told, ours, strict=True))
    return f"**{ratio:.2f}** {text}"


def _mib(nbytes: float) -> str:
    return f"{nbytes / 2**20:.3g} MiB"


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.3g} ms"


def _machine(threads: int) -> str:
    import numpy

    parts: list[Any] = [platform.processor() or platform.machine(), f"{os.cpu_count()} cores"]
    parts += [f"{threads} threads", f"Python {platform.python_version()}"]
    parts += [f"NumPy {numpy.__version__}", f"load {os.getloadavg()[0]:.1f}"]
    return ", ".join(map(str, parts))


if __name__ == "__main__":
    main()
