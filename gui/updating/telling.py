"""The update of a parameter in a sentence: what it was, what is added, what it becomes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from gui.in_words import bracketed, describe, scalar
from gui.numbers import format_number

if TYPE_CHECKING:
    from runtime.updates import Moved, Update


def tr(text: str) -> str:
    """A text of the sentence in the user's language."""
    return QCoreApplication.translate("Sentence", text)


def rule_name(update: Update) -> str:
    """What the rule is called by which parameters are updated."""
    from runtime.updates.rules import name_of

    return name_of(update.learning.optimizer)


def told_update(update: Update, moved: Moved, name: str) -> str:
    """`w + Δ = 3 + (−0.1) = 2.9, Δ by Adam at rate 0.1`; of a tensor the norm of Δ."""
    by = tr("Δ by {0} at rate {1}")
    by = by.format(rule_name(update), format_number(moved.rate))
    if not moved.delta.any():
        return tr("{0} stays as it is: Δ = 0, {1}").format(name, by)
    if moved.before.size == 1:
        before, delta, after = map(scalar, (moved.before, moved.delta, moved.after))
        return f"{name} + Δ = {before} + {bracketed(delta)} = {after}, {by}"
    text = tr("{0} + Δ, Δ {1}, becomes {2}; {3}")
    return text.format(name, describe(moved.delta), describe(moved.after), by)
