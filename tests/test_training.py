"""Training step by step: PyTorch's trajectories, state, frozen parameters, bad batches."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from graph import Graph, PortRef, dumps, rules
from graph.rules import Stop
from graph.training import Training
from runtime import (
    SGD,
    Adam,
    BadSetting,
    Clip,
    Cosine,
    Engine,
    Plateau,
    Schedule,
    Steps,
    Trainer,
)
from runtime.data.batches import Split
from runtime.data.dataset import Dataset
from runtime.data.generated import generate
from runtime.data.scaling import Scaling
from runtime.data.shipped import shipped
from runtime.training import metrics
from runtime.training.fitting import Fitting, evaluate
from runtime.training.optimizers import OPTIMIZERS, optimizer
from tests.training_cases import SETTINGS, STEPS, graph_of, numbers

EPS = np.finfo(np.float64).eps


@pytest.fixture(scope="module")
def kept():
    with np.load(Path(__file__).parents[1] / "assets" / "reference" / "training.npz") as file:
        return dict(file)


def trainer_for(graph, name):
    kind, settings, around = SETTINGS[name]
    schedule = Schedule()
    if "cosine" in around:
        schedule = Cosine(updates=around["cosine"])
    if "every" in around:
        schedule = Steps(every=around["every"])
    clip = Clip(around.get("value"), around.get("norm"))
    return Trainer(graph, optimizer(kind, settings), schedule=schedule, clip=clip)


def feeds(name):
    given = numbers(name)
    return {"x": given["x"], "t": given["t"]}


def error(found, expected):
    return np.abs(found - expected).max() / max(1.0, np.abs(expected).max())


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("graph", ["mlp", "cnn", "norm"])
def test_a_hundred_steps_are_those_of_pytorch(kept, graph, name):
    trainer = trainer_for(graph_of(graph), name)
    fed = feeds(graph)
    losses = [float(trainer.step(fed)) for _ in range(STEPS)]
    assert error(np.array(losses), kept[f"{graph}/{name}/losses"]) < 1e-10
    learned = trainer.parameters | {
        ref: array for ref, array in trainer.state.items() if "running" in ref
    }
    expected = {
        key.split("/")[2]: a for key, a in kept.items() if key.startswith(f"{graph}/{name}/")
    }
    del expected["losses"]
    assert learned.keys() == expected.keys()
    for ref, array in expected.items():
        assert error(learned[ref], array) < 1e-10, ref


def test_two_runs_agree_to_the_bit_and_the_graph_stays():
    graph = graph_of("mlp")
    before = dumps(graph)
    one, two = (Trainer(graph, Adam(lr=0.01)) for _ in range(2))
    for _ in range(5):
        assert one.step(feeds("mlp")).tobytes() == two.step(feeds("mlp")).tobytes()
    for ref, array in one.parameters.items():
        np.testing.assert_array_equal(array, two.parameters[ref])
    assert dumps(graph) == before


def test_the_result_is_taken_over_by_one_edit():
    graph = graph_of("norm")
    first = dumps(graph)
    trainer = Trainer(graph, SGD(lr=0.1))
    for _ in range(3):
        trainer.step(feeds("norm"))
    inverse = graph.apply(trainer.edit())
    trace = Engine(graph, mode="train").run(feeds("norm"))
    assert float(trace.value("loss.y")) == float(trainer.step(feeds("norm")))
    graph.apply(inverse)
    assert dumps(graph) == first


def test_what_is_frozen_stays_and_factors_scale_the_rate():
    graph = graph_of("mlp")
    fed = feeds("mlp")
    plain = Trainer(graph, SGD(lr=0.1))
    odd = Trainer(graph, SGD(lr=0.1), frozen=["l1"], lr_factors={"l2.bias": 0.5, "l2.weight": 0})
    before = numbers("mlp")
    plain.step(fed)
    odd.step(fed)
    assert sorted(odd.parameters) == ["l2.bias", "l2.weight"]
    np.testing.assert_array_equal(odd.parameters["l2.weight"], before["l2.weight"])
    half, whole = (x.parameters["l2.bias"] - before["l2.bias"] for x in (odd, plain))
    np.testing.assert_allclose(half, whole / 2, rtol=1e-12)


def test_masks_change_from_step_to_step_and_are_those_of_the_seed():
    graph = Graph(target="loss", mode="train", seed=4)
    graph.add("Input", "x", shape=(64,))
    graph.add("Dropout", "drop", p=0.5)
    graph.add("Parameter", "w", shape=())
    graph.add("Multiply", "product")
    graph.add("Sum", "loss")
    graph.connect("x.y", "drop.x")
    graph.connect("drop.y", "product.a")
    graph.connect("w.y", "product.b")
    graph.connect("product.y", "loss.x")
    graph.set_tensor("w.y", np.array(1.0))
    fed = {"x": np.arange(64.0)}
    one, two = (Trainer(graph, SGD(lr=0.0)) for _ in range(2))
    losses = [float(one.step(fed)) for _ in range(4)]
    assert len(set(losses)) == 4
    assert losses == [float(two.step(fed)) for _ in range(4)]


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_settings_go_to_the_file_and_back(name):
    made = optimizer(name.lower())
    settings = dict(made.settings)
    assert optimizer(settings.pop("name"), settings) == made


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: optimizer("Adm"), 'found "Adm", expected one of SGD, Adagrad'),
        (lambda: optimizer("SGD", {"rate": 1}), "SGD.rate: found no such setting"),
        (lambda: SGD(lr=float("nan")), "SGD.lr: found nan, expected a number of at least 0"),
        (lambda: SGD(lr=-1), "SGD.lr: found -1"),
        (lambda: Adam(betas=(0.9, 1.0)), "Adam.betas: found 1.0, expected a number from 0 to 1"),
        (lambda: SGD(nesterov=True), "expected momentum above 0"),
        (lambda: Clip(norm=0), "clip.norm: found 0, expected a number above 0"),
        (lambda: Cosine(least=-1), "cosine.least: found -1"),
    ],
)
def test_what_is_no_setting_is_refused_by_name(make, message):
    with pytest.raises(BadSetting, match=message.replace(".", r"\.").replace("[", r"\[")):
        make()


def test_a_parameter_that_is_not_there_is_named():
    with pytest.raises(BadSetting, match="frozen: found l9, expected a parameter such as l1"):
        Trainer(graph_of("mlp"), frozen=["l9"]).step(feeds("mlp"))


# --- schedules ---------------------------------------------------------------------------------


def test_the_rate_rises_then_follows_its_schedule():
    schedule = Cosine(warm_up=4, updates=10, least=0.1)
    factors = [schedule.factor(update) for update in range(16)]
    np.testing.assert_allclose(factors[:4], [0.25, 0.5, 0.75, 1.0])
    assert factors[4] == 1.0
    np.testing.assert_allclose(factors[9], 0.55)
    np.testing.assert_allclose(factors[14:], 0.1)


def test_a_plateau_lowers_the_rate_and_goes_on_where_it_was():
    plateau = Plateau(factor_each=0.5, patience=1)
    factors = []
    for figure in (1.0, 0.5, 0.5, 0.5, 0.5, 0.5, 0.4):
        plateau.tell(figure)
        factors.append(plateau.factor)
    assert factors == [1, 1, 1, 0.5, 0.5, 0.25, 0.25]
    other = Plateau(factor_each=0.5, patience=1)
    other.restore(plateau.kept)
    for both in (plateau, other):
        both.tell(0.4)
        both.tell(0.4)
    assert plateau.kept == other.kept


# --- epochs ------------------------------------------------------------------------------------


def classifier(features, classes, hidden=16, seed=0):
    graph = Graph(target="loss", mode="train", seed=seed, dtype="float64")
    graph.add("Input", "x", shape=("B", features))
    graph.add("Input", "t", shape=("B",), dtype="int64")
    graph.add("Linear", "l1", out_features=hidden)
    graph.add("Tanh", "act")
    graph.add("Linear", "l2", out_features=classes)
    graph.add("CrossEntropyLoss", "loss")
    for source, target in (
        ("x.y", "l1.x"),
        ("l1.y", "act.x"),
        ("act.y", "l2.x"),
        ("l2.y", "loss.logits"),
        ("t.y", "loss.target"),
    ):
        graph.connect(source, target)
    return graph


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_iris_is_learned(seed):
    data = shipped("iris")
    scaled = Scaling.fitted("standardise", data.arrays["x"]).apply(data.arrays["x"])
    data = Dataset("iris", {"x": scaled, "t": data.arrays["t"]}, data.classes)
    how = Fitting(
        epochs=30,
        batch=16,
        split=Split(validation=0.2),
        metrics=("accuracy", "f1"),
        stop=Stop("loss", patience=20, keep_best=True),
    )
    seen = []
    trainer = Trainer(classifier(4, 3, seed=seed), Adam(lr=0.02))
    history = trainer.fit(data, how, [lambda epoch: seen.append(epoch.number)])
    assert seen == list(range(1, len(history.epochs) + 1))
    assert history.epochs[-1].updates == 8 * len(history.epochs)
    best = history.epochs[history.best - 1].figures["validation"]
    assert best["accuracy"] > 0.93
    kept = evaluate(trainer, data.take(how.split.parts(150, seed)["validation"]), how.metrics)
    assert kept["accuracy"] == best["accuracy"]
    assert kept["loss"] == pytest.approx(best["loss"], rel=1e-12)
    everything = evaluate(trainer, data, how.metrics)
    assert everything["accuracy"] > 0.95


def test_xor_is_solved_in_less_than_500_updates():
    for seed in range(3):
        graph = Graph(target="loss", seed=seed)
        graph.add("Input", "x", shape=("B", 2))
        graph.add("Input", "t", shape=("B", 1))
        for module, id_, attributes in (
            ("Linear", "l1", {"out_features": 8}),
            ("Tanh", "act", {}),
            ("Linear", "l2", {"out_features": 1}),
            ("BCEWithLogitsLoss", "loss", {}),
        ):
            graph.add(module, id_, **attributes)
        for source, target in (
            ("x.y", "l1.x"),
            ("l1.y", "act.x"),
            ("act.y", "l2.x"),
            ("l2.y", "loss.prediction"),
            ("t.y", "loss.target"),
        ):
            graph.connect(source, target)
        table = generate("xor").arrays
        data = Dataset("xor", {"x": table["x"], "t": table["t"][:, None].astype(float)})
        how = Fitting(epochs=499, batch=None, metrics=("accuracy",))
        trainer = Trainer(graph, Adam(lr=0.05))
        is_solved = lambda epoch: epoch.figures["train"]["accuracy"] == 1.0  # noqa: E731
        history = trainer.fit(data, how, [is_solved])
        assert history.epochs[-1].figures["train"]["accuracy"] == 1.0
        assert history.epochs[-1].updates < 500


def test_a_figure_that_stays_ends_the_training():
    data = generate("blobs", samples=60)
    how = Fitting(epochs=50, batch=None, shuffle=False, stop=Stop("loss", 3))
    trainer = Trainer(classifier(2, 3), SGD(lr=0.0), schedule=Plateau(patience=0))
    history = trainer.fit(Dataset("blobs", data.arrays), how)
    assert len(history.epochs) == 4
    assert "loss has not become better for 3 epochs" in history.why_ended
    assert trainer.schedule.factor < 1


# --- metrics -----------------------------------------------------------------------------------


def test_metrics_of_two_classes_are_those_of_the_table():
    scores = np.array([2.0, -1.0, 0.5, -0.2, 3.0, 1.0])
    truth = np.array([1, 0, 0, 1, 1, 1])
    assert metrics.confusion(scores, truth).tolist() == [[1, 1], [1, 3]]  # [[TN, FP], [FN, TP]]
    assert metrics.accuracy(scores, truth) == pytest.approx(4 / 6)
    assert metrics.precision(scores, truth) == pytest.approx(3 / 4)
    assert metrics.recall(scores[:, None], truth[:, None]) == pytest.approx(3 / 4)
    assert metrics.f1(scores, truth) == pytest.approx(0.75)
    assert np.isnan(metrics.precision(-np.ones(3), np.zeros(3)))


def test_metrics_of_many_classes_and_of_numbers():
    scores = np.eye(4)[[0, 1, 2, 2]] + 0.1 * np.eye(4)[[1, 2, 3, 3]]
    truth = np.array([0, 1, 2, 3])
    assert metrics.accuracy(scores, truth) == 0.75
    assert metrics.top_k(2)(scores, truth) == 1.0
    assert metrics.recall(scores, truth) == pytest.approx((1 + 1 + 1 + 0) / 4)
    assert metrics.precision(scores, truth) == pytest.approx((1 + 1 + 0.5) / 3)
    labels = np.array([[1, 0], [0, 1.0]])
    assert metrics.multi_label_accuracy(np.array([[3, -1], [2, 1.0]]), labels) == 0.75
    found, target = np.array([[1.0], [2.0], [4.0]]), np.array([[1.0], [2.0], [3.0]])
    assert metrics.mean_absolute_error(found, target) == pytest.approx(1 / 3)
    assert metrics.r_squared(found, target) == pytest.approx(0.5)
    assert np.isnan(metrics.r_squared(found, np.ones((3, 1))))


def test_the_page_says_what_works(capsys):
    page = (Path(__file__).parents[1] / "docs" / "training.md").read_text("utf-8")
    first, again, second, *_ = (x.partition("```")[0] for x in page.split("```python\n")[1:])
    names = {"X": np.eye(2), "T": np.array([0, 1])}
    exec(first, names)
    assert names["trainer"].count == 1
    exec(second.replace("epochs=200", "epochs=2"), names)
    assert len(names["history"].epochs) == 2
    assert "1 {'train': {'loss':" in capsys.readouterr().out
    graph = Graph(target="loss")
    graph.add("Data", "data", source="builtin:iris")
    graph.add("Linear", "out", out_features=3)
    graph.add("CrossEntropyLoss", "loss")
    for ends in (("data.x", "out.x"), ("out.y", "loss.prediction"), ("data.t", "loss.target")):
        graph.connect(*ends)
    graph.configure(training=Training(epochs=20, optimizer=rules.SGD(lr=0.01)))
    names["graph"] = graph
    exec(again, names)
    assert names["moment"].position.update == 100
    np.testing.assert_array_equal(
        graph.tensors[PortRef("out", "weight")].values(),
        names["moment"].parameters["out.weight"].reshape(-1),
    )
