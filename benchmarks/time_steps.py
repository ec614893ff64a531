"""How time and memory of a recurrent network grow with its time steps.

A 64-unit network of five nodes reads sequences of 250 to 2,000 steps, float32, batch 8. Each figure
is the least of several times, for what else the machine does can only add to it; memory is what
Python and NumPy hold for plan and trace. Exit status 1 where the plan of 1,000 steps takes a second
or more, or where a step of the longest takes more than twice what a step of the shortest does.

Run: python benchmarks/time_steps.py
"""

from __future__ import annotations

import sys
import time
import tracemalloc
from collections.abc import Callable

import numpy as np

from graph import Graph
from runtime import Engine

UNITS, BATCH, TIMES = 64, 8, 3
STEPS = (250, 500, 1000, 2000)
PLAN_LIMIT = 1.0  # seconds, for 1,000 steps
GROWTH = 2.0


def network(steps: int) -> Graph:
    """tanh(W x_t + U h_{t-1}), and the mean of the last state."""
    graph = Graph(dtype="float32")
    graph.add("Input", "x", shape=(steps, BATCH, UNITS), sequence=True)
    graph.set_tensor("x.y", np.random.RandomState(0).standard_normal((steps, BATCH, UNITS)))
    graph.add("Linear", "into", out_features=UNITS)
    graph.add("Linear", "back", out_features=UNITS)
    for module, id_ in (("Add", "sum"), ("Tanh", "h"), ("Mean", "loss")):
        graph.add(module, id_)
    wires = ("x.y into.x", "into.y sum.a", "back.y sum.b", "sum.y h.x", "h.y loss.x")
    for wire in wires:
        graph.connect(*wire.split())
    graph.connect("h.y", "back.x", delay=1)
    return graph


def least(work: Callable[[], object]) -> float:
    """Seconds of the quickest of several times."""
    found = []
    for _ in range(TIMES):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return min(found)


def measure(steps: int) -> tuple[float, float, float]:
    """Seconds of the plan, seconds of forward and reverse, mebibytes of both."""
    graph = network(steps)
    plan = least(lambda: Engine(graph).plan())
    engine = Engine(graph)
    engine.plan()
    run = least(engine.run)
    tracemalloc.start()
    fresh = Engine(graph)
    trace = fresh.run()
    held = tracemalloc.get_traced_memory()[0] / 2**20
    tracemalloc.stop()
    assert trace.gradient_over_time("back.weight").shape == (steps, UNITS, UNITS)
    return plan, run, held


def main() -> int:
    """Print a row per length; 1 where a limit is passed."""
    print(f"{'steps':>6} {'plan ms':>9} {'run ms':>9} {'MiB':>7} {'run us a step':>14}")
    rows = {}
    for steps in STEPS:
        plan, run, held = rows[steps] = measure(steps)
        each = run / steps * 1e6
        print(f"{steps:>6} {plan * 1e3:>9.0f} {run * 1e3:>9.0f} {held:>7.1f} {each:>14.0f}")
    first, last = STEPS[0], STEPS[-1]
    growth = [b / a / (last / first) for a, b in zip(rows[first], rows[last], strict=True)]
    print("growth per step, plan, run and memory: " + ", ".join(f"{x:.2f}" for x in growth))
    return int(rows[1000][0] >= PLAN_LIMIT or max(growth) > GROWTH)


if __name__ == "__main__":
    sys.exit(main())
