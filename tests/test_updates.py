"""The update as a phase of a run: a trainer's numbers to the bit, and a rule that adds up."""

from __future__ import annotations

import itertools
import math
import re

import numpy as np
import pytest

from graph import Graph, PortRef, rules
from graph import edits as e
from graph.training import Training
from runtime import SGD, Adagrad, Adam, AdamW, BadSetting, Clip, Engine, NotFinite, RMSProp, Trainer
from runtime.errors import NoTarget
from runtime.explaining import as_latex, explain_step
from runtime.explaining.writing import line_text
from runtime.training.optimizers import optimizer
from runtime.training.session import Session
from runtime.updates import Learning, batch_of, updated
from tests.catalogue_cases import error
from tests.training_cases import SETTINGS, graph_of, numbers

EXACT = 1e-12  # a training's compiled step makes other calls

RULES = {
    "SGD": SGD(lr=0.1),
    "momentum": SGD(lr=0.1, momentum=0.9, dampening=0.2),
    "Nesterov": SGD(lr=0.1, momentum=0.8, nesterov=True, weight_decay=0.05),
    "Adagrad": Adagrad(lr=0.1, lr_decay=0.5, initial_accumulator_value=0.25),
    "RMSProp": RMSProp(lr=0.1, alpha=0.9),
    "centered": RMSProp(lr=0.1, alpha=0.8, momentum=0.5, centered=True, eps=0.01),
    "Adam": Adam(lr=0.1),
    "AdamW": AdamW(lr=0.1, weight_decay=0.3),
}


def product() -> Graph:
    """|x · w| with x = 2 and w = 3: the gradient of w is 2."""
    graph = Graph(dtype="float64", target="loss")
    for module, id_ in (("Input", "x"), ("Parameter", "w")):
        graph.add(module, id_, shape=())
    graph.add("Multiply", "y")
    graph.add("Abs", "loss")
    for source, target in (("x.y", "y.a"), ("w.y", "y.b"), ("y.y", "loss.x")):
        graph.connect(source, target)
    graph.set_tensor("x.y", np.array(2.0))
    graph.set_tensor("w.y", np.array(3.0))
    return graph


def fed(name: str) -> dict[str, np.ndarray]:
    return {key: numbers(name)[key] for key in ("x", "t")}


@pytest.mark.parametrize("name", SETTINGS)
def test_updates_in_a_row_are_those_of_a_trainer(name):
    kind, settings, around = SETTINGS[name]
    clip = Clip(around.get("value"), around.get("norm"))
    which = "norm" if name == "adam" else "mlp"
    graph, rule = graph_of(which), optimizer(kind, settings)
    stays = {"frozen": ("l1.bias",)} if which == "mlp" else {"frozen": ()}
    factors = {"l2": 0.5}
    trainer = Trainer(graph_of(which), rule, clip=clip, lr_factors=factors, **stays)
    memory: dict[str, np.ndarray] = {}
    for count in range(4):
        trainer.step(fed(which))
        trace = Engine(graph, mode="train").run(fed(which))
        how = Learning(rule, clip, lr_factors=factors, count=count, memory=memory, **stays)
        trace = updated(trace, how)
        memory = trace.update.memory
        assert set(map(str, trace.update.moved)) == set(trainer.parameters)
        assert error(trace.update.norm, trainer.last.norm) <= EXACT
        for ref, moved in trace.update.moved.items():
            assert error(moved.after, trainer.parameters[str(ref)]) <= EXACT, ref
            graph.set_tensor(ref, moved.after)


def test_the_update_is_a_phase_behind_the_reverse_pass_with_a_step_for_each_parameter():
    trace = updated(Engine(graph_of("mlp")).run(fed("mlp")), Learning(frozen=("l1.weight",)))
    phases = [step.phase for step in trace.steps]
    assert phases == ["forward"] * 4 + ["reverse"] * 4 + ["update"] * 3
    assert [step.index for step in trace.steps] == list(range(11))
    assert [(step.node, step.port) for step in trace.steps[8:]] == [
        ("l1", "bias"),
        ("l2", "weight"),
        ("l2", "bias"),
    ]
    assert trace.update.frozen == (PortRef("l1", "weight"),)
    again = updated(trace, Learning())
    assert len(again.steps) == 12  # one in the place of the other


@pytest.mark.parametrize("name", RULES)
def test_each_line_of_a_rule_says_what_its_numbers_come_to(name):
    trace, rule = Engine(product()).run(), RULES[name]
    first = updated(trace, Learning(rule)).update
    later = Learning(rule, Clip(norm=1.5), count=1, memory=first.memory, lr_factors={"w": 0.5})
    run = updated(trace, later)
    told = explain_step(run, run.steps[-1])
    for line in told.lines:
        *filled, result = map(evaluated, line_text_of(line))
        assert result == pytest.approx(float(line.result), rel=2e-3)
        assert all(number == pytest.approx(result, rel=1e-2) for number in filled), line_text(line)
    assert line_text(told.lines[-1]).startswith("w_new = w + Δ = 3 ")
    assert float(told.lines[-1].result) == float(run.update.moved[PortRef("w", "y")].after)
    assert "0.5 times the learning rate" in " ".join(told.notes)
    assert as_latex([told]).count("{") == as_latex([told]).count("}")


def line_text_of(line):
    """Its numbers, each as text."""
    return line_text(line).split(" = ")[1 + len(line.symbols) :]


def evaluated(text: str) -> float:
    """What a line's numbers come to, worked out anew from what is written."""
    raised = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
    text = re.sub(r"×10([⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)", lambda m: f"e{m[1].translate(raised)}", text)
    text = re.sub(r"(?<=[\d)])([⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)", lambda m: f"**{m[1].translate(raised)}", text)
    text = re.sub(r"√([\d.e-]+)", r"sqrt(\1)", text).replace("√", "sqrt")
    text = text.replace("−", "-").replace("·", "*").replace("^", "**")
    return float(eval(text, {"__builtins__": {}, "sqrt": math.sqrt}))


def test_adam_in_symbols_and_numbers():
    trace = updated(Engine(product()).run(), Learning(Adam(lr=0.1)))
    told = explain_step(trace, trace.steps[-1])
    assert told.words == (
        "Update, step 5 of 5, w by Adam:"
        " It moves by its mean gradient over the root of its mean square."
    )
    assert [line_text(line) for line in told.lines] == [
        "g = ∂L/∂w = 2",
        "m_t = β_1 m_(t − 1) + (1 − β_1) · g = 0.9 · 0 + (1 − 0.9) · 2 = 0.2",
        "v_t = β_2 v_(t − 1) + (1 − β_2) · g² = 0.999 · 0 + (1 − 0.999) · 2² = 0.004",
        "m̂ = m_t / (1 − β_1^t) = 0.2 / (1 − 0.9¹) = 2",
        "v̂ = v_t / (1 − β_2^t) = 0.004 / (1 − 0.999¹) = 4",
        "Δ = −η m̂ / (√v̂ + ε) = −0.1 · 2 / (√4 + 1×10⁻⁸) = −0.1",
        "w_new = w + Δ = 3 − 0.1 = 2.9",
    ]


def test_a_tensor_is_shown_by_its_numbers_and_the_bound_by_its_words():
    learning = Learning(SGD(lr=0.5), Clip(value=0.001, norm=0.002))
    trace = updated(Engine(graph_of("mlp")).run(fed("mlp")), learning)
    told = explain_step(trace, trace.steps[-1])
    assert told.about == {"phase": "update", "node": "l2", "port": "bias"}
    words = [line.words for line in told.lines]
    assert words[1].startswith("bounded: each entry at most 0.001 from 0, then times 0.")
    moved = trace.update.moved[PortRef("l2", "bias")]
    assert told.lines[-1].result is moved.after
    np.testing.assert_array_equal(moved.after, moved.before + moved.delta)
    np.testing.assert_array_equal(moved.delta, -0.5 * moved.taken)


def test_what_cannot_be_updated_is_refused_with_a_reason():
    graph = product()
    with pytest.raises(NoTarget):
        updated(Engine(graph).run(phase="forward"), Learning())
    trace = Engine(graph).run()
    with pytest.raises(BadSetting, match=r"parameters: found none that is trained"):
        updated(trace, Learning(frozen=("w",)))
    with pytest.raises(BadSetting, match=r"frozen: found v, expected a parameter such as w\.y"):
        updated(trace, Learning(frozen=("v",)))
    with pytest.raises(BadSetting, match=r"memory: found that of other parameters"):
        updated(trace, Learning(Adam(), memory={"mean": np.zeros(3), "square": np.zeros(3)}))
    graph.set_tensor("x.y", np.array(np.inf))
    with pytest.raises(NotFinite):
        updated(Engine(graph).run(), Learning())


def test_an_opened_batch_is_updated_as_the_training_goes_on():
    graph = Graph(target="loss", mode="eval", seed=3)
    graph.add("Data", "data", source="builtin:moons", samples=40, batch=16)
    for module, id_, settings in (
        ("Linear", "h", {"out_features": 5}),
        ("BatchNorm", "norm", {}),
        ("ReLU", "act", {}),
        ("Dropout", "drop", {"p": 0.3}),
        ("Linear", "out", {"out_features": 2}),
    ):
        graph.add(module, id_, **settings)
    graph.add("CrossEntropyLoss", "loss")
    row = ["data.x", "h", "norm", "act", "drop", "out"]
    for before, after in itertools.pairwise(row):
        graph.connect(before if "." in before else f"{before}.y", f"{after}.x")
    graph.connect("out.y", "loss.logits")
    graph.connect("data.t", "loss.target")
    schedule, clip = rules.Cosine(warm_up=2), rules.Clip(norm=0.5)
    training = Training(3, rules.AdamW(lr=0.05), schedule, clip, ("norm.bias",), {"out": 0.5})
    graph.apply(e.SetGraph({"training": training}))
    session = Session(graph)
    for number in range(7):
        batch = batch_of(graph, session.moment())
        assert batch.position == session.position
        trace = updated(batch.run(graph), batch.learning)
        assert trace.revision == graph.revision
        update = session.step()
        loss = float(trace.value("loss.y"))
        assert (trace.update.number, trace.update.learning.rate) == (number + 1, update.rate)
        assert error(loss, update.loss) <= EXACT
        assert error(trace.update.norm, update.norm) <= EXACT
        learned = session.trainer.parameters
        assert {str(ref) for ref in trace.update.moved} == set(learned)
        for ref, moved in trace.update.moved.items():
            # Before a BatchNorm a bias has no gradient but rounding, which AdamW divides by itself.
            assert error(moved.after, learned[str(ref)]) <= 1e-9, ref
    assert "h.weight" not in graph.tensors


def test_masks_of_another_training_step_are_drawn_anew():
    graph = Graph(target="loss", seed=4)
    graph.add("Input", "x", shape=(50,))
    graph.add("Dropout", "drop")
    graph.add("Sum", "loss")
    graph.connect("x.y", "drop.x")
    graph.connect("drop.y", "loss.x")
    graph.set_tensor("x.y", np.ones(50))
    engine = Engine(graph, mode="train")
    first = engine.run(training_step=1)
    again = engine.run(training_step=2, previous=first)
    np.testing.assert_array_equal(
        again.value("drop.y"), Engine(graph, mode="train").run(training_step=2).value("drop.y")
    )
    assert (again.value("drop.y") != first.value("drop.y")).any()
