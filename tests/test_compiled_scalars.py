"""Steps on single numbers are compiled to Python, and compute what their modules do."""

from __future__ import annotations

import ast
import itertools
import math

import numpy as np
import pytest

from graph import Graph
from graph.catalogue import default_catalogue
from runtime import SGD, Adam, Engine, NotFinite, Trainer
from runtime.compiled.scalars import by_modules, region, stretches, writing
from runtime.compiled.scalars.playing import REFUSALS, Playing
from runtime.modules.scalar import FUNCTIONS
from tests.catalogue_cases import Case
from tests.compiled_desk import Desk, both
from tests.effort import tries
from tests.test_compiled import agree

NUMBERS = (
    *(-math.inf, -1e300, -710.0, -700.5, -3.0, -1.0, -0.5, -1e-310, -0.0),
    *(0.0, 1e-310, 0.25, 1.0, 2.0, 21.0, 710.0, 1e300, math.inf, math.nan),
)
SOME = (-math.inf, -1e300, -1.0, -0.0, 0.0, 1e-310, 0.25, 1.0, 2.0, 710.0, math.inf, math.nan)
GRADIENTS = (1.0, -2.5, 0.0, math.inf, math.nan)
CLOSE = 1e-13  # NumPy's functions and Python's differ in the last digits


def scalar_cases() -> list[Case]:
    """Every module with a form for single numbers, once with each of its settings."""
    found = {}
    for kind in default_catalogue():
        for number, example in enumerate(kind.examples):
            module = kind(**example.attributes)
            if getattr(module, "as_scalar", lambda: None)() is None:
                continue
            own = {k: v for k, v in module.settings.items() if k not in ("reduction", "keepdims")}
            key = (kind.name, *own.values())
            shapes = dict.fromkeys(example.shapes, ())
            if "axis" not in example.attributes and key not in found:
                alone = type(example)(shapes, dict(example.attributes))
                found[key] = Case.of(kind, alone, number)
    return list(found.values())


CASES = scalar_cases()
Drawn = tuple[Graph, dict[str, np.ndarray]]  # and what is fed


def region_of(graph: Graph) -> region.Region:
    """All steps of a graph as one region, with every gradient wanted."""
    plan = Engine(graph).plan()
    forms = [step.module.as_scalar() for step in plan.forward]
    wants = range(len(plan.slots))
    return region.Region.of(plan, plan.forward, forms, {plan.end}, wants, {})


def test_what_is_entrywise_has_a_form_for_single_numbers():
    names = {case.module.name for case in CASES}
    assert {"Add", "Power", "Clip", "Tanh", "GELU", "SELU", "MSELoss", "BCELoss", "Mean"} <= names
    assert len(names) >= 37


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_form_gives_the_modules_numbers_or_none(case):
    """At kinks, ends and beyond; NaN and infinite ones too."""
    here = region_of(case.graph())
    function = here.function(here.body.leaves)
    count = len(case.ins)
    told = 0
    for ins in itertools.product(NUMBERS if count == 1 else SOME, repeat=count):
        for gradient in GRADIENTS if count == 1 else (-2.5, math.inf):
            running = function.begin(ins)
            try:
                (value,), parts = next(running), running.send((gradient,))
            except REFUSALS:
                continue
            told += 1
            expected = by_module(case, ins, gradient)
            assert np.allclose((value, *parts), expected, CLOSE, 0, equal_nan=True), ins
    assert told > len(GRADIENTS)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_python_refuses_no_number_of_the_domain(case):
    here = region_of(case.graph())
    random = np.random.RandomState(3)
    for _ in range(20):
        bounds = [case.module.domain.get(port, (-30.0, 30.0)) for port in case.module.wired_names]
        ins = [random.uniform(*bound) for bound in bounds]
        running = here.function(here.body.leaves).begin(ins)
        found = (*next(running), *running.send((0.7,)))
        assert np.allclose(found, by_module(case, ins, 0.7), CLOSE, 1e-15)


def by_module(case: Case, ins, gradient: float) -> tuple[float, ...]:
    """The value, and the gradients of the inputs, as the module says."""
    ctx, arrays = case.context(), tuple(np.array(x) for x in ins)
    with np.errstate(all="ignore"):
        outs = case.module.forward(ctx, arrays)
        ports = (*case.module.wired_names, *case.module.output_names)
        kept = dict(zip(ports, (*arrays, *outs), strict=True))
        need = (True,) * len(arrays)
        parts = case.module.vjp(ctx, (np.array(gradient),), kept, need)
    return (float(outs[0]), *(float(part) for part in parts))


# --- graphs -------------------------------------------------------------------------------------


def random_graph(seed: int, nodes: int = 40) -> Drawn:
    """A graph of single numbers whose values stay small; half of its leaves are fed."""
    random = np.random.RandomState(seed)
    graph, ports, feeds = Graph(), {}, {}
    for number in range(6):
        value = random.uniform(0.2, 0.9)
        if number % 2:
            id_ = graph.add("Input", shape=())
            feeds[id_] = np.array(value)
        else:
            id_ = graph.add("Parameter", shape=())
            graph.set_tensor(f"{id_}.y", np.array(value))
        ports[f"{id_}.y"] = value
    while len(graph.nodes) < nodes:
        case = CASES[random.randint(len(CASES))]
        sources = [list(ports)[random.randint(len(ports))] for _ in case.ins]
        values = [ports[source] for source in sources]
        domain = [case.module.domain.get(name, (-9, 9)) for name in case.module.wired_names]
        if not all(low <= x <= high for x, (low, high) in zip(values, domain, strict=True)):
            continue
        result = by_module(case, values, 1.0)
        if max(map(abs, result)) > 5:
            continue
        id_ = graph.add(case.module.name, **case.example.attributes)
        for port, source in zip(case.module.wired_names, sources, strict=True):
            graph.connect(source, f"{id_}.{port}")
        ports[f"{id_}.y"] = result[0]
    total = next(iter(ports))
    for source in list(ports)[1:]:
        graph.add("Add", id_ := graph.free_id("Add"))
        graph.connect(total, f"{id_}.a")
        graph.connect(source, f"{id_}.b")
        total = f"{id_}.y"
    graph.configure(target=total)
    return graph, feeds


@pytest.mark.parametrize("seed", range(tries(6, 200)))
def test_random_graphs_of_single_numbers_compute_as_by_the_tape(seed):
    compiled, taped = both(*random_graph(seed))
    assert regions_of(compiled) == 1
    agree(compiled, taped)


def alone(drawn: Drawn) -> Desk:
    """The compiled step."""
    return both(*drawn)[0]


def regions_of(desk: Desk) -> int:
    """How many regions a program runs."""
    return calls_of(desk, Playing.forward)


def calls_of(desk: Desk, method) -> int:
    """How many calls of a program are of a method."""
    return sum(is_of(call, method) for call in desk.passes.program.calls)


def is_of(call, method) -> bool:
    """Whether a call is of a method."""
    return getattr(call.func, "__func__", None) is method


def graph_of(*nodes: str, target: str, dtype: str = "float64", **leaves) -> Drawn:
    """`leaves` are parameters, those in capitals are fed; a node says `id Module source ...`."""
    graph, feeds = Graph(dtype=dtype), {}
    for id_, value in leaves.items():
        graph.add("Input" if id_.isupper() else "Parameter", id_, shape=np.shape(value))
        if id_.isupper():
            feeds[id_] = np.asarray(value, dtype)
        else:
            graph.set_tensor(f"{id_}.y", np.asarray(value, dtype))
    for node in nodes:
        id_, module, *sources = node.split()
        graph.add(module, id_)
        for port, source in zip(graph.module(id_).wired_names, sources, strict=True):
            graph.connect(f"{source}.y", f"{id_}.{port}")
    graph.configure(target=target)
    return graph, feeds


def test_regions_stand_before_and_after_arrays():
    drawn = graph_of(
        "rate Exp s", "double Add rate s", "sin Sin double",
        "wide Multiply X sin", "mean Mean wide", "other Sum w",
        "p Multiply mean other", "q Tanh p", "r Add q s", "t Multiply r sin",
        "again Multiply w t", "loss Mean again",
        target="loss", s=0.3, X=[[1.0, 2.0, -1.0]], w=[0.5, 2.0],
    )  # fmt: skip
    compiled, taped = both(*drawn)
    assert regions_of(compiled) == 2
    agree(compiled, taped)


def test_a_value_that_many_read_and_one_that_is_read_elsewhere_get_their_whole_gradient():
    nodes = [f"n{i} Multiply s {'u' if i == 0 else f'n{i - 1}'}" for i in range(40)]
    drawn = graph_of(
        *nodes, "wide Multiply w s", "total Sum wide", "loss Add n39 total",
        target="loss", s=1.01, u=0.5, w=[1.0, 2.0],
    )  # fmt: skip
    compiled, taped = both(*drawn)
    assert regions_of(compiled) == 1
    agree(compiled, taped)


def test_a_region_that_leads_to_no_parameter_only_runs_forward():
    drawn = graph_of(
        "e Exp A", "f Sin e", "h Tanh f", "wide Multiply w h", "loss Sum wide",
        target="loss", A=0.4, w=[1.0, 2.0],
    )  # fmt: skip
    compiled, taped = both(*drawn)
    assert regions_of(compiled) == 1
    assert calls_of(compiled, Playing.reverse) == 0
    agree(compiled, taped)


def test_a_region_whose_gradient_never_comes_only_runs_forward():
    drawn = graph_of(
        "e Exp s", "f Sin e", "h Tanh f", "place ArgMax h", "loss Gather w place",
        target="loss", s=0.4, w=[1.0, 2.0],
    )  # fmt: skip
    compiled, taped = both(*drawn)
    assert regions_of(compiled) == 1
    agree(compiled, taped)


def test_constants_are_a_part_of_the_function():
    chain = ("e Multiply s A", "f Divide e A", "g Maximum f B", "loss Subtract B g")
    graph, feeds = graph_of(*chain, target="loss", s=0.4, A=2.0, B=0.3)
    for id_, value in feeds.items():
        graph.set_tensor(f"{id_}.y", value)
    compiled, taped = both(graph, fixed=["A", "B"])
    (call,) = [c for c in compiled.passes.program.calls if is_of(c, Playing.forward)]
    (stretch,) = call.args[0]
    assert len(stretch) == 1
    agree(compiled, taped)


def test_other_dtypes_and_few_steps_are_left_to_numpy():
    chain = ("e Exp s", "f Sin e", "loss Tanh f")
    assert regions_of(alone(graph_of(*chain, target="loss", dtype="float32", s=0.4))) == 0
    assert regions_of(alone(graph_of(*chain[:2], target="f", s=0.4))) == 0
    assert regions_of(alone(graph_of(*chain, target="loss", s=0.4))) == 1


# --- what Python refuses --------------------------------------------------------------------------


@pytest.fixture
def helped(monkeypatch) -> list[int]:
    """Grows by one for each pass that the modules compute."""
    found: list[int] = []

    class Counted(by_modules.ByModules):
        def __init__(self, *given) -> None:
            found.append(1)
            super().__init__(*given)

    monkeypatch.setattr("runtime.compiled.scalars.playing.ByModules", Counted)
    return found


REFUSED = {
    "divided by zero": ("d Divide u A", "r Reciprocal d", "loss Add r s"),
    "logarithm of zero": ("d Log A", "r Exp d", "loss Multiply r s"),
    "root of a negative": ("n Negate u", "d Sqrt n", "p Multiply d A", "loss Add p s"),
    "overflow": ("d Divide u A", "r Exp d", "b Reciprocal r", "loss Add b s"),
    "slope of a root": ("p Multiply s A", "d Sqrt p", "loss Add d u"),
    "power of zero": ("n Negate s", "p Power A n", "r Reciprocal p", "loss Add r u"),
}


@pytest.mark.parametrize("nodes", REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("small", [0.0, 1e-4])
def test_what_python_refuses_the_modules_compute(nodes, small, helped):
    drawn = graph_of(*nodes, target="loss", s=0.7, u=1.5, A=small)
    agree(*both(*drawn))
    assert helped or small


def test_after_a_refused_step_python_goes_on(helped):
    drawn = graph_of(*REFUSED["divided by zero"], target="loss", s=0.7, u=1.5, A=1.0)
    compiled, taped = both(*drawn)
    for value, count in ((1.0, 0), (0.0, 1), (2.0, 1)):
        for desk in (compiled, taped):
            desk.fed = {"A": np.array(value)}
        agree_once(compiled, taped)
        assert len(helped) == count


def agree_once(compiled: Desk, taped: Desk) -> None:
    one, other = compiled.step(), taped.step()
    assert np.array_equal(one.target, other.target, equal_nan=True)
    for ref, gradient in other.gradients.items():
        assert np.allclose(one.gradients[ref], gradient, 1e-12, 0, equal_nan=True)


# --- training ------------------------------------------------------------------------------------


def test_a_training_goes_on_to_the_bit_from_where_it_was_left():
    graph, feeds = random_graph(11)
    through, before, after = (Trainer(graph, Adam(lr=1e-3)) for _ in range(3))
    for _ in range(20):
        through.step(feeds)
    for _ in range(10):
        before.step(feeds)
    after.begin(feeds)
    after.restore(before.parameters, before.memory, before.count)
    for _ in range(10):
        after.step(feeds)
    for name, value in through.parameters.items():
        assert value == after.parameters[name], name


def test_a_number_that_is_not_finite_is_refused_with_the_node_and_nothing_changes():
    drawn = graph_of("d Divide s A", "r Square d", "loss Add r s", target="loss", s=0.7, A=0.0)
    graph, feeds = drawn
    trainer = Trainer(graph, SGD(lr=0.1))
    with pytest.raises(NotFinite) as told:
        trainer.step(feeds)
    assert told.value.node == "d"
    assert trainer.parameters["s.y"] == 0.7
    trainer.step({"A": np.array(1.0)})
    assert trainer.parameters["s.y"] == pytest.approx(0.7 - 0.1 * (2 * 0.7 + 1), abs=1e-15)


# --- how it is written ----------------------------------------------------------------------------


def test_no_name_of_a_file_gets_into_the_text():
    drawn = graph_of(
        "import_os Multiply exec b", "v1 Tanh import_os", "loss Add v1 exec",
        target="loss", exec=0.3, b=2.0,
    )  # fmt: skip
    graph, _ = drawn
    graph.add("LeakyReLU", "leaky", negative_slope=0.125)
    graph.connect("loss.y", "leaky.x")
    graph.configure(target="leaky", title="__import__('os')")
    here = region_of(graph)
    function = here.function(here.body.leaves)
    names = {node.id for node in ast.walk(ast.parse(function.text)) if isinstance(node, ast.Name)}
    slots = {f"{letter}{slot}" for slot in range(len(here.plan.slots)) for letter in "vgh"}
    assert names <= slots | FUNCTIONS.keys() | function.numbers.keys() | {"numbers"}
    assert list(function.numbers.values()) == [0.125]


def test_long_sums_are_written_in_lines_of_a_bounded_length():
    chain = [f"n{i} Multiply s {'u' if i == 0 else f'n{i - 1}'}" for i in range(200)]
    here = region_of(graph_of(*chain, target="n199", s=1.0, u=0.5)[0])
    lines = here.function(here.body.leaves).text.splitlines()
    assert max(line.count("+") for line in lines) <= writing.MOST_TERMS
    assert len(lines) < 3 * 200


def test_the_text_is_written_once_for_both_drawings(monkeypatch):
    calls = []
    write = region.write
    monkeypatch.setattr(region, "write", lambda *given: calls.append(1) or write(*given))
    alone(graph_of("e Exp s", "f Sin e", "loss Tanh f", target="loss", s=0.4)).step()
    assert len(calls) == 1


def test_neighbours_in_memory_are_one_stretch():
    block, other = np.arange(6.0), np.arange(3.0)
    views = [block[i, ...] for i in (1, 2, 3)]
    (found,) = stretches.side_by_side(views)
    assert np.shares_memory(found, block)
    assert stretches.read((found,)) == [1.0, 2.0, 3.0]
    parts = stretches.side_by_side([*views, block[5, ...], other[0, ...], block[0, ...]])
    assert [len(part) for part in parts] == [3, 1, 1, 1]
    stretches.put(parts, (7.0, 8.0, 9.0, 1.5, 2.5, 3.5))
    assert block.tolist() == [3.5, 7.0, 8.0, 9.0, 4.0, 1.5]
    assert other[0] == 2.5


def test_numbers_of_an_array_with_gaps_are_read_where_they_lie():
    wide = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    views = [wide[0, 1, ...], wide[1, 1, ...]]
    found = stretches.side_by_side(views)
    assert all(np.shares_memory(one, wide) for one in found)
    assert stretches.read(found) == [1.0, 4.0]
