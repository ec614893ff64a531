"""The update rules. Each works in place, on arrays of any shape, entry by entry.

Definitions and defaults are those of `torch.optim` (PyTorch 2.13, documentation of each class);
its sources are named at the classes. Reference trajectories hold them to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from graph import rules
from graph.suggest import did_you_mean
from runtime.array import Array
from runtime.errors import BadSetting

State = dict[str, Array]
Note = Callable[[str, Array], None]


@dataclass(slots=True)  # not frozen, which takes three times as long to make
class Turn:
    """What an update is done with: the array module, the learning rate, its number from 1.

    `rate` is a number, or an array like the values, and stays as it is; `count` goes on. `note` is
    told the quantities of the rule as they are worked out, by the names that
    `runtime.updates.rules` has for them; it must copy what it keeps. `spares` are arrays like the
    values for what is needed in between, if there are some.
    """

    xp: Any
    rate: Any
    count: int
    note: Note | None = None
    spares: tuple[Array, ...] = ()
    _factor: Any = field(default=None, init=False, repr=False)

    def factor(self, dtype: Any) -> Array:
        """The rate as an array of a dtype, which arrays are multiplied by faster than a number."""
        if self._factor is None or self._factor.dtype != dtype:
            self._factor = self.xp.asarray(self.rate, dtype)
        found: Array = self._factor
        return found

    def spare(self, place: int, like: Array) -> Array:
        """An array of unknown numbers, the `place`-th."""
        found: Array = self.spares[place] if self.spares else self.xp.empty_like(like)
        return found

    def tell(self, name: str, numbers: Array) -> None:
        """Note a quantity of the rule, if somebody listens."""
        if self.note is not None:
            self.note(name, numbers)


class Optimizer(rules.Optimizer):
    """An update rule with its settings. It keeps nothing: what it remembers is in a `State`.

    With `weight_decay` that share of a parameter is added to its gradient.
    """

    def begin(self, xp: Any, values: Array) -> State:
        """What is remembered before the first update: arrays like `values`."""
        return {}

    def update(self, turn: Turn, values: Array, gradient: Array, state: State) -> None:
        """Change `values` in place, and `state`. `gradient` may be written over."""
        raise NotImplementedError


class SGD(Optimizer, rules.SGD):
    """p ← p − lr·d, with d = momentum·d + (1 − dampening)·g; Nesterov looks ahead: g + momentum·d.

    Source: Sutskever et al., On the importance of initialization and momentum in deep learning,
    ICML 2013, in the form of `torch.optim.SGD`.
    """

    def begin(self, xp: Any, values: Array) -> State:
        return {"momentum": xp.zeros_like(values)} if self.momentum else {}

    def update(self, turn: Turn, values: Array, gradient: Array, state: State) -> None:
        _decay(turn, values, gradient, self.weight_decay)
        change = gradient
        if self.momentum:
            kept = state["momentum"]
            kept *= self.momentum
            if turn.count > 1 and self.dampening:
                gradient *= 1 - self.dampening
            kept += gradient
            turn.tell("b", kept)
            change = kept
            if self.nesterov:
                change = turn.xp.multiply(kept, self.momentum, out=turn.spare(0, values))
                change += gradient
        turn.tell("d", change)
        _step(turn, values, turn.xp.multiply(change, turn.factor(values.dtype), out=gradient))


class Adagrad(Optimizer, rules.Adagrad):
    """p ← p − lr / (1 + (n − 1)·lr_decay) · g / (√Σg² + eps), Σ over all updates so far.

    Source: Duchi, Hazan, Singer, Adaptive Subgradient Methods, JMLR 12, 2011.
    """

    def begin(self, xp: Any, values: Array) -> State:
        return {"sum": xp.full_like(values, self.initial_accumulator_value)}

    def update(self, turn: Turn, values: Array, gradient: Array, state: State) -> None:
        _decay(turn, values, gradient, self.weight_decay)
        xp, total, root = turn.xp, state["sum"], turn.spare(0, values)
        total += xp.multiply(gradient, gradient, out=root)
        turn.tell("s", total)
        gradient *= turn.rate / (1 + (turn.count - 1) * self.lr_decay)
        xp.sqrt(total, out=root)
        root += self.eps
        gradient /= root
        _step(turn, values, gradient)


class RMSProp(Optimizer, rules.RMSProp):
    """p ← p − lr · g / (√v + eps), with v = alpha·v + (1 − alpha)·g²; centered takes the variance.

    Source: Hinton, Neural Networks for Machine Learning, lecture 6e, 2012; centered and with
    momentum as `torch.optim.RMSprop` has it (Graves, arXiv:1308.0850).
    """

    def begin(self, xp: Any, values: Array) -> State:
        kept = {"square": True, "mean": self.centered, "momentum": self.momentum > 0}
        return {key: xp.zeros_like(values) for key, is_kept in kept.items() if is_kept}

    def update(self, turn: Turn, values: Array, gradient: Array, state: State) -> None:
        _decay(turn, values, gradient, self.weight_decay)
        xp, square, spare = turn.xp, state["square"], turn.spare(0, values)
        square *= self.alpha
        xp.multiply(gradient, 1 - self.alpha, out=spare)
        spare *= gradient
        square += spare
        turn.tell("v", square)
        spread = square
        if self.centered:
            mean = state["mean"]
            xp.subtract(gradient, mean, out=spare)
            spare *= 1 - self.alpha
            mean += spare
            turn.tell("m", mean)
            xp.multiply(mean, mean, out=spare)
            spread = xp.subtract(square, spare, out=spare)
            turn.tell("w", spread)
        xp.sqrt(spread, out=spare)
        spare += self.eps
        gradient /= spare
        step = gradient
        if self.momentum:
            step = state["momentum"]
            step *= self.momentum
            step += gradient
            turn.tell("b", step)
        _step(turn, values, xp.multiply(step, turn.rate, out=gradient))


class Adam(Optimizer, rules.Adam):
    """p ← p − lr · m̂ / (√v̂ + eps): means of g and g² without the bias of their start.

    Source: Kingma, Ba, Adam, arXiv:1412.6980, algorithm 1.
    """

    def begin(self, xp: Any, values: Array) -> State:
        return {"mean": xp.zeros_like(values), "square": xp.zeros_like(values)}

    def update(self, turn: Turn, values: Array, gradient: Array, state: State) -> None:
        _decay(turn, values, gradient, self.weight_decay)
        self._move(turn, values, gradient, state)

    def _move(self, turn: Turn, values: Array, gradient: Array, state: State) -> None:
        xp, mean, square = turn.xp, state["mean"], state["square"]
        spare, (first, second) = turn.spare(0, values), self.betas
        xp.subtract(gradient, mean, out=spare)
        spare *= 1 - first
        mean += spare
        square *= second
        xp.multiply(gradient, 1 - second, out=spare)
        spare *= gradient
        square += spare
        turn.tell("m", mean)
        turn.tell("v", square)
        root = xp.sqrt(square, out=spare)
        root /= (1 - second**turn.count) ** 0.5
        root += self.eps
        step = xp.multiply(mean, turn.rate / (1 - first**turn.count), out=gradient)
        step /= root
        _step(turn, values, step)


class AdamW(rules.AdamW, Adam):
    """Adam whose weight decay shrinks the parameter itself: p ← p·(1 − lr·weight_decay) first.

    Source: Loshchilov, Hutter, Decoupled Weight Decay Regularization, arXiv:1711.05101.
    """

    def update(self, turn: Turn, values: Array, gradient: Array, state: State) -> None:
        values *= 1 - turn.rate * self.weight_decay
        turn.tell("p", values)
        self._move(turn, values, gradient, state)


OPTIMIZERS: Mapping[str, type[Optimizer]] = {
    kind.name: kind for kind in (SGD, Adagrad, RMSProp, Adam, AdamW)
}


def optimizer(name: str, settings: Mapping[str, Any] | None = None) -> Optimizer:
    """The optimizer of a name in any case, with these settings; others are the defaults.

    Raises `BadSetting` naming the optimizer or the setting, and what there is.
    """
    kinds = {key.lower(): kind for key, kind in OPTIMIZERS.items()}
    kind = kinds.get(name.lower())
    if kind is None:
        expected = f"one of {', '.join(OPTIMIZERS)}. {did_you_mean(name, OPTIMIZERS)}".rstrip()
        raise BadSetting(f'optimizer: found "{name}", expected {expected}')
    known = [field.name for field in fields(kind)]
    given: dict[str, Any] = {}
    for key, value in (settings or {}).items():
        if key not in known:
            raise BadSetting(
                f"{kind.name}.{key}: found no such setting, expected one of {', '.join(known)}."
            )
        given[key] = tuple(value) if isinstance(value, list) else value
    return kind(**given)


def optimizer_of(declared: rules.Optimizer) -> Optimizer:
    """The optimizer that computes what a rule declares."""
    settings = declared.settings
    return optimizer(settings.pop("name"), settings)


def _decay(turn: Turn, values: Array, gradient: Array, share: float) -> None:
    if share:
        gradient += share * values
        turn.tell("g", gradient)


def _step(turn: Turn, values: Array, step: Array) -> None:
    turn.tell("step", step)
    values -= step
