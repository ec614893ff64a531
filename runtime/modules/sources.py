"""Sources: where tensors come from. They compute nothing and have no steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graph.attributes import DtypeName, Options, ShapeSpec, attribute
from graph.errors import BadAttribute
from graph.initialise import sizes
from graph.module import Example
from graph.port import Port, PortType, Shape
from graph.tensor import FLOATING
from runtime.data.batches import Split
from runtime.data.facts import Facts, known_facts
from runtime.errors import BadSetting
from runtime.modules import initial
from runtime.modules.door import Initialised


class Source(Initialised):
    """The parent of sources: what they give is declared by `shape` and, if there, `dtype`."""

    def infer(self, types: Mapping[str, PortType], dtype: str) -> dict[str, PortType]:
        declared = self.settings.get("dtype")
        kept = dtype if declared is None or declared in FLOATING else declared
        shape = self.settings["shape"]
        return {"y": PortType(kept, shape[1:] if self.over_time else shape)}


class Input(Source, sig="-> y:any[*s]", group="Sources"):
    """A tensor that is fed or typed in: data, targets, indices.

    y: `shape`, of `dtype`; a floating tensor is cast to the run's dtype. Needs a value in the
    file or a feed. As a sequence it gives one part after the other along its first axis, which is
    time: inside time y is `shape` without that axis. Source: this project's design.
    """

    words = ("data", "feed", "placeholder", "x", "sequence", "time")
    formula = r"y = \mathrm{fed}"
    shape: ShapeSpec = attribute((), "the sizes; a name stands for a size that a feed decides")
    dtype: DtypeName | None = attribute(None, "the numbers' type; left open, the graph's")
    sequence: bool = attribute(False, "whether axis 0 is time, fed one step after the other")
    examples = (
        Example({}, {"shape": (3, 4)}),
        Example({}, {"shape": ()}),
        Example({}, {"shape": (0, 2)}),
        Example({}, {"shape": (5,), "dtype": "int64"}),
    )

    def validate(self) -> None:
        if self.settings["sequence"] and not self.settings["shape"]:
            found, expected = "a sequence of shape []", "a first axis, for time"
            raise BadAttribute(port="sequence", found=found, expected=expected)


class Constant(Source, sig="-> y:any[*s]", group="Sources"):
    """A tensor that stays as it is: no training changes it.

    y: `shape`, of `dtype`; a floating tensor is cast to the run's dtype. Needs a value in the
    file. Source: this project's design.
    """

    words = ("number", "scalar", "literal")
    formula = r"y = c"
    shape: ShapeSpec = attribute((), "the sizes")
    dtype: DtypeName | None = attribute(None, "the numbers' type; left open, the graph's")
    examples = (
        Example({}, {"shape": (2, 3)}),
        Example({}, {"shape": ()}),
        Example({}, {"shape": (2,), "dtype": "bool"}),
    )


class Parameter(Source, sig="-> y[*s]", group="Sources"):
    """A tensor that training changes, initialised by a rule until it has a value.

    y: `shape`, of the run's floating dtype. The rules are torch.nn.init's: normal (mean 0,
    standard deviation 1), uniform (0 to 1), zeros, ones, and Xavier's and Kaiming's, which
    read `[out, in, ...]` from the shape. Source of the names: PyTorch.
    """

    words = ("weight", "variable", "trainable")
    formula = r"y = \theta"
    shape: ShapeSpec = attribute((), "the sizes")
    init: str = attribute(
        "normal", "the rule for the first value, seeded by the graph", choices=tuple(initial.RULES)
    )
    examples = (
        Example({}, {"shape": (4, 3)}),
        Example({}, {"shape": ()}),
        Example({}, {"shape": (4, 3), "init": "kaiming_uniform"}),
    )

    def owned(self) -> tuple[str, ...]:
        return ("y",)

    def starts_at_zero(self, port: str) -> bool:
        return bool(self.settings["init"] == "zeros")

    def rule(self, port: str, shapes: Mapping[str, tuple[int, ...]]) -> initial.Rule:
        return initial.RULES[self.settings["init"]]


class Data(Initialised, sig="-> x:any[*s], t:any[*r]", group="Sources"):
    """A set of samples, given batch by batch: x is what is given, t what is to be learned.

    x, t, or the ports that the set has: `[B, ...]`, B samples of it; a floating tensor is cast to
    the run's dtype. What is a sequence has time as its first axis: `[T, B, ...]`. A run without a
    feed takes the first training batch. Source: this project's design.
    """

    words = ("dataset", "batch", "train", "validation", "test", "csv", "mnist", "iris", "xor")
    formula = r"x, t = \mathrm{batch}"
    keeps_values = False
    source: str = attribute(
        "builtin:xor", "builtin:NAME, system:NAME, or a path inside the file's folder"
    )
    options: Options = attribute({}, "settings of a generated set, such as samples and noise")
    batch: int | None = attribute(32, "samples of one update; none for all, 1 for one", minimum=1)
    shuffle: bool = attribute(True, "whether each epoch has an order of its own")
    seed: int | None = attribute(None, "for the set, its parts and its order; none: the graph's")
    validation: float = attribute(0.0, "the share that is kept for validation", minimum=0)
    test: float = attribute(0.0, "the share that is kept for the test", minimum=0)
    split: str = attribute(
        "shuffled", "shuffled, or in the set's order: the test last", choices=("shuffled", "order")
    )
    scale: str = attribute(
        "none", "how x is scaled, by its training part", choices=("none", "standardise", "unit")
    )
    x_columns: tuple[str, ...] = attribute((), "columns of a table; none for all numbers but t")
    t_columns: tuple[str, ...] = attribute((), "columns of a table; none for the last one")
    t_is: str = attribute("auto", "what t of a table is", choices=("auto", "classes", "numbers"))
    x_texts: str = attribute(
        "one-hot",
        "how a column of texts in x is given: a column for each class, or the class's number",
        choices=("one-hot", "codes"),
    )
    missing: str = attribute(
        "refuse", "what is done with rows that lack a value", choices=("refuse", "leave out")
    )
    sequences: tuple[str, ...] = attribute((), "ports of a file whose first axis is time")
    gives: tuple[str, ...] = attribute((), "what a sample of the file is at each port")
    samples: int | None = attribute(None, "how many samples the file has", minimum=0)
    hash: str = attribute("", "the content that the file had, as sha256:")
    examples = (
        Example({}),
        Example({}, {"source": "builtin:iris", "batch": None, "scale": "standardise"}),
        Example({}, {"source": "builtin:spirals", "options": {"samples": 100}, "test": 0.2}),
    )

    def __init__(self, /, **settings: Any) -> None:
        super().__init__(**settings)
        if self.facts is not None:
            names = self.facts.ports
            self.output_ports = tuple(Port(x, "output", "any", (f"*{x}",)) for x in names)
            self.ports = {port.name: port for port in self.output_ports}

    def validate(self) -> None:
        where = "source"
        try:
            self.facts: Facts | None = known_facts(self.settings)
            where = "validation"
            Split(self.settings["validation"], self.settings["test"])
        except BadSetting as error:
            raise BadAttribute(port=where, found=f"what does not fit ({error})") from None

    def declared(self) -> Mapping[str, Shape]:
        return self._shapes("B")

    def brings(self) -> Mapping[str, tuple[str, tuple[int, ...]]]:
        if self.facts is None:
            return {}
        split = Split(self.settings["validation"], self.settings["test"])
        train = split.train(self.facts.count)
        shapes = self._shapes(min(self.settings["batch"] or train, train))
        types = {name: PortType(self.facts.ports[name].dtype, shapes[name]) for name in shapes}
        return {name: (type_.dtype, sizes(type_)) for name, type_ in types.items()}

    @property
    def over_time(self) -> frozenset[str]:
        return frozenset() if self.facts is None else self.facts.over_time

    def infer(self, types: Mapping[str, PortType], dtype: str) -> dict[str, PortType]:
        found = {}
        for name, own in self.facts.ports.items() if self.facts is not None else ():
            shape = self.declared()[name]
            kept = dtype if own.is_floating else own.dtype
            found[name] = PortType(kept, shape[1:] if name in self.over_time else shape)
        return found

    def one_step(self) -> dict[str, Any]:
        """Settings of a set of the same ports without time, for a picture of one time step."""
        if self.facts is None:
            return {}
        gives = [
            f"{x} {PortType(type_.dtype, type_.shape[x in self.over_time :])}"
            for x, type_ in self.facts.ports.items()
        ]
        kept = {key: self.settings[key] for key in ("batch", "validation", "test")}
        return kept | {"source": "one step", "gives": gives, "samples": self.facts.count}

    def _shapes(self, size: int | str) -> dict[str, Shape]:
        """The shapes of a batch of so many samples, by port; time comes first."""
        found: dict[str, Shape] = {}
        for name, type_ in self.facts.ports.items() if self.facts is not None else ():
            shape = type_.shape
            found[name] = (size, *shape)
            if name in self.over_time:
                found[name] = (shape[0], size, *shape[1:])
        return found
