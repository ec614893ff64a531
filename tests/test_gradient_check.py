"""The gradient check tells a wrong derivative from a kink, a steep curve and rounding."""

from __future__ import annotations

import numpy as np
import pytest

from graph import BadAttribute, Graph, PortRef
from runtime import CheckFailed, Engine, check_gradients
from runtime.differences import STEP
from runtime.errors import Cancelled
from tests.runtime_toys import CATALOGUE, by_hand, draw


def through(module, x, *, mid="", **fields):
    """x -> module -> sum."""
    return draw(f"x:Input m:{module} t:Total", "x.y m.x", "m.y t.x", tensors={"x": x}, **fields)


def words(report):
    edges = {str(ref): verdict.word for ref, verdict in report.edges.items()}
    return edges | {str(ref): verdict.word for ref, verdict in report.leaves.items()}


def test_right_derivatives_agree_with_a_small_figure():
    report = check_gradients(by_hand())
    assert report.ok
    assert set(words(report).values()) == {"agrees"}
    assert all(v.error < 1e-9 for v in (*report.edges.values(), *report.leaves.values()))
    assert set(map(str, report.leaves)) == {"x.y", "w.y", "b.y", "y_true.y"}
    assert report.target.node == "loss"
    assert max(v.error for v in report.rounding.values()) < 1e-6


@pytest.mark.parametrize("shape", [(), (3,), (20, 20)])
def test_a_wrong_derivative_disagrees(shape):
    x = np.random.default_rng(1).uniform(1, 2, shape)
    report = check_gradients(through("Wrong", x))
    assert not report.ok
    assert words(report) == {"m.x": "disagrees", "t.x": "agrees", "x.y": "disagrees"}
    assert next(iter(report.edges.values())).error == pytest.approx(0.5, abs=0.3)


def test_one_wrong_entry_among_many_is_found(monkeypatch):
    from runtime.modules.functions import Square

    def derivative(self, ctx, port, kept):
        found = 2 * kept["x"]
        found.flat[-1] += 1e-3
        return found

    monkeypatch.setattr(Square, "derivative", derivative)
    for size in (200, 2000):
        x = np.random.default_rng(2).normal(size=size)
        assert words(check_gradients(through("Square", x)))["m.x"] == "disagrees"


def test_a_wrong_vjp_beside_a_right_jacobian_is_found(monkeypatch):
    from runtime.modules.functions import Sin

    right = Sin.vjp
    monkeypatch.setattr(Sin, "vjp", lambda *args: tuple(-part for part in right(*args)))
    assert words(check_gradients(through("Sin", [1.0, 2.0])))["m.x"] == "disagrees"


def test_a_wrong_jvp_is_found(monkeypatch):
    from runtime.modules.functions import Sin

    monkeypatch.setattr(Sin, "jvp", lambda self, ctx, tangents, kept: tangents)
    assert words(check_gradients(through("Sin", [1.0, 2.0])))["m.x"] == "disagrees"


@pytest.mark.parametrize(
    ("x", "word"),
    [(0.0, "kink"), (STEP, "kink"), (-1.9 * STEP, "kink"), (2.5 * STEP, "agrees"), (1.0, "agrees")],
)
def test_within_two_steps_of_a_kink_the_verdict_is_kink(x, word):
    report = check_gradients(through("Abs", [3.0, x]))
    assert report.ok
    assert words(report)["m.x"] == word
    if x in (0.0, 1.0):
        assert words(report)["x.y"] == word


def test_a_large_entry_does_not_make_a_kink_of_a_distant_one():
    assert words(check_gradients(through("Abs", [1e6, 0.5])))["m.x"] == "agrees"


def test_a_kink_further_down_is_a_kink_for_the_leaf_alone():
    graph = draw("x:Input c:Constant d:Subtract m:Abs t:Total", "x.y d.a", "c.y d.b", "d.y m.x",
                 "m.y t.x", tensors={"x": [1.0, 2.0], "c": [1.0, 5.0]})  # fmt: skip
    found = words(check_gradients(graph))
    assert found["d.a"] == "agrees"
    assert found["m.x"] == found["x.y"] == found["c.y"] == "kink"


@pytest.mark.parametrize(
    ("module", "x"),
    [("Log", 1e-5), ("Log", 1e-7), ("Reciprocal", 1e-3), ("Sqrt", 1e-6), ("Exp", 600.0),
     ("Square", 1e8), ("Sin", 1e4)],
)  # fmt: skip
def test_steep_and_large_values_are_no_disagreement(module, x):
    report = check_gradients(through(module, [x, 1.0]))
    assert words(report) == {"m.x": "agrees", "t.x": "agrees", "x.y": "agrees"}


def test_a_small_change_beside_a_large_number_is_rounding():
    graph = draw("x:Input c:Constant p:Add t:Total", "x.y p.a", "c.y p.b", "p.y t.x",
                 tensors={"x": [1e-3], "c": [1e8]})  # fmt: skip
    assert check_gradients(graph).ok


def test_the_end_of_a_domain_is_a_kink():
    assert words(check_gradients(through("Sqrt", 0.0)))["m.x"] == "kink"


def test_values_that_are_not_finite_are_no_comparison():
    report = check_gradients(through("Exp", 1e3))
    assert words(report)["m.x"] == "not finite"


def test_leaves_without_a_path():
    graph = draw("x:Input z:Input i:Input s:Sin u:Sin p:Pick t:Total", "x.y s.x", "z.y u.x",
                 "s.y p.x", "i.y p.index", "p.y t.x",
                 tensors={"x": [1.0, 2.0], "z": [1.0], "i": [1]})  # fmt: skip
    report = check_gradients(Engine(graph, target="t"))
    leaves = {str(ref): verdict.word for ref, verdict in report.leaves.items()}
    assert leaves == {"x.y": "agrees", "z.y": "no path", "i.y": "not differentiable"}
    assert words(report)["u.x"] == "agrees"
    assert report.ok


def chains(count: int, wrong: int | None = None) -> Graph:
    """Leaves, each through a module of its own, all added up."""
    graph = Graph(CATALOGUE)
    rng, total = np.random.default_rng(5), ""
    for n in range(count):
        graph.add("Input", f"x{n}", shape=(2,))
        graph.set_tensor(f"x{n}.y", rng.uniform(1, 2, 2))
        graph.add("Wrong" if n == wrong else "Sin", f"m{n}")
        graph.connect(f"x{n}.y", f"m{n}.x")
        last = f"m{n}.y"
        if n:
            graph.add("Add", f"s{n}")
            graph.connect(total, f"s{n}.a")
            graph.connect(last, f"s{n}.b")
            last = f"s{n}.y"
        total = last
    graph.add("Total", "loss")
    graph.connect(total, "loss.x")
    return graph


@pytest.mark.parametrize("wrong", [0, 17, 39])
def test_one_wrong_leaf_among_many_is_named_and_no_other(wrong):
    report = check_gradients(chains(40, wrong))
    leaves = {str(ref): verdict.word for ref, verdict in report.leaves.items()}
    assert leaves == {f"x{n}.y": "disagrees" if n == wrong else "agrees" for n in range(40)}
    assert list(leaves) == [f"x{n}.y" for n in range(40)]


def test_a_small_wrong_gradient_beside_large_ones_is_found(monkeypatch):
    graph = draw("x:Input z:Input c:Input p:Multiply m:Wrong s:Add t:Total", "x.y p.a", "c.y p.b",
                 "z.y m.x", "p.y s.a", "m.y s.b", "s.y t.x",
                 tensors={"x": [3.0], "z": [1e-4], "c": [1e5]})  # fmt: skip
    leaves = {str(r): v.word for r, v in check_gradients(graph).leaves.items()}
    assert leaves == {"x.y": "agrees", "c.y": "agrees", "z.y": "disagrees"}


def test_a_kink_at_one_leaf_leaves_the_others_their_verdict():
    graph = chains(6)
    graph.add("Abs", "bend")
    graph.add("Input", "k", shape=(2,))
    graph.set_tensor("k.y", np.array([0.0, 1.0]))
    graph.add("Add", "last")
    graph.remove("loss")
    graph.add("Total", "loss")
    for edge in ("k.y bend.x", "bend.y last.a", "s5.y last.b", "last.y loss.x"):
        graph.connect(*edge.split())
    words = {str(r): v.word for r, v in check_gradients(graph).leaves.items()}
    assert words == {f"x{n}.y": "agrees" for n in range(6)} | {"k.y": "kink"}


def test_leaves_that_agree_are_moved_together():
    def runs(count: int) -> int:
        graph, seen = chains(count), []
        check_gradients(graph, watch=seen.append)
        leaves = {f"x{n}.y" for n in range(count)}
        return sum(str(place) in leaves for place in seen if isinstance(place, PortRef))

    assert runs(30) == runs(3) <= 20


def test_without_a_target_the_edges_are_checked_alone():
    report = check_gradients(draw("x:Input s:Sin", "x.y s.x", tensors={"x": [1.0, 2.0]}))
    assert words(report) == {"s.x": "agrees"}
    assert "no scalar output" in report.why_no_leaves


def test_errors_refuse_the_check_unless_it_is_partial():
    graph = by_hand()
    graph.add("Add", "loose")
    with pytest.raises(CheckFailed):
        check_gradients(graph)
    assert check_gradients(Engine(graph, partial=True)).ok


def test_feeds_seeds_and_modes_are_those_of_the_engine():
    graph = through("Square", [1.0, 2.0, 3.0])
    report = check_gradients(Engine(graph, target="m", seed_gradient=2), {"x": [4.0, 5.0, 6.0]})
    assert report.ok
    assert str(report.target) == "m.y"


def test_a_float32_run_is_held_against_float64(monkeypatch):
    graph = through("Square", [1.0, 2.0], dtype="float32")
    report = check_gradients(graph)
    assert report.ok
    assert report.dtype == "float32"
    from runtime.modules.functions import Square

    right = Square.derivative

    def rounded(self, ctx, port, kept):
        found = right(self, ctx, port, kept)
        return found if found.dtype == np.float64 else found * np.float32(1.01)

    monkeypatch.setattr(Square, "derivative", rounded)
    report = check_gradients(graph)
    assert not report.ok
    assert set(words(report).values()) == {"agrees"}
    graph.configure(dtype="float64")
    assert check_gradients(graph).ok  # float32 is for information where it is not the run's own


def test_a_check_can_be_cancelled():
    seen = []

    def stop(place):
        seen.append(place)
        if len(seen) > 10:
            raise Cancelled

    with pytest.raises(Cancelled):
        check_gradients(by_hand(), watch=stop)


def test_a_check_leaves_the_trace_and_the_graph_as_they_were():
    graph = draw("x:Input m:Mask t:Total", "x.y m.x", "m.y t.x",
                 tensors={"x": np.arange(1.0, 9)}, mode="train")  # fmt: skip
    revision = graph.revision
    before = Engine(graph).run()
    check_gradients(graph)
    after = Engine(graph).run(previous=before)
    assert graph.revision == revision
    np.testing.assert_array_equal(after.jacobian("m.x").dense(), before.jacobian("m.x").dense())


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_not_finite_is_no_kink(value):
    graph = Graph()
    graph.add("Parameter", "x", shape=(2,))
    graph.add("Square", "s")
    graph.add("Sum", "loss")
    graph.connect("x.y", "s.x")
    graph.connect("s.y", "loss.x")
    graph.set_tensor("x.y", np.array([value, 1.0]))
    report = check_gradients(graph)
    assert {verdict.word for verdict in report.edges.values()} == {"not finite"}
    assert {verdict.word for verdict in report.leaves.values()} == {"not finite"}
    assert report.ok


def test_an_unknown_phase_is_refused_in_a_sentence():
    graph = Graph()
    with pytest.raises(BadAttribute, match='phase: found \'foo\', expected "both" or "forward"'):
        Engine(graph).run(phase="foo")
