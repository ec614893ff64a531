"""The one door through which modules compute: forward, vjp, jvp, Jacobian.

Rules for both sides of it:

- `ins` and `need` have one entry per wired port (inputs and parameters, signature order), `gouts`
  and results of `forward` and `jvp` one per output port. States are in `ctx.state`.
- `forward` gives arrays, never NumPy scalars. Where `out` holds an array it is written and given
  back; it is C-contiguous and overlaps no input. Else the result may be a view of an input
  (Reshape): what runs a graph keeps arrays read-only, or gives `out`.
- Gradients and tangents are None where nothing arrives; not all are. What `vjp` and `jvp` give
  may be their arguments or views of them: nobody writes into it. A gradient may still have the
  output's broadcast shape; `sum_to` undoes that, once, in the engine.
- `kept` holds at least what `keeps` names: ports, and what `forward` gave to `ctx.keep`.
- All of these are arrays but in one case: where an `Elementwise` module has a form for single
  numbers (`scalar`) and no port has axes, `gouts` and `kept` hold NumPy's numbers in `vjp` and
  `derivative`, which cannot be written into. A module without such a form gets arrays there too.
- Numbers that leave the domain become NaN or infinite without a warning: the caller has set
  `errstate(all="ignore")`.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from graph.errors import GradwireError, sentence
from graph.module import Module
from graph.signature import Sizes
from graph.tensor import Tensor
from runtime import maps
from runtime.array import Array
from runtime.modules import initial
from runtime.modules.context import Context
from runtime.modules.scalar import Scalar
from runtime.streams import stream

if TYPE_CHECKING:
    from runtime.compiled.site import Lowered, Site

Outs = tuple[Array | None, ...] | None
Kept = Mapping[str, Array]
Predicts = Literal["numbers", "scores", "probabilities", "logits", "class logits", "logarithms"]


class BadValue(GradwireError):
    """A tensor holds numbers that the module is not defined for, such as a class that is none.

    Attribute: `port`.
    """

    def __init__(self, port: str, found: str, expected: str, mend: str = "") -> None:
        self.port = port
        super().__init__(sentence(port, found, expected, mend))


class Initialised(Module):
    """A module whose owned tensors have rules; `rules` gives one per parameter and state."""

    rules: ClassVar[Mapping[str, initial.Rule]] = {}

    def rule(self, port: str, shapes: Mapping[str, tuple[int, ...]]) -> initial.Rule:
        """The rule of an owned port; `shapes` are those of all owned ports."""
        return self.rules[port]

    def initial(
        self,
        port: str,
        shape: tuple[int, ...],
        dtype: str,
        *,
        seed: int,
        address: str,
        shapes: Mapping[str, tuple[int, ...]],
    ) -> Tensor:
        return initial.draw(self.rule(port, shapes), stream(seed, address, port), shape, dtype)


class Differentiable(Initialised):
    """A module that computes. Subclasses give `forward`, `vjp` and `jvp`, and say what these read.

    `keeps` names the ports (and arrays given to `ctx.keep`) that `vjp` and `jvp` read: memory
    and recomputation follow from it. `batch_sizes` names sizes of the signature that only count:
    along them the module does the same to each entry by itself. `unit_axis` is the axis of the
    output along which a layer's units lie, None where a module has no units of its own. `steepest`
    is the greatest slope of an activation that goes flat on both sides; `dies` says that one is
    flat on one side, so that a unit which stays there gets no gradient any more; both ask `bend`.
    `predicts` says what a loss takes its prediction for: numbers, scores around 0, probabilities,
    logits (each by itself), class logits (a row for one class) or logarithms of probabilities.
    `scalar` is the form for single numbers; an `Elementwise` with one takes NumPy's, too (above).
    `commutes` says that two inputs may change places: the result is the same to the bit.
    """

    keeps: ClassVar[tuple[str, ...]] = ()
    batch_sizes: ClassVar[tuple[str, ...]] = ()
    unit_axis: ClassVar[int | None] = None
    steepest: ClassVar[float] = 0.0
    dies: ClassVar[bool] = False
    predicts: ClassVar[Predicts] = "numbers"
    commutes: ClassVar[bool] = False
    scalar: ClassVar[Scalar | None] = None

    @functools.cached_property
    def kept_names(self) -> tuple[str, ...]:
        """The names of the ports whose tensors a run has: those that are wired, then outputs."""
        return self.wired_names + self.output_names

    @functools.cached_property
    def kept_places(self) -> tuple[tuple[str, int], ...]:
        """The ports that `keeps` names, with their places among `kept_names`."""
        names = enumerate(self.kept_names)
        return tuple([(name, place) for place, name in names if name in self.keeps])

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        """The outputs, from the inputs."""
        raise NotImplementedError

    def vjp(
        self, ctx: Context, gouts: tuple[Array | None, ...], kept: Kept, need: tuple[bool, ...]
    ) -> tuple[Array | None, ...]:
        """The gradient of each input that is needed, from those of the outputs; else None."""
        raise NotImplementedError

    def jvp(
        self, ctx: Context, tangents: tuple[Array | None, ...], kept: Kept
    ) -> tuple[Array | None, ...]:
        """The tangent of each output, from those of the inputs."""
        raise NotImplementedError

    def lower(self, site: Site, ins: tuple[Array, ...]) -> Lowered | None:
        """The calls that compute this module in a compiled step, and how they go back.

        None where there are none better than `forward` and `vjp`, which then are called. What it
        computes is what these do.
        """
        return None

    def joined_with(self, before: Differentiable, shape: tuple[int, ...]) -> Differentiable | None:
        """What computes this module and the one that makes its first input at once, if there is.

        `shape` is that of what `before` reads. The numbers are the same but for rounding.
        """
        return None

    def as_scalar(self) -> Scalar | None:
        """What it does with single numbers, as Python; None where there is no such form."""
        return self.scalar

    def jacobian(self, ctx: Context, port: str, output: str, kept: Kept) -> maps.LinearMap:
        """d output / d port as a linear map. This one has no structure: a matrix, from `vjp`.

        Raises `maps.TooLarge` where the matrix exceeds the budget.
        """
        rows, columns = ctx.shapes[output], ctx.shapes[port]
        matrix = self._rows(ctx, port, output, kept, range(math.prod(rows)))
        return maps.Dense(rows, columns, matrix)

    def bend(self, ctx: Context, kept: Kept) -> Array | float:
        """The derivative of the activation that the first output comes out of, entry by entry.

        Asked of modules that die or have a steepest slope.
        """
        raise NotImplementedError

    def keeps_samples(
        self, port: str, output: str, shapes: Mapping[str, tuple[int, ...]], mode: str
    ) -> bool:
        """Whether entry i of the output's axis 0 depends on entry i of the port's axis 0 alone.

        Asked where both axes have one size. This answer is read from the signature: the axis is
        the same size on both sides, one of `batch_sizes` or of a run before the axes that the
        module works on (`x[*s, k] -> y[*s, o]`). A run alone, `x[*s] -> y[*s]`, says nothing.
        """
        dims = self.ports[port].dims
        sizes = Sizes()
        for given in self.input_ports:
            sizes.match(given.dims, shapes[given.name])
        first = sizes.leading(dims, len(shapes[port]))
        if first is None or first != sizes.leading(self.ports[output].dims, len(shapes[output])):
            return False
        return first in self.batch_sizes or (first[0] in "*&" and len(dims) > 1)

    def sample_jacobian(
        self, ctx: Context, port: str, output: str, kept: Kept, sample: int
    ) -> maps.LinearMap:
        """d output[sample] / d port[sample], where axis 0 keeps samples; the others' is not built.

        A module without a structure is asked for the rows of this sample alone.
        """
        count = ctx.shapes[port][0]
        if type(self).jacobian is not Differentiable.jacobian:
            return maps.sample_of(self.jacobian(ctx, port, output, kept), sample, count)
        rows, columns = (math.prod(ctx.shapes[name][1:]) for name in (output, port))
        part = range(sample * rows, (sample + 1) * rows)
        matrix = self._rows(ctx, port, output, kept, part)
        own = matrix[:, sample * columns : (sample + 1) * columns]
        return maps.Dense(ctx.shapes[output][1:], ctx.shapes[port][1:], own)

    def _rows(self, ctx: Context, port: str, output: str, kept: Kept, wanted: range) -> Array:
        """Rows of the matrix d output / d port, each by `vjp` from a unit gradient."""
        xp, rows, columns = ctx.xp, ctx.shapes[output], ctx.shapes[port]
        maps.ask_budget(len(wanted), math.prod(columns), ctx.dtype.itemsize, maps.DENSE_BUDGET)
        need = tuple(p.name == port for p in self.wired_ports)
        matrix = xp.zeros((len(wanted), math.prod(columns)), ctx.dtype)
        for place, row in enumerate(wanted):
            unit = xp.zeros(math.prod(rows), ctx.dtype)
            unit[row] = 1
            gouts = tuple(
                unit.reshape(rows) if p.name == output else None for p in self.output_ports
            )
            gradient = self.vjp(ctx, gouts, kept, need)[need.index(True)]
            if gradient is not None:
                matrix[place] = sum_to(gradient, columns).reshape(-1)
        return matrix

    def kink_gaps(self, ctx: Context, ins: tuple[Array, ...]) -> Array | None:
        """How far from a place where the derivative jumps, entry by entry; None without one.

        The shape is that of the entries that can be at one: an input's, or the output's.
        """
        return None

    def kink_distance(self, ctx: Context, ins: tuple[Array, ...]) -> float:
        """The smallest of `kink_gaps`; infinite where there is none."""
        gaps = self.kink_gaps(ctx, ins)
        return math.inf if gaps is None or not gaps.size else float(gaps.min())


class Elementwise(Differentiable):
    """A module whose outputs' entries depend on one entry of each input, broadcast.

    Subclasses give `forward` and `derivative`; everything else follows. `kinks` are the numbers
    at which a derivative jumps (or one that follows it, so that differences cannot be trusted).
    """

    kinks: ClassVar[tuple[float, ...]] = ()

    def derivative(self, ctx: Context, port: str, kept: Kept) -> Array | float:
        """d y / d port, broadcastable to y; a number where it is the same everywhere."""
        raise NotImplementedError

    def bend(self, ctx: Context, kept: Kept) -> Array | float:
        return self.derivative(ctx, self.input_ports[0].name, kept)

    def vjp(
        self, ctx: Context, gouts: tuple[Array | None, ...], kept: Kept, need: tuple[bool, ...]
    ) -> tuple[Array | None, ...]:
        (gradient,) = gouts
        ports = zip(self.wired_names, need, strict=True)
        return tuple([
            times(ctx, gradient, self.derivative(ctx, port, kept)) if wanted else None
            for port, wanted in ports
        ])  # fmt: skip

    def jvp(
        self, ctx: Context, tangents: tuple[Array | None, ...], kept: Kept
    ) -> tuple[Array | None, ...]:
        total = along(ctx, self, tangents, lambda port: self.derivative(ctx, port, kept))
        shape = ctx.shapes[self.output_ports[0].name]
        return (None if total is None else ctx.xp.broadcast_to(total, shape),)

    def keeps_samples(
        self, port: str, output: str, shapes: Mapping[str, tuple[int, ...]], mode: str
    ) -> bool:
        return len(shapes[port]) == len(shapes[output])  # a shorter one is repeated along axis 0

    def jacobian(self, ctx: Context, port: str, output: str, kept: Kept) -> maps.LinearMap:
        shapes = ctx.shapes[output], ctx.shapes[port]
        return pointwise(ctx, *shapes, self.derivative(ctx, port, kept))

    def kink_gaps(self, ctx: Context, ins: tuple[Array, ...]) -> Array | None:
        return gaps_to(ctx, ins[0], self.kinks)


def times(ctx: Context, array: Array, factor: Array | float) -> Array:
    """A gradient or tangent times a derivative."""
    if type(factor) is float:  # NumPy's scalars are floats too, but no constants
        if factor == 1.0:
            return array
        factor = ctx.dtype.type(factor)
    return ctx.xp.asarray(array * factor)


def along(
    ctx: Context,
    module: Module,
    tangents: tuple[Array | None, ...],
    derivative: Callable[[str], Array | float],
) -> Array | None:
    """The sum of the tangents, each times the entrywise derivative by its port."""
    total = None
    for port, tangent in zip(module.wired_ports, tangents, strict=True):
        if tangent is not None:
            part = times(ctx, tangent, derivative(port.name))
            total = part if total is None else total + part
    return total


def pointwise(
    ctx: Context, rows: tuple[int, ...], columns: tuple[int, ...], factor: Array | float
) -> maps.LinearMap:
    """The map of an entrywise derivative: diagonal, after a broadcast where there was one.

    `rows` is the output's shape, `columns` the input's; `factor` broadcasts to `rows`.
    """
    same: dict[str, Any] = {"dtype": ctx.dtype, "xp": ctx.xp}
    if type(factor) is float:
        if factor == 0.0:
            return maps.Zero(rows, columns, **same)
        if rows == columns:
            one = factor == 1.0
            return maps.Identity(rows, **same) if one else maps.Scaled(rows, factor, **same)
        weights = None if factor == 1.0 else ctx.xp.asarray(factor, ctx.dtype)
        return maps.Broadcast(rows, columns, weights=weights, **same)
    if rows == columns:
        return maps.Diagonal(rows, factor)
    return maps.Broadcast(rows, columns, weights=factor)


def handed(y: Array, out: Outs) -> tuple[Array]:
    """A result that may be a view: as it is, or written into the array given for it."""
    if out is None or out[0] is None:
        return (y,)
    out[0][...] = y
    return (out[0],)


def sum_to(array: Array, shape: tuple[int, ...]) -> Array:
    """Undo a broadcast: the sum over the axes along which `shape` was repeated."""
    if array.shape == shape:
        return array
    return array.sum(axis=repeated(array.shape, shape), keepdims=True).reshape(shape)


@functools.lru_cache(1_024)  # a run asks the same at every step
def repeated(wide: tuple[int, ...], shape: tuple[int, ...]) -> tuple[int, ...]:
    """The axes of `wide` along which `shape` is repeated where it is broadcast to it."""
    new = len(wide) - len(shape)
    return tuple(
        axis
        for axis in range(len(wide))
        if axis < new or (shape[axis - new] == 1 and wide[axis] != 1)
    )


def gaps_to(ctx: Context, x: Array, kinks: Sequence[float]) -> Array | None:
    """How far each entry is from the nearest of some numbers; None without any."""
    gaps = [ctx.xp.abs(x - kink) for kink in kinks]
    return ctx.xp.asarray(functools.reduce(ctx.xp.minimum, gaps)) if gaps else None
