"""Judging: what the figures of a run say, by thresholds."""

from __future__ import annotations

import math
from collections.abc import Iterator

from runtime.health.records import Activation, Finding, Health, Layer
from runtime.health.thresholds import Thresholds


def judge(health: Health, thresholds: Thresholds) -> tuple[Finding, ...]:
    """What is wrong, layer by layer in the order of the forward pass, then the activations."""
    found: list[Finding] = []
    if health.has_reverse:
        for layer in health.layers:
            found.extend(_of_layer(layer, thresholds))
    for activation in health.activations.values():
        found.extend(_of_activation(activation, thresholds))
    return tuple(found)


def _of_layer(layer: Layer, thresholds: Thresholds) -> Iterator[Finding]:
    """At most one finding over the depth and one over time."""
    if layer.norm is None:
        yield Finding("no path", layer.node, None)
        return
    if not math.isfinite(layer.norm):
        yield Finding("not finite", layer.node, layer.norm)
        return
    if layer.norm == 0:
        yield Finding("zero", layer.node, 0.0)
        return
    if layer.ratio is not None and layer.ratio < thresholds.vanishing:
        yield Finding("vanishing", layer.node, layer.ratio)
    elif layer.ratio is not None and layer.ratio > thresholds.exploding:
        yield Finding("exploding", layer.node, layer.ratio)
    ratio = ratio_over_time(layer)
    if ratio is not None and ratio < thresholds.vanishing:
        yield Finding("vanishing over time", layer.node, ratio)
    elif ratio is not None and ratio > thresholds.exploding:
        yield Finding("exploding over time", layer.node, ratio)


def ratio_over_time(layer: Layer) -> float | None:
    """What the first time step adds to a gradient, over what the last one adds.

    Only steps that add something count: a layer may be read, or truncated, late. None where fewer
    than two do, or a part is not finite.
    """
    parts = [part for part in layer.over_time if part > 0 or math.isnan(part)]
    if len(parts) < 2 or not all(map(math.isfinite, parts)):
        return None
    return parts[0] / parts[-1]


def _of_activation(activation: Activation, thresholds: Thresholds) -> Iterator[Finding]:
    limit = thresholds.dead if activation.kind == "dead" else thresholds.saturated
    if activation.count and activation.share >= limit:
        yield Finding(activation.kind, activation.node, activation.share)
