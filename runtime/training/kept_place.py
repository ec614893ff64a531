"""Where a training is kept: a folder beside its graph's file, with a manifest in it."""

from __future__ import annotations

from pathlib import Path

MANIFEST = "manifest.json"


def folder_of(path: Path) -> Path:
    """Where the training of a graph file is kept: `NAME.run` beside it."""
    return path.with_name(f"{path.name.removesuffix('.gradwire')}.run")
