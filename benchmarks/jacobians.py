"""How fast Jacobians are, beside torch.func.jacrev of the same graph in the same run.

Run: python benchmarks/jacobians.py [--json] [--threads=2]. Torch's column is filled when torch is
installed. Each peer works in a process of its own, in turns. A figure is the median over the rounds
of each round's least time, for what else the machine does can only add to it. All is float32, and
of a graph that has run: jacrev's time holds its own forward, so there is a row with ours as well.
What is given back is what each has: jacrev a dense tensor, Gradwire the map in its structure, dense
only where the row says so.
"""

from __future__ import annotations

import functools
import importlib.util
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

THREADS = next((a[10:] for a in sys.argv if a.startswith("--threads=")), "2")
ROUNDS = 7
SECONDS = 0.4  # how long a peer repeats a row in a round, at least once
LAYERS = (("h", "x.y"), ("a", "h.y"), ("o", "a.y"))
EDGES = ("h.x", "h.weight", "h.bias", "a.x", "o.x", "o.weight", "o.bias")
PEERS = ("gradwire", "torch", "numpy")


@dataclass(frozen=True)
class Row:
    """One line of the table; `goal` is how many times faster than torch."""

    name: str
    goal: float | None = None


ROWS = {
    "elementwise": Row("Tanh of 10,000 numbers", 10_000),
    "convolution": Row("Conv2d 3x3 on 16x32x32, by its input"),
    "total": Row("MLP 784-512-10, one sample, output by input, dense", 4),
    "forward": Row("the same, with the forward run"),
    "locals": Row("MLP 784-512-10, one sample, all 7 local Jacobians", 20),
    "values": Row("the 3 of them that are by a value, not a parameter"),
}

Work = tuple[Callable[[], Any], Callable[[Any], Any]]
"""(what is made ready before each time, what is timed on it)."""


def draw(*shape: int) -> np.ndarray:
    """Random numbers, the same for every peer."""
    return np.random.RandomState(0).standard_normal(shape).astype("float32")


# --- the peers -------------------------------------------------------------------------------


def graph_of(nodes: Iterable[tuple[str, str, dict[str, Any], str]], shape: tuple[int, ...]):
    """A chain behind an Input `x`: (module, id, attributes, what feeds it)."""
    from graph import Graph

    graph = Graph(dtype="float32")
    graph.add("Input", "x", shape=shape)
    graph.set_tensor("x.y", draw(*shape))
    for module, id_, attributes, source in nodes:
        graph.add(module, id_, **attributes)
        graph.connect(source, f"{id_}.x")
    return graph


def gradwire() -> dict[str, Work]:
    """Of a new trace each time, for a trace keeps the Jacobians it was asked for."""
    from runtime import Engine

    def of(graph, ask: Callable[[Any], Any]) -> Work:
        engine = Engine(graph)
        trace = engine.run(phase="forward")
        return (lambda: engine.run(phase="forward", previous=trace)), ask

    modules = (("Linear", {"out_features": 512}), ("ReLU", {}), ("Linear", {"out_features": 10}))
    layers = [(m, id_, given, at) for (m, given), (id_, at) in zip(modules, LAYERS, strict=True)]
    mlp = graph_of(layers, (784,))
    padded = {"out_channels": 16, "kernel_size": (3,), "padding": (1,)}
    again = Engine(mlp)
    return {
        "elementwise": of(
            graph_of([("Tanh", "f", {}, "x.y")], (10_000,)), lambda trace: trace.jacobian("f.x")
        ),
        "convolution": of(
            graph_of([("Conv2d", "f", padded, "x.y")], (1, 16, 32, 32)),
            lambda trace: trace.jacobian("f.x"),
        ),
        "total": of(mlp, lambda trace: trace.jacobian("x.y", "o.y").dense()),
        "forward": (
            lambda: None,
            lambda _: again.run(phase="forward").jacobian("x.y", "o.y").dense(),
        ),
        "locals": of(mlp, lambda trace: [trace.jacobian(edge) for edge in EDGES]),
        "values": of(mlp, lambda trace: [trace.jacobian(e) for e in EDGES if e.endswith(".x")]),
    }


def torch() -> dict[str, Work]:
    """`jacrev`, once for the whole or once per edge."""
    import torch as t

    t.set_num_threads(int(THREADS))
    numbers, x = t.from_numpy(draw(10_000)), t.from_numpy(draw(784))
    w1, b1, w2, b2 = (t.from_numpy(draw(*s) * 0.05) for s in ((512, 784), (512,), (10, 512), (10,)))
    linear, relu = t.nn.functional.linear, t.relu
    h = linear(x, w1, b1)
    a = relu(h)
    jacrev = t.func.jacrev

    def mlp(x):
        return linear(relu(linear(x, w1, b1)), w2, b2)

    def by_values() -> list[Any]:
        return [
            jacrev(linear)(x, w1, b1),
            jacrev(relu)(h),
            jacrev(linear)(a, w2, b2),
        ]

    def by_parameters() -> list[Any]:
        return [*jacrev(linear, (1, 2))(x, w1, b1), *jacrev(linear, (1, 2))(a, w2, b2)]

    calls: dict[str, Callable[[], Any]] = {
        "elementwise": lambda: jacrev(t.tanh)(numbers),
        "total": lambda: jacrev(mlp)(x),
        "forward": lambda: jacrev(mlp)(x),
        "locals": lambda: [by_values(), by_parameters()],
        "values": by_values,
    }
    return {name: (_nothing, functools.partial(_call, call)) for name, call in calls.items()}


def numpy() -> dict[str, Work]:
    """What can be written by hand for the network: its products, and nothing else."""
    x, w1, b1, w2 = draw(784), draw(512, 784), draw(512), draw(10, 512)
    h = w1 @ x + b1
    return {
        "total": (_nothing, lambda _: (w2 * (h > 0)) @ w1),
        "forward": (_nothing, lambda _: (w2 * (w1 @ x + b1 > 0)) @ w1),
    }


def _nothing() -> None:
    return None


def _call(call: Callable[[], Any], _: None) -> Any:
    return call()


# --- measuring -------------------------------------------------------------------------------


def repeat(work: Work) -> float:
    """The least of many times, in seconds."""
    prepare, act = work
    act(prepare())
    taken: list[float] = []
    end = time.perf_counter() + SECONDS
    while not taken or time.perf_counter() < end:
        given = prepare()
        start = time.perf_counter()
        act(given)
        taken.append(time.perf_counter() - start)
    return min(taken)


def run_peer(peer: str) -> None:
    """One round of a peer, as JSON: seconds by row."""
    works = {"gradwire": gradwire, "torch": torch, "numpy": numpy}[peer]()
    print(json.dumps({row: repeat(works[row]) for row in ROWS if row in works}))


def rounds(peers: Iterable[str]) -> Iterator[tuple[str, dict[str, float]]]:
    """(peer, seconds by row) of all rounds, the peers in turns so that all meet the same load."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), THREADS)
    for _ in range(ROUNDS):
        for peer in peers:
            command = [sys.executable, __file__, "--peer", peer, f"--threads={THREADS}"]
            done = subprocess.run(
                command, check=True, capture_output=True, text=True, env={**os.environ, **threads}
            )
            yield peer, json.loads(done.stdout)


def stored_by_convolution() -> tuple[int, int]:
    """Numbers that the convolution's Jacobian keeps, and entries of its kernel."""
    prepare, act = gradwire()["convolution"]
    trace = prepare()
    return act(trace).stored, trace.value("f.weight").size


def measure() -> dict[str, Any]:
    """All figures: seconds of every round, by row and peer."""
    peers = [peer for peer in PEERS if peer != "torch" or importlib.util.find_spec("torch")]
    found: dict[str, dict[str, list[float]]] = {row: {} for row in ROWS}
    for peer, seconds in rounds(peers):
        for row, value in seconds.items():
            found[row].setdefault(peer, []).append(value)
    stored, kernel = stored_by_convolution()
    return {"machine": machine(), "rows": found, "stored": stored, "kernel": kernel}


def machine() -> dict[str, Any]:
    """What it ran on."""
    versions = {"python": platform.python_version(), "numpy": np.__version__}
    if importlib.util.find_spec("torch"):
        from importlib import metadata

        versions["torch"] = metadata.version("torch")
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    return {
        "cores": os.cpu_count(), "threads": int(THREADS), "system": platform.platform(),
        "load": load, **versions,
    }  # fmt: skip


# --- telling ---------------------------------------------------------------------------------


def text_of(values: list[float] | None) -> str:
    """`1.23 ms (1.10-1.40)`."""
    if not values:
        return "—"
    middle, low, high = (
        f"{value * 1000:.3g}" for value in (statistics.median(values), min(values), max(values))
    )
    return f"{middle} ms ({low}-{high})"


def ratio(row: dict[str, list[float]]) -> float | None:
    """How many times the median of torch's rounds is ours."""
    if "torch" not in row:
        return None
    return statistics.median(row["torch"]) / statistics.median(row["gradwire"])


def report(found: dict[str, Any]) -> None:
    """The table, and what the convolution stores."""
    print(", ".join(f"{name} {value}" for name, value in found["machine"].items()))
    print(f"median of {ROUNDS} rounds (least-most of them)\n")
    head = ("", "gradwire", "torch.func.jacrev", "NumPy by hand", "times faster", "goal")
    lines = [head]
    for id_, row in ROWS.items():
        given = found["rows"][id_]
        times = ratio(given)
        lines.append((
            row.name,
            *(text_of(given.get(peer)) for peer in PEERS),
            "—" if times is None else f"{times:,.1f}",
            "" if row.goal is None else f"{row.goal:,.0f}",
        ))  # fmt: skip
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)))
    stored, kernel = found["stored"], found["kernel"]
    print(f"\nThe convolution's Jacobian keeps {stored:,} numbers; its kernel has {kernel:,}.")


def missed(found: dict[str, Any]) -> bool:
    """Whether a goal was not reached."""
    ratios = ((row.goal, ratio(found["rows"][id_])) for id_, row in ROWS.items())
    slow = any(goal and times is not None and times < goal for goal, times in ratios)
    return slow or found["stored"] != found["kernel"]


def main(arguments: list[str]) -> int:
    """Print the table, or JSON; 1 where a goal is missed."""
    if arguments[:1] == ["--peer"]:
        run_peer(arguments[1])
        return 0
    found = measure()
    if "--json" in arguments:
        print(json.dumps(found, indent=2))
    else:
        report(found)
    return int(missed(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
