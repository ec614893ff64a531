"""Rules of modules that are a formula: a row each, of the value and of each input's gradient.

In a row stand the names of ports, `g` for the gradient that arrives, and attributes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from runtime.as_numpy.place import Place, Written, number
from runtime.modules.curves import GELU_TANH, SELU_ALPHA, SELU_SCALE

LEAST = "-100"


@dataclass(frozen=True)
class Row:
    """`y` is the value, `gradients` those of the inputs, in braces what is put in."""

    y: str
    gradients: Mapping[str, str] = field(default_factory=dict)


def _unary(y: str, x: str) -> Row:
    return Row(y, {"x": x})


def _binary(y: str, a: str, b: str) -> Row:
    return Row(y, {"a": a, "b": b})


def _loss(terms: str, prediction: str, target: str) -> Row:
    return Row(terms, {"prediction": prediction, "target": target})


_BENT = "np.where({x} > 0, {x}, %s * np.expm1(np.minimum({x}, 0)))"
_LAMBDA, _ALPHA = repr(SELU_SCALE), repr(SELU_ALPHA)
_DENSITY = f"np.exp(-0.5 * {{x}} * {{x}}) * {1 / math.sqrt(2 * math.pi)!r}"

ENTRYWISE: Mapping[str, Row] = {
    "Add": _binary("{a} + {b}", "{g}", "{g}"),
    "Subtract": _binary("{a} - {b}", "{g}", "-{g}"),
    "Multiply": _binary("{a} * {b}", "{g} * {b}", "{g} * {a}"),
    "Divide": _binary("{a} / {b}", "{g} / {b}", "-{g} * {y} / {b}"),
    "Power": _binary(
        "{a} ** {b}", "{g} * power_slope({a}, {b})", "{g} * exponent_slope({a}, {b}, {y})"
    ),
    "Maximum": _binary("np.maximum({a}, {b})", "{g} * winner({a}, {b})", "{g} * winner({b}, {a})"),
    "Minimum": _binary("np.minimum({a}, {b})", "{g} * winner({b}, {a})", "{g} * winner({a}, {b})"),
    "Negate": _unary("-{x}", "-{g}"),
    "Exp": _unary("np.exp({x})", "{g} * {y}"),
    "Log": _unary("np.log({x})", "{g} / {x}"),
    "Sqrt": _unary("np.sqrt({x})", "{g} * 0.5 / {y}"),
    "Square": _unary("{x} ** 2", "{g} * 2 * {x}"),
    "Abs": _unary("np.abs({x})", "{g} * np.sign({x})"),
    "Reciprocal": _unary("1 / {x}", "-{g} * {y} ** 2"),
    "Sin": _unary("np.sin({x})", "{g} * np.cos({x})"),
    "Cos": _unary("np.cos({x})", "-{g} * np.sin({x})"),
    "Sign": _unary("np.sign({x})", "np.zeros_like({x})"),
    "Clip": _unary("np.clip({x}, {min}, {max})", "{g} * (({x} >= {min}) & ({x} <= {max}))"),
    "Identity": _unary("{x}", "{g}"),
    "ReLU": _unary("np.maximum({x}, 0)", "{g} * ({x} > 0)"),
    "LeakyReLU": _unary(
        "np.where({x} > 0, {x}, {negative_slope} * {x})",
        "np.where({x} > 0, {g}, {negative_slope} * {g})",
    ),
    "HardTanh": _unary("np.clip({x}, -1, 1)", "{g} * (np.abs({x}) < 1)"),
    "Sigmoid": _unary("sigmoid({x})", "{g} * {y} * (1 - {y})"),
    "Tanh": _unary("np.tanh({x})", "{g} * (1 - {y} ** 2)"),
    "SiLU": _unary("{x} * sigmoid({x})", "{g} * (sigmoid({x}) + {y} * (1 - sigmoid({x})))"),
    "Softplus": _unary("np.logaddexp({x}, {x}.dtype.type(0))", "{g} * sigmoid({x})"),
    "ELU": _unary(_BENT % "{alpha}", "np.where({x} > 0, {g}, {g} * ({y} + {alpha}))"),
    "SELU": _unary(
        f"{_LAMBDA} * {_BENT % _ALPHA}",
        f"np.where({{x}} > 0, {_LAMBDA} * {{g}}, {{g}} * ({{y}} + {_LAMBDA} * {_ALPHA}))",
    ),
}
GELUS: Mapping[str, Row] = {
    "none": _unary(
        "{x} * normal_share({x})", f"{{g}} * (normal_share({{x}}) + {{x}} * {_DENSITY})"
    ),
    "tanh": _unary(
        f"{{x}} * sigmoid({2 * GELU_TANH!r} * ({{x}} + 0.044715 * {{x}} ** 3))",
        f"{{g}} * ({{s}} + {{x}} * {{s}} * (1 - {{s}}) * {2 * GELU_TANH!r}"
        " * (1 + 3 * 0.044715 * {x} ** 2))",
    ),
}
_YES, _NO = f"np.maximum(np.log({{p}}), {LEAST})", f"np.maximum(np.log1p(-{{p}}), {LEAST})"
LOSSES: Mapping[str, Row] = {
    "MSELoss": _loss("({p} - {t}) ** 2", "2 * ({p} - {t})", "-2 * ({p} - {t})"),
    "L1Loss": _loss("np.abs({p} - {t})", "np.sign({p} - {t})", "-np.sign({p} - {t})"),
    "HuberLoss": _loss(
        "np.where(np.abs({p} - {t}) <= {delta}, 0.5 * ({p} - {t}) ** 2,"
        " {delta} * (np.abs({p} - {t}) - 0.5 * {delta}))",
        "np.clip({p} - {t}, -{delta}, {delta})",
        "-np.clip({p} - {t}, -{delta}, {delta})",
    ),
    "BCELoss": _loss(
        f"({{t}} - 1) * {_NO} - {{t}} * {_YES}",
        "({p} - {t}) / np.maximum({p} * (1 - {p}), 1e-12)",
        f"({_NO} - {_YES})",
    ),
    "BCEWithLogitsLoss": _loss(
        "np.maximum({p}, 0) - {p} * {t} + np.log1p(np.exp(-np.abs({p})))",
        "(sigmoid({p}) - {t})",
        "-{p}",
    ),
    "KLDivLoss": _loss(
        "np.where({t} == 0, np.zeros_like({t}), {t} * np.log({t})) - {t} * {p}",
        "-{t}",
        "(np.log({t}) + 1 - {p})",
    ),
    "HingeLoss": _loss(
        "np.maximum(1 - {t} * {p}, 0)", "-{t} * ({t} * {p} < 1)", "-{p} * ({t} * {p} < 1)"
    ),
}


def entrywise(place: Place) -> Written:
    """A row of `ENTRYWISE`; where the inputs' shapes differ, what was repeated is added."""
    return _written(place, ENTRYWISE[place.module.name])


def gelu(place: Place) -> Written:
    """x Φ(x), or the formula that comes near it."""
    kind = place.settings["approximate"]
    written = _written(place, GELUS[kind], {"s": place.temp})
    if kind == "none":
        return written
    share = GELUS[kind].y.partition(" * ")[2].format(x=place["x"])
    return Written(written.forward, written.reverse, (f"{place.temp} = {share}",))


def loss(place: Place) -> Written:
    """A row of `LOSSES`: terms, entry by entry, that the reduction joins."""
    row, reduction = LOSSES[place.module.name], place.settings["reduction"]
    words = _words(place) | {"p": place["prediction"], "t": place["target"]}
    terms = row.y.format(**words)
    value = {"mean": f"np.mean({terms})", "sum": f"np.sum({terms})", "none": terms}[reduction]
    each = f"{place.g} / {place['prediction']}.size" if reduction == "mean" else place.g
    slopes = {port: _factor(text.format(**words)) for port, text in row.gradients.items()}
    reverse = {port: f"{each} * {slope}" for port, slope in slopes.items()}
    return Written((f"{place.y} = {value}",), reverse)


def _factor(text: str) -> str:
    """A slope behind a product: what begins with a minus stands in brackets."""
    return f"({text})" if text.startswith("-") else text


def _written(place: Place, row: Row, more: Mapping[str, str] | None = None) -> Written:
    words = _words(place) | dict(more or {})
    reverse = {port: text.format(**words) for port, text in row.gradients.items()}
    output = place.module.output_names[0]
    copied = frozenset(port for port in reverse if not place.is_like(port, output))
    return Written((f"{place.y} = {row.y.format(**words)}",), reverse, copied=copied)


def _words(place: Place) -> dict[str, str]:
    settings = {name: number(value) for name, value in place.settings.items()}
    bounds = {"min": "-np.inf", "max": "np.inf"}
    settings |= {name: bounds[name] for name in bounds if settings.get(name) == "None"}
    return {**settings, **place.names, "g": place.g if place.gradients else ""}


RULES: Mapping[str, Callable[[Place], Written]] = {
    **dict.fromkeys(ENTRYWISE, entrywise),
    **dict.fromkeys(LOSSES, loss),
    "GELU": gelu,
}
