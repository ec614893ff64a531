"""Titles of commands that say what they would do now; rows by the command's name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from gui.actions.rows import A, N, tr

if TYPE_CHECKING:
    from gui.window import Window


def _undo(w: Window) -> str:
    return _named(N(A, "Undo {0}"), w.document.history.undo_text)


def _redo(w: Window) -> str:
    return _named(N(A, "Redo {0}"), w.document.history.redo_text)


def _named(text: str, what: str | None) -> str:
    return tr(text).format(what.replace("&", "&&")) if what else ""


def _live(w: Window) -> str:
    return tr(N(A, "Live: on")) if w.live.is_on else tr(N(A, "Live: off"))


def _play(w: Window) -> str:
    return tr(N(A, "Pause")) if w.stepping.player.is_playing else ""


def _train(w: Window) -> str:
    if w.running.state in ("starting", "running"):
        return tr(N(A, "Pause &training"))
    return tr(N(A, "Continue &training")) if w.running.can_go_on else ""


def _delete(w: Window) -> str:
    selection = w.document.selection
    if selection.kind == "edge":
        return tr(N(A, "&Cut the edge"))
    count = len(selection.nodes)
    return tr(N(A, "&Delete {0} nodes")).format(count) if count > 1 else ""


# What a command is called now; empty where its row says it.
TITLES: Mapping[str, Callable[[Window], str]] = {
    "undo": _undo,
    "redo": _redo,
    "live": _live,
    "play": _play,
    "train_run": _train,
    "delete": _delete,
}
