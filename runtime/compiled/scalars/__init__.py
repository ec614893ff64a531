"""Steps on single numbers, gathered and computed by Python itself instead of NumPy."""

from runtime.compiled.scalars.gathering import gathered

__all__ = ["gathered"]
