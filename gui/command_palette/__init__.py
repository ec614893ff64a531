"""The command palette: every command by its name, typed in a few letters."""

from gui.command_palette.palette import CommandPalette

__all__ = ["CommandPalette"]
