"""The one name for an array in type hints."""

from __future__ import annotations

from typing import Any

Array = Any
"""A NumPy or a CuPy array.

Both follow the same interface, but they share no type, and CuPy has no stubs; so the hint says
what is meant to a reader and nothing to the checker. Shapes stand in the docstrings.
"""
