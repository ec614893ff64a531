"""Where arrays live: NumPy on the CPU, CuPy on a GPU. The one file that knows CuPy."""

from __future__ import annotations

import contextlib
import functools
import importlib
import os
import re
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import numpy as np

from runtime.array import Array
from runtime.errors import BackendError

NOTHING: AbstractContextManager[None] = contextlib.nullcontext()  # can be entered again
INSTALL = "Install Gradwire with its extra gpu12 or gpu13, or use --device cpu."


@dataclass(frozen=True)
class Backend:
    """A device and its array module `xp`. `name` is `cpu`, `cuda:0`, `cuda:1`, ..."""

    name: str
    xp: Any

    @classmethod
    def open(cls, device: str | None = None) -> Backend:
        """The backend of a device; None is the CPU.

        A GPU is probed with a small matrix product and an elementwise kernel, since CuPy can be
        imported where neither works. Raises `BackendError` with what is missing.
        """
        if device is None or device == "cpu":
            return CPU
        match = re.fullmatch(r"cuda(?::(\d{1,3}))?", device)
        if match is None:
            raise BackendError(f'device: found "{device}", expected cpu or cuda:N.')
        return _open_cuda(int(match.group(1) or 0))

    @property
    def is_cpu(self) -> bool:
        """Whether arrays are NumPy's."""
        return self.xp is np

    def active(self) -> AbstractContextManager[Any]:
        """Make the device the current one of this thread, for a `with` block."""
        if self.is_cpu:
            return NOTHING
        device: AbstractContextManager[Any] = self.xp.cuda.Device(_number(self.name))
        return device

    def asarray(self, array: Array) -> Array:
        """An array of this device; a copy only where it lives elsewhere."""
        if self.is_cpu:
            return to_numpy(array)
        with self.active():
            return self.xp.asarray(array)

    def ask_dtype(self, dtype: str) -> None:
        """Raise `BackendError` where the device does not compute in a floating dtype."""
        if self.is_cpu and dtype == "float16":
            raise BackendError(
                "dtype: found float16 on cpu, expected float32 or float64: float16 is for a GPU."
                " Choose another dtype, or a device such as cuda:0."
            )

    def load_special(self) -> Any:
        """SciPy's special functions, or CuPy's twin of them; imported on first use."""
        return importlib.import_module("scipy.special" if self.is_cpu else "cupyx.scipy.special")

    def memory(self) -> int | None:
        """Bytes of memory of the device, None where the system does not say."""
        if not self.is_cpu:
            with self.active():
                return int(self.xp.cuda.runtime.memGetInfo()[1])
        try:
            return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        except (AttributeError, ValueError, OSError):
            return None


CPU = Backend("cpu", np)


def to_numpy(array: Array) -> np.ndarray[Any, Any]:
    """A NumPy array of what any device holds."""
    if type(array) is np.ndarray:
        return array
    if type(array).__module__.partition(".")[0] == "cupy":
        array = array.get()
    return np.asarray(array)


@functools.cache
def _open_cuda(number: int) -> Backend:
    name = f"cuda:{number}"
    cupy = _import_cupy(name)
    try:
        if not cupy.is_available():
            raise BackendError(
                f"{name}: found no usable NVIDIA driver or GPU, expected one. Use --device cpu."
            )
        count = cupy.cuda.runtime.getDeviceCount()
        if number >= count:
            raise BackendError(f"{name}: found {count} GPU(s), expected a number below {count}.")
        with cupy.cuda.Device(number):
            ones = cupy.ones((2, 2), "float32")
            if float((ones @ ones + ones).sum()) != 12.0:
                raise BackendError(f"{name}: found a wrong sum, expected a GPU that adds up.")
    except BackendError:
        raise
    except Exception as error:  # CuPy raises many types: driver, compiler, missing libraries
        raise BackendError(f"{name}: found {_first_line(error)}. {INSTALL}") from error
    return Backend(name, cupy)


def _import_cupy(name: str) -> Any:
    try:
        import cupy
    except ImportError as error:
        raise BackendError(f"{name}: found no CuPy, expected it. {INSTALL}") from error
    except Exception as error:  # a broken CUDA installation shows itself on import
        raise BackendError(f"{name}: found {_first_line(error)}. {INSTALL}") from error
    return cupy


def _number(name: str) -> int:
    return int(name.partition(":")[2])


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return (lines[0] if lines else type(error).__name__).rstrip(".")
