"""Forward, reverse, update: a graph that learns."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from contextvars import copy_context
from typing import TYPE_CHECKING, Any

import numpy as np

from graph import edits as e
from graph.port import PortRef
from graph.tensor import Tensor
from runtime.array import Array
from runtime.backend import to_numpy
from runtime.compiled import Compiled, Report, Trained
from runtime.engine import Engine
from runtime.errors import BadSetting, NoTarget, NotFinite, RunError
from runtime.feeds import Host, load
from runtime.memory import ask_memory
from runtime.origin import find_origin, problem_of
from runtime.tape import Tape
from runtime.trace import Trace
from runtime.training.by_tape import ByTape
from runtime.training.clipping import Clip, norm_of
from runtime.training.history import History, Update
from runtime.training.optimizers import SGD, Optimizer, State
from runtime.training.parameters import (
    Blocks,
    Parameters,
    ask_shapes,
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


Key = tuple[str | np.dtype[Any] | tuple[int, ...], ...] | None
Passes = Compiled | ByTape
MOST_PASSES = 4
"""How many shapes of batches are kept compiled: an epoch's last batch may be a smaller one."""


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
        self._last: tuple[Any, ...] | None = None
        self._judging: Engine | None = None
        self._plan: Plan | None = None
        self._states: dict[PortRef, Array] = {}
        self._trained = Trained({}, {}, {})
        self._passes: dict[Plan, Passes] = {}
        self._ready: dict[Key, Passes] = {}
        self._revision = graph.revision
        self._kept: Parameters | None = None
        self._memory: State = {}
        self._share: Any = 1.0
        self._blocks: Blocks | None = None
        self._quiet = copy_context()
        self._quiet.run(np.seterr, all="ignore")

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
    def last(self) -> Update | None:
        """What the last step did; made when it is asked for."""
        return None if self._last is None else Update(*self._last)

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
        passes = self._passes_for(feeds)
        with self._engine.backend.active():
            # NumPy keeps what it warns of in a context; to enter one costs less than errstate.
            return self._quiet.run(self._stepped, passes, feeds)

    def judge(self, feeds: Mapping[str, Any] | None = None) -> Trace:
        """A forward pass in evaluation mode with what was learned so far; nothing changes."""
        if self._judging is None:
            engine = self._engine
            self._judging = Engine(self.graph, self.device, engine.dtype, "eval", engine.target)
        return Trace.of(self._taped(self._judging, feeds, is_training=False))

    def report(self, feeds: Mapping[str, Any] | None = None) -> Report | None:
        """What is done to make a step fast, for feeds of these shapes; None where nothing is.

        That is so on another device than the CPU. Raises as `step` before anything is computed.
        """
        passes = self._passes_for(feeds)
        return None if isinstance(passes, ByTape) else passes.report

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
                self._states[ref][...] = taken
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

    def _parameters(self) -> Parameters:
        if self._kept is None:
            self._begin(self._engine.plan())
        assert self._kept is not None
        return self._kept

    def _passes_for(self, feeds: Mapping[str, Any] | None) -> Passes:
        """What does both passes for feeds of these shapes, with the feeds in their place."""
        if self._revision != self.graph.revision:
            self._passes, self._ready, self._revision = {}, {}, self.graph.revision
        key = _key(feeds)
        found = None if key is None else self._ready.get(key)
        if found is not None and feeds is not None:
            self._quiet.run(found.feed, feeds)
            return found
        engine = self._engine
        engine.backend.ask_dtype(engine.run_dtype)
        fed = engine.feeds(feeds)
        plan = engine.plan_for(fed)
        _ask_target(plan)
        if plan is not self._plan:
            self._begin(plan)
        if plan not in self._passes:
            ask_memory(plan, engine.backend, reverse=True)
            if len(self._passes) == MOST_PASSES:
                self._passes, self._ready = {}, {}
            made = Compiled if engine.backend.is_cpu else ByTape
            self._passes[plan] = made(plan, engine.backend, self._trained, fed)
        found = self._passes[plan]
        is_whole = feeds is not None and fed.keys() == feeds.keys()
        if key is not None and is_whole and found.takes(fed):
            self._ready[key] = found
        self._quiet.run(found.feed, fed)
        return found

    def _stepped(self, passes: Passes, feeds: Mapping[str, Any] | None) -> Array:
        loss = self._played(passes, feeds)
        kept = self._parameters()
        norm = norm_of(kept.xp, kept.gradients)
        number = float(loss)
        if not math.isfinite(norm) or not math.isfinite(number):
            self._refuse(feeds)
        norms = kept.norms(kept.gradients) if self.measures else ()
        before = kept.values.copy() if self.measures else kept.values
        rate = self._update(kept)
        passes.commit()
        ratios = kept.ratios(before) if self.measures else ()
        self._last = (self.count, number, rate, norm, norms, ratios)
        return loss

    def _played(self, passes: Passes, feeds: Mapping[str, Any] | None) -> Array:
        """The loss of both passes; what stops a compiled step is found again node by node."""
        try:
            return passes.run(self.count)
        except RunError:
            raise
        except Exception as error:
            self._taped(self._engine, feeds)
            raise RunError(f"found {type(error).__name__} in a step, expected none.") from error

    def _taped(
        self, engine: Engine, feeds: Mapping[str, Any] | None, *, is_training: bool = True
    ) -> Tape:
        """Both passes with the present parameters; the forward pass alone where nothing learns."""
        engine.backend.ask_dtype(engine.run_dtype)
        fed = engine.feeds(feeds)
        plan = engine.plan_for(fed)
        _ask_target(plan)
        self._parameters()
        passes = ByTape(plan, engine.backend, self._trained, fed)
        passes.play(self.count, is_training=is_training)
        return passes.tape

    def _begin(self, plan: Plan) -> None:
        """Take a plan: the first one's initial numbers, or those learned so far.

        What an edit gave another shape starts anew; raises `FeedError` where feeds did.
        """
        slots, state_slots = trainable(plan, named(plan, self._frozen, "frozen")), states(plan)
        shapes, state_shapes = shapes_of(plan, slots), shapes_of(plan, state_slots)
        before, known = self._kept, self._known()
        if self._plan is not None and self._plan.revision == plan.revision:
            ask_shapes(known, shapes | state_shapes)
        self._plan = plan
        is_same = before is not None and before.is_for(plan.dtype, shapes)
        if is_same and {ref: x.shape for ref, x in self._states.items()} == state_shapes:
            return
        backend = self._engine.backend
        with backend.active():
            firsts = {x.ref: x for x in plan.sources if x.ref in slots or x.ref in state_slots}
            for ref, source in firsts.items():
                if ref not in known or known[ref].shape != (shapes | state_shapes)[ref]:
                    known[ref] = load(source, None, None, backend).array
            kept = Parameters(backend.xp, plan.dtype, shapes)
            for ref in shapes:
                kept.put(ref, known[ref])
            self._states = {
                ref: backend.xp.array(known[ref], plan.slots[slot].dtype)
                for ref, slot in state_slots.items()
            }
            if not is_same:
                self._memory = self.optimizer.begin(backend.xp, kept.values)
            self._kept, self._passes, self._ready = kept, {}, {}
            self._trained = Trained(
                kept.views(kept.values), kept.views(kept.gradients), self._states
            )
            self._share = shares(plan, kept, self._factors)
            self._blocks = Blocks(kept, self._memory, self._share)

    def _known(self) -> dict[PortRef, Array]:
        """What was learned so far: parameters and states."""
        kept = self._kept
        return {**({} if kept is None else kept.views(kept.values)), **self._states}

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
        self._blocks = Blocks(self._parameters(), self._memory, self._share)

    def _refuse(self, feeds: Mapping[str, Any] | None) -> None:
        origin = find_origin(Trace.of(self._taped(self._engine, feeds)))
        if origin is None:  # finite numbers whose squares are not
            raise NotFinite("found a gradient too large for its norm. Lower the learning rate.")
        raise NotFinite(problem_of(origin).message, node=origin.node)

    def _update(self, kept: Parameters) -> float:
        """Change the parameters; the learning rate at which it was done."""
        rate = self.rate
        self.clip.apply(kept.xp, [kept.gradients])
        self.count += 1
        assert self._blocks is not None
        self._blocks.update(self.optimizer, rate, self.count)
        return rate


def _key(feeds: Mapping[str, Any] | None) -> Key:
    """Names, dtypes and shapes of feeds that are arrays already; of others there is none."""
    if feeds is None:
        return None
    found: list[str | np.dtype[Any] | tuple[int, ...]] = []
    for name, array in feeds.items():
        if type(array) is not np.ndarray:
            return None
        found += (name, array.dtype, array.shape)
    return tuple(found)


def _ask_target(plan: Plan) -> None:
    if plan.end is None:
        raise NoTarget(plan.why_forward_only or "found no target, expected one.")
