"""A training that is stopped anywhere, kept, and gone on with: to the bit as if it never was."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from graph import Graph, default_catalogue, dumps
from graph.rules import SGD, Adam, Clip, Cosine, Plateau, Stop
from graph.training import Training
from runtime import Adam as runtime_adam
from runtime import BadSetting, NotFinite, Trainer, engine
from runtime.data.batches import Split
from runtime.data.generated import generate
from runtime.errors import FeedError
from runtime.plan import compile_plan
from runtime.training.figures import measured
from runtime.training.fitting import Fitting, SetFeeder, play
from runtime.training.session import Session

SETTINGS = Training(
    epochs=4,
    optimizer=Adam(lr=0.02),
    schedule=Plateau(patience=0, factor_each=0.5),
    clip=Clip(norm=1.0),
    lr_factors={"out": 0.5},
    metrics=("accuracy", "f1"),
    stop=Stop("accuracy", patience=3, keep_best=True),
)


def classifier(training=SETTINGS, **nodes):
    """A classifier of points with a mask and a state: what a run has to remember."""
    graph = Graph(target="loss", seed=5)
    graph.add("Input", "x", shape=("B", 2))
    graph.add("Input", "t", shape=("B",), dtype="int64")
    rows = [
        ("Linear", "hidden", {"out_features": 6}),
        ("BatchNorm", "norm", {}),
        ("Tanh", "act", {}),
        ("Dropout", "drop", {"p": 0.2}),
        ("Linear", "out", {"out_features": 2}),
    ]
    before = "x.y"
    for module, id_, attributes in rows:
        graph.add(module, id_, **attributes)
        graph.connect(before, f"{id_}.x")
        before = f"{id_}.y"
    graph.add("CrossEntropyLoss", "loss")
    graph.connect(before, "loss.prediction")
    graph.connect("t.y", "loss.target")
    graph.configure(training=training)
    return graph


def session(training=SETTINGS, samples=70):
    graph = classifier(training)
    how = Fitting(batch=16, split=Split(validation=0.25))
    feeder = SetFeeder(generate("moons", seed=1, samples=samples), how, graph.seed)
    return Session(graph, feeder=feeder)


def same(one, other):
    """Whether two sessions stand at the same moment, to the bit."""
    one, other = one.moment(), other.moment()
    for name in ("parameters", "state", "memory", "kept"):
        mine, theirs = getattr(one, name), getattr(other, name)
        assert mine.keys() == theirs.keys(), name
        for ref, array in mine.items():
            np.testing.assert_array_equal(array, theirs[ref], err_msg=f"{name} {ref}")
    for name in ("position", "schedule", "losses", "epochs", "best", "best_figure", "why_ended"):
        assert getattr(one, name) == getattr(other, name), name
    return True


@pytest.fixture(scope="module")
def finished():
    """An uninterrupted training, with a moment after every update."""
    running, moments, updates = session(), [], []
    moments.append(running.moment())
    while not running.is_over:
        updates.append(running.step())
        moments.append(running.moment())
    return running, moments, updates


def test_a_session_counts_exactly_and_says_why_it_ended(finished):
    running, moments, updates = finished
    assert running.updates_per_epoch == 4  # 53 samples in batches of 16
    assert running.total_updates == 16
    assert [update.number for update in updates] == list(range(1, len(updates) + 1))
    assert [u.number for u in updates if u.epoch] == [4, 8, 12, 16][: len(updates) // 4]
    assert [moment.position[:2] for moment in moments[:6]] == [
        (0, 0), (0, 1), (0, 2), (0, 3), (1, 0), (1, 1),
    ]  # fmt: skip
    assert running.why_ended == "all epochs are done"
    with pytest.raises(BadSetting, match="found it over, since all epochs are done"):
        running.step()


def test_an_epochs_figures_are_those_of_its_batches_and_of_both_parts(finished):
    running, _, updates = finished
    first = updates[3].epoch
    sizes = [running.feeder.samples(number) for number in range(4)]
    assert sizes == [16, 16, 16, 5]
    mean = sum(u.loss * size for u, size in zip(updates[:4], sizes, strict=True)) / 53
    assert first.figures["train"]["loss"] == mean
    assert first.figures["train"].keys() == {"loss", "accuracy", "f1"}
    assert first.figures["validation"].keys() == {"loss", "accuracy", "f1"}
    assert running.history.figure("validation", "accuracy")[0] >= 0


@pytest.mark.parametrize("at", [0, 1, 4, 7, 8, 14])
def test_a_training_that_goes_on_from_a_kept_moment_is_the_same_to_the_bit(finished, at):
    whole, moments, updates = finished
    again = session()
    again.go_to(moments[at])
    assert again.position.update == at
    for update in updates[at:]:
        assert again.step() == update
    assert again.is_over
    assert same(again, whole)


def test_going_back_and_forth_in_one_session_changes_nothing(finished):
    whole, moments, _ = finished
    again = session()
    play(again)
    again.go_to(moments[2])
    again.step()
    again.go_to(moments[9])
    play(again)
    assert same(again, whole)


def test_a_kept_moment_does_not_change_while_training_goes_on():
    running = session()
    running.step()
    kept = running.moment()
    before = {ref: array.copy() for ref, array in (kept.parameters | kept.memory).items()}
    running.step()
    for ref, array in (kept.parameters | kept.memory).items():
        np.testing.assert_array_equal(array, before[ref])


def test_more_epochs_go_on_where_fewer_ended(finished):
    whole, _, _ = finished
    short = session(replace(SETTINGS, epochs=2))
    play(short)
    assert short.why_ended == "all epochs are done"
    longer = session()
    longer.go_to(short.moment())
    play(longer)
    assert same(longer, whole)


def test_the_best_epoch_is_what_it_leaves_and_the_graph_stays(finished):
    running, moments, _ = finished
    graph = running.trainer.graph
    before, best = dumps(graph), running.history.best
    for ref, array in running.learned.items():
        moment = moments[4 * best]
        np.testing.assert_array_equal(array, (moment.parameters | moment.state)[ref])
    inverse = graph.apply(running.edit())
    assert dumps(graph) != before
    graph.apply(inverse)
    assert dumps(graph) == before


def test_a_cosine_without_updates_falls_over_the_whole_training():
    running = session(Training(epochs=3, optimizer=SGD(lr=1.0), schedule=Cosine(warm_up=2)))
    rates = [running.step().rate for _ in range(12)]
    assert rates[:3] == [0.5, 1.0, 1.0]
    assert 0 < rates[-1] < 0.05


def test_a_figure_that_stays_ends_it():
    running = session(Training(epochs=40, optimizer=SGD(lr=0.0), stop=Stop(patience=2)))
    play(running)
    assert "has not become better for 2 epochs" in running.why_ended
    assert len(running.history.epochs) == running.history.best + 2 < 40


def test_a_bad_batch_comes_again():
    running = session()
    running.step()
    feeds = running.feeds()
    broken = {**feeds, "x": np.full_like(feeds["x"], np.nan)}
    good, running.feeder.batch = running.feeder.batch, lambda epoch, number: broken
    before = running.moment()
    with pytest.raises(NotFinite):
        running.step()
    assert running.position == before.position
    running.feeder.batch = good
    assert running.step().number == 2


def test_what_was_kept_of_something_else_is_refused(finished):
    _, moments, _ = finished
    with pytest.raises(BadSetting, match="expected 3 updates an epoch as the samples give"):
        session(samples=50).go_to(moments[5])
    with pytest.raises(BadSetting, match="SGD: found what another optimizer"):
        session(replace(SETTINGS, optimizer=SGD())).go_to(moments[5])
    wrong = replace(moments[5], parameters={"other.weight": np.zeros(3)})
    with pytest.raises(BadSetting, match=r"other\.weight: found a tensor \[3\] of another graph"):
        session().go_to(wrong)


def test_norms_and_ratios_are_measured_where_asked():
    running = session()
    running.trainer.measures = True
    before = running.trainer.begin(running.feeds()) or running.trainer.parameters
    update = running.step()
    names = running.trainer.names
    assert len(update.norms) == len(update.ratios) == len(names)
    np.testing.assert_allclose(np.hypot.reduce(update.norms), update.norm)
    for ref, ratio in zip(names, update.ratios, strict=True):
        change = np.linalg.norm(running.trainer.parameters[ref] - before[ref])
        size = np.linalg.norm(before[ref])
        assert ratio == (np.inf if not size else pytest.approx(change / size))


def test_a_callback_ends_it_after_all_were_asked():
    seen = []
    trainer = Trainer(classifier(), optimizer=runtime_adam(), frozen=["hidden"])
    data = generate("moons", samples=40)
    calls = [lambda epoch: epoch.number == 2, lambda epoch: seen.append(epoch.number)]
    history = trainer.fit(data, Fitting(epochs=5, batch=None), calls)
    assert history.why_ended == "a callback ended it"
    assert seen == [1, 2]


def test_an_epoch_of_batches_of_two_sizes_makes_its_plans_once(monkeypatch):
    made = []
    monkeypatch.setattr(
        engine, "compile_plan", lambda *a, **k: made.append(k["mode"]) or compile_plan(*a, **k)
    )
    running = session(replace(SETTINGS, epochs=3, stop=Stop()))
    play(running)
    assert running.position.update == 12
    assert sorted(made) == ["eval", "eval", "train", "train"]  # 16 and 5 samples; 53 and 17


@pytest.mark.parametrize(
    ("loss", "low", "expected"),
    [
        ("BCELoss", 0, 1.0),
        ("MSELoss", 0, 1.0),
        ("HingeLoss", -1, 0.5),
        ("BCEWithLogitsLoss", 0, 0.5),
    ],
)
def test_accuracy_reads_a_prediction_as_the_loss_does(loss, low, expected):
    scores = np.array([[0.9], [0.6], [0.4], [0.2]])
    truth = np.array([[1.0], [1.0], [low], [low]])
    predicts = default_catalogue().require(loss).predicts
    found = measured(["accuracy", "mae", "multi_label_accuracy"], predicts, scores, truth)
    assert found["accuracy"] == expected
    assert found["mae"] == pytest.approx(np.abs(scores - truth).mean())


def test_metrics_without_meaning_are_nan():
    scores, classes = np.eye(3), np.arange(3)
    assert measured(["accuracy"], "class logits", scores, classes) == {"accuracy": 1.0}
    assert np.isnan(measured(["mae"], "class logits", scores, classes)["mae"])
    assert np.isnan(measured(["accuracy"], "numbers", scores, 2 * scores)["accuracy"])
    assert measured(["accuracy"], "numbers", scores, scores) == {"accuracy": 1.0}


ECHO = {"samples": 12, "steps": 4, "delay": 0}


def test_over_time_each_step_of_a_sample_is_judged():
    graph = Graph(target="loss", seed=1)
    graph.add("Data", "data", source="builtin:echo", options=ECHO, batch=5)
    graph.add("Linear", "out", out_features=1)
    graph.add("BCEWithLogitsLoss", "loss")
    graph.connect("data.x", "out.x")
    graph.connect("out.y", "loss.prediction")
    graph.connect("data.t", "loss.target")
    graph.configure(training=Training(2, SGD(lr=0.5), metrics=("accuracy",)))
    running = Session(graph)
    play(running)
    found = running.history.epochs[-1].figures["train"]["accuracy"]
    trace = running.trainer.judge(running.feeder.all("train"))
    truth = trace.value("data.t")
    assert truth.shape == (4, 12, 1)
    assert found == ((trace.value("out.y") > 0) == truth).mean()


def test_metrics_without_a_loss_are_refused_before_the_start():
    graph = Graph(target="total")
    graph.add("Parameter", "w", shape=(2,))
    graph.add("Sum", "total")
    graph.connect("w.y", "total.x")
    graph.configure(training=Training(2, metrics=("mae",)))
    with pytest.raises(BadSetting, match=r"metrics: found no loss before total\.y"):
        Session(graph)


def test_figures_that_cannot_be_had_are_asked_for_again_and_no_batch_is_lost(finished):
    whole, moments, updates = finished
    running = session()
    running.go_to(moments[3])
    good = running.feeder.feeds

    def refused(part, indices):
        raise FeedError("no more samples")

    running.feeder.feeds = lambda part, i: good(part, i) if part == "train" else refused(part, i)
    for _ in range(2):
        with pytest.raises(FeedError):
            running.step()
    kept = running.moment()
    assert kept.position == (0, 4, 4)
    running.feeder.feeds = good
    assert running.step() == updates[3]
    again = session()
    again.go_to(kept)
    assert same(again, running)
    play(again)
    assert same(again, whole)


def test_a_training_ended_early_goes_on_where_more_patience_is_asked():
    short = session(Training(9, SGD(lr=0.0), stop=Stop(patience=1)))
    play(short)
    assert "has not become better for 1 epoch" in short.why_ended
    longer = session(Training(9, SGD(lr=0.0), stop=Stop(patience=5)))
    longer.go_to(short.moment())
    assert not longer.is_over


def test_a_trainer_fits_the_graphs_own_samples_by_its_own_rule():
    graph = Graph(target="loss", seed=2)
    graph.add("Data", "data", source="builtin:line", options={"samples": 30}, batch=10)
    graph.add("Linear", "out", out_features=1)
    graph.add("MSELoss", "loss")
    for ends in (("data.x", "out.x"), ("out.y", "loss.prediction"), ("data.t", "loss.target")):
        graph.connect(*ends)
    graph.configure(training=Training(4, SGD(lr=123.0), metrics=("r2",)))
    trainer = Trainer(graph, runtime_adam(lr=0.1))
    history = trainer.fit()
    assert trainer.count == 12
    assert [epoch.rate for epoch in history.epochs] == [0.1] * 4
    losses = history.figure("train", "r2")
    assert losses[-1] > losses[0]


def test_what_a_node_has_not_is_frozen_without_a_word_and_a_slip_is_named():
    graph = classifier(Training(1, frozen=("act", "hidden.bias"), lr_factors={"drop": 0.5}))
    graph.set("hidden", bias=False)
    feeder = SetFeeder(generate("moons", samples=8))
    running = Session(graph, feeder=feeder)
    assert "hidden.weight" in running.trainer.names
    running.step()
    slip = classifier(Training(1, frozen=("hidden.wieght",)))
    with pytest.raises(
        BadSetting, match=r"frozen: found hidden\.wieght, expected a parameter such"
    ):
        Session(slip, feeder=feeder)


def test_nothing_is_left_to_train_where_all_is_frozen():
    graph = classifier(Training(1, frozen=("hidden", "norm", "out")))
    feeder = SetFeeder(generate("moons", samples=8))
    running = Session(graph, feeder=feeder)
    play(running)
    assert running.trainer.names == ()
    assert running.history.epochs[0].figures["train"]["loss"] > 0


def test_a_gpu_trains_as_the_cpu_does(gpu):
    one, two = session(), Session(classifier(), feeder=session().feeder, device=gpu.name)
    for _ in range(6):
        update, found = one.step(), two.step()
        assert found.loss == pytest.approx(update.loss, abs=1e-6)
    for ref, array in one.learned.items():
        np.testing.assert_allclose(two.learned[ref], array, atol=1e-6)
    kept, again = two.moment(), Session(classifier(), feeder=session().feeder, device=gpu.name)
    again.go_to(kept)
    assert again.step().loss == pytest.approx(two.step().loss, abs=1e-6)
