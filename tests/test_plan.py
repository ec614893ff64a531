"""The plan: slots, steps, and what the reverse pass reaches."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from graph import PortRef, check
from runtime import CheckFailed, MemoryRefused, RunError, compile_plan
from runtime.backend import Backend
from runtime.memory import ask_memory, forecast, show_bytes
from tests.conftest import TOYS
from tests.runtime_toys import by_hand, draw


def test_every_port_has_a_slot_and_an_edge_has_one():
    graph = by_hand()
    plan = compile_plan(graph)
    assert [step.node for step in plan.forward] == ["x1", "x2", "difference", "loss"]
    assert [step.node for step in plan.reverse] == ["loss", "difference", "x2", "x1"]
    assert len(plan.slots) == 8
    assert plan.slot_of[PortRef("x1", "a")] == plan.slot_of[PortRef("w", "y")]
    assert plan.edges[PortRef("x1", "a")] == PortRef("w", "y")
    assert plan.revision == graph.revision
    assert {str(source.ref) for source in plan.sources} == {"x.y", "w.y", "b.y", "y_true.y"}


def test_a_plan_is_frozen():
    plan = compile_plan(by_hand())
    with pytest.raises(dataclasses.FrozenInstanceError):
        plan.dtype = "float32"


def test_only_what_leads_to_the_target_is_reached():
    graph = draw("x:Input i:Input a:Sin b:Cos p:Pick", "x.y a.x", "x.y b.x", "a.y p.x",
                 "i.y p.index", tensors={"x": [1.0], "i": 0}, target="p")  # fmt: skip
    plan = compile_plan(graph)
    assert [step.node for step in plan.reverse] == ["p", "a"]
    assert plan.step_of["p"].need == (True, False)
    reached = {ref for ref, slot in plan.slot_of.items() if slot in plan.reached}
    assert {str(ref) for ref in reached} == {"p.y", "p.x", "a.y", "a.x", "x.y", "b.x"}
    assert plan.slot_of[PortRef("i", "y")] not in plan.reached


def test_what_is_asked_for_stands_in_for_the_graphs_own():
    graph = by_hand()
    plan = compile_plan(graph, check(graph), mode="train", target="x1")
    assert (plan.mode, str(plan.target)) == ("train", "x1.y")
    assert [step.node for step in plan.reverse] == ["x1"]
    assert plan.revision == graph.revision
    assert graph.target is None
    assert compile_plan(graph, dtype="float32").slots[0].dtype == "float32"


def test_errors_are_raised_unless_the_plan_may_be_partial():
    graph = by_hand()
    graph.disconnect("x2.b")
    with pytest.raises(CheckFailed, match=r"x2\.b") as caught:
        compile_plan(graph)
    assert caught.value.problems[0].node == "x2"
    plan = compile_plan(graph, partial=True)
    assert [step.node for step in plan.forward] == ["x1"]
    assert str(plan.target) == "None" or plan.target.node == "x1"


def test_a_module_without_mathematics_cannot_be_planned():
    from graph import Catalogue, Graph

    graph = Graph(Catalogue(TOYS))
    graph.add("Source", "s")
    graph.set_tensor("s.y", np.array(1.0))
    graph.add("Twice", "t")
    graph.connect("s.y", "t.x")
    with pytest.raises(RunError, match=r"t: found Twice"):
        compile_plan(graph)
    assert not compile_plan(graph, partial=True).forward


def test_memory_is_forecast_from_shapes():
    graph = draw("x:Input s:Sin t:Total", "x.y s.x", "s.y t.x", tensors={"x": np.ones((10, 10))})
    plan = compile_plan(graph)
    assert forecast(plan, reverse=False) == 8 * (100 + 100 + 1)
    assert forecast(plan, reverse=True) == 8 * 2 * (100 + 100 + 1) + 8 * 200 - 0
    assert show_bytes(3 * 1024**3) == "3 GiB"

    class Small(Backend):
        def memory(self):
            return 3000

    with pytest.raises(MemoryRefused, match=r"\[10, 10\].*2.34 KiB"):
        ask_memory(plan, Small("cpu", np), reverse=True)
    ask_memory(plan, Small("cpu", np), reverse=False)
