"""A check of a flat graph, told of the instances that it was drawn out from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from graph import edits as e
from graph.flattening import Flat
from graph.port import PortRef
from graph.problem import Mend, Problem
from graph.targets import Choice, Runnable, Types, choose_target

if TYPE_CHECKING:
    from graph.checking import Check


def flat_target(flat: Flat, types: Types, runnable: Runnable) -> Choice:
    """`choose_target`, where ports of instances stand for the inner ports that they are."""
    if not flat.instances:
        return choose_target(flat.origin, types, runnable)
    graph, wanted = flat.graph, flat.origin.target
    if wanted is not None:
        graph = graph.copy()
        graph.store.fields["target"] = _inner_name(flat, wanted)
    target, problem, candidates = choose_target(graph, types, runnable)
    return target and flat.outer(target), problem, tuple(map(flat.outer, candidates))


def _inner_name(flat: Flat, target: str) -> str:
    """The flat graph's name of a target, which may be an instance or one of its ports."""
    node, dot, port = target.partition(".")
    if not dot and node in flat.instances:
        port = next((ref.port for ref in flat.outputs if ref.node == node), "")
    ref = PortRef(node, port)
    return str(flat.inner(ref)) if port and ref in flat.outputs else target


def with_instances(checked: Check) -> Check:
    """The check with types and runnability of instances, and problems told at their ports."""
    flat = checked.flat
    types = dict(checked.types)
    for whole, inner in (*flat.outputs.items(), *flat.feeds.items()):
        if inner in checked.types:
            types[whole] = checked.types[inner]
    stopped = {
        address[:at]
        for address in flat.graph.nodes
        if address not in checked.runnable
        for at, letter in enumerate(address)
        if letter == "/"
    }
    runnable = checked.runnable | (set(flat.instances) - stopped)
    problems = [*_strays(flat), *(_told(flat, problem) for problem in checked.problems)]
    for ref, owner in flat.ties.items():
        module = flat.graph.module(owner.node)
        if module is not None and owner.port not in module.ports:
            mend = "Untie it, or give both the same settings."
            found, expected = "a parameter of its own", f"one at {owner}, to which it is tied"
            problems.append(Problem("error", "shares", ref.node, ref.port, found, expected, mend))
            runnable -= {ref.node}
        if types.get(ref) != types.get(owner) and ref in types and owner in types:
            expected = f"{types[owner]} as at {owner}, to which it is tied"
            mend = "Untie it, or give both the same sizes."
            what = str(types[ref])
            problems.append(Problem("error", "shares", ref.node, ref.port, what, expected, mend))
            runnable -= {ref.node}
    return replace(
        checked,
        types=types,
        runnable=frozenset(runnable),
        problems=tuple(_once(problems)),
        target_problem=checked.target_problem and _told(flat, checked.target_problem),
    )


def _strays(flat: Flat) -> list[Problem]:
    found = "parameters tied to what is no other instance"
    problems = []
    for address in flat.strays:
        expected = f"another instance of {flat.instances[address]}"
        untie = Mend("Untie it", e.SetShares(address, None))
        mends = () if "/" in address else (untie,)
        mend = "Untie it, or choose another."
        problems.append(Problem("error", "shares", address, None, found, expected, mend, mends))
    return problems


def _told(flat: Flat, problem: Problem) -> Problem:
    """A problem of the flat graph, at the outermost port that it is about, with mends that fit."""
    mends = tuple(mend for mend in problem.mends if _is_outside(mend.edit))
    if problem.node is None:
        return replace(problem, mends=mends)
    if problem.code == "unwired" and problem.port is not None:
        outer = flat.outer(PortRef(problem.node, problem.port))
        return replace(problem, node=outer.node, port=outer.port, mends=mends)
    return replace(problem, mends=mends)


def _is_outside(edit: e.Edit) -> bool:
    """Whether a mend can be applied to the graph as it stands: it names no inner node."""
    match edit:
        case e.Batch(edits):
            return all(map(_is_outside, edits))
        case e.Connect(edge):
            return "/" not in edge.source.node + edge.target.node
        case e.Disconnect(target):
            return "/" not in target.node
        case e.SetAttributes(id_) | e.SetNode(id_) | e.RemoveNode(id_) | e.SetModule(id_):
            return "/" not in id_
        case _:  # a new node, a tensor (which goes by address), a field of the graph
            return True


def _once(problems: Iterable[Problem]) -> list[Problem]:
    """Each problem once: an instance's input can stand for several inner ones."""
    return list({(p.severity, p.code, p.node, p.port, p.found): p for p in problems}.values())
