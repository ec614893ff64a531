"""However arrays lie in memory, and whatever way is chosen, a compiled step gives the same."""

from __future__ import annotations

import zlib

import numpy as np
import pytest

from runtime.compiled.site import Site
from tests.catalogue_cases import computing_cases
from tests.compiled_desk import both
from tests.effort import tries
from tests.odd_layouts import odd_graph, other_limits
from tests.test_compiled import EXACT, agree

CASES = [case for case in computing_cases() if case.has_gradients and not case.module.leads_out]
SINGLE = 2e-4  # sums in another order


def agrees(seed: int, case) -> None:
    random = np.random.RandomState(seed)
    dtype = "float64" if random.randint(4) else "float32"
    with other_limits(random):
        graph = odd_graph(case, random, dtype)
        fixed = [id_ for id_ in graph.nodes if random.randint(4) == 0]
        agree(*both(graph, fixed=fixed), EXACT if dtype == "float64" else SINGLE)


@pytest.mark.parametrize("module", dict.fromkeys(case.module.name for case in CASES))
def test_a_module_among_arrays_in_any_layout(module):
    own = [case for case in CASES if case.module.name == module]
    first = zlib.crc32(module.encode()) % 2**16
    for seed in range(first, first + tries(1, 200)):
        agrees(seed, own[seed % len(own)])


def test_what_is_reshaped_without_a_look_at_its_layout_is_found(monkeypatch):
    """The graphs above are odd enough to find what they are there for."""
    monkeypatch.setattr(Site, "contiguous", lambda site, array: array)
    linear = next(c for c in CASES if c.module.name == "Linear" and len(c.types["x"].shape) == 3)
    seeds = (seed for seed in range(60) if _fails(seed, linear))
    assert next(seeds, None) is not None


def _fails(seed: int, case) -> bool:
    try:
        agrees(seed, case)
    except AssertionError:
        return True
    return False
