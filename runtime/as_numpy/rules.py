"""The rule of each module, and which modules have none."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from graph.module import Module
from runtime.as_numpy import formulas, layers, tensors
from runtime.as_numpy.place import Place, Written
from runtime.errors import BadSetting

Rule = Callable[[Place], Written]
RULES: Mapping[str, Rule] = {**formulas.RULES, **tensors.RULES, **layers.RULES}
LEADING_OUT: Mapping[str, Callable[[Module], str]] = {
    "LastStep": lambda module: "{x}[-1]",
    "AtStep": lambda module: f"{{x}}[{module.settings['step']}]",
    "AllSteps": lambda module: "np.stack({x})",
}
NO_WAY_BACK: Mapping[str, tuple[str, ...]] = {
    "ArgMax": ("x",),
    "Gather": ("indices",),
    "Embedding": ("indices",),
    "Attention": ("mask",),
    "CrossEntropyLoss": ("target",),
    "NLLLoss": ("target",),
}
"""Ports that are no numbers, or whose gradient is 0 everywhere: nothing goes back to them."""


def rule_of(module: Module, node: str) -> Rule:
    """How a module is written; raises `BadSetting` naming node and module."""
    if module.name not in RULES:
        raise BadSetting(
            f"{node}: found {module.name}, expected a module that can be written as NumPy."
            " Expand it into simpler ones, or take another."
        )
    return RULES[module.name]


def reverse_ports(module: Module) -> frozenset[str]:
    """The wired ports of a module to which a gradient can go back."""
    return frozenset(module.wired_names) - frozenset(NO_WAY_BACK.get(module.name, ()))
