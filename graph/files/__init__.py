"""Graph files: one readable JSON document, decoded into typed records, saved atomically."""

from graph.files.encoding import dumps, save
from graph.files.loading import load, loads

__all__ = ["dumps", "load", "loads", "save"]
