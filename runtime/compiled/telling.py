"""The report on a compiled step for a terminal, and as plain data."""

from __future__ import annotations

from dataclasses import asdict

from runtime.columns import Columns
from runtime.compiled.fates import Fate
from runtime.compiled.report import Done, NodeDone, Report
from runtime.memory import show_bytes
from runtime.report import Plain
from runtime.tables import console

WORDS: dict[Fate, str] = {
    "kept": "kept",
    "fused": "fused with {0}",
    "shared": "shared: computed as {0}",
    "folded": "folded: computed once, when compiling",
    "removed": "removed: no path leads to the target",
}
MOST_NAMED = 3


def print_report(report: Report) -> None:
    """What the whole takes, then node by node what was done."""
    out = console()
    (forward, reverse), (steps, back) = report.calls, report.was_calls
    plan = f"{steps} forward and {back} reverse steps"
    out.print(f"{plan}, compiled to {forward} forward and {reverse} reverse calls")
    block, alone = show_bytes(report.nbytes), show_bytes(report.nbytes_alone)
    out.print(f"buffers: {block} in one block, {alone} if none shared memory")
    table = Columns("Node", "What was done", "Forward", "Reverse")
    for node in report.nodes.values():
        calls = (str(node.forward), str(node.reverse)) if _is_called(node) else ("", "")
        table.add(node.node, _told(node), *calls)
    table.print(out)


def as_data(report: Report) -> Plain:
    """The report as one object: by step and by source, and what is computed as one."""
    return {
        "counts": dict(report.counts),
        "calls": {"forward": report.calls[0], "reverse": report.calls[1]},
        "steps": {key: _step(done) for key, done in report.steps.items()},
        "sources": {key: done.fate for key, done in report.sources.items()},
        "parts": [asdict(part) for part in report.parts],
        "bytes": report.nbytes,
        "bytes_alone": report.nbytes_alone,
    }


def _step(done: Done) -> Plain:
    partner = done.partner or None
    return {"node": done.node, "t": done.t, "fate": done.fate, "partner": partner}


def _is_called(node: NodeDone) -> bool:
    return bool(node.forward or node.reverse or node.is_view)


def _told(node: NodeDone) -> str:
    fates = [_fate(node, fate) for fate in sorted(node.fates, key=list(WORDS).index)]
    return ", ".join(fates) + (f" ({node.times} time steps)" if node.times > 1 else "")


def _fate(node: NodeDone, fate: Fate) -> str:
    partners, count = node.beside(fate, MOST_NAMED)
    named = ", ".join(partners)
    if count > len(partners):
        named += f" and {count - len(partners)} more"
    text = WORDS[fate].format(named or "its other time steps")
    if fate == "kept" and node.is_view:
        return f"{text}, a view of its input"
    if fate == "kept" and node.in_place:
        return f"{text}, in place"
    return text
