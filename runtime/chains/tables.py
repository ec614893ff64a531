"""Paths as a table for a terminal."""

from __future__ import annotations

from runtime.chains.records import ChainPaths
from runtime.chains.wording import path_text, paths_text, share_text
from runtime.columns import Columns
from runtime.tables import console, show

SHOWN_HOPS = 12
"""Longer paths are shortened in the middle."""


def print_paths(found: ChainPaths) -> None:
    """What all paths give together, the strongest ones, and the rest."""
    out = console()
    total = "which cancel" if found.cancels else f"gradient {show(found.total)}"
    out.print(f"d {found.target} / d {found.source}: {paths_text(found.count)}, {total}")
    if not found.count:
        return
    out.print(f"{found.found.capitalize()}: {found.why}")
    _strongest(found).print(out)
    if found.rest:
        share = share_text(found.rest_share)
        out.print(f"and {paths_text(found.rest)} more" + (f", share {share}" if share else ""))


def _strongest(found: ChainPaths) -> Columns:
    is_number = all(path.number is not None for path in found.paths)
    has_pairs = any(path.cancels_with is not None for path in found.paths)
    pairs = ("Cancels with",) if has_pairs else ()
    table = Columns("#", "Share", "Value" if is_number else "Norm", *pairs, "Path")
    for place, path in enumerate(found.paths, 1):
        partner = "" if path.cancels_with is None else str(path.cancels_with + 1)
        size = path.number if is_number else path.norm
        text = path_text(found.source, path, SHOWN_HOPS)
        cells = (str(place), share_text(path.share), f"{size:.4g}")
        table.add(*cells, *((partner,) if has_pairs else ()), text)
    return table
