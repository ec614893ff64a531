"""Why a run cannot go on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gui.training.pages import tr

if TYPE_CHECKING:
    from runtime.training.worker.link import Gone

LOST = "Gone"  # the kind of a run whose process has ended by itself


@dataclass(frozen=True, slots=True)
class Trouble:
    """What a run failed of: the error's type (`NotFinite`), a sentence, the node to blame."""

    kind: str
    sentence: str
    node: str | None = None


def lost(gone: Gone, at: int, moments: tuple[int, ...]) -> Trouble:
    """The process has ended by itself, after the update `at` was shown."""
    text = tr("The training process ended by itself ({0}) after update {1}.")
    sentence = text.format(gone.by or gone.status, at)
    if moments:
        sentence += " " + tr("It can go on from update {0}.").format(moments[-1])
    return Trouble(LOST, sentence)
