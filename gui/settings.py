"""What is remembered between two starts: choices, keys, recent files, docks."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import platformdirs
from PySide6.QtCore import QObject, QSettings, Signal

from runtime.health.thresholds import LIMITS, Thresholds

APP = "gradwire"
MAX_RECENT = 10
AUTOSAVE = (5, 600)  # seconds, least and most
KEYS = "keys/"


def _choice(name: str, choices: tuple[str, ...], doc: str) -> Any:
    """A setting that is one of a few words, the first unless chosen."""

    def read(self: Settings) -> str:
        found = self._file.value(name, choices[0])
        return found if found in choices else choices[0]

    return property(read, lambda self, word: self._keep(name, word, read(self)), doc=doc)


def _flag(name: str, doc: str) -> Any:
    """A setting that is on unless it was turned off."""

    def read(self: Settings) -> bool:
        return str(self._file.value(name, True)).lower() != "false"

    return property(read, lambda self, is_on: self._keep(name, is_on, read(self)), doc=doc)


class Settings(QObject):
    """A typed door to one small file in the user's configuration folder.

    `changed` names the choice that is another now; all windows share one `Settings` and follow.
    """

    changed = Signal(str)

    theme = _choice("theme", ("system", "light", "dark"), "Whose colours.")
    wheel = _choice("wheel", ("zooms", "pans"), "What a mouse wheel does over the canvas.")
    touchpad = _choice("touchpad", ("pans", "zooms"), "What two fingers on a touchpad do there.")
    snaps = _flag("snaps", "Whether nodes stop on a grid when they are moved.")
    has_dots = _flag("has_dots", "Whether the canvas shows the dots of its grid.")
    has_motion = _flag("has_motion", "Whether anything moves by itself.")

    def __init__(self, path: Path | None = None) -> None:
        super().__init__()
        path = path or Path(platformdirs.user_config_dir(APP)) / "gradwire.ini"
        self._file = QSettings(str(path), QSettings.Format.IniFormat)

    @property
    def is_first_start(self) -> bool:
        """Whether nothing was ever remembered."""
        return not self._file.contains("started")

    def mark_started(self) -> None:
        """From now on it is not the first start."""
        self._file.setValue("started", True)

    @property
    def autosave_seconds(self) -> int:
        """How long after the first change a copy is kept for the case of a crash."""
        try:
            seconds = int(str(self._file.value("autosave_seconds", 30)))
        except ValueError:
            return 30
        return min(max(seconds, AUTOSAVE[0]), AUTOSAVE[1])

    @autosave_seconds.setter
    def autosave_seconds(self, seconds: int) -> None:
        self._keep("autosave_seconds", seconds, self.autosave_seconds)

    @property
    def health_thresholds(self) -> Thresholds:
        """From where on gradients and activations are called sick; what cannot be read is left."""
        found = {}
        for name, (least, most) in LIMITS.items():
            kept = str(self._file.value(f"health/{name}", ""))
            with contextlib.suppress(ValueError):
                if least <= float(kept) <= most:
                    found[name] = float(kept)
        return Thresholds(**found)

    @health_thresholds.setter
    def health_thresholds(self, thresholds: Thresholds) -> None:
        if thresholds != self.health_thresholds:
            for name in LIMITS:
                self._file.setValue(f"health/{name}", repr(getattr(thresholds, name)))
            self.changed.emit("health_thresholds")

    # --- keys that were changed -----------------------------------------------------------

    def keys_of(self, command: str) -> str | None:
        """The keys chosen for a command as `Ctrl+A; F3`; None where it has its own."""
        found = self._file.value(KEYS + command)
        return found if isinstance(found, str) else None

    def keep_keys(self, chosen: dict[str, str | None]) -> None:
        """Choose keys for some commands; None gives a command its own back."""
        for command, keys in chosen.items():
            if keys is None:
                self._file.remove(KEYS + command)
            else:
                self._file.setValue(KEYS + command, keys)
        self.changed.emit("keys")

    def forget_keys(self) -> None:
        """Give every command its own keys back."""
        self._file.remove(KEYS.rstrip("/"))
        self.changed.emit("keys")

    # --- lists, the newest first ----------------------------------------------------------

    @property
    def recent(self) -> list[Path]:
        """Files opened or saved last."""
        return [Path(name) for name in self._names("recent")][:MAX_RECENT]

    def add_recent(self, path: Path) -> None:
        """Put a file at the head of the recent ones."""
        path = path.absolute()
        rest = [other for other in self.recent if other != path]
        self._file.setValue("recent", [str(p) for p in [path, *rest][:MAX_RECENT]])
        self.changed.emit("recent")

    def forget_recent(self) -> None:
        """Empty the list of recent files."""
        self._file.remove("recent")
        self.changed.emit("recent")

    @property
    def data_links(self) -> list[Path]:
        """Files outside a document's folder that documents may read on this machine."""
        return [Path(name) for name in self._names("data_links")]

    def add_data_links(self, paths: Iterable[Path]) -> None:
        """Let documents read these files too."""
        known = dict.fromkeys([*self._names("data_links"), *map(str, paths)])
        self._file.setValue("data_links", list(known))

    @property
    def used_modules(self) -> list[str]:
        """Modules placed last."""
        return self._names("used_modules")

    @used_modules.setter
    def used_modules(self, names: list[str]) -> None:
        self._file.setValue("used_modules", names)

    @property
    def dismissed_notes(self) -> list[str]:
        """Which notes of the first start were dismissed, or done."""
        return self._names("dismissed_notes")

    @dismissed_notes.setter
    def dismissed_notes(self, ids: list[str]) -> None:
        self._file.setValue("dismissed_notes", ids)

    @property
    def recent_commands(self) -> list[str]:
        """Commands that were last done from the command palette."""
        return self._names("recent_commands")[:MAX_RECENT]

    def add_recent_command(self, command: str) -> None:
        """Put a command at the head of the recent ones."""
        rest = [other for other in self.recent_commands if other != command]
        self._file.setValue("recent_commands", [command, *rest][:MAX_RECENT])

    # --- layouts --------------------------------------------------------------------------

    def bytes_of(self, key: str) -> Any:
        """A layout kept under `key`, or None."""
        return self._file.value(key)

    def keep_bytes(self, key: str, value: Any) -> None:
        """Keep a layout."""
        self._file.setValue(key, value)

    # --- inside ---------------------------------------------------------------------------

    def _names(self, key: str) -> list[str]:
        found: Any = self._file.value(key, [])  # a list of one comes back as its only string
        return [found] if isinstance(found, str) else list(found or [])

    def _keep(self, name: str, value: Any, before: Any) -> None:
        if value != before:
            self._file.setValue(name, value)
            self.changed.emit(name)
