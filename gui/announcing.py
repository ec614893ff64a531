"""Announcements: sentences that a screen reader says without the focus going anywhere."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent

Politeness = QAccessible.AnnouncementPoliteness


def announce(about: QObject, sentence: str, assertive: bool = False) -> None:
    """Have a sentence said: after what is being said, or at once where it is `assertive`."""
    if not sentence or not QAccessible.isActive():
        return
    event = QAccessibleAnnouncementEvent(about, sentence)
    event.setPoliteness(Politeness.Assertive if assertive else Politeness.Polite)
    QAccessible.updateAccessibility(event)
