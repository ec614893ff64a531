"""The settings: what is chosen is in force at once, in all windows."""

from gui.settings_dialog.dialog import SettingsDialog

__all__ = ["SettingsDialog"]
