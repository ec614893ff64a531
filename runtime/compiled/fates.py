"""What can become of a step when its plan is compiled."""

from __future__ import annotations

from typing import Literal

Fate = Literal["kept", "fused", "shared", "folded", "removed"]
FATES: tuple[Fate, ...] = ("kept", "fused", "shared", "folded", "removed")
