"""`gradwire code` of a graph with Data nodes: the program trains over the trainer's batches."""

from __future__ import annotations

import pytest

from graph import Graph, load, rules
from graph.training import Training
from gui.examples import examples
from runtime import Trainer
from runtime.as_numpy import samples
from runtime.as_numpy.command import program_of
from runtime.data.feeding import Feeder
from runtime.training.optimizers import optimizer_of
from runtime.training.schedules import schedule_of
from tests.catalogue_cases import error
from tests.test_code_numpy import differs, learns_sums, program

TWICE = Training(epochs=2, optimizer=rules.Adam(lr=0.05), schedule=rules.Cosine(least=0.1))


def classes_of_spirals() -> Graph:
    """A scaled set with a seed of its own, classes, and a last batch that is smaller."""
    graph = load(next(path for path in examples() if path.stem == "learn_spirals"))
    graph.set("data", options={"samples": 50}, batch=16, scale="standardise", seed=7)
    return graph


@pytest.mark.parametrize("make", [learns_sums, classes_of_spirals])
def test_updates_over_all_batches_are_the_trainers(make):
    graph = make()
    graph.configure(training=TWICE)
    found = program(program_of(graph, {}))
    feeder = Feeder.of(graph)
    count = 2 * feeder.updates_per_epoch
    assert count > 2
    schedule = schedule_of(TWICE.schedule, count)
    trainer = Trainer(graph, optimizer_of(TWICE.optimizer), schedule=schedule)
    parameters, memory, kept = found["start"](), {}, found["samples"]()
    for done in range(count):
        trainer.step(feeder.batch(*divmod(done, feeder.updates_per_epoch)))
        inputs = found["batch"](kept, done + 1)
        _, gradients = found["forward_and_reverse"](parameters, inputs)
        found["update"](parameters, gradients, memory, done + 1)
    for name, array in trainer.parameters.items():
        assert error(parameters[name], array) < 1e-12


def test_the_program_counts_its_updates_as_the_training_does(capsys):
    graph = learns_sums()
    graph.configure(training=TWICE)
    text = program_of(graph, {})
    exec(compile(text, "lesson", "exec"), {"__name__": "__main__"})
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1].startswith("update 4: loss ")


def test_a_set_that_is_fed_is_not_dealt():
    graph = learns_sums()
    feeds = Feeder.of(graph).batch(0, 1)
    text = program_of(graph, feeds)
    assert "def batch(" not in text
    assert (program(text)["given"]()["data.t"] == feeds["data.t"]).all()


def test_a_set_too_large_for_the_text_says_that_the_first_batch_is_all(monkeypatch):
    graph = learns_sums()
    monkeypatch.setattr(samples, "MOST_BYTES", 500)
    text = program_of(graph, {})
    said = "# It has the first batch alone: 8 training samples take 704 bytes, more than 500."
    assert said in text.splitlines()
    assert "def batch(" not in text
    assert differs(graph, text) < 1e-12
