"""Forward mode: a tangent pushed through a run, beside what reverse mode and differences take."""

from typing import TYPE_CHECKING

from graph.late import late

if TYPE_CHECKING:
    from runtime.tangents.pushing import pushed
    from runtime.tangents.record import Push
    from runtime.tangents.seeding import Seed, can_seed

_HOMES = {
    "pushing": ("pushed",),
    "record": ("Push",),
    "seeding": ("Seed", "can_seed"),
}

__all__ = ["Push", "Seed", "can_seed", "pushed"]

__getattr__ = late(__name__, _HOMES)
