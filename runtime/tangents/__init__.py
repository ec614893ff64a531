"""Forward mode: a tangent pushed through a run, beside what reverse mode and differences take."""

from runtime.tangents.pushing import pushed
from runtime.tangents.record import Push
from runtime.tangents.seeding import Seed

__all__ = ["Push", "Seed", "pushed"]
