"""What is remembered between two starts: theme, recent files, docks, speed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import platformdirs
from PySide6.QtCore import QSettings

APP = "gradwire"
MAX_RECENT = 10


class Settings:
    """A typed door to one small file in the user's configuration folder."""

    def __init__(self, path: Path | None = None) -> None:
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
    def theme(self) -> str:
        """`system`, `light` or `dark`."""
        found = self._file.value("theme", "system")
        return found if found in ("system", "light", "dark") else "system"

    @theme.setter
    def theme(self, choice: str) -> None:
        self._file.setValue("theme", choice)

    @property
    def recent(self) -> list[Path]:
        """Files opened or saved last, the newest first."""
        found: Any = self._file.value("recent", [])
        names = [found] if isinstance(found, str) else list(found or [])
        return [Path(name) for name in names][:MAX_RECENT]

    def add_recent(self, path: Path) -> None:
        """Put a file at the head of the recent ones."""
        path = path.absolute()
        rest = [other for other in self.recent if other != path]
        self._file.setValue("recent", [str(p) for p in [path, *rest][:MAX_RECENT]])

    def forget_recent(self) -> None:
        """Empty the list of recent files."""
        self._file.remove("recent")

    @property
    def used_modules(self) -> list[str]:
        """Modules placed last, the newest first."""
        found: Any = self._file.value("used_modules", [])
        return [found] if isinstance(found, str) else list(found or [])

    @used_modules.setter
    def used_modules(self, names: list[str]) -> None:
        self._file.setValue("used_modules", names)

    def bytes_of(self, key: str) -> Any:
        """A layout kept under `key`, or None."""
        return self._file.value(key)

    def keep_bytes(self, key: str, value: Any) -> None:
        """Keep a layout."""
        self._file.setValue(key, value)
