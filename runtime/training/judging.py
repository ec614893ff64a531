"""How good a graph is on its samples, part by part, as a table or as one object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from runtime.columns import Columns
from runtime.data.batches import Part
from runtime.errors import BadSetting
from runtime.feeds import Host
from runtime.numerals import format_number
from runtime.report import worded
from runtime.tables import console
from runtime.training.asked import with_samples
from runtime.training.figures import Judgement, judgement
from runtime.training.metrics import metric
from runtime.training.pictures.verdicts import Verdicts, reading_of
from runtime.training.trainer import Trainer

if TYPE_CHECKING:
    from graph.model import Graph

PARTS: tuple[Part, ...] = get_args(Part)
TWO = ("TN", "FP", "FN", "TP")  # the cells of two classes, row by row


@dataclass(frozen=True, eq=False)
class Confusion:
    """How often each class was taken for which: `counts` [C, C], rows are the truth."""

    names: tuple[str, ...]
    counts: Host

    @classmethod
    def of(cls, found: Judgement, known: tuple[str, ...] = ()) -> Confusion | None:
        """That of a judgement; None where it is not of classes. `known` are their names."""
        reading = reading_of(found.predicts, found.scores, found.truth)
        if not reading.classes or not len(found.scores):
            return None
        verdicts = Verdicts(reading, found.scores, found.truth, known)
        return cls(tuple(map(verdicts.name, range(reading.classes))), verdicts.table)

    def report(self) -> dict[str, Any]:
        """The same as one object; cells of two classes also by their names."""
        named = {}
        if len(self.names) == 2:
            cells = zip(TWO, self.counts.reshape(-1).tolist(), strict=True)
            named = {name.lower(): count for name, count in cells}
        return {"classes": list(self.names), "counts": self.counts.tolist()} | named

    def print(self, part: str) -> None:
        """The same as a table."""
        out = console()
        out.print(f"\n{part}: rows are the true class, columns what it was taken for")
        table = Columns("", *self.names)
        for name, row in zip(self.names, self.counts, strict=True):
            table.add(name, *(f"{count:,}" for count in row))
        table.print(out)
        if len(self.names) == 2:
            cells = zip(TWO, self.counts.reshape(-1), strict=True)
            told = ", ".join(f"{cell} {count:,}" for cell, count in cells)
            out.print(f"{told}, where class {self.names[1]} is positive")


@dataclass(frozen=True)
class Judged:
    """Figures by part, and how many samples each has; None where a graph keeps its own."""

    figures: Mapping[Part, Mapping[str, float]]
    samples: Mapping[Part, int | None]
    confusion: Mapping[Part, Confusion]

    def report(self) -> dict[str, Any]:
        """The same as one object; numbers that are not finite are words."""
        found: dict[str, Any] = {
            part: {"samples": self.samples[part]} | {k: worded(x) for k, x in own.items()}
            for part, own in self.figures.items()
        }
        for part, table in self.confusion.items():
            found[part]["confusion"] = table.report()
        return found

    def print(self) -> None:
        """The same as tables."""
        names = next(iter(self.figures.values()), {})
        table = Columns("Part", "Samples", *names)
        for part, own in self.figures.items():
            count = self.samples[part]
            samples = "as kept" if count is None else f"{count:,}"
            table.add(part, samples, *map(format_number, own.values()))
        table.print(console())
        for part, confusion in self.confusion.items():
            confusion.print(part)


def judge(
    graph: Graph,
    folder: Path,
    device: str | None = None,
    sources: Mapping[str, str] | None = None,
    part: str | None = None,
    metrics: Sequence[str] = (),
    *,
    confuses: bool = False,
) -> Judged:
    """Loss and metrics of a graph on one part of its samples, or on each that has some.

    Metrics are by default those of the graph's training; with `confuses` also how often each class
    was taken for which. Raises as `Trainer.judge` and the feeder.
    """
    for name in metrics:
        metric(name)
    if part not in (None, *PARTS):
        raise BadSetting(f'part: found "{part}", expected one of {", ".join(PARTS)}.')
    judged, feeder = with_samples(graph, folder, sources)
    trainer = Trainer(judged, device=device)
    trainer.begin(feeder.batch(0, 0))
    asked = [known for known in PARTS if part in (None, known)]
    chosen = [known for known in asked if part is not None or feeder.length(known)]
    names = tuple(metrics) or graph.training.metrics
    compares = bool(names) or confuses
    found = {x: judgement(trainer, feeder, x, compares=compares) for x in chosen}
    counts = {known: feeder.length(known) if feeder.sets else None for known in chosen}
    classes = next((own.data.classes for own in feeder.sets.values()), ())
    tables = {x: Confusion.of(found[x], classes) for x in chosen} if confuses else {}
    return Judged(
        {known: own.figures(names) for known, own in found.items()},
        counts,
        {known: table for known, table in tables.items() if table is not None},
    )
