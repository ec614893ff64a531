"""`gradwire code --as numpy`: the program computes what the engine and the trainer compute."""

from __future__ import annotations

import ast
import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest

from graph import Graph, Tensor, load, rules
from graph.edits import SetNode
from graph.port import PortRef
from graph.records import Time
from graph.training import Training
from gui.examples import examples
from runtime import SGD, Adagrad, Adam, AdamW, Clip, Cosine, Engine, RMSProp, Steps, Trainer
from runtime.as_numpy.carried import functions
from runtime.as_numpy.command import program_of
from runtime.as_numpy.updates import Recipe
from runtime.as_numpy.writing import write_numpy
from runtime.errors import BadSetting, CheckFailed
from runtime.training.schedules import Plateau, Schedule
from tests.catalogue_cases import Case, computing_cases, error
from tests.command_files import by_hand_file, calling, layered_file, refused

EXAMPLES = examples()
PLAIN = Recipe(SGD(lr=0.1))


def program(text: str) -> dict:
    """The names that a written program defines."""
    found = {"__name__": "lesson"}
    exec(compile(text, "lesson", "exec"), found)
    return found


def run(found: dict, **how):
    """(outputs, gradients) of one step at the file's numbers."""
    ins = [found["start"](), found["given"]()]
    ins += [found["start_state"]()] if "start_state" in found else []
    with np.errstate(all="ignore"):
        return found["forward_and_reverse"](*ins, **how)[:2]


def differs(graph: Graph, text: str, mode: str = "train", **how) -> float:
    """The largest error of any output and any gradient against the engine's."""
    outputs, gradients = run(program(text), **how)
    trace = Engine(graph, mode=mode).run(phase="both" if gradients else "forward")
    errors = [error(value, trace.value(name)) for name, value in outputs.items()]
    errors += [error(value, trace.gradient(name)) for name, value in gradients.items()]
    return max(errors)


# --- modules ------------------------------------------------------------------------------


def of_case(case: Case, output: str) -> Graph:
    """The case's graph with parameters for inputs, so that all its gradients are asked for."""
    graph = Graph(dtype=case.dtype, mode=case.mode, seed=3)
    graph.add(case.module.name, "it", **case.example.attributes)
    for port, array in case.states.items():
        graph.set_tensor(f"it.{port}", array)
    for port, array in zip(case.module.wired_ports, case.ins, strict=True):
        name, type_ = f"{port.name}_", case.types[port.name]
        if port.role == "parameter":
            graph.set_tensor(f"it.{port.name}", array)
            continue
        if type_.is_floating and not case.module.leads_out:
            graph.add("Parameter", name, shape=type_.shape)
        else:
            dtype = None if type_.is_floating else type_.dtype
            sequence = case.module.leads_out
            graph.add("Input", name, shape=type_.shape, dtype=dtype, sequence=sequence)
        graph.set_tensor(f"{name}.y", array)
        graph.connect(f"{name}.y", f"it.{port.name}")
    type_ = case.types[output]
    if type_.is_floating:
        seed = Tensor.of(case.draws(output, type_.shape))
        graph.configure(target=f"it.{output}", seed_gradient=seed)
    return graph


MODULES = sorted({case.module.name for case in computing_cases()})


@pytest.mark.parametrize("name", MODULES)
def test_every_module_is_written_and_computes_the_same(name):
    cases = [case for case in computing_cases() if case.module.name == name]
    for case, port in ((each, port) for each in cases for port in each.module.output_ports):
        graph = of_case(case, port.name)
        text = write_numpy(graph, PLAIN)
        how = {"training": case.mode == "train"} if "training=" in text else {}
        assert differs(graph, text, case.mode, **how) < 1e-12, case


@pytest.mark.parametrize("name", ["Linear", "GELU", "LSTMCell", "Conv2d", "CrossEntropyLoss"])
def test_single_precision_stays_single(name):
    case = next(case for case in computing_cases() if case.module.name == name).as_("float32")
    graph = of_case(case, case.module.output_names[0])
    outputs, gradients = run(program(write_numpy(graph, PLAIN)))
    assert {np.asarray(x).dtype.name for x in (outputs | gradients).values()} == {"float32"}


def test_a_module_without_a_rule_is_refused_by_name(monkeypatch):
    from runtime.as_numpy import rules

    graph = load(next(path for path in EXAMPLES if path.stem == "xor"))
    monkeypatch.setattr(rules, "RULES", {k: v for k, v in rules.RULES.items() if k != "ReLU"})
    with pytest.raises(BadSetting, match="relu: found ReLU, expected a module that can be written"):
        write_numpy(graph, PLAIN)


# --- graphs -------------------------------------------------------------------------------


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_compute_the_same(path):
    graph = load(path)
    allowed = 1e-12 if graph.dtype == "float64" else 1e-5
    assert differs(graph, write_numpy(graph, PLAIN)) < allowed


def test_programs_run_alone(tmp_path):
    """Nothing but NumPy is imported, and nothing of Gradwire can be."""
    files = []
    for path in EXAMPLES[::3]:
        files.append(tmp_path / f"{path.stem}.py")
        files[-1].write_text(write_numpy(load(path), PLAIN, updates=2), encoding="utf-8")
    said = subprocess.run(
        [sys.executable, "-I", "-c", _RUNNER, *map(str, files)],
        capture_output=True, text=True, encoding="utf-8", cwd=tmp_path, check=False,
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    trained = [file for file in files if "def update(" in file.read_text(encoding="utf-8")]
    assert said.stdout.count("update 2: loss ") == len(trained) > 5


_RUNNER = """
import runpy, sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("graph", "runtime", "gui", "scipy"):
            raise ImportError(name)
sys.meta_path.insert(0, Refuse())
for path in sys.argv[1:]:
    runpy.run_path(path, run_name="__main__")
"""


def shared_and_delayed() -> Graph:
    """Fan-out, a broadcast over the batch, tied instances, a delay with a learnt start."""
    graph = Graph(seed=5, mode="train")
    graph.add("Input", "x", shape=("T", "B", 2), sequence=True)
    graph.set_tensor("x.y", np.random.RandomState(0).normal(size=(5, 1, 2)))
    graph.add("Parameter", "first", shape=(1, 3))
    graph.add("RNNCell", "lambda", hidden_size=3)
    graph.add("Multiply", "sum")
    graph.add("Linear", "out", out_features=1)
    graph.add("AllSteps", "all")
    graph.add("Square", "squared")
    graph.add("Mean", "loss")
    graph.connect("x.y", "lambda.x")
    graph.connect("lambda.y", "lambda.h", delay=2, initial="first.y")
    graph.connect("lambda.y", "sum.a")
    graph.connect("first.y", "sum.b")
    graph.connect("sum.y", "out.x")
    graph.connect("out.y", "all.x")
    graph.connect("all.y", "squared.x")
    graph.connect("squared.y", "loss.x")
    return graph


@pytest.mark.parametrize("truncate", [None, 2])
def test_time_delays_and_names_of_python(truncate):
    graph = shared_and_delayed()
    graph.configure(time=Time(truncate=truncate))
    text = write_numpy(graph, PLAIN)
    assert differs(graph, text) < 1e-12
    assert "    lambda_[t] = (\n" in text  # a word of Python's is no name


def test_ids_that_are_words_of_python_or_of_the_program():
    ids = ["np", "print", "for", "parameters", "gradients", "conv", "d_for", "t", "FLOAT"]
    graph = Graph(seed=1)
    graph.add("Parameter", "range", shape=(2,))
    for before, id_ in pairwise(["range", *ids]):
        graph.add("Sin", id_)
        graph.connect(f"{before}.y", f"{id_}.x")
    graph.add("Sum", "sum")
    graph.connect("FLOAT.y", "sum.x")
    assert differs(graph, write_numpy(graph, PLAIN)) < 1e-12


def test_another_batch_fits_the_same_program():
    """What was repeated along a batch of one is added along every batch."""
    graph = Graph(seed=1)
    graph.add("Input", "x", shape=("B", 3))
    graph.set_tensor("x.y", np.ones((1, 3)))
    graph.add("Parameter", "b", shape=(1, 3))
    graph.add("Add", "moved")
    graph.add("Square", "squared")
    graph.add("Sum", "loss")
    for edge in (("x.y", "moved.a"), ("b.y", "moved.b"), ("moved.y", "squared.x"),
                 ("squared.y", "loss.x")):  # fmt: skip
        graph.connect(*edge)
    found = program(write_numpy(graph, PLAIN))
    many = np.random.RandomState(2).normal(size=(4, 3))
    outputs, gradients = found["forward_and_reverse"](found["start"](), {"x": many})
    trace = Engine(graph).run({"x": many})
    assert error(outputs["loss.y"], trace.value("loss.y")) < 1e-12
    assert error(gradients["b.y"], trace.gradient("b.y")) < 1e-12


@pytest.mark.filterwarnings("ignore:Mean of empty slice", "ignore:invalid value")
@pytest.mark.parametrize("shape", [(3, 4), (3, 4, 2)])
def test_a_batch_of_no_samples_moves_no_state(shape):
    graph = Graph(seed=1, mode="train")
    graph.add("Input", "x", shape=("B", *shape[1:]))
    graph.set_tensor("x.y", np.random.RandomState(0).normal(size=shape))
    graph.add("BatchNorm", "norm")
    graph.add("Sum", "loss")
    graph.connect("x.y", "norm.x")
    graph.connect("norm.y", "loss.x")
    found = program(write_numpy(graph, PLAIN))
    step, start = found["forward_and_reverse"], found["start"]()
    *_, state = step(start, found["given"](), found["start_state"]())
    outputs, gradients, after = step(start, {"x": np.zeros((0, *shape[1:]))}, state)
    assert {name: array.tolist() for name, array in after.items()} == {
        name: array.tolist() for name, array in state.items()
    }
    assert all(not array.any() for array in gradients.values())
    assert outputs["loss.y"] == 0


def test_bypassed_nodes_and_missing_inputs():
    graph = load(next(path for path in EXAMPLES if path.stem == "xor"))
    graph.apply(SetNode("relu", {"bypassed": True}))
    assert differs(graph, write_numpy(graph, PLAIN)) < 1e-12
    graph.set_tensor("x.y", None)
    with pytest.raises(CheckFailed, match="x: found no value"):
        write_numpy(graph, PLAIN)


# --- training -----------------------------------------------------------------------------

RECIPES = [
    Recipe(SGD(lr=0.1, momentum=0.9, dampening=0.1, weight_decay=0.01)),
    Recipe(SGD(lr=0.1, momentum=0.9, nesterov=True), Steps(every=2, factor_each=0.5)),
    Recipe(Adagrad(lr=0.1, lr_decay=0.1), Schedule(warm_up=3)),
    Recipe(RMSProp(lr=0.01, momentum=0.5, centered=True), clip=Clip(value=0.05)),
    Recipe(Adam(lr=0.05, weight_decay=0.1), Cosine(updates=4, warm_up=1), Clip(norm=0.1)),
    Recipe(AdamW(lr=0.05), shares={"hidden.weight": 0.1}),
]


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.optimizer.name)
def test_updates_are_the_trainers(recipe):
    graph = load(next(path for path in EXAMPLES if path.stem == "xor"))
    found = program(write_numpy(graph, recipe, frozen=(PortRef("output", "bias"),)))
    trainer = Trainer(
        graph, recipe.optimizer, schedule=recipe.schedule, clip=recipe.clip,
        frozen=["output.bias"], lr_factors=recipe.shares,
    )  # fmt: skip
    parameters, memory = found["start"](), {}
    for count in range(1, 8):
        trainer.step()
        _, gradients = found["forward_and_reverse"](parameters, found["given"]())
        found["update"](parameters, gradients, memory, count)
    for name, array in trainer.parameters.items():
        assert error(parameters[name], array) < 1e-12
    assert "output.bias" not in gradients


def test_masks_and_running_means_are_the_trainers():
    graph = Graph(seed=2, mode="train")
    graph.add("Input", "x", shape=("B", 3))
    graph.set_tensor("x.y", np.random.RandomState(0).normal(size=(6, 3)))
    graph.add("Linear", "h", out_features=4)
    graph.add("BatchNorm", "norm")
    graph.add("Dropout", "drop")
    graph.add("Square", "squared")
    graph.add("Mean", "loss")
    for source, target in zip(("x", "h", "norm", "drop", "squared"),
                              ("h", "norm", "drop", "squared", "loss"), strict=True):  # fmt: skip
        graph.connect(f"{source}.y", f"{target}.x")
    found = program(write_numpy(graph, PLAIN))
    trainer = Trainer(graph, PLAIN.optimizer)
    parameters, memory, state = found["start"](), {}, found["start_state"]()
    for count in range(1, 4):
        trainer.step()
        _, gradients, changed = found["forward_and_reverse"](
            parameters, found["given"](), state, step=count - 1
        )
        found["update"](parameters, gradients, memory, count)
        state |= changed
    for name, array in (trainer.parameters | trainer.state).items():
        assert error((parameters | state)[name], array) < 1e-12


def test_a_schedule_that_watches_epochs_is_refused():
    graph = load(next(path for path in EXAMPLES if path.stem == "xor"))
    with pytest.raises(BadSetting, match="plateau"):
        write_numpy(graph, Recipe(SGD(), Plateau()))


def learns_sums() -> Graph:
    """A Data node whose x is a sequence, and whose t is not."""
    graph = Graph(seed=4, target="loss")
    graph.add("Data", "data", source="builtin:adding", options={"samples": 8, "steps": 5}, batch=4)
    graph.add("GRUCell", "cell", hidden_size=3)
    graph.add("LastStep", "last")
    graph.add("Linear", "out", out_features=1)
    graph.add("MSELoss", "loss")
    graph.connect("data.x", "cell.x")
    graph.connect("cell.y", "cell.h", delay=1)
    for edge in (("cell.y", "last.x"), ("last.y", "out.x"), ("out.y", "loss.prediction"),
                 ("data.t", "loss.target")):  # fmt: skip
        graph.connect(*edge)
    return graph


def test_a_data_node_gives_its_first_batch():
    graph = learns_sums()
    text = program_of(graph, {})
    assert differs(graph, text) < 1e-12
    given = program(text)["given"]()
    assert {name: array.shape for name, array in given.items()} == {
        "data.x": (5, 4, 2), "data.t": (4, 1),
    }  # fmt: skip
    graph.set("data", options={"samples": 400_000, "steps": 5}, batch=None)
    with pytest.raises(BadSetting, match=r"data\.x: found .* Take a smaller batch"):
        program_of(graph, {})


# --- the command --------------------------------------------------------------------------


def test_the_program_trains_as_the_file_says():
    graph = load(next(path for path in EXAMPLES if path.stem == "xor"))
    training = Training(
        optimizer=rules.SGD(lr=0.5, momentum=0.9), clip=rules.Clip(norm=1.0),
        schedule=rules.Cosine(least=0.5), frozen=("output.bias",), lr_factors={"hidden": 0.1},
    )  # fmt: skip
    graph.configure(training=training)
    text = program_of(graph, {})
    assert '"output.bias"' not in text.partition("gradients = {")[2].partition("}")[0]
    assert "SHARES = {'hidden.weight': 0.1, 'hidden.bias': 0.1}" in text
    found = program(text)
    assert found["learning_rate"](1) == 0.5
    assert found["learning_rate"](101) == 0.25


def test_the_command_prints_or_writes_a_program(tmp_path, capsys):
    command = calling(capsys)
    status, printed, _ = command("code", by_hand_file(tmp_path), "--feed", "x=5.0")
    assert status == 0
    assert program(printed)["given"]()["x"] == 5
    out = tmp_path / "lesson.py"
    assert command("code", by_hand_file(tmp_path), "--as", "numpy", "--out", out) == (0, "", "")
    assert run(program(out.read_text(encoding="utf-8")))[1] == {"w.y": 2, "b.y": 1}
    assert refused(command("code", layered_file(tmp_path)), "layered.gradwire", "x: found no value")


# --- the text -----------------------------------------------------------------------------


def test_text_of_a_file_stands_in_comments_alone():
    graph = load(next(path for path in EXAMPLES if path.stem == "xor"))
    evil = 'x""" ; import os; os.abort()\u2028os.abort()\u2029 # {abort}'
    graph.configure(title=evil)
    graph.apply(SetNode("relu", {"label": evil}))
    text = write_numpy(graph, PLAIN)
    lines = [line for line in text.splitlines() if "abort" in line]
    assert len(lines) == 2
    assert all(line.lstrip().startswith("#") for line in lines)
    assert "os" not in {n.id for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Name)}


def test_carried_functions_are_plain():
    for text in functions().values():
        assert "Array" not in text
        assert "Any" not in text
