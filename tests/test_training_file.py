"""The file's `training`: what it says, what is refused, and where it goes when nodes change."""

import json
from dataclasses import fields, replace

import pytest

from graph import FileError, GraphError, History, dumps, loads, rules
from graph import edits as e
from graph.grouping import group_edit, ungroup_edit
from graph.rules import Adam, Clip, Cosine, Plateau, Stop
from graph.training import Training
from gui.consequences import concerns_run
from runtime.training import metrics
from runtime.training.optimizers import OPTIMIZERS
from runtime.training.schedules import SCHEDULES
from tests.canvas_desk import by_hand
from tests.composite_graphs import two_blocks

FULL = Training(
    epochs=3,
    optimizer=Adam(lr=1, betas=(0.5, 0.75)),
    schedule=Cosine(warm_up=5),
    clip=Clip(norm=1.5),
    frozen=("w",),
    lr_factors={"b.y": 0.5},
    metrics=("mae", "r2"),
    stop=Stop("r2", patience=4, keep_best=True),
    extra={"": {"x-a": [1]}, "optimizer": {"x-b": None}},
)


def trained(training=FULL, graph=None):
    graph = graph or by_hand()
    graph.configure(training=training)
    return graph


def of_file(training):
    document = json.loads(dumps(by_hand()))
    return loads(json.dumps(document | {"training": training})).training


def test_it_comes_back_byte_for_byte_and_undo_takes_it_away():
    graph = by_hand()
    history, before = History(graph), dumps(graph)
    assert graph.training == Training()
    history.do(e.SetGraph({"training": FULL}), "Train")
    data = dumps(graph)
    assert loads(data).training == FULL
    assert dumps(loads(data)) == data
    assert graph.copy().training == FULL
    history.undo()
    assert dumps(graph) == before


@pytest.mark.parametrize("rate", [1e308, 5e-324, 3, 0.1])
def test_any_rate_comes_back(rate):
    data = dumps(trained(Training(optimizer=Adam(lr=rate))))
    assert loads(data).training.optimizer.lr == rate
    assert dumps(loads(data)) == data


def test_a_file_holds_what_is_not_the_default():
    entry = json.loads(dumps(trained(Training(schedule=Plateau()))))["training"]
    assert entry == {
        "epochs": 10,
        "optimizer": {"name": "Adam", "lr": 0.001},
        "schedule": {"name": "plateau"},
    }
    assert of_file(entry) == Training(schedule=Plateau())
    assert of_file({}) == Training()


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"epohs": 3}, r'\$\.training: found the unknown field "epohs".*Did you mean "epochs"'),
        ({"epochs": -1}, r"\$\.training\.epochs: .*found -1, expected a whole number from 0"),
        ({"optimizer": {"name": "adam"}}, r'optimizer\.name: found "adam".*Did you mean "Adam"'),
        ({"optimizer": {"name": 3}}, r"optimizer\.name: found no text"),
        ({"optimizer": {"momentm": 1, "name": "SGD"}}, r'"momentm".*Did you mean "momentum"'),
        ({"optimizer": {"lr": -1}}, r"\$\.training\.optimizer: Adam\.lr: found -1\.0, expected"),
        ({"optimizer": {"lr": "1"}}, r"\$\.training\.optimizer\.lr: found a text, expected a num"),
        ({"optimizer": {"betas": [0.5]}}, r"optimizer\.betas: found 1 entries, expected 2"),
        ({"schedule": {"name": "step", "every": 0}}, r"step\.every: found 0, expected a whole"),
        ({"clip": {"norm": 0}}, r"clip\.norm: found 0\.0, expected a number above 0"),
        ({"frozen": ["nobody"]}, r"\$\.training\.frozen: .*nobody, which is at no node"),
        ({"frozen": ["w", "w"]}, r"found w twice"),
        ({"lr_factors": {"w": -1}}, r"\$\.training\.lr_factors: .*w: -1\.0"),
        ({"metrics": ["acuracy"]}, r'\$\.training\.metrics: .*Did you mean "accuracy"'),
        ({"stop": {"figure": "mae"}}, r'stop\.figure: .*found "mae", expected one of loss'),
        ({"stop": {"patience": 0}}, r"stop\.patience: found 0, expected a whole number of at le"),
    ],
)
def test_what_cannot_be_is_refused_by_name(entry, message):
    with pytest.raises(FileError, match=message):
        of_file(entry)


def test_an_edit_that_names_no_node_changes_nothing():
    graph = by_hand()
    with pytest.raises(GraphError, match=r"nobody\.weight, which is at no node"):
        graph.configure(training=Training(frozen=("nobody.weight",)))
    with pytest.raises(GraphError, match="expected a Training"):
        graph.configure(training={"epochs": 3})
    assert graph.training == Training()


def test_what_is_frozen_follows_its_node_and_goes_with_it():
    graph = trained()
    history, before = History(graph), dumps(graph)
    history.do(graph.rename_edit("w", "weight"), "Rename")
    history.do(graph.rename_edit("b", "bias"), "Rename")
    assert graph.training.frozen == ("weight",)
    assert graph.training.lr_factors == {"bias.y": 0.5}
    history.do(e.RemoveNode("weight"), "Remove")
    assert graph.training.frozen == ()
    for _ in range(3):
        history.undo()
    assert dumps(graph) == before


def test_what_is_frozen_follows_into_a_composite_and_out():
    graph = trained(replace(FULL, frozen=("x1", "w"), lr_factors={}))
    before = dumps(graph)
    history = History(graph)
    grouped = group_edit(graph, ["x1", "x2"], "Pair")
    history.do(grouped.edit, "Group")
    assert graph.training.frozen == (f"{grouped.id}/x1", "w")
    assert loads(dumps(graph)).training == graph.training
    history.do(ungroup_edit(graph, grouped.id), "Ungroup")
    assert graph.training.frozen == ("x1", "w")
    history.undo()
    history.undo()
    assert dumps(graph) == before


def test_what_is_frozen_inside_follows_what_happens_inside():
    graph = two_blocks()
    one = next(id_ for id_, node in graph.nodes.items() if node.module in graph.definitions)
    name = graph.nodes[one].module
    inner = next(iter(graph.definitions[name].body.nodes))
    trained(Training(frozen=(f"{one}/{inner}", one)), graph)
    graph.apply(e.Within(name, e.Rename(inner, "other")))
    assert graph.training.frozen == (f"{one}/other", one)


def test_what_is_declared_is_what_computes():
    assert OPTIMIZERS.keys() == rules.OPTIMIZERS.keys()
    assert SCHEDULES.keys() == rules.SCHEDULES.keys()
    assert metrics.METRICS.keys() == rules.METRICS.keys()
    for table, known in ((OPTIMIZERS, rules.OPTIMIZERS), (SCHEDULES, rules.SCHEDULES)):
        for name, kind in table.items():
            assert issubclass(kind, known[name])
            assert fields(kind) == fields(known[name])


def test_no_run_waits_for_it():
    assert not concerns_run(e.SetGraph({"training": FULL}))
    assert concerns_run(e.SetGraph({"training": FULL, "seed": 1}))
