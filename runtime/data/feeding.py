"""What a graph is trained on: the sets of its Data nodes, batch by batch."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from graph.problem import Problem
from runtime.data.batches import Part
from runtime.data.nodes import data_nodes
from runtime.data.prepared import Prepared
from runtime.errors import BadSetting, DataError
from runtime.feeds import Host

if TYPE_CHECKING:
    from graph.model import Graph
    from graph.module import Module


class Feeder:
    """Gives the batches of a graph's Data nodes as feeds, by port (`data.x`).

    `sets` are their sets made ready, by address. A graph without any is trained on the tensors that
    it keeps, as one full batch: its feeds are empty.
    """

    def __init__(self, sets: Mapping[str, Prepared]) -> None:
        """Raises `BadSetting` where the sets do not give equally many samples at a time."""
        self.sets = dict(sets)
        self._order = functools.lru_cache(2)(self._orders)
        first = next(iter(self.sets), None)
        for node, other in self.sets.items():
            one = self.sets[first or node]
            for part in one.parts:
                _same(f"{part} samples", node, len(other.parts[part]), first, len(one.parts[part]))
            _same("as batch", node, other.batches.size, first, one.batches.size)

    @classmethod
    def of(
        cls,
        graph: Graph,
        folder: Path | None = None,
        overrides: Mapping[str, str] | None = None,
    ) -> Feeder:
        """The feeder of a graph; `folder` is where paths begin, by default the graph's file's.

        `overrides` gives Data nodes another source, by address. Raises `DataError` naming the node
        whose set cannot be had, and `BadSetting`.
        """
        nodes, other = data_nodes(graph), overrides or {}
        for name in other.keys() - nodes.keys():
            known = ", ".join(nodes) or "none"
            raise BadSetting(f"data: found no Data node {name}, expected one of {known}.")
        sets = {}
        for id_, module in nodes.items():
            settings = dict(module.settings)
            if id_ in other:  # whatever the graph knows is of the set that it names
                settings |= {"source": other[id_], "gives": (), "samples": None, "hash": ""}
            sets[id_] = _prepared(graph, id_, settings, folder, is_trusted=id_ in other)
        return cls(sets)

    @staticmethod
    def first_batches(
        graph: Graph, nodes: Mapping[str, Module]
    ) -> tuple[dict[str, dict[str, Host]], dict[str, Problem]]:
        """The first training batch of each node, and what is wrong with those that have none."""
        feeds: dict[str, dict[str, Host]] = {}
        problems: dict[str, Problem] = {}
        for id_, module in nodes.items():
            try:
                own = _prepared(graph, id_, module.settings, None)
                feeds[id_] = Feeder({id_: own}).batch(0, 0)
                if own.changed is not None:
                    problems[id_] = own.changed.at(id_).problem("warning")
            except DataError as error:
                problems[id_] = error.problem()
        return feeds, problems

    @property
    def updates_per_epoch(self) -> int:
        """Batches of one epoch, each of which is an update."""
        first = self._first
        return 1 if first is None else len(first.batches)

    def length(self, part: Part) -> int:
        """Samples of a part; kept tensors count as one sample of training."""
        first = self._first
        return int(part == "train") if first is None else len(first.parts[part])

    def samples(self, number: int) -> int:
        """Samples of a batch, which count from 0; the last of an epoch may have fewer."""
        first = self._first
        if first is None:
            return 1
        size = first.batches.size or first.batches.count
        return min(size, first.batches.count - number * size)

    def batch(self, epoch: int, number: int) -> dict[str, Host]:
        """The feeds of a batch; both count from 0. Any batch of any epoch can be had again."""
        found: dict[str, Host] = {}
        for node, own in self.sets.items():
            size = own.batches.size or max(own.batches.count, 1)
            order = self._order(node, epoch)
            found |= _by_port(node, own.feeds("train", order[number * size : (number + 1) * size]))
        return found

    def feeds(self, part: Part, indices: Any) -> dict[str, Host]:
        """The feeds of some samples of a part, by their place in it."""
        chosen = np.asarray(indices, dtype=np.int64)
        found: dict[str, Host] = {}
        for node, own in self.sets.items():
            found |= _by_port(node, own.feeds(part, chosen))
        return found

    def all(self, part: Part) -> dict[str, Host]:
        """The feeds of all samples of a part, in its order."""
        return self.feeds(part, np.arange(self.length(part)))

    def sentence(self, epochs: int) -> str:
        """What a training will be, exactly counted."""
        updates = self.updates_per_epoch
        counted = f"{_count(updates, 'update')} an epoch"
        if epochs != 1:
            counted += f", {updates * epochs:,} in {epochs:,} epochs"
        return f"{self._in_batches()}: {counted}"

    def _in_batches(self) -> str:
        first = self._first
        if first is None:
            return "The values that the graph keeps, as one full batch"
        samples, size = _count(self.length("train"), "sample"), first.batches.size
        if size is None or size >= first.batches.count:
            return f"{samples} as one full batch"
        return f"{samples}, one at a time" if size == 1 else f"{samples} in batches of {size:,}"

    @property
    def _first(self) -> Prepared | None:
        return next(iter(self.sets.values()), None)

    def _orders(self, node: str, epoch: int) -> Host:
        return self.sets[node].batches.order(epoch)


def _prepared(
    graph: Graph,
    id_: str,
    settings: Mapping[str, Any],
    folder: Path | None,
    *,
    is_trusted: bool = False,
) -> Prepared:
    folder = graph.folder if folder is None else folder
    try:
        return Prepared.of(settings, graph.seed, folder, is_trusted=is_trusted)
    except BadSetting as error:
        raise DataError(f"settings that do not fit ({error})", node=id_) from None
    except DataError as error:
        raise error.at(id_) from None


def _by_port(node: str, feeds: Mapping[str, Host]) -> dict[str, Host]:
    return {f"{node}.{port}": array for port, array in feeds.items()}


def _same(what: str, node: str, found: int | None, other: str | None, expected: int | None) -> None:
    if found != expected:
        shown, wanted = (_size(count) for count in (found, expected))
        raise BadSetting(f"{node}: found {shown} {what}, expected {wanted} as {other} has.")


def _size(count: int | None) -> str:
    return "all" if count is None else f"{count:,}"


def _count(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
