"""What may happen to a training, at random: compiled it goes as by the tape, step after step.

Batches of other sizes and kinds, bad numbers, classes that are none, edits, going back.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from graph import GradwireError, Graph
from graph import edits as e
from runtime import SGD, Adam, Clip, Trainer
from runtime.compiled import Compiled
from runtime.training import trainer as room
from runtime.training.by_tape import ByTape
from runtime.training.optimizers import Adagrad, AdamW, RMSProp
from tests.catalogue_cases import error
from tests.effort import tries

# A gradient of rounding alone, as a bias before BatchNorm has, is not to become a whole step.
EPS = 1e-3
OPTIMIZERS = (
    SGD(lr=0.05),
    SGD(lr=0.05, momentum=0.9, nesterov=True),
    Adam(lr=0.01, eps=EPS),
    AdamW(lr=0.01, eps=EPS),
    RMSProp(lr=0.01, eps=EPS),
    Adagrad(lr=0.05, eps=EPS),
)
CLIPS = (None, Clip(value=0.1), Clip(norm=0.5), Clip(value=0.3, norm=1.0))
LAYERS = ("Linear", "BatchNorm", "Dropout", "Tanh", "ReLU", "LayerNorm", "GELU", "Multiply")
LIMIT = 1e-9
SEEDS = tries(12, 600)


@pytest.mark.parametrize("start", range(0, SEEDS, max(SEEDS // 4, 1)))
def test_whatever_happens_both_ways_go_on_alike(start, monkeypatch):
    for seed in range(start, start + SEEDS // 4):
        random = np.random.RandomState(seed)
        Adventure(random, monkeypatch).play(random.randint(4, 12))


class Adventure:
    """One graph trained twice, compiled and by the tape."""

    def __init__(self, random: np.random.RandomState, monkeypatch) -> None:
        self.random, self.monkeypatch = random, monkeypatch
        self.has_classes = random.rand() < 0.4
        graph = self.draw()
        self.graphs = (graph, graph.copy())
        named = ["out", "out.bias", *(i for i, n in graph.nodes.items() if n.module == "Linear")]
        settings = {"clip": self.one_of(CLIPS), "optimizer": self.one_of(OPTIMIZERS)}
        if not random.randint(3):
            settings["frozen"] = [self.one_of(named)]
        if not random.randint(3):
            settings["lr_factors"] = {self.one_of(named): self.one_of((0.0, 0.1, 2.0))}
        self.trainers = tuple(Trainer(graph, **settings) for graph in self.graphs)
        self.kept: tuple = ()

    def play(self, count: int) -> None:
        """So many things happen; after each both are where the other is."""
        happenings = (*(self.step,) * 7, self.keep, self.go_back, self.edit)
        for _ in range(count):
            self.one_of(happenings)()
            for read in ("parameters", "state", "memory"):
                self.both(lambda trainer, name=read: getattr(trainer, name))
            self.both(lambda trainer: trainer.count)

    # --- what happens ------------------------------------------------------------------------

    def step(self) -> None:
        feeds = self.draw_feeds()
        self.both(lambda trainer: trainer.step(feeds))

    def keep(self) -> None:
        found = [
            told(lambda t=t: (t.parameters | t.state, t.memory, t.count)) for t in self.trainers
        ]
        if not any(isinstance(one, str) for one in found):
            self.kept = tuple(found)

    def go_back(self) -> None:
        if self.kept:
            kept = dict(zip(self.trainers, self.kept, strict=True))
            self.both(lambda trainer: trainer.restore(*kept[trainer]))

    def edit(self) -> None:
        graph = self.graphs[0]
        layer = self.one_of([id_ for id_ in graph.nodes if id_.startswith("n")])
        is_mask = graph.nodes[layer].module == "Dropout"
        edits: list[e.Edit] = [
            e.SetNode(layer, {"bypassed": bool(self.random.randint(2))}),
            e.SetGraph({"target": self.one_of(("loss.y", "size.y"))}),
            e.SetGraph({"seed": self.random.randint(99)}),
            e.SetAttributes(layer, {"p": 0.25}) if is_mask else e.SetNode(layer, {"note": "n"}),
        ]
        edit = self.one_of(edits)
        self.both(lambda trainer: trainer.graph.apply(edit) and None)

    def both(self, do: Callable[[Trainer], object]) -> None:
        """Do it with both trainers: the same comes out, or they refuse it in the same words."""
        found = []
        for way, trainer in zip((Compiled, ByTape), self.trainers, strict=True):
            self.monkeypatch.setattr(room, "Compiled", way)
            found.append(told(lambda t=trainer: do(t)))
        same(*found)

    # --- what is drawn -----------------------------------------------------------------------

    def draw(self) -> Graph:
        """A few layers on x [B, 4], and a loss against t; `size` is another target."""
        graph = Graph(seed=self.random.randint(9), mode="train")
        graph.add("Input", "x", shape=("B", 4))
        graph.set_tensor("x.y", self.random.standard_normal((3, 4)))
        kinds = {"dtype": "int64"} if self.has_classes else {}
        graph.add("Input", "t", shape=("B",) if self.has_classes else ("B", 3), **kinds)
        graph.set_tensor("t.y", self.draw_targets(3))
        source = "x.y"
        for place in range(self.random.randint(1, 4)):
            source = self._add(graph, self.one_of(LAYERS), f"n{place}", source)
        source = self._add(graph, "Linear", "out", source, 3)
        losses = ("MSELoss", "HuberLoss", "BCEWithLogitsLoss")
        graph.add("CrossEntropyLoss" if self.has_classes else self.one_of(losses), "loss")
        graph.connect(source, "loss.prediction")
        graph.connect("t.y", "loss.target")
        graph.add("Norm", "size")
        graph.connect(source, "size.x")
        graph.configure(target="loss.y")
        return graph

    def _add(self, graph: Graph, module: str, id_: str, source: str, out: int = 4) -> str:
        graph.add(module, id_, **({"out_features": out} if module == "Linear" else {}))
        graph.connect(source, f"{id_}.{'a' if module == 'Multiply' else 'x'}")
        if module == "Multiply":
            kind = self.one_of(("Parameter", "Constant", "Input"))
            graph.add(kind, f"by_{id_}", shape=(4,))
            graph.set_tensor(f"by_{id_}.y", self.random.standard_normal(4))
            graph.connect(f"by_{id_}.y", f"{id_}.b")
        return f"{id_}.y"

    def draw_targets(self, size: int) -> np.ndarray:
        if self.has_classes:
            return self.random.randint(0, 3, (size,))
        return self.random.standard_normal((size, 3))

    def draw_feeds(self) -> dict | None:
        """A batch of some size in some form, now and then with a number that none takes."""
        size = self.one_of((0, 1, 2, 3, 3, 5, 7))
        x, t = self.random.standard_normal((size, 4)), self.draw_targets(size)
        if size and not self.random.randint(12):
            x[0, 0] = self.one_of((np.nan, np.inf))
        is_asked = str(self.graphs[0].target).startswith("loss")  # else nobody reads a class
        if size and self.has_classes and is_asked and not self.random.randint(12):
            t[0] = self.one_of((-1, 3))
        forms = (
            {"x": x, "t": t},
            {"x": x.astype("float32"), "t": t},
            {"x": np.asfortranarray(x), "t": t[::-1]},
            {"x": x.astype(">f8"), "t": t.astype("int8") if self.has_classes else t},
            {"x": x.tolist(), "t": t},
            {"x.y": x, "t": t},
            {"t": self.draw_targets(3)},
            None,
        )
        return self.one_of(forms)

    def one_of(self, entries):
        return entries[self.random.randint(len(entries))]


def told(do: Callable[[], object]) -> object:
    """What comes out; a refusal as the text that it says, but for the numbers in it."""
    try:
        return do()
    except GradwireError as refusal:
        return f"{type(refusal).__name__} {getattr(refusal, 'node', '')}"


def same(one: object, other: object) -> None:
    if isinstance(one, str) or isinstance(other, str) or one is None:
        assert one == other
    elif isinstance(one, dict):
        assert one.keys() == other.keys()
        assert all(error(array, other[name]) <= LIMIT for name, array in one.items())
    else:
        assert error(one, other) <= LIMIT
