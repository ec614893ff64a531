"""Differences in words: `6 → 7`, `Δ 1`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from gui.numbers import format_number

if TYPE_CHECKING:
    from runtime.comparing import Change


def tr(text: str) -> str:
    """A text about comparing in the user's language."""
    return QCoreApplication.translate("Comparing", text)


def ends_text(change: Change) -> str:
    """Before and after: numbers, or norms of tensors."""
    return f"{_figure(change, change.before)} → {_figure(change, change.after)}"


def by_text(change: Change) -> str:
    """By how much; of a tensor the norm of the difference, else what became of it."""
    if change.kind == "changed" and change.by is not None:
        sign = "+" if change.is_scalar and change.by > 0 else ""
        return f"Δ {sign}{_figure(change, change.by)}"
    texts = {"shape": tr("other shape"), "came": tr("new"), "went": tr("gone")}
    return texts.get(change.kind, tr("not finite"))


def _figure(change: Change, number: float | None) -> str:
    if number is None:
        return tr("none")
    return format_number(number) if change.is_scalar else f"‖{format_number(number)}‖"
