"""When numbers come: arrivals against what the playhead shows, breakpoints, and histories."""

import math

import numpy as np
import pytest

from graph import Graph, PortRef, Tensor
from graph.marks import Breakpoint, Condition
from gui.places import SeenTrace
from gui.shown import Shown
from runtime import Engine
from runtime.stops import arrivals_of, examine, find_stop, history_of
from tests.canvas_desk import by_hand
from tests.composite_graphs import group_some, two_blocks
from tests.recurrent_graphs import Pair
from tests.reference.random_graphs import random_graph

CONDITIONS = (
    ("not finite", None, [[1.0, math.nan]], (0, 1)),
    ("not finite", None, [[1.0, -math.inf]], (0, 1)),
    ("norm above", 4.9, [[3.0, -4.0]], None),
    ("norm below", 5.1, [[3.0, -4.0]], None),
    ("dead share above", 0.4, [[0.0, 1.0], [0.0, 0.0]], None),
)


def positions(trace):
    """Every position of a run, in order."""
    for index, step in enumerate(trace.steps):
        for part in range(max(len(trace.parts(step)), 1)):
            yield index, part
    yield len(trace.steps), 0


def seen_first(trace, graph, port, kind, t=None):
    """The first position at which the playhead shows something of a port; None if never."""
    for position in positions(trace):
        seen = trace if t is None else SeenTrace(trace, "", trace.steps, t)
        if getattr(Shown(seen, *position, graph), kind)(port).is_value:
            return position
    return None


def ports_of(trace):
    """(port, kind of reading) of all outputs and wired inputs of a flat graph."""
    for target, source in trace.plan.edges.items():
        yield target, "gradient"
        if source is not None and source not in trace.plan.edges:  # no way into a composite
            yield source, "port_gradient"
            yield source, "value"


def check_against_the_playhead(graph, ts=(None,)):
    trace = Engine(graph).run()
    times = arrivals_of(trace)
    count = 0
    for port, kind in set(ports_of(trace)):
        of = times.values if kind == "value" else times.gradients
        found = {arrival.t: arrival.position for arrival in of(port)}
        for t in ts:
            seen = seen_first(trace, graph, port, kind, t)
            if t is not None and None in found:
                continue  # it belongs to all time steps
            if seen == (0, 0):
                assert not found  # a source
            else:
                allowed = [found.get(t)]
                if t is not None and kind == "port_gradient" and allowed[0]:
                    allowed.append((allowed[0][0] + 1, 0))  # the playhead waits for whole steps
                assert seen in allowed, (port, kind, t, allowed)
                count += seen is not None
    return count


@pytest.mark.parametrize("seed", range(8))
def test_in_random_graphs_numbers_come_when_the_playhead_shows_them(seed):
    assert check_against_the_playhead(random_graph(seed)) > 5


@pytest.mark.parametrize("seed", range(3))
def test_in_random_loops_numbers_come_when_the_playhead_shows_them(seed):
    assert check_against_the_playhead(Pair(3, seed).loop, range(3)) > 5


@pytest.mark.parametrize("seed", range(3))
def test_at_composites_numbers_come_when_the_playhead_shows_them(seed):
    graph = random_graph(seed)
    random = np.random.RandomState(seed)
    while group_some(graph, random, "Part") is None:
        pass
    assert check_against_the_playhead(graph) > 5


def stops(trace, marks, *, back=False, before=None):
    """Where a run holds, one stop after another."""
    at = (len(trace.steps) + 1, 0) if back else (-1, 0)
    found = []
    while stop := find_stop(trace, marks, at, back=back, before=before):
        at = stop.position
        found.append((stop.position, stop.mark.at, stop.of))
    return found


def test_plain_breakpoints_hold_in_both_phases_and_both_ways():
    trace = Engine(by_hand()).run()
    marks = (Breakpoint("x2.a"), Breakpoint("loss"), Breakpoint("w"), Breakpoint("x1", off=True))
    expected = [
        ((1, 0), "x2.a", "value"),
        ((4, 0), "loss", "value"),
        ((5, 0), "loss", "gradient"),
        ((6, 2), "x2.a", "gradient"),
        ((7, 2), "w", "gradient"),
    ]
    assert stops(trace, marks) == expected
    assert stops(trace, marks, back=True) == expected[::-1]


def test_a_breakpoint_at_a_composite_holds_behind_its_last_step_inside():
    trace = Engine(two_blocks()).run()
    (ahead, _, _), (back, _, _) = stops(trace, [Breakpoint("one")])
    assert trace.steps[ahead[0] - 1].node == "one/add"
    assert trace.steps[ahead[0]].node.startswith("two/")
    assert trace.steps[back[0] - 1].node == "one/lin"
    inner = stops(trace, [Breakpoint("two/act")])
    assert [trace.steps[at[0] - 1].node for at, _, _ in inner] == ["two/act"] * 2


def test_conditions_pick_the_values_and_gradients_that_they_name():
    graph = by_hand()
    trace = Engine(graph).run()
    large = Condition("value", "norm above", 6.5)
    assert stops(trace, [Breakpoint(id_, large) for id_ in ("x1", "x2", "loss")]) == [
        ((2, 0), "x2", "value")
    ]
    high = Condition("gradient", "norm above", 2.5)
    marks = [Breakpoint("x1.a", high), Breakpoint("x1.b", high)]
    assert [at for _, at, _ in stops(trace, marks)] == ["x1.b"]
    stop = find_stop(trace, marks, (0, 0))
    assert stop.found.figure == 3.0
    assert stop.port == PortRef("x1", "b")


def test_a_sign_is_held_against_the_run_before_or_the_time_step_before():
    graph = by_hand()
    before = Engine(graph).run()
    graph.set_tensor("y_true.y", Tensor.scalar(40.0))
    after = Engine(graph).run()
    turned = [Breakpoint("difference", Condition("value", "sign changes"))]
    assert stops(after, turned) == []
    assert stops(after, turned, before=before) == [((3, 0), "difference", "value")]
    loop = Graph(target="end.y")
    loop.add("Constant", "one", shape=())
    loop.set_tensor("one.y", Tensor.scalar(-1.0))
    loop.add("Input", "x", shape=(4,), sequence=True)
    loop.set_tensor("x.y", np.array([1.0, 2.0, -3.0, -4.0]))
    loop.add("Multiply", "times")
    loop.add("LastStep", "end")
    for source, target in (("one.y", "times.a"), ("x.y", "times.b"), ("times.y", "end.x")):
        loop.connect(source, target)
    trace = Engine(loop).run()
    stop = find_stop(trace, [Breakpoint("times", Condition("value", "sign changes"))], (0, 0))
    assert stop.t == 2
    assert trace.steps[stop.position[0] - 1].t == 2


@pytest.mark.parametrize(("test", "bound", "numbers", "index"), CONDITIONS)
def test_each_test_holds_beyond_its_bound_alone(test, bound, numbers, index):
    found = examine(Condition("value", test, bound), np.array(numbers))
    assert found is not None
    assert found.index == index
    other = np.array([[1.0, 1.0], [1.0, 1.0]]) * (1 if test != "norm below" else 100)
    assert examine(Condition("value", test, bound), other) is None


def test_norms_of_extreme_and_empty_tensors_do_not_warn():
    huge = np.array([1e300, -1e300])
    assert examine(Condition("value", "norm above", 1e300), huge).figure == pytest.approx(
        2**0.5 * 1e300
    )
    assert examine(Condition("value", "norm above", 1.0), np.array([math.nan])).figure == math.inf
    assert examine(Condition("value", "dead share above", 0.0), np.zeros((0, 3))) is None


def test_progress_may_end_the_search():
    class Enough(Exception):
        pass

    def enough(share):
        raise Enough

    trace = Engine(by_hand()).run()
    never = Breakpoint("loss", Condition("value", "norm above", 1e9))
    with pytest.raises(Enough):
        find_stop(trace, [never], (0, 0), progress=enough)


def fan_out() -> Graph:
    """w read three times: its gradient is 1.5 + 0.2 - 0.7."""
    graph = Graph(target="loss")
    graph.add("Parameter", "w", shape=())
    graph.set_tensor("w.y", Tensor.scalar(2.0))
    last = None
    for number, factor in enumerate((1.5, 0.2, -0.7)):
        graph.add("Constant", f"c{number}", shape=())
        graph.set_tensor(f"c{number}.y", Tensor.scalar(factor))
        graph.add("Multiply", f"m{number}")
        graph.connect("w.y", f"m{number}.a")
        graph.connect(f"c{number}.y", f"m{number}.b")
        if last is None:
            last = "m0"
            continue
        added = "loss" if number == 2 else "s"
        graph.add("Add", added)
        graph.connect(f"{last}.y", f"{added}.a")
        graph.connect(f"m{number}.y", f"{added}.b")
        last = added
    return graph


def test_a_gradient_has_a_history_of_the_parts_it_is_added_up_from():
    trace = Engine(fan_out()).run()
    history = history_of(trace, PortRef("w", "y"))
    assert [point.figure for point in history.value] == [2.0]
    parts = arrivals_of(trace).parts(PortRef("w", "y"))
    each = [float(trace.gradient(part.via)) for part in parts]
    assert sorted(each) == [-0.7, 0.2, 1.5]
    assert [point.figure for point in history.gradient] == pytest.approx(np.cumsum(each))
    assert history.gradient[-1].figure == pytest.approx(1.0)
    assert [point.position for point in history.gradient] == [part.position for part in parts]


def test_a_parameter_read_at_all_time_steps_grows_step_by_step():
    trace = Engine(Pair(3, 0).loop).run()
    ref = PortRef("wn6", "y")
    history = history_of(trace, ref)
    assert len(history.gradient) >= 2
    last = float(np.linalg.norm(trace.gradient(ref)))
    assert history.gradient[-1].figure == pytest.approx(last)


def test_a_port_inside_time_has_a_point_for_each_step():
    pair = Pair(4, 2)
    trace = Engine(pair.loop).run()
    node = pair.ids[-1]
    history = history_of(trace, PortRef(node, "y"))
    assert [point.t for point in history.value] == [0, 1, 2, 3]
    norms = [float(np.linalg.norm(trace.value(f"{node}.y", t))) for t in range(4)]
    assert [point.figure for point in history.value] == pytest.approx(norms)


def test_what_the_run_does_not_know_has_no_history_and_no_stop():
    trace = Engine(by_hand()).run()
    history = history_of(trace, PortRef("newer", "y"))
    assert (history.value, history.gradient) == ((), ())
    assert stops(trace, [Breakpoint("newer"), Breakpoint("newer.x"), Breakpoint("x1.zz")]) == []
