"""The update rule as text: what an optimizer does with the settings that it has, line by line.

The rules are those of `runtime.training.optimizers`, which names their sources; a test holds
both against each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from runtime.errors import BadSetting
from runtime.training.clipping import TINY, Clip
from runtime.training.optimizers import SGD, Adagrad, Adam, AdamW, Optimizer, RMSProp
from runtime.training.schedules import Cosine, Plateau, Schedule, Steps

STEP = "    "


@dataclass(frozen=True)
class Recipe:
    """How a program trains: the rule, its schedule, bounds, shares of the rate by parameter."""

    optimizer: Optimizer
    schedule: Schedule | Plateau = field(default_factory=Schedule)
    clip: Clip = field(default_factory=Clip)
    shares: Mapping[str, float] = field(default_factory=dict)


def update_lines(recipe: Recipe) -> Iterator[str]:
    """The function that changes the parameters, with what it needs before it."""
    yield from _rate_lines(recipe)
    yield ""
    yield ""
    yield "def update(parameters, gradients, memory, count):"
    rule = (type(recipe.optimizer).__doc__ or "").partition("\n")[0]
    yield f'{STEP}"""{recipe.optimizer.name}: {rule}'
    yield ""
    yield f"{STEP}`memory` is what it remembers of earlier updates, `count` their number from 1."
    yield f'{STEP}"""'
    for line in _clip_lines(recipe.clip):
        yield STEP + line
    yield f"{STEP}for name, g in gradients.items():"
    for line in _rule_lines(recipe):
        yield STEP * 2 + line


def _rate_lines(recipe: Recipe) -> Iterator[str]:
    schedule = recipe.schedule
    if isinstance(schedule, Plateau):
        raise BadSetting(
            "training.schedule: found plateau, which watches a figure over epochs, expected one"
            " that counts updates. Take constant, step or cosine."
        )
    yield "def learning_rate(count):"
    yield f'{STEP}"""The learning rate of an update, counted from 1: {schedule.name}."""'
    if schedule.warm_up or isinstance(schedule, Steps | Cosine):
        yield f"{STEP}done = count - 1"
    if schedule.warm_up:
        yield f"{STEP}if done < {schedule.warm_up}:  # it rises first"
        yield f"{STEP}{STEP}return {recipe.optimizer.lr!r} * (done + 1) / {schedule.warm_up}"
        yield f"{STEP}done -= {schedule.warm_up}"
    share = ""
    if isinstance(schedule, Steps):
        share = f" * {schedule.factor_each!r} ** (done // {schedule.every})"
    elif isinstance(schedule, Cosine):
        part = f"min(done / {schedule.updates}, 1.0)"
        least = repr(schedule.least)
        share = f" * ({least} + (1 - {least}) * (1 + math.cos(math.pi * {part})) / 2)"
    yield f"{STEP}return {recipe.optimizer.lr!r}{share}"
    if recipe.shares:
        yield ""
        yield ""
        yield "# Each parameter's share of the learning rate, where it is not the whole."
        yield f"SHARES = {dict(recipe.shares)!r}"


def _clip_lines(clip: Clip) -> Iterator[str]:
    if clip.value is not None:
        yield f"bound = {clip.value!r}  # of each entry"
        yield "gradients = {name: np.clip(g, -bound, bound) for name, g in gradients.items()}"
    if clip.norm is not None:
        yield "# The gradient of all parameters together is no longer than this."
        yield "norm = math.sqrt(sum(float(np.sum(g * g)) for g in gradients.values()))"
        yield f"share = min({clip.norm!r} / (norm + {TINY!r}), 1.0)"
        yield "gradients = {name: share * g for name, g in gradients.items()}"


def _rule_lines(recipe: Recipe) -> Iterator[str]:
    optimizer = recipe.optimizer
    share = " * SHARES.get(name, 1.0)" if recipe.shares else ""
    yield f"rate = learning_rate(count){share}"
    yield "p = parameters[name]"
    decay = getattr(optimizer, "weight_decay", 0.0)
    if isinstance(optimizer, AdamW):
        yield f"p = p * (1 - rate * {decay!r})  # the decay shrinks the parameter itself"
    elif decay:
        yield f"g = g + {decay!r} * p  # weight decay"
    for kind, lines in _RULES.items():
        if isinstance(optimizer, kind):
            yield from lines(optimizer)


def _remembered(key: str, variable: str, first: str = "np.zeros_like(p)") -> str:
    return f'{variable} = memory.get((name, "{key}"), {first})'


def _sgd(optimizer: SGD) -> Iterator[str]:
    if not optimizer.momentum:
        yield "parameters[name] = p - rate * g"
        return
    momentum, rest = optimizer.momentum, 1 - optimizer.dampening
    yield _remembered("momentum", "d")
    if rest == 1:
        yield f"d = {momentum!r} * d + g"
    else:
        yield f"d = {momentum!r} * d + (g if count == 1 else {rest!r} * g)"
    yield 'memory[name, "momentum"] = d'
    move = f"g + {momentum!r} * d" if optimizer.nesterov else "d"
    yield (
        f"parameters[name] = p - rate * ({move})"
        if optimizer.nesterov
        else ("parameters[name] = p - rate * d")
    )


def _adagrad(optimizer: Adagrad) -> Iterator[str]:
    first = f"np.full_like(p, {optimizer.initial_accumulator_value!r})"
    yield _remembered("sum", "total", first)
    yield "total = total + g * g  # of all updates so far"
    yield 'memory[name, "sum"] = total'
    if optimizer.lr_decay:
        yield f"rate = rate / (1 + (count - 1) * {optimizer.lr_decay!r})"
    yield f"parameters[name] = p - rate * g / (np.sqrt(total) + {optimizer.eps!r})"


def _rms_prop(optimizer: RMSProp) -> Iterator[str]:
    kept = repr(optimizer.alpha)
    new = f"(1 - {kept})"
    yield _remembered("square", "v")
    yield f"v = {kept} * v + {new} * g * g"
    yield 'memory[name, "square"] = v'
    spread = "v"
    if optimizer.centered:
        yield _remembered("mean", "m")
        yield f"m = m + {new} * (g - m)"
        yield 'memory[name, "mean"] = m'
        spread = "v - m * m"
    yield f"move = g / (np.sqrt({spread}) + {optimizer.eps!r})"
    if optimizer.momentum:
        yield _remembered("momentum", "d")
        yield f"move = {optimizer.momentum!r} * d + move"
        yield 'memory[name, "momentum"] = move'
    yield "parameters[name] = p - rate * move"


def _adam(optimizer: Adam) -> Iterator[str]:
    first, second = optimizer.betas
    yield _remembered("mean", "m")
    yield _remembered("square", "v")
    yield f"m = m + (1 - {first!r}) * (g - m)  # the mean of the gradients"
    yield f"v = {second!r} * v + (1 - {second!r}) * g * g  # and of their squares"
    yield 'memory[name, "mean"], memory[name, "square"] = m, v'
    yield "# Both began at 0, so they are too small at first: that is undone."
    yield f"m_hat = m / (1 - {first!r}**count)"
    yield f"v_hat = v / (1 - {second!r}**count)"
    yield f"parameters[name] = p - rate * m_hat / (np.sqrt(v_hat) + {optimizer.eps!r})"


_RULES: Mapping[type[Optimizer], Callable[..., Iterator[str]]] = {
    SGD: _sgd, Adagrad: _adagrad, RMSProp: _rms_prop, Adam: _adam,
}  # fmt: skip
