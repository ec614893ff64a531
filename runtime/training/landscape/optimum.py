"""The optimum in closed form, where the loss is the mean square of something straight.

Linear regression is the case: the prediction is A·θ + b, so that the best θ solves the normal
equations. Whether that is so is read from the graph, not guessed from numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from runtime.feeds import Host
from runtime.training.landscape.directions import Directions
from runtime.training.landscape.objective import Objective

if TYPE_CHECKING:
    from runtime.numbering import PlanStep

SQUARE = "MSELoss"
# Straight in all inputs together.
SUMS = frozenset({
    "Add", "Subtract", "Negate", "Identity", "Reshape", "Flatten", "ExpandDims", "Squeeze",
    "Transpose", "Concat", "Stack", "Split", "Slice", "Pad", "BroadcastTo", "Sum", "Mean",
    "AvgPool2d", "GlobalAvgPool2d",
})  # fmt: skip
# Straight in each of these two while the other is held, and in what else they read.
PRODUCTS: Mapping[str, tuple[str, str]] = {
    "Multiply": ("a", "b"), "MatMul": ("a", "b"), "Dot": ("a", "b"), "Outer": ("a", "b"),
    "Linear": ("x", "weight"), "Conv1d": ("x", "weight"), "Conv2d": ("x", "weight"),
    "ConvTranspose2d": ("x", "weight"),
}  # fmt: skip
# Straight where these are held.
HELD: Mapping[str, frozenset[str]] = {
    "Divide": frozenset({"b"}),
    "Embedding": frozenset({"indices"}),
    "Gather": frozenset({"indices"}),
}


@dataclass(frozen=True, eq=False)
class Optimum:
    """The place [k] on a line or plane with the least loss of all, and that loss.

    `is_only` is False where others are as good: then this is the nearest to the origin.
    """

    at: Host
    loss: float
    is_only: bool


def least_squares(objective: Objective, directions: Directions) -> Optimum | None:
    """The optimum on a line or plane; None where the loss is not known to be a square.

    It takes one evaluation a direction and one more. Raises as `Objective.loss`.
    """
    step = _square_of_straight(objective, directions.moving)
    if step is None:
        return None
    ports = [step.reads[step.input_names.index(name)] for name in ("prediction", "target")]

    def missed(theta: Host) -> Host:
        prediction, target = (objective.value(theta, port).reshape(-1) for port in ports)
        return prediction - target

    base = missed(directions.origin)
    columns = [missed(directions.origin + vector) - base for vector in directions.vectors]
    slopes = np.stack(columns, axis=1)
    if not np.isfinite(slopes).all() or not np.isfinite(base).all():
        return None
    at, _, rank, _ = np.linalg.lstsq(slopes, -base, rcond=None)
    return Optimum(at, objective.loss(directions.theta(at)), bool(rank == len(at)))


def _square_of_straight(objective: Objective, moving: Host) -> PlanStep | None:
    """The loss's step where it squares the distance between what is straight in what moves."""
    plan, own = objective.plan, objective.parameters
    changed = {plan.slot_of[ref] for ref, stretch in own.stretches.items() if moving[stretch].any()}
    leading = {step.key for step in plan.reverse}
    for step in plan.forward:
        pairs = zip(step.input_names, step.inputs, strict=True)
        names = {name for name, slot in pairs if slot in changed}
        if not names or step.key not in leading:
            continue
        if plan.end in step.outputs:
            return step if step.module.name == SQUARE else None
        if not _is_straight(step.module.name, names):
            return None
        changed.update(step.outputs)
    return None


def _is_straight(module: str, changed: set[str]) -> bool:
    """Whether a module's output is straight in the inputs that change."""
    if module in SUMS:
        return True
    if module in HELD:
        return changed.isdisjoint(HELD[module])
    pair = PRODUCTS.get(module)
    return pair is not None and not set(pair) <= changed
