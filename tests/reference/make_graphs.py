"""Write assets/reference/graphs.npz: what PyTorch says of 200 random graphs, in both dtypes.

    python -m tests.reference.make_graphs

A graph is left out where PyTorch's own float32 and float64 differ by more than a tenth of the
limit, or where a number is within reach of a kink.
"""

from __future__ import annotations

import numpy as np
import torch

from graph import Graph, PortRef, dumps
from graph.topology import topological_order
from tests.catalogue_cases import AWAY, error
from tests.reference import graph_store
from tests.reference.make_reference import torch_outputs
from tests.reference.random_graphs import random_graph

COUNT = 200
LEAST, MOST = 5, 60  # nodes
VALUE, GRADIENT = 1e-6, 1e-5  # a tenth of the limits in float32


def run(graph: Graph, dtype: str) -> dict[str, np.ndarray]:
    """Values of all output ports, and gradients of those that get one, by PyTorch."""
    kind = getattr(torch, dtype)
    tensors: dict[PortRef, torch.Tensor] = {}
    for id_ in topological_order(graph.nodes, graph.edges):
        module = graph.module(id_)
        ins = []
        for port in module.wired_ports:
            ref = PortRef(id_, port.name)
            edge = graph.incoming(ref)
            ins.append(_kept(graph, ref, kind, tensors) if edge is None else tensors[edge.source])
        names = [PortRef(id_, port.name) for port in module.output_ports]
        if module.wired_ports:
            outs = torch_outputs(module, *ins)
        else:
            outs = (_kept(graph, names[0], kind, tensors),)
        for ref, made in zip(names, outs, strict=True):
            # A copy: PyTorch may give its argument back, or go on with an output inside.
            out = made.clone() if module.wired_ports else made
            if out.requires_grad and not out.is_leaf:
                out.retain_grad()
            tensors[ref] = out
    tensors[PortRef("loss", "y")].backward()
    found = {f"value {ref}": tensor.detach().numpy() for ref, tensor in tensors.items()}
    return found | {
        f"gradient {ref}": tensor.grad.numpy()
        for ref, tensor in tensors.items()
        if tensor.grad is not None
    }


def _kept(graph, ref, kind, tensors) -> torch.Tensor:
    kept = graph.tensors[ref]
    array = np.asarray(kept.values()).reshape(kept.shape)
    tensors[ref] = torch.tensor(array, dtype=kind, requires_grad=True)
    return tensors[ref]


def is_good(graph: Graph, both: dict[str, dict[str, np.ndarray]]) -> bool:
    """Whether the numbers are worth comparing."""
    if not LEAST <= len(graph.nodes) <= MOST:
        return False
    for name, exact in both["float64"].items():
        limit = VALUE if name.startswith("value") else GRADIENT
        if not np.isfinite(exact).all() or error(both["float32"][name], exact) > limit:
            return False
    return _distance(graph, both["float64"]) > AWAY


def _distance(graph: Graph, values: dict[str, np.ndarray]) -> float:
    """The smallest distance of any node's inputs from a kink."""
    from runtime import Engine

    trace = Engine(graph).run()
    return min(
        record.step.module.kink_distance(
            record.context, tuple(trace.values[slot] for slot in record.step.inputs)
        )
        for record in trace.records.values()
    )


def main() -> None:
    """Graphs from seed 0 on until there are enough."""
    graphs, arrays, seed = [], [], 0
    while len(graphs) < COUNT:
        graph = random_graph(seed)
        seed += 1
        both = {dtype: run(graph, dtype) for dtype in ("float64", "float32")}
        if is_good(graph, both):
            graphs.append(dumps(graph).decode())
            arrays.append(both)
    path = graph_store.write(graphs, arrays, made_by=f"PyTorch {torch.__version__}")
    sizes = [text.count('"id"') for text in graphs]
    print(f"{path}: {len(graphs)} graphs of {min(sizes)} to {max(sizes)} nodes from {seed} seeds, ")
    print(f"{path.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
