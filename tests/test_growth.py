"""What must grow no faster than the graph: counted in calls, which no load of the machine moves."""

from __future__ import annotations

import gc
import threading
from functools import partial

import numpy as np
import pytest

from graph import Graph, Tensor, check
from graph.files import dumps, loads
from graph.layout import arrange
from graph.uncollected import uncollected
from runtime import Backend, Engine
from runtime.compiled import Compiled, Trained
from runtime.plan import compile_plan
from tests.work_counter import counted_calls

SMALL, TIMES = 100, 4
SLACK = 1.1  # in the exponent, as the benchmark takes it


def braid(nodes: int) -> Graph:
    """Nodes that read the one before and a parameter near by: all of it leads to one target."""
    graph, parameters = Graph(target="loss"), nodes // 10
    for place in range(parameters):
        graph.add("Parameter", f"p{place}", shape=())
        graph.set_tensor(f"p{place}.y", Tensor.scalar(0.1 * place))
    last = "p0"
    for place in range(nodes - parameters - 1):
        id_ = graph.add(("Add", "Tanh", "Multiply", "Sigmoid")[place % 4], f"n{place}")
        sources = last, f"p{place * parameters // nodes}"
        for source, port in zip(sources, graph.module(id_).input_ports, strict=False):
            graph.connect(f"{source}.y", f"{id_}.{port.name}")
        last = id_
    graph.add("Sum", "loss")
    graph.connect(f"{last}.y", "loss.x")
    return graph


def live_edit(graph: Graph):
    trace = Engine(graph.copy()).run()
    graph.set_tensor("p1.y", Tensor.scalar(0.5))  # p0 is 0: another number has another form
    return lambda: Engine(graph.copy()).run(previous=trace)


def compiling(graph: Graph):
    """A training's step made anew from a plan that is there: every node counts in it."""
    plan = compile_plan(graph)
    values, gradients = ({x.ref: np.ones(()) for x in plan.sources} for _ in range(2))
    trained = Trained(values, gradients, {})
    return lambda: Compiled(plan, Backend.open(), trained, {})


WORKS = {
    "check": lambda graph: partial(check, graph),
    "plan": lambda graph: partial(compile_plan, graph, check(graph)),
    "compile": compiling,
    "run": lambda graph: Engine(graph).run,
    "live edit": live_edit,
    "save": lambda graph: partial(dumps, graph),
    "load": lambda graph: partial(loads, dumps(graph)),
    "layout": lambda graph: partial(arrange, graph),
}


@pytest.fixture(scope="module")
def graphs():
    return [braid(SMALL), braid(SMALL * TIMES)]


@pytest.mark.parametrize("name", WORKS)
def test_work_grows_as_the_graph_does(name, graphs):
    calls = []
    for graph in graphs:
        act = WORKS[name](graph)
        act()  # what is worked out once
        with counted_calls() as work:
            act()
        calls.append(work.calls)
    assert calls[0] > SMALL / 10
    assert calls[1] < TIMES**SLACK * calls[0]


def test_a_live_edit_checks_and_plans_nothing(graphs, monkeypatch):
    act = live_edit(graphs[0])
    for name in ("check", "compile_plan"):
        monkeypatch.delattr(f"runtime.engine.{name}")
    assert act().value("p1.y") == 0.5


# --- the collector ------------------------------------------------------------------------------


def test_the_collector_rests_and_works_again():
    assert gc.isenabled()
    with uncollected():
        with uncollected():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_the_collector_works_again_after_an_error():
    with pytest.raises(ZeroDivisionError), uncollected():
        _ = 1 / 0
    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off():
    gc.disable()
    try:
        with uncollected():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_the_collector_rests_until_the_last_thread_is_done():
    entered, leave = threading.Event(), threading.Event()

    def work() -> None:
        with uncollected():
            entered.set()
            leave.wait(10)

    thread = threading.Thread(target=work)
    thread.start()
    assert entered.wait(10)
    with uncollected():
        pass
    assert not gc.isenabled()
    leave.set()
    thread.join()
    assert gc.isenabled()


@pytest.mark.parametrize("name", ["check", "plan", "compile", "run", "load"])
def test_nothing_is_collected_while_a_large_graph_is_worked_on(name, graphs):
    act = WORKS[name](graphs[1])
    act()
    before = [each["collections"] for each in gc.get_stats()]
    rested = gc.get_threshold()
    gc.set_threshold(50, 2, 2)
    gc.collect()
    begun = [each["collections"] for each in gc.get_stats()]
    try:
        act()
    finally:
        gc.set_threshold(*rested)
    done = [each["collections"] for each in gc.get_stats()]
    assert begun != before
    assert sum(done) - sum(begun) < 20  # before and after; one would come every 50 containers
