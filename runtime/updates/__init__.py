"""The update as a phase of a run: what an optimizer does to each parameter, and why.

| file | what is in it |
|---|---|
| `learning` | with what is learned: optimizer, its memory, rate, bounds, what is frozen |
| `record` | what an update leaves behind, parameter by parameter |
| `batch` | one batch of a training, to be run again |
| `updating` | the update of a finished run, by the optimizer's own code |
| `rules` | each optimizer's rule as lines of symbols |
"""

from typing import TYPE_CHECKING

from graph.late import late

if TYPE_CHECKING:
    from runtime.updates.batch import Batch, batch_of
    from runtime.updates.learning import Learning
    from runtime.updates.record import Moved, Update
    from runtime.updates.updating import updated

_HOMES = {
    "batch": (
        "Batch",
        "batch_of",
    ),
    "learning": ("Learning",),
    "record": (
        "Moved",
        "Update",
    ),
    "updating": ("updated",),
}

__all__ = ["Batch", "Learning", "Moved", "Update", "batch_of", "updated"]

__getattr__ = late(__name__, _HOMES)
