"""Graph files: one readable JSON document, decoded into typed records, saved atomically."""

from graph.files.encoding import dumps
from graph.files.loading import load, loads
from graph.files.saving import save

__all__ = ["dumps", "load", "loads", "save"]
