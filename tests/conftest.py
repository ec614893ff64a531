"""What all tests share: no screen, no trace in the user's folders, a toy catalogue."""

from __future__ import annotations

import math
import os
import tempfile

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
_HOME = tempfile.mkdtemp(prefix="gradwire-tests-")
for _folder in ("CONFIG", "DATA", "STATE", "CACHE"):
    os.environ[f"XDG_{_folder}_HOME"] = os.path.join(_HOME, _folder.lower())
# Two cores share the tests; a pool of threads in each library would only fight over them.
for _pool in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_pool, "1")

import pytest  # noqa: E402
from hypothesis import HealthCheck, settings  # noqa: E402

from graph.attributes import ShapeSpec, attribute  # noqa: E402
from graph.catalogue import Catalogue  # noqa: E402
from graph.module import Module  # noqa: E402
from graph.port import PortType  # noqa: E402
from graph.tensor import Tensor  # noqa: E402
from runtime.backend import Backend  # noqa: E402
from runtime.errors import BackendError  # noqa: E402

settings.register_profile(
    "gradwire", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
settings.load_profile("gradwire")


class Source(Module, sig="-> y[*s]", group="Toys"):
    """A source of a declared shape."""

    shape: ShapeSpec = attribute((), "the tensor's shape")

    def infer(self, types, dtype):
        return {"y": PortType(dtype, self.shape)}


class Twice(Module, sig="x[*s] -> y[*s]", group="Toys"):
    """One input, one output."""


class Plus(Module, sig="a[&s], b[&s] -> y[&s]", group="Toys"):
    """Two inputs that broadcast."""


class Total(Module, sig="x[*s] -> y[]", group="Toys"):
    """Down to a scalar."""


class Join(Module, sig="x...[n] -> y[m]", group="Toys"):
    """Any number of inputs of one size."""

    inputs: int = attribute(2, "how many vectors", minimum=1)
    m: int = attribute(2, "the output's size", minimum=0)


class Fork(Module, sig="x[*s] -> left[*s], right[*s]", group="Toys"):
    """Two outputs."""


class Pick(Module, sig="x[n], index:integer[] -> y[]", group="Toys"):
    """An integer input."""


class Product(Module, sig="a[&s, m?, k], b[&s, k, n?] -> y[&s, m?, n?]", group="Toys"):
    """A matrix product, with sizes that vectors leave out."""


class Dense(
    Module,
    sig="x[*s, in_features], weight[out_features, in_features], bias[out_features]"
    " -> y[*s, out_features]",
    group="Layers",
):
    """A layer with parameters; each starts with its number of entries."""

    parameters = ("weight", "bias")
    out_features: int = attribute(1, "the output's size", minimum=1)
    bias: bool = attribute(True, "whether a bias is added")

    def initial(self, port, shape, dtype, *, seed, address, shapes):
        size = math.prod(shape)
        return Tensor.of_values(dtype, shape, [float(seed + len(address))] * size)


@pytest.fixture(autouse=True)
def _watched(request: pytest.FixtureRequest):
    """A test of the interface fails on work above 50 ms in one go, and on what it leaves over."""
    if "qapp" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("qapp")
    from tests.watch import watched

    yield from watched(request)


@pytest.fixture
def qtbot(qapp, request: pytest.FixtureRequest):
    """The bot that drives the interface, with patience for a loaded machine."""
    from tests.patience import PatientBot

    return PatientBot(request)


@pytest.fixture
def tips_at_keys():
    """For tests about tips: they open where the keys rest, as they do in the program."""


TOYS = (Source, Twice, Plus, Total, Join, Fork, Pick, Product, Dense)


@pytest.fixture(scope="session")
def toys() -> Catalogue:
    """A small catalogue without mathematics, for what needs none."""
    return Catalogue(TOYS)


@pytest.fixture(scope="session")
def gpu() -> Backend:
    """The first GPU. Where there is none, as on most machines, its tests skip and say why."""
    try:
        return Backend.open("cuda:0")
    except BackendError as missing:
        pytest.skip(str(missing))
