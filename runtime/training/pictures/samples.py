"""The samples that pictures look at: of a part of the graph's set, or what the graph keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from graph.port import PortRef
from runtime.data.batches import Part
from runtime.data.feeding import Feeder
from runtime.errors import NoValue
from runtime.feeds import Host, tensor_array

if TYPE_CHECKING:
    from graph.model import Graph
    from runtime.training.pictures.subject import Subject

MOST = 2_000  # samples that pictures look at
PARTS: tuple[Part, ...] = ("train", "validation", "test")


@dataclass(frozen=True, eq=False)
class Samples:
    """Samples by data port, as they are fed: what is a sequence has time as axis 0.

    `labels` are the classes that the set has for them, though no loss may ask for these.
    `part` is the part of the set, `of` how many samples it has (None: as many as are here) and
    `parts` which parts there are; a graph without a set has none. `classes` and `features` are
    their names.
    """

    feeds: Mapping[PortRef, Host]
    part: Part | None = None
    of: int | None = None
    parts: tuple[Part, ...] = ()
    classes: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    labels: Host | None = None


def samples_of(graph: Graph, subject: Subject, part: Part = "train") -> Samples:
    """The first samples of a part, or of the training where the part is empty.

    Data ports of no set give what they keep. Raises `NoValue` where one keeps nothing, and as
    `Feeder.of` where a set cannot be had.
    """
    feeder = Feeder.of(graph)
    own = [ref for ref in subject.data if ref.node not in feeder.sets]
    feeds = dict(kept_samples(graph, own).feeds)
    if not feeder.sets:
        return Samples(feeds)
    part = part if feeder.length(part) else "train"
    of = feeder.length(part)
    found = feeder.feeds(part, np.arange(min(of, MOST)))
    feeds |= {ref: found[str(ref)] for ref in subject.data if str(ref) in found}
    labels = next((found[f"{node}.t"] for node in feeder.sets if f"{node}.t" in found), None)
    sets = [feeder.sets[ref.node].data for ref in subject.data if ref.node in feeder.sets]
    parts = tuple(name for name in PARTS if feeder.length(name))
    labels = labels if sets[0].classes and labels is not None and labels.ndim == 1 else None
    return Samples(feeds, part, of, parts, sets[0].classes, sets[0].features, labels)


def kept_samples(graph: Graph, ports: Sequence[PortRef]) -> Samples:
    """What some data ports keep; raises `NoValue` where one keeps nothing."""
    feeds = {}
    for ref in ports:
        tensor = graph.tensors.get(ref)
        if tensor is None:
            raise NoValue(f"{ref}: found no value, expected samples. Feed some, or wire a set.")
        feeds[ref] = tensor_array(tensor)
    return Samples(feeds)
