"""How good a graph is on its samples, part by part, as a table or as one object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from runtime.columns import Columns
from runtime.data.batches import Part
from runtime.errors import BadSetting
from runtime.numerals import format_number
from runtime.report import worded
from runtime.tables import console
from runtime.training.asked import with_samples
from runtime.training.figures import figures
from runtime.training.metrics import metric
from runtime.training.trainer import Trainer

if TYPE_CHECKING:
    from graph.model import Graph

PARTS: tuple[Part, ...] = get_args(Part)


@dataclass(frozen=True)
class Judged:
    """Figures by part, and how many samples each has; None where a graph keeps its own."""

    figures: Mapping[Part, Mapping[str, float]]
    samples: Mapping[Part, int | None]

    def report(self) -> dict[str, Any]:
        """The same as one object; numbers that are not finite are words."""
        return {
            part: {"samples": self.samples[part]} | {k: worded(x) for k, x in own.items()}
            for part, own in self.figures.items()
        }

    def print(self) -> None:
        """The same as a table."""
        names = next(iter(self.figures.values()), {})
        table = Columns("Part", "Samples", *names)
        for part, own in self.figures.items():
            count = self.samples[part]
            samples = "as kept" if count is None else f"{count:,}"
            table.add(part, samples, *map(format_number, own.values()))
        table.print(console())


def judge(
    graph: Graph,
    folder: Path,
    device: str | None = None,
    sources: Mapping[str, str] | None = None,
    part: str | None = None,
    metrics: Sequence[str] = (),
) -> Judged:
    """Loss and metrics of a graph on one part of its samples, or on each that has some.

    Metrics are by default those of the graph's training. Raises as `Trainer.judge` and the feeder.
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
    found = {known: figures(trainer, feeder, known, names) for known in chosen}
    counts = {known: feeder.length(known) if feeder.sets else None for known in chosen}
    return Judged(found, counts)
