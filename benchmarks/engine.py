"""How long a training step takes, beside other engines on the same networks.

Run: python benchmarks/engine.py [WORK ...] [--peers NAMES] [--rounds N] [--threads N] [--json FILE]

Every peer that is installed runs in a process of its own, for spinning thread pools disturb each
other; processes take turns, so that all meet the same load. A figure is the median over the rounds
of each round's median step, with the least and the most. A ratio is a peer's time by ours: above 1
we are faster. A second table has the memory that a step takes at its peak, above what the process
took for a small step before.

Peers: PyTorch eager, `torch.compile` (where it builds), JAX jit, HIPS autograd, micrograd (single
numbers), NumPy by hand, and the matrix products alone.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine_works import WORKS

SECONDS = 0.5  # how long a peer repeats a step in a round, at least LEAST times
LEAST = 7
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
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--peer", choices=PEERS, help=argparse.SUPPRESS)
    return parser.parse_args()


# --- one peer, in a process of its own ---------------------------------------------------------


def _run_peer(peer: str, work: str, threads: int) -> None:
    """Print the seconds of a round's median step and the bytes at its peak, as JSON."""
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
        print(error, file=sys.stderr)
        sys.exit(ABSENT)
    taken: list[float] = []
    end = time.perf_counter() + SECONDS
    while len(taken) < LEAST or time.perf_counter() < end:
        start = time.perf_counter()
        step()
        taken.append(time.perf_counter() - start)
    told = {"seconds": statistics.median(taken), "bytes": max(_peak() - before, 0)}
    print(json.dumps(told))


def _peak() -> int:
    """Bytes of memory that this process has had at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


# --- all peers, in turns -----------------------------------------------------------------------


def _measure(work: str, peers: list[str], rounds: int, threads: int) -> dict[str, Figures]:
    """What each peer told, by peer, one for each round."""
    found: dict[str, Figures] = {}
    absent: set[str] = set()
    for _ in range(rounds):
        for peer in peers:
            done = None if peer in absent else _in_own_process(peer, work, threads)
            if done is None:
                absent.add(peer)
                continue
            for figure, value in done.items():
                found.setdefault(peer, {}).setdefault(figure, []).append(value)
    return found


def _in_own_process(peer: str, work: str, threads: int) -> dict[str, float] | None:
    pools = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    environment = {**os.environ, **dict.fromkeys(pools, str(threads))}
    command = [sys.executable, __file__, work, "--peer", peer, "--threads", str(threads)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode == ABSENT:
        return None
    if done.returncode:
        sys.exit(f"{peer} on {work} failed:\n{done.stderr}")
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return told


def _table(found: dict[str, dict[str, Figures]], figure: str, show: Callable[[float], str]) -> str:
    peers = [peer for peer in PEERS if any(peer in own for own in found.values())]
    lines = ["| work | " + " | ".join(peers) + " | goals |", "|---" * (len(peers) + 2) + "|"]
    for name, own in found.items():
        ours = statistics.median(own["gradwire"][figure])
        cells = [
            _cell(own[peer][figure], ours if peer != "gradwire" else None, show)
            if peer in own
            else ""
            for peer in peers
        ]
        goals = ", ".join(f"{peer} {goal:g}" for peer, goal in WORKS[name].goals.items())
        lines.append(f"| {WORKS[name].title} | " + " | ".join(cells) + f" | {goals} |")
    return "\n".join(lines)


def _cell(told: list[float], ours: float | None, show: Callable[[float], str]) -> str:
    middle = statistics.median(told)
    text = f"{show(middle)} ({show(min(told))}–{show(max(told))})"
    return text if not ours else f"**{middle / ours:.2f}** {text}"


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
