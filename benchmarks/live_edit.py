"""One value edited in a graph of N nodes, until the trace is new: what live mode does per edit.

Run: python benchmarks/live_edit.py [NODES ...] [--edits N]. The first single number among the
parameters is set anew each time, so that what lies behind it runs again, and all of it in reverse.
Measured is what the worker's thread does between the request and its answer: CPU time, the least
and the median over the edits; and how many steps were not taken over from the run before.
"""

from __future__ import annotations

import argparse
import statistics
import time

from large_graphs import make_graph

from graph import Graph, PortRef, Tensor
from graph.uncollected import uncollected
from gui.answers import Request, compute
from runtime.trace import Trace

GOAL = {1_000: 20.0}  # milliseconds


def edited(graph: Graph, first: PortRef, number: float, before: Trace) -> tuple[float, Trace]:
    """Milliseconds of CPU from an edit's request to its answer, and the new trace."""
    graph.set_tensor(str(first), Tensor.scalar(number))
    request = Request(graph.copy(), "always", before)
    start = time.thread_time()
    with uncollected():
        answer = compute(request)
        taken = time.thread_time() - start
    graph.types.take(request.graph.types)
    assert answer.trace is not None
    return 1000 * taken, answer.trace


def measure(nodes: int, edits: int) -> str:
    """A row of the table."""
    graph = make_graph(nodes)
    first = next(ref for ref, tensor in graph.tensors.items() if tensor.shape == ())
    trace = compute(Request(graph.copy(), "always")).trace
    assert trace is not None
    taken = []
    for number in range(edits):
        before = trace
        spent, trace = edited(graph, first, 0.01 * (number + 1), before)
        taken.append(spent)
    new = sum(x.context is not before.records[key].context for key, x in trace.records.items())
    back = sum(x.parts is not before.records[key].parts for key, x in trace.records.items())
    found = f"{min(taken):.1f} ms (median {statistics.median(taken):.1f})"
    return f"| {nodes} | {found} | {GOAL.get(nodes, '')} | {new} | {back} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("nodes", nargs="*", type=int, default=[1_000])
    parser.add_argument("--edits", type=int, default=60)
    given = parser.parse_args()
    print("| nodes | an edit, least | goal, ms | run forward again | in reverse |")
    print("|---" * 5 + "|")
    for nodes in given.nodes:
        print(measure(nodes, given.edits), flush=True)


if __name__ == "__main__":
    main()
