"""Sums of cotangents: spelled in words, and the parts that the engine added up."""

from __future__ import annotations

import numpy as np
import pytest

from graph import Graph, PortRef, Tensor, check
from gui.document import Document
from gui.reverse_graph.sums import Sum, Sums, spelled
from runtime import Engine
from tests.composite_graphs import group_some


def number(value: float) -> np.ndarray:
    return np.array(value)


# --- sums in words ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "total", "text"),
    [
        ((1.5, 0.2, -0.7), 1.0, "1.5 + 0.2 − 0.7 = 1"),
        ((-2.0, -3.0), -5.0, "−2 − 3 = −5"),
        ((1.5, None, -0.7), None, "1.5 + … − 0.7 = …"),
        ((1.0,) * 8, 8.0, "1 + 1 + 1 + 1 + 1 + 3 more = 8"),
    ],
)
def test_a_sum_is_spelled(parts, total, text):
    arrays = tuple(None if part is None else number(part) for part in parts)
    found = Sum(arrays, None if total is None else number(total))
    assert spelled(found)[0] == text


def test_a_sum_of_tensors_is_spelled_as_far_as_it_can_be_read():
    one, other = np.array([1.0, -2.0]), np.array([0.5, 2.0])
    assert spelled(Sum((one, other), one + other))[0] == "[1, −2] + [0.5, 2] = [1.5, 0]"
    wide = np.arange(6.0)
    assert spelled(Sum((wide, -wide), wide * 0))[0] == "Σ(‖7.42‖, ‖7.42‖) = ‖0‖"


def test_no_equals_sign_stands_between_what_is_not_equal():
    found = Sum((number(1.0), number(2.0)), number(4.0))
    assert not found.holds
    assert spelled(found) == ("Σ∂ 4",)


def test_nothing_is_spelled_before_a_part_has_come():
    assert spelled(Sum((None, None), None)) == ()


# --- the parts are those that the engine added up ---------------------------------------------


def random_graph(seed: int) -> Graph:
    """Tensors of three numbers through some twenty operations, used several times each."""
    random = np.random.RandomState(seed)
    graph = Graph(target="loss")
    outputs = []
    for number in range(3):
        graph.add("Input", f"x{number}", shape=(3,))
        graph.set_tensor(f"x{number}.y", random.standard_normal(3))
        outputs.append(f"x{number}.y")
    for number in range(18):
        module = random.choice(["Add", "Multiply", "Subtract", "Tanh", "Sin"])
        id_ = graph.add(str(module), f"n{number}")
        for port in graph.module(id_).input_ports:
            graph.connect(outputs[random.randint(len(outputs))], f"{id_}.{port.name}")
        outputs.append(f"{id_}.y")
    graph.add("Stack", "all", inputs=6)
    for number, output in enumerate(outputs[-6:]):
        graph.connect(output, f"all.x{number}")
    graph.add("Sum", "loss")
    graph.connect("all.y", "loss.x")
    return graph


def read_document(graph: Graph) -> Document:
    """A document at the end of its run."""
    document = Document()
    document.replace(graph, None)
    document.accept_check(check(graph))
    document.accept_trace(Engine(graph, partial=True).run())
    document.playhead.last()
    return document


def sums_of(document: Document) -> list[Sum]:
    """All sums at the place that is shown."""
    sums, graph = Sums(document), document.graph
    ports = (PortRef(x, p.name) for x in graph.nodes for p in graph.module(x).output_ports)
    return [found for port in ports if (found := sums.at(port)) is not None]


@pytest.mark.parametrize("seed", range(24))
def test_the_parts_make_the_sum_in_random_graphs_and_inside_composites(qapp, seed):
    graph, random = random_graph(seed), np.random.RandomState(seed)
    made = [group_some(graph, random, name) for name in ("One", "Two")]
    document = read_document(graph)
    found = []
    for place in ("", *(id_ for id_ in made if id_ in graph)):
        assert document.show_place(place)
        found += sums_of(document)
    assert all(one.holds for one in found)
    assert any(len(one.parts) > 1 for one in found)


def test_what_starts_a_loop_gets_a_part_from_the_first_steps(qapp):
    graph = running()
    graph.add("Input", "before", at=(200, 200))
    graph.set_tensor("before.y", Tensor.scalar(7.0))
    graph.set_delay("h.b", 1, "before.y")
    graph.add("Add", "both", at=(1080, 40))
    graph.connect("loss.y", "both.a")
    graph.connect("before.y", "both.b")
    document = read_document(graph)
    for t in range(3):
        document.playhead.show_time(t)
        found = Sums(document).at(PortRef("before", "y"))
        assert spelled(found)[0] == "1 + 3 = 4"
    assert all(one.holds for one in sums_of(document))


def running() -> Graph:
    """h_t = s x_t + h_(t-1), summed over three time steps: s is read at each, h twice."""
    graph = Graph(title="Running sum")
    graph.add("Input", "x", at=(0, 0), shape=(3,), sequence=True)
    graph.set_tensor("x.y", np.array([1.0, 2.0, -4.0]))
    graph.add("Input", "s", at=(0, 120))
    graph.set_tensor("s.y", Tensor.scalar(0.5))
    for module, id_, x in (("Multiply", "m", 200), ("Add", "h", 400), ("AllSteps", "all", 640)):
        graph.add(module, id_, at=(x, 40))
    graph.add("Sum", "loss", at=(880, 40))
    for source, target in (("x.y", "m.a"), ("s.y", "m.b"), ("m.y", "h.a")):
        graph.connect(source, target)
    graph.connect("h.y", "h.b", delay=1)
    graph.connect("h.y", "all.x")
    graph.connect("all.y", "loss.x")
    return graph
