"""Devices: the CPU always, a GPU where there is one, and a sentence where there is none."""

from __future__ import annotations

import sys
import types

import numpy as np
import pytest

from runtime import Backend, BackendError, Engine, check_gradients
from runtime import backend as backend_room
from tests.runtime_toys import by_hand


@pytest.fixture(autouse=True)
def _fresh_probe():
    backend_room._open_cuda.cache_clear()
    yield
    backend_room._open_cuda.cache_clear()


def fake_cupy(**parts):
    """A CuPy that answers as an installation on some machine would."""

    def ones(shape, dtype):
        return np.ones(shape, dtype)

    class Device:
        def __init__(self, number):
            pass

        def __enter__(self):
            return self

        def __exit__(self, *error):
            return None

    runtime = types.SimpleNamespace(getDeviceCount=lambda: 1, memGetInfo=lambda: (1, 2))
    found = {
        "is_available": lambda: True,
        "ones": ones,
        "asarray": np.asarray,
        "cuda": types.SimpleNamespace(runtime=runtime, Device=Device),
    }
    module = types.ModuleType("cupy")
    vars(module).update({**found, **parts})
    return module


def raiser(error):
    def fail(*args, **kwargs):
        raise error

    return fail


def test_the_cpu_is_what_is_meant_when_nothing_is_said():
    for device in (None, "cpu"):
        backend = Backend.open(device)
        assert (backend.name, backend.xp) == ("cpu", np)
    assert Engine(by_hand()).device == "cpu"
    assert backend.memory() is None or backend.memory() > 2**28
    array = np.ones(3)
    assert backend.asarray(array) is array


@pytest.mark.parametrize("device", ["tpu", "cuda:", "cuda:x", "", "CPU", "cuda:-1"])
def test_unknown_devices_are_refused(device):
    with pytest.raises(BackendError, match="expected cpu or cuda:N"):
        Backend.open(device)


def test_a_missing_cupy_is_a_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "cupy", None)
    with pytest.raises(BackendError, match=r"cuda:0: found no CuPy.*gpu12"):
        Engine(by_hand(), device="cuda:0")


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"is_available": lambda: False}, "no usable NVIDIA driver"),
        ({"is_available": raiser(RuntimeError("cudaErrorInsufficientDriver: too old\nmore"))},
         "cudaErrorInsufficientDriver: too old. "),
        ({"ones": raiser(ImportError("libcublas.so.12: cannot open"))}, "libcublas"),
        ({"ones": raiser(MemoryError())}, "MemoryError"),
        ({"ones": lambda shape, dtype: np.zeros(shape, dtype)}, "wrong sum"),
    ],
)  # fmt: skip
def test_a_gpu_that_cannot_compute_is_a_sentence(monkeypatch, parts, words):
    monkeypatch.setitem(sys.modules, "cupy", fake_cupy(**parts))
    with pytest.raises(BackendError, match=words) as caught:
        Backend.open("cuda:0")
    assert "\n" not in str(caught.value)


def test_a_number_beyond_the_gpus_is_refused(monkeypatch):
    monkeypatch.setitem(sys.modules, "cupy", fake_cupy())
    assert Backend.open("cuda").name == "cuda:0"
    with pytest.raises(BackendError, match=r"cuda:3: found 1 GPU"):
        Backend.open("cuda:3")


def test_half_precision_is_refused_on_the_cpu_in_a_sentence():
    graph = by_hand()
    sentence = "dtype: found float16 on cpu, expected float32 or float64"
    for start in (Engine(graph, dtype="float16").run, Engine(graph, dtype="float16").steps):
        with pytest.raises(BackendError, match=sentence):
            list(start())
    with pytest.raises(BackendError, match=sentence):
        check_gradients(Engine(graph, dtype="float16"))
    graph.configure(dtype="float16")
    with pytest.raises(BackendError, match=sentence):
        Engine(graph, partial=True).run()
    assert Engine(graph, dtype="float32").run().dtype == "float32"


def test_half_precision_is_for_a_gpu(monkeypatch):
    monkeypatch.setitem(sys.modules, "cupy", fake_cupy())
    for dtype in ("float16", "float32", "float64"):
        Backend.open("cuda:0").ask_dtype(dtype)


def test_a_gpu_computes_in_half_precision(gpu):
    exact = Engine(by_hand()).run()
    half = Engine(by_hand(), device="cuda:0", dtype="float16").run()
    assert half.dtype == "float16"
    for ref in exact.ports:
        assert half.value(ref).dtype == half.gradient(ref).dtype == np.float16
        np.testing.assert_allclose(half.value(ref), exact.value(ref), rtol=2e-3)
        np.testing.assert_allclose(half.gradient(ref), exact.gradient(ref), rtol=2e-3)


def test_a_gpu_gives_what_the_cpu_gives(gpu):
    here, there = Engine(by_hand()).run(), Engine(by_hand(), device="cuda:0").run()
    assert there.device == "cuda:0"
    for ref in here.ports:
        assert isinstance(there.value(ref), np.ndarray)
        np.testing.assert_allclose(there.value(ref), here.value(ref), rtol=1e-12)
        np.testing.assert_allclose(there.gradient(ref), here.gradient(ref), rtol=1e-12)
    for _, target in here.edges:
        np.testing.assert_allclose(
            there.jacobian(target).dense(), here.jacobian(target).dense(), rtol=1e-12
        )
    again = Engine(by_hand(), device="cuda:0").run(previous=there)
    np.testing.assert_array_equal(again.value("loss.y"), there.value("loss.y"))
    assert check_gradients(Engine(by_hand(), device="cuda:0", dtype="float32")).ok
