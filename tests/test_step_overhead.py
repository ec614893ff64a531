"""What a training step does around its calls: it feeds by shape and makes what is asked for."""

from __future__ import annotations

import numpy as np
import pytest

from graph import Graph
from runtime import SGD, NotFinite, Trainer
from runtime.backend import Backend
from runtime.training import parameters
from runtime.training import trainer as trainer_module
from runtime.training.history import Update
from runtime.training.optimizers import Adam, Turn
from runtime.training.schedules import Steps
from tests.work_counter import counted_calls

RATE = 0.25
MOST_CALLS_BESIDES = 45


def classifier(reduction: str = "mean") -> Graph:
    graph = Graph(dtype="float64", target="loss")
    graph.add("Input", "x", shape=("B", 2))
    graph.add("Input", "t", shape=("B",), dtype="int64")
    graph.add("Linear", "h", out_features=3)
    graph.add("CrossEntropyLoss", "loss", reduction=reduction)
    for source, port in (("x.y", "h.x"), ("h.y", "loss.logits"), ("t.y", "loss.target")):
        graph.connect(source, port)
    return graph


def batch(count: int) -> dict[str, np.ndarray]:
    return {"x": np.linspace(-1, 1, 2 * count).reshape(count, 2), "t": np.arange(count) % 3}


def by_hand(feeds, weight, bias, reduction):
    """The loss, and the parameters after one update."""
    x, t = feeds["x"], feeds["t"]
    scores = x @ weight.T + bias
    scores = scores - scores.max(axis=1, keepdims=True)
    rows, total = np.arange(len(t)), np.exp(scores).sum(axis=1, keepdims=True)
    losses = np.log(total[:, 0]) - scores[rows, t]
    back = np.exp(scores) / total
    back[rows, t] -= 1
    share = 1 / len(t) if reduction == "mean" else 1.0
    back *= share
    return losses.sum() * share, weight - RATE * back.T @ x, bias - RATE * back.sum(axis=0)


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("count", [1, 3, 10, 49])  # a tenth is no float of base 2
def test_a_step_is_the_one_by_hand(reduction, count):
    trainer, feeds = Trainer(classifier(reduction), SGD(lr=RATE)), batch(count)
    trainer.begin(feeds)
    for _ in range(3):
        start = trainer.parameters
        loss, *after = by_hand(feeds, start["h.weight"], start["h.bias"], reduction)
        assert abs(float(trainer.step(feeds)) - loss) <= 1e-12 * max(1, abs(loss))
        for name, expected in zip(("h.weight", "h.bias"), after, strict=True):
            np.testing.assert_allclose(trainer.parameters[name], expected, rtol=0, atol=1e-12)


def test_a_class_that_is_none_is_named_and_nothing_changes():
    trainer, feeds = Trainer(classifier(), SGD(lr=RATE)), batch(4)
    trainer.step(feeds)
    before = trainer.parameters
    with pytest.raises(Exception, match="class 3"):
        trainer.step({**feeds, "t": np.array([0, 1, 2, 3])})
    assert all((trainer.parameters[name] == array).all() for name, array in before.items())


def test_logits_of_minus_infinity_take_part_in_no_gradient():
    graph = Graph(dtype="float64", target="loss")
    graph.add("Parameter", "scores", shape=(2, 3))
    graph.add("Input", "t", shape=(2,), dtype="int64")
    graph.add("CrossEntropyLoss", "loss")
    graph.connect("scores.y", "loss.logits")
    graph.connect("t.y", "loss.target")
    graph.set_tensor("scores.y", np.array([[0.0, 1.0, -np.inf], [0.5, -np.inf, 0.0]]))
    trainer = Trainer(graph, SGD(lr=RATE))
    loss = float(trainer.step({"t": np.array([0, 2])}))
    assert loss == pytest.approx((np.log(1 + np.e) + np.log(1 + np.e**0.5)) / 2, abs=1e-12)
    assert np.isneginf(trainer.parameters["scores.y"][[0, 1], [2, 1]]).all()


def test_what_a_step_did_is_written_down_when_it_is_asked(monkeypatch):
    made = []

    def noted(*given):
        made.append(given)
        return Update(*given)

    monkeypatch.setattr(trainer_module, "Update", noted)
    trainer = Trainer(classifier(), SGD(lr=RATE))
    assert trainer.last is None
    for _ in range(3):
        loss = trainer.step(batch(4))
    assert not made
    last = trainer.last
    assert (last.number, last.loss, last.rate) == (3, float(loss), RATE)
    assert len(made) == 1


def test_a_step_that_is_refused_leaves_what_the_last_one_did():
    trainer = Trainer(classifier(), SGD(lr=RATE))
    trainer.step(batch(4))
    before = trainer.last
    with pytest.raises(NotFinite):
        trainer.step({**batch(4), "x": np.full((4, 2), np.nan)})
    assert trainer.last == before


def test_batches_of_other_sizes_and_dtypes_come_in_turns():
    mixed, alone = Trainer(classifier(), SGD(lr=RATE)), Trainer(classifier(), SGD(lr=RATE))
    for count in (4, 7, 4, 1, 7, 4):
        feeds = batch(count)
        narrow = {"x": feeds["x"].astype("float32"), "t": feeds["t"].astype("int32")}
        wide = {"x": narrow["x"].astype("float64"), "t": feeds["t"]}
        assert float(mixed.step(narrow if count % 2 else wide)) == float(alone.step(wide))
    for name, array in alone.parameters.items():
        assert (mixed.parameters[name] == array).all()


def test_the_processor_is_made_the_current_device_without_anything_new():
    backend = Backend.open("cpu")
    one = backend.active()
    with one, backend.active() as inner:
        assert inner is None
    assert backend.active() is one


def test_a_small_step_makes_few_calls_besides_those_that_compute():
    trainer, feeds = Trainer(classifier(), SGD(lr=RATE)), batch(4)
    trainer.step(feeds)
    trainer.step(feeds)
    report = trainer.report(feeds)
    with counted_calls() as work:
        trainer.step(feeds)
    assert sum(report.calls) <= work.calls <= sum(report.calls) + MOST_CALLS_BESIDES


def test_a_new_rate_and_other_shares_count_at_once():
    """What an update is done with is kept from step to step, as long as it holds."""
    graph, feeds = classifier(), batch(5)
    trainer = Trainer(graph, SGD(lr=RATE), schedule=Steps(every=2), lr_factors={"h.bias": 0.5})
    trainer.begin(feeds)
    for number in range(5):
        start, rate = trainer.parameters, RATE * 0.1 ** (number // 2)
        _, weight, bias = by_hand(feeds, start["h.weight"], start["h.bias"], "mean")
        trainer.step(feeds)
        assert trainer.last.rate == pytest.approx(rate, abs=1e-15)
        for name, full, share in (("h.weight", weight, 1.0), ("h.bias", bias, 0.5)):
            moved = (full - start[name]) * (rate / RATE) * share
            np.testing.assert_allclose(
                trainer.parameters[name], start[name] + moved, rtol=0, atol=1e-12
            )


def test_what_an_update_is_done_with_is_made_once_for_a_rate(monkeypatch):
    made = []

    def noted(*given):
        made.append(given)
        return Turn(*given)

    monkeypatch.setattr(parameters, "Turn", noted)
    trainer = Trainer(classifier(), Adam(lr=RATE), schedule=Steps(every=3, factor_each=0.5))
    for _ in range(7):
        trainer.step(batch(4))
    assert [rate for _, rate, *_ in made] == [RATE, RATE / 2, RATE / 4]
