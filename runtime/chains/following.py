"""What comes back along one path alone: at every edge, and whether it pulls with the strongest."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from runtime.chains.records import ChainPath, ChainPaths
from runtime.feeds import Host, frozen


def gradients_along(found: ChainPaths, path: ChainPath) -> tuple[Host, ...]:
    """What comes back over each hop of a path if there were no other, in the order of the hops.

    Each has the shape of its hop's input; the first one is the path's contribution.
    """
    back: list[Host] = []
    cotangent: Host = found.cotangent
    with np.errstate(all="ignore"):
        for hop in reversed(path.hops):
            cotangent = frozen(np.asarray(hop.map.vjp(cotangent)))
            back.append(cotangent)
    return tuple(back[::-1])


def signed_norms(paths: Sequence[ChainPath]) -> tuple[float, ...]:
    """The norm of each contribution, negative where it points against the first one's.

    A single number has its own sign. For sums that vanish: there are no shares of zero, but there
    is a side on which each path is.
    """
    if not paths:
        return ()
    first = paths[0]
    if not first.norm or not np.isfinite(first.norm):
        return tuple(path.norm for path in paths)
    is_number = first.number is not None  # which has a sign of its own
    lead = np.ones(first.contribution.shape) if is_number else first.contribution / first.norm
    signs = (float(np.vdot(path.contribution, lead)) for path in paths)
    return tuple(
        -path.norm if sign < 0 else path.norm for path, sign in zip(paths, signs, strict=True)
    )
