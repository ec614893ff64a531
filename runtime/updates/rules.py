"""Each optimizer's rule as lines of symbols, in the order in which it is worked out.

The letters: theta is the parameter, g its gradient, t the number of the update, eta the learning
rate. What a line's letter stands for in numbers is in `Moved`: what the optimizer told while it
worked (`quantities`), and what it remembered before (`memory`). Sources: `training.optimizers`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from runtime.feeds import Host
from runtime.training.optimizers import SGD, Adagrad, Adam, AdamW, Optimizer, RMSProp
from runtime.updates.record import Moved, Update

DELTA = r"\Delta"


@dataclass(frozen=True, slots=True)
class Line:
    """`letter` is equal to `rule`, both LaTeX; an empty rule is told by `words` alone.

    `found` are its numbers, which stand for the letter in the lines below.
    """

    letter: str
    rule: str
    words: str
    found: Host


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule for one parameter: a sentence, its lines, and numbers for the letters in them."""

    sentence: str
    lines: tuple[Line, ...]
    letters: Mapping[str, Host | float] = field(default_factory=dict)


def rule_of(update: Update, moved: Moved) -> Rule:
    """The rule by which a parameter was moved, with all its numbers."""
    optimizer = update.learning.optimizer
    sentence, lines, constants = _RULES[type(optimizer)](optimizer, update.number, moved)
    bounded, gradient = _bounded(update, moved)
    letters: dict[str, Host | float] = {
        r"\theta": moved.before,
        r"\eta": moved.rate,
        "t": float(update.number),
        "g": moved.taken if gradient else moved.gradient,
    }
    letters |= constants
    for letter, key in (("m", "mean"), ("v", "square"), ("b", "momentum"), ("s", "sum")):
        if key in moved.memory:
            letters[f"{letter}_{{t-1}}"] = moved.memory[key]
    return Rule(sentence, (*bounded, *lines), letters)


def name_of(optimizer: Optimizer) -> str:
    """What the rule of these settings is called: `SGD with momentum`, `Adam`."""
    momentum = getattr(optimizer, "momentum", 0.0)
    if isinstance(optimizer, SGD) and optimizer.nesterov:
        return f"{optimizer.name} with Nesterov momentum"
    return f"{optimizer.name} with momentum" if momentum else optimizer.name


Made = tuple[str, list[Line], dict[str, float]]


def _bounded(update: Update, moved: Moved) -> tuple[list[Line], bool]:
    """What was done to the gradient before the rule took it; and whether anything was."""
    if np.array_equal(moved.gradient, moved.taken):
        return [], False
    parts = []
    clip = update.learning.clip
    if clip.value is not None:
        parts.append(f"each entry at most {clip.value:g} from 0")
    if update.shrunk < 1:
        parts.append(f"times {update.shrunk:.4g}, for the norm of all gradients")
    words = "bounded: " + ", then ".join(parts)
    return [Line("g", "", words, moved.taken)], True


def _decayed(moved: Moved) -> tuple[str, list[Line]]:
    """The letter of the gradient that the rule works with, and the line of a weight decay."""
    if "g" not in moved.quantities:
        return "g", []
    line = Line("g'", r"g + \lambda \theta", "weight decay", moved.quantities["g"])
    return "g'", [line]


def _delta(rule: str, moved: Moved, words: str = "what is added to the parameter") -> Line:
    return Line(DELTA, rule, words, moved.delta)


def _sgd(how: SGD, number: int, moved: Moved) -> Made:
    g, lines = _decayed(moved)
    letters = {r"\lambda": how.weight_decay, r"\mu": how.momentum, r"\tau": how.dampening}
    if not how.momentum:
        lines.append(_delta(rf"- \eta {g}", moved))
        return "It moves against its gradient.", lines, letters
    share = rf"(1 - \tau) \cdot {g}" if how.dampening else g
    before = g if number == 1 else rf"\mu b_{{t-1}} + {share}"
    words = "the velocity: gradients of before, fading" if number > 1 else "the velocity begins"
    lines.append(Line("b_{t}", before, words, moved.quantities["b"]))
    sentence, d = "It moves with the velocity that its gradients have built up.", "b_{t}"
    if how.nesterov:
        sentence, d = "It moves with its velocity and looks one step ahead of it.", "d"
        words = "looks ahead along the velocity"
        lines.append(Line("d", rf"{g} + \mu b_{{t}}", words, moved.quantities["d"]))
    lines.append(_delta(rf"- \eta {d}", moved))
    return sentence, lines, letters


def _adagrad(how: Adagrad, number: int, moved: Moved) -> Made:
    g, lines = _decayed(moved)
    letters = {r"\lambda": how.weight_decay, r"\epsilon": how.eps, r"\gamma": how.lr_decay}
    s = moved.quantities["s"]
    lines.append(Line("s_{t}", rf"s_{{t-1}} + {g}^2", "all squares so far", s))
    rate = r"\eta"
    if how.lr_decay:
        rate = r"\eta_{t}"
        decayed = np.asarray(moved.rate / (1 + (number - 1) * how.lr_decay))
        words = "the rate falls with every update"
        lines.append(Line(rate, r"\frac{\eta}{1 + (t - 1) \cdot \gamma}", words, decayed))
    lines.append(_delta(rf"- {rate} \frac{{{g}}}{{\sqrt{{s_{{t}}}} + \epsilon}}", moved))
    sentence = "It moves the less the larger its gradients have been so far."
    return sentence, lines, letters


def _rmsprop(how: RMSProp, number: int, moved: Moved) -> Made:
    g, lines = _decayed(moved)
    letters = {r"\lambda": how.weight_decay, r"\epsilon": how.eps, r"\alpha": how.alpha}
    letters[r"\mu"] = how.momentum
    found, spread = moved.quantities, "v_{t}"
    rule = rf"\alpha v_{{t-1}} + (1 - \alpha) \cdot {g}^2"
    lines.append(Line("v_{t}", rule, "the mean of squares", found["v"]))
    if how.centered:
        rule, spread = rf"\alpha m_{{t-1}} + (1 - \alpha) \cdot {g}", "u_{t}"
        lines.append(Line("m_{t}", rule, "the mean of gradients", found["m"]))
        lines.append(Line("u_{t}", "v_{t} - m_{t}^2", "the variance", found["w"]))
    ratio = rf"\frac{{{g}}}{{\sqrt{{{spread}}} + \epsilon}}"
    if how.momentum:
        rule, ratio = rf"\mu b_{{t-1}} + {ratio}", "b_{t}"
        lines.append(Line("b_{t}", rule, "the velocity", found["b"]))
    lines.append(_delta(rf"- \eta {ratio}", moved))
    return "Its gradient is divided by the root of its mean square.", lines, letters


def _adam(how: Adam, number: int, moved: Moved) -> Made:
    decays_itself = isinstance(how, AdamW)
    g, lines = _decayed(moved)
    first, second = how.betas
    letters = {r"\beta_1": first, r"\beta_2": second, r"\epsilon": how.eps}
    letters[r"\lambda"] = how.weight_decay
    m, v = moved.quantities["m"], moved.quantities["v"]
    rule = rf"\beta_1 m_{{t-1}} + (1 - \beta_1) \cdot {g}"
    lines.append(Line("m_{t}", rule, "the mean of gradients", m))
    rule = rf"\beta_2 v_{{t-1}} + (1 - \beta_2) \cdot {g}^2"
    lines.append(Line("v_{t}", rule, "the mean of their squares", v))
    words = "without the bias of its start"
    with np.errstate(all="ignore"):
        m_hat, v_hat = m / (1 - first**number), v / (1 - second**number)
    lines.append(Line(r"\hat{m}", r"\frac{m_{t}}{1 - \beta_1^t}", words, m_hat))
    lines.append(Line(r"\hat{v}", r"\frac{v_{t}}{1 - \beta_2^t}", words, v_hat))
    step = r"- \eta \frac{\hat{m}}{\sqrt{\hat{v}} + \epsilon}"
    sentence = "It moves by its mean gradient over the root of its mean square."
    if decays_itself and how.weight_decay:
        step = rf"- \eta \lambda \theta {step}"
        sentence = f"{sentence[:-1]}, and shrinks."
    lines.append(_delta(step, moved))
    return sentence, lines, letters


_RULES: Mapping[type[Optimizer], Callable[..., Made]] = {
    SGD: _sgd,
    Adagrad: _adagrad,
    RMSProp: _rmsprop,
    Adam: _adam,
    AdamW: _adam,
}
