"""What tests of the command line share: a way to call it, and graphs as files."""

from __future__ import annotations

from graph import Graph, Tensor, save
from runtime.commands import commands, invoke

FEEDS = ("--feed", "x=[[1, 2, 3], [4, 5, 6]]", "--feed", "labels=[0, 1]")


def calling(capsys):
    """Runs a command line: (exit status, what was printed, what was complained about)."""

    def run(*arguments):
        status = invoke(commands, [str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


def by_hand_file(folder):
    """The printed example, as a file."""
    graph = Graph()
    for id_, module in (("x", "Input"), ("w", "Parameter"), ("b", "Parameter"), ("t", "Input")):
        graph.add(module, id_, shape=())
    for id_, module in (("x1", "Multiply"), ("x2", "Add"), ("d", "Subtract"), ("loss", "Abs")):
        graph.add(module, id_)
    for edge in (
        "w.y x1.a",
        "x.y x1.b",
        "x1.y x2.a",
        "b.y x2.b",
        "t.y d.a",
        "x2.y d.b",
        "d.y loss.x",
    ):
        graph.connect(*edge.split())
    for id_, value in (("x", 2.0), ("w", 3.0), ("b", 1.0), ("t", 4.0)):
        graph.set_tensor(f"{id_}.y", Tensor.scalar(value))
    return kept(graph, folder / "by_hand.gradwire")


def layered_file(folder):
    """A layer with parameters of its own, an integer input, and a vector that needs a feed."""
    graph = Graph()
    graph.add("Input", "x", shape=("B", 3))
    graph.add("Input", "labels", shape=("B",), dtype="int64")
    graph.add("Linear", "h", out_features=2)
    graph.add("CrossEntropyLoss", "loss")
    for edge in ("x.y h.x", "h.y loss.prediction", "labels.y loss.target"):
        graph.connect(*edge.split())
    return kept(graph, folder / "layered.gradwire")


def kept(graph, path):
    save(graph, path)
    return path


def refused(result, *words):
    """Exit status 2, nothing printed, one line that says all of `words`."""
    status, out, err = result
    assert (status, out) == (2, "")
    assert err.startswith("gradwire: error: ")
    assert err.count("\n") == 1
    assert err.endswith("\n")
    for word in words:
        assert str(word) in err
    return True
