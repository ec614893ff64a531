"""How time grows with size: nodes, width, batch, time steps; the slope on a log-log scale.

Run: python benchmarks/growth.py [ROW ...] [--most N] [--json FILE]. Every size is measured in a
process of its own, on one thread, as CPU time, the least of several times: what else the machine
does disturbs that little. A slope is that of the least squares through all sizes; the second one
is from the last but one size to the last, where what is constant weighs least. A row is named
where its slope is above what the mathematics says by more than 0.1: a layer of width n has n^2
numbers, all else is linear. Exit status 1 where there is such a row.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from graph import Graph

SECONDS, MOST_TIMES = 2.0, 7  # how long and how often one thing is repeated; at least once
SLACK = 0.1
POOLS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True)
class Row:
    """What grows: `make` draws a graph of a size; `slopes` are those that are not 1."""

    title: str
    sizes: tuple[int, ...]
    make: Callable[[int], Graph]
    slopes: dict[str, float]
    is_whole: bool = False  # whether files and layout are measured too


def of_nodes(count: int) -> Graph:
    """1.5 edges a node, single numbers and vectors of four."""
    from large_graphs import make_graph

    return make_graph(count)


def of_width(width: int) -> Graph:
    """Two hidden layers of a width, batch 32."""
    return _layers(width, 32)


def of_batch(batch: int) -> Graph:
    """Two hidden layers of 64."""
    return _layers(64, batch)


def of_steps(steps: int) -> Graph:
    """A recurrent network of 64 units, batch 8."""
    from time_steps import network

    return network(steps)


def _layers(width: int, batch: int) -> Graph:
    import numpy as np

    from graph import Graph

    graph, last = Graph(dtype="float32"), "x.y"
    graph.add("Input", "x", shape=(batch, width))
    graph.set_tensor("x.y", np.random.RandomState(0).standard_normal((batch, width)).astype("f4"))
    for place in range(2):
        for module, given in (("Linear", {"out_features": width}), ("ReLU", {})):
            id_ = graph.add(module, f"{module.lower()}{place}", **given)
            graph.connect(last, f"{id_}.x")
            last = f"{id_}.y"
        weight = np.random.RandomState(place).standard_normal((width, width)) / math.sqrt(width)
        graph.set_tensor(f"linear{place}.weight", weight.astype("f4"))
    graph.add("Mean", "loss")
    graph.connect(last, "loss.x")
    return graph


SQUARE = dict.fromkeys(("forward", "reverse", "save", "load"), 2.0)
ROWS = {
    "nodes": Row("nodes", (10, 100, 1_000, 10_000, 100_000), of_nodes, {}, is_whole=True),
    "width": Row("width of a layer", (64, 128, 256, 512, 1_024), of_width, SQUARE, is_whole=True),
    "batch": Row("batch", (32, 128, 512, 2_048, 8_192), of_batch, {}),
    "steps": Row("time steps", (10, 50, 250, 1_000, 2_000), of_steps, {}),
}


# --- one size, in a process of its own ---------------------------------------------------------


def measure(row: Row, size: int) -> dict[str, float]:
    """Seconds by what was done."""
    from graph import check
    from graph.layout import arrange
    from runtime.engine import Engine
    from runtime.plan import compile_plan

    graph = row.make(size)
    found = {"check": least(lambda: check(graph))}
    checked = check(graph)
    found["plan"] = least(lambda: compile_plan(graph, checked))
    found |= passes(Engine(graph))
    if row.is_whole:
        found |= files(graph)
        found["layout"] = least(lambda: arrange(graph))
    return found


def least(work: Callable[[], object]) -> float:
    """CPU seconds of the quickest of several times."""
    return min(taken(work))


def taken(work: Callable[[], object]) -> Iterator[float]:
    """CPU seconds of each of several times."""
    end = time.perf_counter() + SECONDS
    for _ in range(MOST_TIMES):
        start = time.process_time()
        work()
        yield time.process_time() - start
        if time.perf_counter() > end:
            return


def passes(engine: Any) -> dict[str, float]:
    """Forward from the plan to the last node, reverse from there to the whole trace."""
    engine.plan()
    marks: list[float] = []

    def watch(step: Any) -> None:
        if step.phase == "reverse" and len(marks) == 1:
            marks.append(time.process_time())

    def run() -> tuple[float, float]:
        marks[:] = [time.process_time()]
        engine.run(watch=watch)
        return marks[1] - marks[0], time.process_time() - marks[1]

    both = [run()]
    end = time.perf_counter() + SECONDS
    while len(both) < MOST_TIMES and time.perf_counter() < end:
        both.append(run())
    forward, reverse = (min(part) for part in zip(*both, strict=True))
    return {"forward": forward, "reverse": reverse}


def files(graph: Graph) -> dict[str, float]:
    """To a file and back, from memory: a disk says nothing of the program."""
    from graph.files import dumps, loads

    data = dumps(graph)
    return {"save": least(lambda: dumps(graph)), "load": least(lambda: loads(data))}


# --- all sizes -------------------------------------------------------------------------------


def in_own_process(name: str, size: int) -> dict[str, float]:
    """What a fresh interpreter measures."""
    one = dict.fromkeys(POOLS, "1")
    command = [sys.executable, __file__, name, "--size", str(size)]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **one})
    if done.returncode:
        sys.exit(f"{name} {size} failed:\n{done.stderr}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def slope(sizes: list[int], seconds: list[float]) -> float:
    """Of the least squares line through the logarithms."""
    x, y = [math.log(size) for size in sizes], [math.log(value) for value in seconds]
    middle, height = sum(x) / len(x), sum(y) / len(y)
    above = sum((a - middle) * (b - height) for a, b in zip(x, y, strict=True))
    return above / sum((a - middle) ** 2 for a in x)


def tell(row: Row, found: dict[int, dict[str, float]]) -> list[str]:
    """Print a row's table; what grows faster than it should."""
    sizes = list(found)
    heads = [f"{size:,}".replace(",", " ") for size in sizes]
    print(f"\n| {row.title} | " + " | ".join(heads) + " | slope | last |")
    print("|---" * (len(sizes) + 3) + "|")
    steep = []
    for name in found[sizes[0]]:
        seconds = [found[size][name] for size in sizes]
        fitted, last = slope(sizes, seconds), slope(sizes[-2:], seconds[-2:])
        cells = [f"{value * 1000:.3g} ms" for value in seconds]
        print(f"| {name} | " + " | ".join(cells) + f" | {fitted:.2f} | {last:.2f} |", flush=True)
        if fitted > row.slopes.get(name, 1.0) + SLACK:
            steep.append(f"{name} by {row.title}: {fitted:.2f}")
    return steep


def main() -> int:
    """Print all tables; 1 where something grows faster than it should."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("rows", nargs="*", choices=[*ROWS, []], metavar="ROW")
    parser.add_argument("--most", type=int, default=10**9, help="sizes up to this one")
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--size", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.size:
        print(json.dumps(measure(ROWS[given.rows[0]], given.size)))
        return 0
    steep, told = [], {}
    for name in given.rows or ROWS:
        sizes = [size for size in ROWS[name].sizes if size <= given.most]
        told[name] = {size: in_own_process(name, size) for size in sizes}
        steep += tell(ROWS[name], told[name])
    if given.json:
        Path(given.json).write_text(json.dumps(told, indent=1), encoding="utf-8")
    print("\nsteeper than they should be: " + (", ".join(steep) or "none"))
    return int(bool(steep))


if __name__ == "__main__":
    sys.exit(main())
