"""How much the tests try: with `GRADWIRE_EXHAUSTIVE` set, more cases of what is tried at random."""

from __future__ import annotations

import os

EXHAUSTIVE = "GRADWIRE_EXHAUSTIVE" in os.environ


def tries(usual: int, exhaustive: int) -> int:
    """How often something is tried: as usual, or as often as makes one sure."""
    return exhaustive if EXHAUSTIVE else usual
