"""Delay edges in the graph: wiring, edits and their inverses, files, problems."""

from __future__ import annotations

import numpy as np
import pytest

from graph import Graph, check, dumps, loads
from graph import edits as e
from graph.errors import BadAttribute, BadDelay, BadTensor, CycleFound, FileError, UnknownPort
from graph.fragment import cut_out, insertion
from graph.port import PortRef, PortType
from graph.records import Time
from tests.test_time import plain_rnn


def loop() -> Graph:
    """a -> b -> c, where c could come back to a."""
    graph = Graph(time=Time(steps=3))
    graph.add("Input", "x", shape=(2,))
    graph.set_tensor("x.y", np.array([0.5, -1.0]))
    graph.add("Add", "a")
    graph.add("Tanh", "b")
    graph.add("Sin", "c")
    graph.connect("x.y", "a.a")
    graph.connect("a.y", "b.x")
    graph.connect("b.y", "c.x")
    return graph


def messages(graph: Graph) -> list[str]:
    return [problem.message for problem in check(graph).errors]


def test_a_cycle_needs_a_delay():
    graph = loop()
    with pytest.raises(CycleFound, match="a → b → c → a"):
        graph.connect("c.y", "a.b")
    assert isinstance(graph.can_connect("c.y", "a.b"), CycleFound)
    assert graph.can_connect("c.y", "a.b", delay=1) is None
    graph.connect("c.y", "a.b", delay=1)
    assert graph.order() == ("x", "a", "b", "c")
    assert messages(graph) == []
    with pytest.raises(CycleFound):
        graph.set_delay("a.b", 0)
    assert graph.edges[-1].delay == 1


def test_an_initial_port_comes_before_the_loop():
    graph = loop()
    with pytest.raises(CycleFound, match="before the loop"):
        graph.connect("c.y", "a.b", delay=1, initial="b.y")
    with pytest.raises(CycleFound):
        graph.connect("c.y", "a.b", delay=1, initial="a.y")
    with pytest.raises(UnknownPort, match=r"x\.z"):
        graph.connect("c.y", "a.b", delay=1, initial="x.z")
    with pytest.raises(BadDelay, match="delay of 0 with an initial value"):
        graph.connect("c.y", "a.b", initial="x.y")
    with pytest.raises(BadDelay, match="delay of -1"):
        graph.connect("c.y", "a.b", delay=-1)
    graph.connect("c.y", "a.b", delay=1, initial="x.y")
    # What comes after the loop cannot feed what the loop begins with.
    graph.add("Neg" if "Neg" in graph.catalogue else "Negate", "n")
    graph.set_delay("a.b", 1)
    graph.connect("x.y", "n.x")
    graph.set_delay("a.b", 1, "n.y")
    graph.disconnect("n.x")
    with pytest.raises(CycleFound, match="n"):
        graph.connect("c.y", "n.x")


def test_an_initial_port_does_not_change_from_step_to_step():
    graph = loop()
    graph.set("x", sequence=True)
    with pytest.raises(BadDelay, match="changes from step to step"):
        graph.connect("c.y", "a.b", delay=1, initial="x.y")
    graph.set("x", sequence=False)
    graph.connect("c.y", "a.b", delay=1, initial="x.y")
    graph.set("x", sequence=True)
    assert any("changes from step to step" in text for text in messages(graph))


def test_every_edit_of_a_delay_is_taken_back_byte_for_byte():
    graph = loop()
    graph.add("Constant", "first", shape=(2,))
    graph.set_tensor("first.y", np.ones(2))
    graph.connect("c.y", "a.b", delay=2)
    graph.set_tensor("a.b", np.arange(4.0).reshape(2, 2))
    port = PortRef("a", "b")
    edits = (
        e.SetDelay(port, 1, PortRef("first", "y")),
        e.SetDelay(port, 3),
        e.Disconnect(port),
        e.RemoveNode("a"),
        e.RemoveNode("c"),
        e.SetTensor(port, None),
        e.SetGraph({"time": Time(steps=9, truncate=2)}),
    )
    before = dumps(graph)
    for edit in edits:
        back = graph.apply(edit)
        assert dumps(graph) != before
        graph.apply(back)
        assert dumps(graph) == before
    graph.apply(e.SetDelay(port, 1, PortRef("first", "y")))
    before = dumps(graph)
    for edit in (e.RemoveNode("first"), e.Rename("first", "start"), e.RemoveNode("a")):
        back = graph.apply(edit)
        graph.apply(back)
        assert dumps(graph) == before
    graph.remove("first")
    assert graph.incoming(port).initial is None


def test_a_new_name_closes_no_circle():
    graph = loop()
    graph.connect("c.y", "a.b", delay=1)
    data = dumps(graph).replace(b'"delay": 1', b'"delay": 1, "initial": "gone.y"')
    graph = loads(data)
    assert any("gone.y" in text for text in messages(graph))
    with pytest.raises(CycleFound):
        graph.rename("b", "gone")
    graph.rename("x", "gone")
    assert messages(graph) == []


def test_only_a_delayed_input_keeps_initial_values():
    graph = loop()
    with pytest.raises(BadTensor, match="keeps no tensor"):
        graph.set_tensor("a.b", np.ones((1, 2)))
    graph.connect("c.y", "a.b", delay=1)
    graph.set_tensor("a.b", np.ones((1, 2)))
    graph.disconnect("a.b")
    assert PortRef("a", "b") not in graph.tensors


def test_a_file_with_time_is_rewritten_byte_for_byte():
    graph = loop()
    graph.connect("c.y", "a.b", delay=2, initial="x.y")
    graph.set_tensor("a.b", np.ones((2, 2)))
    graph.configure(time=Time(3, 2, {"x-mark": [1]}))
    data = dumps(graph)
    assert b'"time": {"steps": 3, "truncate": 2, "x-mark": [1]}' in data
    assert b'{"from": "c.y", "to": "a.b", "delay": 2, "initial": "x.y"}' in data
    again = loads(data)
    assert again.time == graph.time
    assert dumps(again) == data


@pytest.mark.parametrize(
    "bad", ['{"steps": 0}', '{"steps": "a"}', '{"step": 3}', '{"truncate": -1}']
)
def test_a_file_with_a_bad_time_is_refused(bad):
    text = f'{{"gradwire": 1, "nodes": [], "edges": [], "time": {bad}}}'
    with pytest.raises((FileError, BadAttribute), match="time"):
        loads(text)


def test_a_copied_loop_keeps_its_start():
    graph = plain_rnn()
    graph.set_tensor("back.x", np.ones((1, 2, 4)))
    fragment = cut_out(graph, {"back", "sum", "h"})
    edit, ids = insertion(graph, fragment, (0.0, 0.0))
    graph.apply(edit)
    assert len(ids) == 3
    assert graph.tensors[PortRef("back2", "x")] == graph.tensors[PortRef("back", "x")]


def test_types_come_round_a_loop():
    found = check(plain_rnn())
    assert found.types[PortRef("back", "weight")] == PortType("float64", (4, 4))
    assert found.types[PortRef("x", "y")] == PortType("float64", (2, 3))
    assert found.time.inside == frozenset(("x", "into", "back", "sum", "h", "square", "loss"))


def test_a_shape_that_grows_with_each_step_is_a_problem_at_the_edge():
    graph = loop()
    graph.connect("x.y", "a.b")
    graph.add("Concat", "grow")
    graph.connect("x.y", "grow.x0")
    graph.connect("grow.y", "grow.x1", delay=1)
    graph.set_tensor("grow.x1", np.zeros((1, 2)))
    (text,) = messages(graph)
    assert text.startswith("grow.x1: found float64 [4] from grow.y, expected float64 [2] as the")


def test_a_shape_that_nothing_tells_asks_for_an_initial_value():
    graph = Graph(time=Time(steps=2))
    graph.add("Tanh", "a")
    graph.connect("a.y", "a.x", delay=1)
    (text,) = messages(graph)
    assert "Give an initial value" in text
    graph.set_tensor("a.x", np.zeros((1, 3)))
    assert messages(graph) == []


def test_kept_values_count_as_many_steps_as_the_delay():
    graph = loop()
    graph.connect("c.y", "a.b", delay=2)
    graph.set_tensor("a.b", np.zeros((1, 2)))
    (text,) = messages(graph)
    assert text.startswith("a.b: found [1, 2], expected [2, ...]")


def test_sequences_are_equally_long():
    graph = plain_rnn()
    graph.add("Input", "other", shape=(5, 2, 4), sequence=True)
    graph.set_tensor("other.y", np.zeros((5, 2, 4)))
    assert any("5 time steps, expected 6" in text for text in messages(graph))


def test_time_has_a_length_that_memory_can_hold():
    graph = loop()
    graph.connect("c.y", "a.b", delay=1)
    graph.configure(time=Time())
    (text,) = messages(graph)
    assert "no number of time steps" in text
    (problem,) = check(graph).errors
    graph.apply(problem.mends[0].edit)
    assert messages(graph) == []
    graph.configure(time=Time(steps=10**12))
    (text,) = messages(graph)
    assert "at most 1000000" in text


def test_what_leads_out_reads_what_is_inside():
    graph = loop()
    graph.connect("c.y", "a.b", delay=1)
    graph.add("LastStep", "last")
    graph.connect("x.y", "last.x")
    (text,) = messages(graph)
    assert text.startswith("last.x: found x.y, which is outside time")


def test_a_loop_does_not_lead_out_and_in_again():
    graph = loop()
    graph.add("LastStep", "last")
    graph.connect("c.y", "last.x")
    graph.connect("last.y", "a.b", delay=1)
    assert any("leads out of time and back" in text for text in messages(graph))


def test_one_broken_node_stops_the_loop_alone():
    graph = loop()
    graph.add("Square", "aside")
    graph.connect("x.y", "aside.x")
    graph.connect("c.y", "a.b", delay=1)
    graph.add("Linear", "wrong", out_features=3)
    graph.connect("c.y", "wrong.x")
    graph.set_tensor("wrong.weight", np.zeros((3, 7)))
    found = check(graph)
    assert "aside" in found.runnable
    assert {"a", "b", "c"} <= found.runnable
    graph.set("x", shape=(3,))
    graph.set_tensor("x.y", None)
    assert check(graph).runnable.isdisjoint({"a", "b", "c", "aside"})


def test_what_a_delay_carries_is_forgotten_with_what_told_it():
    """Also where nobody has asked for the types in between, and where nothing can tell it now."""
    graph = Graph(time=Time(steps=3))
    graph.add("Input", "x", shape=(2,))
    graph.add("Sin", "a")
    graph.add("Tanh", "b")
    graph.connect("x.y", "a.x")
    graph.connect("a.y", "b.x", delay=1)
    graph.types.unify()
    assert graph.types.of(PortRef("b", "y")) == PortType("float64", (2,))
    graph.apply(e.SetAttributes("x", {"shape": (5,)}))
    assert graph.types.of(PortRef("b", "y")) != PortType("float64", (2,))
    graph.types.learn()
    assert graph.types.of(PortRef("b", "y")) == PortType("float64", (5,))
    graph.apply(e.Disconnect(PortRef("a", "x")))
    graph.types.learn()
    assert graph.types.of(PortRef("b", "y")) is None
