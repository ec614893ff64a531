"""Sources: where tensors come from. They compute nothing and have no steps."""

from __future__ import annotations

from collections.abc import Mapping

from graph.attributes import DtypeName, ShapeSpec, attribute
from graph.errors import BadAttribute
from graph.module import Example
from graph.port import PortType
from graph.tensor import FLOATING
from runtime.modules import initial
from runtime.modules.door import Initialised


class Source(Initialised):
    """The parent of sources: what they give is declared by `shape` and, if there, `dtype`."""

    def infer(self, types: Mapping[str, PortType], dtype: str) -> dict[str, PortType]:
        declared = self.settings.get("dtype")
        kept = dtype if declared is None or declared in FLOATING else declared
        shape = self.settings["shape"]
        return {"y": PortType(kept, shape[1:] if self.settings.get("sequence") else shape)}


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
