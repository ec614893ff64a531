"""All pictures of a graph at one moment of its training."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from graph.checking import check
from graph.errors import GradwireError
from graph.port import PortRef
from runtime.data.batches import Part
from runtime.errors import NoValue
from runtime.feeds import Host
from runtime.geometry.window import Window
from runtime.training.pictures import filters, hidden, plane
from runtime.training.pictures.filters import Filters
from runtime.training.pictures.function import Function, Parameters
from runtime.training.pictures.hidden import Hidden
from runtime.training.pictures.plane import Curve, Regions
from runtime.training.pictures.principal import principal
from runtime.training.pictures.samples import MOST, Samples, samples_of
from runtime.training.pictures.subject import Subject, subject_of
from runtime.training.pictures.verdicts import Reading, Verdicts, reading_of

if TYPE_CHECKING:
    from graph.model import Graph

MOST_WORK = 60_000_000  # numbers of one evaluation of all samples
FEWEST = 16  # samples that are looked at however much they take
QUICK_WORK = 3_000_000  # the same while pictures follow each other
AT_ONCE = 4_000_000  # numbers that are held beside each other
Watch = Callable[[], None]


@dataclass(frozen=True)
class Wanted:
    """What is to be drawn: "plane", "hidden", "samples" or "filters" among `pictures`.

    `port` is a hidden port and `t` its time step, `node` a convolution, `sample` the one that it
    is shown at. `side` is how fine a grid is, `before` what was seen of a hidden port before, so
    that it stays where it was. `work` is how many numbers the samples may take: of many only the
    first are looked at.
    """

    pictures: frozenset[str]
    port: PortRef | None = None
    t: int | None = None
    node: str = ""
    sample: int = 0
    side: int = plane.SIDE
    before: Hidden | None = None
    work: int = MOST_WORK


@dataclass(frozen=True, eq=False)
class Drawn:
    """The pictures that were wanted and are possible. `refused` says why one is not."""

    wanted: Wanted
    verdicts: Verdicts
    plane: Curve | Regions | None = None
    hidden: Hidden | None = None
    filters: Filters | None = None
    refused: Mapping[str, str] = field(default_factory=dict)


class Studio:
    """Draws a graph at any parameters. It is not changed by that, so that a thread may have it.

    It looks at the samples of a `part` of the graph's set; without a set, at what its data ports
    keep. Of several losses it takes that at the address `loss`, or the nearest. Raises
    `GradwireError` with a sentence where the graph compares nothing or has no samples.
    """

    def __init__(self, graph: Graph, part: Part = "train", loss: str = "") -> None:
        self.checked = check(graph)
        self.subject: Subject = subject_of(self.checked, loss)
        self.samples: Samples = samples_of(graph, self.subject, part)
        ends = [self.subject.prediction]
        if self.subject.truth is not None:
            ends.append(self.subject.truth)
        self.function = Function(graph, self.samples.feeds, ends)
        if not self.function.count:
            raise NoValue("found no samples, expected some on axis 0 of the data.")
        self.is_whole = self._mixes()  # whether all samples must be evaluated together
        self.count = self._affordable(MOST_WORK)

    @property
    def of(self) -> int:
        """How many samples there are, seen or not."""
        return self.function.count if self.samples.of is None else self.samples.of

    # --- what there is ---------------------------------------------------------------------

    @cached_property
    def inputs(self) -> Host | None:
        """The samples of the only data port that predictions are made of: [N, ...]."""
        given = self.subject.given
        if given is None or self.function.is_sequence(given):
            return None
        return self.samples.feeds[given][: self.count]

    @property
    def coordinates(self) -> int:
        """How many numbers a sample is, where a picture can have an axis for each; else 0."""
        x = self.inputs
        is_flat = x is not None and x.ndim == 2 and x.shape[1] in (1, 2) and not self.is_whole
        return int(x.shape[1]) if x is not None and is_flat else 0

    @property
    def is_over_time(self) -> bool:
        """Whether something is predicted at each time step of sequences."""
        plan = self.function.plan(self.function.count)
        shape = plan.check.types[self.subject.prediction].shape
        return self._has_sequences and len(shape) > 1 and shape[0] == plan.steps

    @property
    def _has_sequences(self) -> bool:
        return any(map(self.function.is_sequence, self.samples.feeds))

    @cached_property
    def window(self) -> Window:
        """Where the samples lie."""
        assert self.inputs is not None
        return Window.over(self.inputs.astype(np.float64))

    @cached_property
    def hidden_ports(self) -> tuple[PortRef, ...]:
        """The ports of a few numbers a sample."""
        plan = self.function.plan(self.function.count)
        return hidden.hidden_ports(plan, self.subject.inputs)

    @property
    def hidden_port(self) -> PortRef | None:
        """The one that says most: before the prediction, behind parameters, the narrowest."""
        prediction = self.checked.flat.outer(self.subject.prediction)
        before = [ref for ref in self.hidden_ports if ref != prediction] or self.hidden_ports
        plan = self.function.plan(self.function.count)
        learned = hidden.behind_parameters(plan)
        some = [ref for ref in before if ref in learned] or before
        return min(reversed(some), key=self._width, default=None)

    @cached_property
    def convolutions(self) -> tuple[str, ...]:
        """The nodes that slide filters over samples."""
        return filters.convolutions(self.function.plan(self.function.count))

    def labelled(self, count: int) -> Verdicts | None:
        """The first samples as the classes that their set has for them; None without such."""
        labels, names = self.samples.labels, self.samples.classes
        if labels is None:
            return None
        reading = Reading("class logits", len(names))
        return Verdicts(reading, np.eye(len(names))[labels[:count]], labels[:count], names)

    @cached_property
    def reading(self) -> Reading:
        """How predictions are read; told by the truths, which no training changes."""
        return self.verdicts().reading

    # --- drawing -----------------------------------------------------------------------------

    def draw(
        self, wanted: Wanted, parameters: Parameters | None = None, watch: Watch | None = None
    ) -> Drawn:
        """What is wanted. `watch` is called now and then, and may raise to end it."""
        count = self._affordable(wanted.work)
        verdicts, refused = self.verdicts(parameters, watch, count), {}
        makers: Mapping[str, Callable[[], object]] = {
            "plane": lambda: self.plane(parameters, wanted.side),
            "hidden": lambda: self.hidden(wanted, parameters, count),
            "filters": lambda: self.filters(wanted, parameters),
        }
        found: dict[str, object] = {}
        for name, make in makers.items():
            if name not in wanted.pictures:
                continue
            if watch is not None:
                watch()
            try:
                found[name] = make()
            except GradwireError as error:
                refused[name] = str(error)
        return Drawn(wanted, verdicts, refused=refused, **found)  # type: ignore[arg-type]

    def verdicts(
        self,
        parameters: Parameters | None = None,
        watch: Watch | None = None,
        count: int | None = None,
    ) -> Verdicts:
        """What is predicted for the samples, and what is true: for the first `count`, or all.

        What comes out over time has the samples as axis 0 and time as axis 1.
        """
        subject = self.subject
        ends = [subject.prediction, *([] if subject.truth is None else [subject.truth])]
        found = self._over_samples(ends, parameters, watch, count=count)
        scores, *rest = map(self._samples_first, found)
        truth = rest[0] if rest else None
        reading = reading_of(subject.predicts, scores, truth)
        return Verdicts(reading, scores, truth, self.samples.classes).work_out()

    def plane(
        self, parameters: Parameters | None = None, side: int = plane.SIDE
    ) -> Curve | Regions | None:
        """What is predicted over the one or two inputs; None where there are more."""
        given = self.subject.given
        if not self.coordinates or given is None:
            return None

        def evaluate(points: Host) -> Host:
            return self._over(given, points, [self.subject.prediction], parameters)[0]

        if self.coordinates == 1:
            return plane.curve(evaluate, self.window)
        return plane.regions(evaluate, self.window, self.reading, side)

    def hidden(
        self, wanted: Wanted, parameters: Parameters | None = None, count: int | None = None
    ) -> Hidden | None:
        """The samples at a port of a few numbers, what is decided there, how the plane bends."""
        port = wanted.port
        if port not in self.hidden_ports:
            return None
        before = wanted.before if wanted.before is not None and wanted.before.port == port else None
        (values,) = self._over_samples([port], parameters, None, wanted.t, count)
        values = values.astype(np.float64)
        mesh = self._bent(port, parameters)
        if values.shape[1] == 2:
            window = hidden.around(values, before.window if before else None)
            decided = self._decided(port, window, wanted, parameters)
            return Hidden(port, values, window, mesh, decided)
        seen = principal(values, before.projection if before else None)
        spots = seen.apply(values)
        window = hidden.around(spots, before.window if before else None)
        return Hidden(port, spots, window, None if mesh is None else seen.apply(mesh), None, seen)

    def filters(self, wanted: Wanted, parameters: Parameters | None = None) -> Filters | None:
        """A convolution at one sample."""
        if wanted.node not in self.convolutions:
            return None
        at = min(max(wanted.sample, 0), self.count - 1)
        ports = filters.ports_of(wanted.node)
        if self.is_whole:
            found = self.function.at(self.function.samples(0, self.count), ports, parameters)
        else:
            found = self.function.at(self.function.samples(at, at + 1), ports, parameters)
            at = 0
        weight, given, made = found
        plan = self.function.plan(self.function.count)
        return filters.filters_of(plan, wanted.node, weight, given[at], made[at])

    # --- inside ------------------------------------------------------------------------------

    def _affordable(self, work: int) -> int:
        """How many samples may be evaluated for so much work."""
        if self.is_whole:
            return self.function.count
        return min(self.function.count, MOST, max(int(work / self.function.work), FEWEST))

    def _mixes(self) -> bool:
        """Whether a sample's prediction depends on other samples.

        What comes over time is not asked: its samples are no axis 0 that could be followed.
        """
        if any(map(self.function.is_sequence, self.subject.inputs)):
            return False
        try:
            for ref in self.subject.inputs:
                self.function.ask_apart(ref, self.subject.prediction, self.function.count)
        except (GradwireError, KeyError):
            return True
        return False

    def _samples_first(self, array: Host) -> Host:
        """What comes out over time, [time, samples, ...], as [samples, time, ...]."""
        steps = self.function.plan(self.function.count).steps
        if not self._has_sequences or array.ndim < 2 or array.shape[0] != steps:
            return array
        swapped: Host = array.swapaxes(0, 1)
        return swapped

    def _over_samples(
        self,
        ends: Sequence[PortRef],
        parameters: Parameters | None,
        watch: Watch | None,
        t: int | None = None,
        count: int | None = None,
    ) -> tuple[Host, ...]:
        """Values of the samples; in pieces where they stay apart, for what keeps them as axis 0."""
        count = self.count if count is None else count
        is_one = self.is_whole or self._has_sequences
        size = count if is_one else max(int(AT_ONCE / self.function.work), 1)
        parts = []
        for first in range(0, count, size):
            if watch is not None:
                watch()
            feeds = self.function.samples(first, min(first + size, count))
            parts.append(self.function.at(feeds, ends, parameters, t))
        if len(parts) == 1:
            return parts[0]
        return tuple(np.concatenate(part) for part in zip(*parts, strict=True))

    def _over(
        self,
        given: PortRef,
        points: Host,
        ends: Sequence[PortRef],
        parameters: Parameters | None,
    ) -> tuple[Host, ...]:
        """Values at points [..., 2] of a port, in pieces."""
        flat = points.reshape(-1, points.shape[-1])
        size = max(int(AT_ONCE / self.function.work), 1)
        parts = [
            self.function.at({given: flat[first : first + size]}, ends, parameters)
            for first in range(0, len(flat), size)
        ]
        return tuple(np.concatenate(part) for part in zip(*parts, strict=True))

    def _width(self, port: PortRef) -> int:
        plan = self.function.plan(self.function.count)
        return int(plan.check.types[port].shape[-1])

    def _bent(self, port: PortRef, parameters: Parameters | None) -> Host | None:
        """Where a grid over the data's plane goes: [side, side, numbers]; None of other data."""
        given = self.subject.given
        if self.coordinates != 2 or given is None or self.function.is_inside_time(port):
            return None
        points = self.window.grid(hidden.MESH)
        found = self._over(given, points, [port], parameters)[0]
        return found.reshape(*points.shape[:2], -1).astype(np.float64)

    def _decided(
        self, port: PortRef, window: Window, wanted: Wanted, parameters: Parameters | None
    ) -> Regions | None:
        """What is predicted over a hidden plane; None where more than the port decides."""
        prediction = self.subject.prediction
        is_end = self.checked.flat.inner(port) == prediction
        if self.function.is_inside_time(port):
            return None
        if not is_end and not self.function.is_enough(port, prediction):
            return None

        def evaluate(points: Host) -> Host:
            if is_end:
                return points
            return self._over(port, points, [prediction], parameters)[0]

        return plane.regions(evaluate, window, self.reading, wanted.side)
