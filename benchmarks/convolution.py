"""Which way of a convolution is quickest for which shapes, and whether it is the one chosen.

Run: python benchmarks/convolution.py [--seconds S] [--threads N]

Compared are columns with the batch innermost (which training uses), columns over NHWC and over
NCHW, one product of matrices for each entry of the kernel, and products of spectra; for the
forward pass; the program's own ways also back to the image and to the kernel. A figure is
the least processor time of as many repeats as fit in S seconds. `chosen` is what
`runtime/kernels/images/ways.py` takes; the last column says how much longer that takes than the
quickest of all in its row.
"""

from __future__ import annotations

import argparse
import math
import os
import time
from collections.abc import Callable
from functools import partial
from typing import Any

GIVEN = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
GIVEN.add_argument("--seconds", type=float, default=0.3)
GIVEN.add_argument("--threads", type=int, default=1)
if __name__ == "__main__":
    THREADS = str(GIVEN.parse_args().threads)
    os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), THREADS))

import numpy as np  # noqa: E402  (threads are set before it is imported)

from runtime.kernels.images import columns, spectrum, ways  # noqa: E402
from runtime.maps.windows import Windows  # noqa: E402

SHAPES = (  # samples, channels in, size, channels out, kernel
    (64, 1, 28, 6, 5),
    (64, 6, 14, 16, 5),
    (32, 3, 32, 32, 3),
    (1, 3, 224, 16, 3),
    (1, 64, 32, 64, 3),
    (16, 64, 32, 64, 3),
    (8, 128, 8, 128, 3),
    (8, 64, 16, 128, 1),
    (8, 8, 64, 8, 7),
    (8, 8, 64, 8, 11),
    (8, 3, 64, 8, 15),
    (1, 1, 256, 1, 21),
    (8, 8, 64, 8, 31),
)


class Calls:
    """Stands for the site of a compiled step: calls are kept, every array has its own memory."""

    dtype = np.dtype("float32")

    def __init__(self) -> None:
        self.kept: list[Callable[[], Any]] = []

    def make(self, shape: Any, dtype: Any = None) -> np.ndarray:
        return np.ones(shape, dtype or self.dtype)

    def contiguous(self, array: np.ndarray) -> np.ndarray:
        return np.ascontiguousarray(array)

    def call(self, function: Callable[..., Any], /, *args: Any, **options: Any) -> None:
        self.kept.append(partial(function, *args, **options))

    def run(self) -> None:
        for call in self.kept:
            call()


def main() -> None:
    """The three tables."""
    seconds = GIVEN.parse_args().seconds
    np.seterr(all="ignore")
    _title("N, C, size, O, kernel", *FORWARD)
    for given in SHAPES:
        taken = {name: _least(make(*given), seconds) for name, make in FORWARD.items()}
        _row(given, ways.way_to_places, taken)
    _title("to the image", "columns", "turned", "spectra")
    for given in SHAPES:
        taken = {
            "columns": _least(_ours(columns.back_to_image, *given), seconds),
            "turned": _least(_ours(columns.convolve_back, *given), seconds),
            "spectra": _least(_ours(spectrum.back_to_image, *given), seconds),
        }
        _row(given, ways.way_to_image, taken)
    _title("to the kernel", "columns", "spectra")
    for given in SHAPES:
        taken = {
            "columns": _least(_ours(columns.back_to_kernel, *given), seconds),
            "spectra": _least(_ours(spectrum.back_to_kernel, *given), seconds),
        }
        _row(given, ways.way_to_places, taken)
    print(f"\nNumPy {np.__version__}, load {os.getloadavg()[0]:.1f}")


def _title(*cells: str) -> None:
    print("\n| " + " | ".join(cells) + " | chosen | longer by |")
    print("|---" * (len(cells) + 2) + "|")


def _row(
    given: tuple[int, ...], choose: Callable[[ways.Shape], str], taken: dict[str, float]
) -> None:
    samples, ins, size, outs, kernel = given
    chosen = choose(ways.Shape(_windows(size, kernel), 1, ins, outs, samples))
    longer = taken[chosen] / min(taken.values()) - 1
    cells = " | ".join(f"{1000 * value:.3g} ms" for value in taken.values())
    print(f"| {', '.join(map(str, given))} | {cells} | {chosen} | {longer:.0%} |", flush=True)


def _least(run: Callable[[], Any], seconds: float) -> float:
    run()
    found, end = math.inf, time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.thread_time()
        run()
        found = min(found, time.thread_time() - start)
    return found


def _windows(size: int, kernel: int) -> Windows:
    """A kernel over images that keep their size."""
    plain = (1, 1)
    return Windows((size,) * 2, (size,) * 2, (kernel,) * 2, plain, (kernel // 2,) * 2, plain)


def _drawn(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).standard_normal(shape, np.float32)


# --- the ways ----------------------------------------------------------------------------------


def _ours(
    function: Callable[..., Any], samples: int, ins: int, size: int, outs: int, kernel: int
) -> Callable[[], Any]:
    """One of the program's own ways: the calls that it adds."""
    site, windows = Calls(), _windows(size, kernel)
    groups = {"groups": 1} if function.__module__ == columns.__name__ else {}
    image, places = _drawn(ins, size, size, samples), _drawn(outs, size, size, samples)
    weight = _drawn(outs, ins, kernel, kernel)
    if function.__name__ == "back_to_kernel":
        function(site, places, image, windows, out=weight, **groups)
    else:
        is_forward = function.__name__ == "convolve"
        function(site, image if is_forward else places, weight, windows, **groups)
    return site.run


def _channels_last(samples: int, ins: int, size: int, outs: int, kernel: int) -> Callable[[], Any]:
    """Columns over NHWC, for some samples at a time."""
    wide = size + 2 * (kernel // 2)
    image, weight = _drawn(samples, wide, wide, ins), _drawn(kernel * kernel * ins, outs)
    a, b, c, d = image.strides
    seen = np.lib.stride_tricks.as_strided(
        image, (samples, size, size, kernel, kernel, ins), (a, b, c, b, c, d)
    )
    row = 4 * size * size * kernel * kernel * ins
    some = max(1, min(samples, columns.BLOCK // row))
    room, out = np.empty((some, *seen.shape[1:]), "float32"), _drawn(samples * size * size, outs)

    def run() -> None:
        for start in range(0, samples, some):
            part = seen[start : start + some]
            taken = room[: len(part)]
            np.copyto(taken, part)
            rows = slice(start * size * size, (start + len(part)) * size * size)
            np.dot(taken.reshape(-1, len(weight)), weight, out[rows])

    return run


def _channels_first(samples: int, ins: int, size: int, outs: int, kernel: int) -> Callable[[], Any]:
    """Columns over NCHW, a sample at a time."""
    wide = size + 2 * (kernel // 2)
    image, weight = _drawn(samples, ins, wide, wide), _drawn(outs, ins * kernel * kernel)
    a, b, c, d = image.strides
    seen = np.lib.stride_tricks.as_strided(
        image, (samples, ins, kernel, kernel, size, size), (a, b, c, d, c, d)
    )
    room, out = np.empty(seen.shape[1:], "float32"), _drawn(samples, outs, size * size)

    def run() -> None:
        for part, into in zip(seen, out, strict=True):
            np.copyto(room, part)
            np.dot(weight, room.reshape(weight.shape[1], -1), into)

    return run


def _by_entry(samples: int, ins: int, size: int, outs: int, kernel: int) -> Callable[[], Any]:
    """A product for each entry of the kernel, of the image moved by it; nothing is copied."""
    wide = size + 2 * (kernel // 2)
    image, weight = _drawn(ins, wide * wide * samples), _drawn(kernel, kernel, outs, ins)
    count = ((size - 1) * wide + size) * samples
    out, part = np.empty((outs, count), "float32"), np.empty((outs, count), "float32")

    def run() -> None:
        np.copyto(out, 0)
        for row in range(kernel):
            for column in range(kernel):
                start = (row * wide + column) * samples
                np.dot(weight[row, column], image[:, start : start + count], part)
                np.add(out, part, out)

    return run


FORWARD: dict[str, Callable[..., Callable[[], Any]]] = {
    "columns": partial(_ours, columns.convolve),
    "NHWC": _channels_last,
    "NCHW": _channels_first,
    "by entry": _by_entry,
    "spectra": partial(_ours, spectrum.convolve),
}


if __name__ == "__main__":
    main()
