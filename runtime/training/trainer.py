"""Forward, reverse, update: a graph that learns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from graph import edits as e
from graph.port import PortRef
from graph.tensor import Tensor
from runtime import passes
from runtime.array import Array
from runtime.backend import to_numpy
from runtime.engine import Engine
from runtime.errors import BadSetting, NoTarget, NotFinite, RunError
from runtime.feeds import Host, Loaded, fed_at, load
from runtime.memory import ask_memory
from runtime.moments import apart
from runtime.origin import find_origin, problem_of
from runtime.tape import StepFailed, Tape
from runtime.trace import Trace
from runtime.training.clipping import Clip, norm_of
from runtime.training.history import Epoch, History
from runtime.training.optimizers import SGD, Optimizer, State, Turn
from runtime.training.parameters import (
    Parameters,
    named,
    shapes_of,
    shares,
    states,
    trainable,
)
from runtime.training.schedules import Plateau, Schedule, share_at

if TYPE_CHECKING:
    from graph.model import Graph
    from runtime.data.dataset import Dataset
    from runtime.plan import Plan
    from runtime.training.fitting import Callback, Fitting


@dataclass(frozen=True, slots=True)
class Update:
    """What one training step did: number from 1, loss before it, learning rate, gradient norm.

    The norm is that before clipping. A trainer that `measures` also gives the gradient norm of each
    parameter, and the norm of its change over its own, in the order of `Trainer.names`. `epoch` is
    what an epoch came to, at its last update in a session.
    """

    number: int
    loss: float
    rate: float
    norm: float
    norms: tuple[float, ...] = ()
    ratios: tuple[float, ...] = ()
    epoch: Epoch | None = None


class Trainer:
    """Trains the parameters of a graph on a device. The graph itself is not changed by it.

    `optimizer` is the update rule, `schedule` changes its learning rate, `clip` bounds gradients.
    `frozen` are parameters, or nodes with all of theirs, that stay as they are; `lr_factors` gives
    parameters or nodes a share of the learning rate. `edit()` is what takes the result over.

    Raises `BackendError`, `BadAttribute` as `Engine`, `BadSetting` naming a parameter that is not
    there.
    """

    def __init__(
        self,
        graph: Graph,
        optimizer: Optimizer | None = None,
        device: str | None = None,
        *,
        dtype: str | None = None,
        target: str | None = None,
        schedule: Schedule | Plateau | None = None,
        clip: Clip | None = None,
        frozen: Iterable[str] = (),
        lr_factors: Mapping[str, float] | None = None,
    ) -> None:
        self._engine = Engine(graph, device, dtype, "train", target)
        self.optimizer = optimizer if optimizer is not None else SGD()
        self.schedule = schedule if schedule is not None else Schedule()
        self.clip = clip if clip is not None else Clip()
        self._frozen, self._factors = tuple(frozen), dict(lr_factors or {})
        self.count = 0
        self.measures = False
        self.last: Update | None = None
        self._judging: Engine | None = None
        self._plan: Plan | None = None
        self._slots: dict[PortRef, int] = {}
        self._states: dict[PortRef, Array] = {}
        self._state_slots: dict[PortRef, int] = {}
        self._loaded: Mapping[PortRef, Loaded] = {}
        self._kept: Parameters | None = None
        self._memory: State = {}
        self._share: Any = 1.0

    @property
    def graph(self) -> Graph:
        """The graph that is trained."""
        return self._engine.graph

    @property
    def device(self) -> str:
        """`cpu` or `cuda:N`."""
        return self._engine.device

    @property
    def parameters(self) -> dict[str, Host]:
        """Copies of what has been learned so far, by address."""
        return {str(ref): array for ref, array in self._parameters().copies().items()}

    @property
    def state(self) -> dict[str, Host]:
        """Copies of the tensors that training updates without a gradient, by address."""
        self._parameters()
        return {str(ref): np.array(to_numpy(array)) for ref, array in self._states.items()}

    @property
    def memory(self) -> dict[str, Host]:
        """Copies of what the optimizer remembers; each is over all parameters in their order."""
        self._parameters()
        return {name: np.array(to_numpy(array)) for name, array in self._memory.items()}

    @property
    def plan(self) -> Plan:
        """The plan of the last step, or the one that was made ready."""
        self._parameters()
        assert self._plan is not None
        return self._plan

    @property
    def names(self) -> tuple[str, ...]:
        """The addresses of the parameters that are trained, in their order."""
        return tuple(map(str, self._parameters().shapes))

    @property
    def dtype(self) -> str:
        """The floating dtype that is trained in."""
        return self._engine.run_dtype

    @property
    def target(self) -> str | None:
        """What is differentiated instead of the graph's own target."""
        return self._engine.target

    @property
    def rate(self) -> float:
        """The learning rate of the next update."""
        return self.optimizer.lr * share_at(self.schedule, self.count)

    def step(self, feeds: Mapping[str, Any] | None = None) -> Array:
        """One forward pass, reverse pass and update; the loss before it, 0-d, on the device.

        Raises as `Engine.run`, and `NotFinite` naming the node where the loss or a gradient is NaN
        or infinite: then nothing is changed, and the same batch can be run again.
        """
        tape = self._run(self._engine, feeds)
        plan = tape.plan
        assert plan.end is not None
        loss = tape.values[plan.end]
        if loss.ndim:
            loss = loss.sum()
        kept = self._parameters()
        with self._engine.backend.active(), np.errstate(all="ignore"):
            for ref, slot in self._slots.items():
                kept.put_gradient(ref, tape.total(slot))
            norm = norm_of(self._xp, [kept.gradients])
            if not np.isfinite(norm) or not bool(self._xp.isfinite(loss)):
                self._refuse(tape)
            norms = kept.norms(kept.gradients) if self.measures else ()
            before = kept.values.copy() if self.measures else kept.values
            rate = self._update(tape, kept)
            ratios = kept.ratios(before) if self.measures else ()
        self.last = Update(self.count, float(loss), rate, norm, norms, ratios)
        return loss

    def judge(self, feeds: Mapping[str, Any] | None = None) -> Trace:
        """A forward pass in evaluation mode with what was learned so far; nothing changes."""
        if self._judging is None:
            engine = self._engine
            self._judging = Engine(self.graph, self.device, engine.dtype, "eval", engine.target)
        return Trace.of(self._run(self._judging, feeds, is_training=False))

    def begin(self, feeds: Mapping[str, Any] | None = None) -> None:
        """Make parameters and memory ready for feeds of these shapes, without a step."""
        plan = self._engine.plan(feeds)
        _ask_target(plan)
        if plan is not self._plan:
            self._begin(plan)

    def restore(
        self,
        kept: Mapping[str, Host],
        memory: Mapping[str, Host] | None = None,
        count: int | None = None,
    ) -> None:
        """Go back to parameters and state that were read before, by address.

        With `memory` and `count` also to what the optimizer remembered after so many updates.
        Raises `BadSetting` where what was kept is not of this graph or optimizer.
        """
        parameters = self._parameters()
        if memory is not None:
            self._restore_memory(memory)
        if count is not None:
            self.count = count
        for name, array in kept.items():
            ref = PortRef.parse(name)
            taken = self._engine.backend.asarray(np.array(array))
            if ref in parameters.shapes and taken.shape == parameters.shapes[ref]:
                parameters.put(ref, taken)
            elif ref in self._states and taken.shape == self._states[ref].shape:
                self._states[ref] = taken
            else:
                raise BadSetting(
                    f"{name}: found a tensor {list(taken.shape)} of another graph, expected one of"
                    " the parameters that are trained."
                )

    def fit(
        self,
        data: Dataset | None = None,
        how: Fitting | None = None,
        callbacks: Iterable[Callback] = (),
    ) -> History:
        """Train on a set, by default that of the graph's Data nodes; see `training.fitting`."""
        from runtime.training import fitting

        return fitting.fit(self, data, how, callbacks)

    def edit(self) -> e.Edit:
        """The edit that writes parameters and state into the graph, as one."""
        found = self._parameters().copies() | {
            ref: np.array(to_numpy(array)) for ref, array in self._states.items()
        }
        return e.Batch(tuple(e.SetTensor(ref, Tensor.of(array)) for ref, array in found.items()))

    # --- inside ---------------------------------------------------------------------------

    @property
    def _xp(self) -> Any:
        return self._engine.backend.xp

    def _parameters(self) -> Parameters:
        if self._kept is None:
            self._begin(self._engine.plan())
        assert self._kept is not None
        return self._kept

    def _run(
        self, engine: Engine, feeds: Mapping[str, Any] | None, *, is_training: bool = True
    ) -> Tape:
        """Both passes with the present parameters; the forward pass alone where nothing learns."""
        backend = engine.backend
        backend.ask_dtype(engine.run_dtype)
        fed = engine.feeds(feeds)
        plan = engine.plan_for(fed)
        _ask_target(plan)
        if is_training and plan is not self._plan:
            self._begin(plan)
            ask_memory(plan, backend, reverse=True)
        tape = Tape(plan, backend, training_step=self.count)
        with backend.active(), np.errstate(all="ignore"):
            self._fill(tape, fed)
            try:
                for _ in passes.forward(tape):
                    pass
                if is_training:
                    for _ in passes.reverse(tape):
                        pass
            except StepFailed as failed:
                raise RunError(failed.failure.message, node=failed.failure.node) from failed
        return tape

    def _fill(self, tape: Tape, fed: Mapping[str, Host]) -> None:
        kept = self._parameters()
        own = {ref: kept.view(ref) for ref in self._slots} | self._states
        for source in tape.plan.sources:
            array = own.get(source.ref)
            if array is not None:
                loaded = Loaded(source, array)
            else:
                given = fed_at(fed, apart(source.ref)[0])
                known = self._loaded.get(source.ref) if given is None else None
                loaded = load(source, given, known, self._engine.backend)
            tape.loaded[source.ref] = loaded
            tape.values[source.slot] = loaded.array
        self._loaded = {ref: x for ref, x in tape.loaded.items() if ref not in own}

    def _begin(self, plan: Plan) -> None:
        """Take a plan: the first one's initial numbers, or those learned so far."""
        before = {} if self._kept is None else self._kept.copies()
        states_before = dict(self._states)
        frozen = named(plan, self._frozen, "frozen")
        self._slots = trainable(plan, frozen)
        self._state_slots = states(plan)
        backend = self._engine.backend
        with backend.active():
            kept = Parameters(backend.xp, plan.dtype, shapes_of(plan, self._slots))
            sources = {source.ref: source for source in plan.sources}
            for ref in self._slots:
                known = before.get(ref)
                array = load(sources[ref], None, None, backend).array if known is None else known
                kept.put(ref, backend.asarray(array))
            for ref in self._state_slots:
                if ref not in states_before:
                    states_before[ref] = load(sources[ref], None, None, backend).array
            self._states = {ref: states_before[ref] for ref in self._state_slots}
            if self._kept is None or list(self._kept.shapes) != list(kept.shapes):
                self._memory = self.optimizer.begin(backend.xp, kept.values)
            self._kept, self._plan = kept, plan
            self._share = shares(plan, kept, self._factors)

    def _restore_memory(self, memory: Mapping[str, Host]) -> None:
        shapes = {name: array.shape for name, array in self._memory.items()}
        if {name: array.shape for name, array in memory.items()} != shapes:
            raise BadSetting(
                f"{self.optimizer.name}: found what another optimizer or another graph remembers,"
                f" expected {', '.join(shapes) or 'nothing'} of {self._parameters().values.size:,}"
                " numbers."
            )
        backend = self._engine.backend
        self._memory = {name: backend.asarray(np.array(array)) for name, array in memory.items()}

    def _refuse(self, tape: Tape) -> None:
        origin = find_origin(Trace.of(tape))
        if origin is None:  # finite numbers whose squares are not
            raise NotFinite("found a gradient too large for its norm. Lower the learning rate.")
        raise NotFinite(problem_of(origin).message, node=origin.node)

    def _update(self, tape: Tape, kept: Parameters) -> float:
        """Change parameters and state; the learning rate at which it was done."""
        xp, rate = self._xp, self.rate
        self.clip.apply(xp, [kept.gradients])
        self.count += 1
        turn = Turn(xp, rate * self._share, self.count)
        self.optimizer.update(turn, kept.values, kept.gradients, self._memory)
        slots = {slot: ref for ref, slot in self._state_slots.items()}
        for record in tape.records.values():
            for port, array in record.context.updates.items():
                self._states[slots[record.step.states[port]]] = array
        return rate


def _ask_target(plan: Plan) -> None:
    if plan.end is None:
        raise NoTarget(plan.why_forward_only or "found no target, expected one.")
