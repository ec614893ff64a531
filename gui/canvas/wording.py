"""The door of the canvas to translations."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication


def tr(text: str) -> str:
    """A text of the canvas in the user's language."""
    return QCoreApplication.translate("Canvas", text)
