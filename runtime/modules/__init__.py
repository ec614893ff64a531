"""The module families: one file per family, one class per module."""
