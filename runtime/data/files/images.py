"""Axes of images: height, width, channel is turned to channel, height, width at the door."""

from __future__ import annotations

import numpy as np

from runtime.feeds import Host

CHANNELS = (1, 3, 4)
"""Grey, red-green-blue, and with transparency."""
BYTE = 255.0


def are_images(array: Host) -> bool:
    """Whether samples look like images: bytes of two axes, or of three with channels."""
    if array.ndim == 3:
        return bool(array.dtype == np.uint8 and min(array.shape[1:]) > 4)
    return array.ndim == 4 and _channel_axis(array.shape[1:]) is not None


def channels_first(array: Host) -> tuple[Host, str]:
    """Images as [N, C, H, W], and what was done to them in words, if anything.

    An axis of one channel is added where there is none.
    """
    if array.ndim == 3:
        return array[:, None], ""
    if _channel_axis(array.shape[1:]) != 2:
        return array, ""
    height, width, channel = array.shape[1:]
    said = (
        f"Images [{height}, {width}, {channel}] (height, width, channel) are given as"
        f" [{channel}, {height}, {width}] (channel, height, width)."
    )
    return np.ascontiguousarray(array.transpose(0, 3, 1, 2)), said


def _channel_axis(sample: tuple[int, ...]) -> int | None:
    """0 or 2 where that axis alone can be the channels; the first one where both can."""
    if sample[0] in CHANNELS:
        return 0
    return 2 if sample[2] in CHANNELS and min(sample[:2]) > 4 else None
