"""Random linear maps of every class, small, with small whole numbers so that sums are exact.

Each strategy yields (map, stored): the map and how many numbers it should say it stores.
"""

from __future__ import annotations

import math

import numpy as np
from hypothesis import strategies as st

from runtime import maps
from runtime.maps.windows import Windows

sizes = st.sampled_from((1, 2, 3, 4, 0))
shapes = st.lists(sizes, max_size=3).map(tuple)
seeds = st.integers(0, 2**32 - 1)
dtypes = st.sampled_from(("float64", "float32"))


@st.composite
def arrays(draw, shape, dtype="float64"):
    """Whole numbers from -3 to 3, zeros among them."""
    random = np.random.RandomState(draw(seeds))
    return random.randint(-3, 4, tuple(shape)).astype(dtype)


@st.composite
def narrower(draw, shape):
    """A shape that broadcasts to `shape`: some axes 1, some leading ones dropped."""
    thin = tuple(1 if draw(st.booleans()) else size for size in shape)
    return thin[draw(st.integers(0, len(shape))) :]


def some_axes(rank):
    """Any of the axes, in any order, some counted from the end."""
    chosen = st.permutations(range(rank)).flatmap(
        lambda order: st.integers(0, rank).map(lambda count: order[:count])
    )
    return st.tuples(chosen, st.booleans()).map(
        lambda pair: tuple(axis - rank if pair[1] else axis for axis in pair[0])
    )


@st.composite
def zero(draw):
    return maps.Zero(draw(shapes), draw(shapes), dtype=draw(dtypes)), 0


@st.composite
def identity(draw):
    return maps.Identity(draw(shapes), dtype=draw(dtypes)), 0


@st.composite
def scaled(draw):
    return maps.Scaled(draw(shapes), draw(st.integers(-3, 3)), dtype=draw(dtypes)), 1


@st.composite
def diagonal(draw):
    shape = draw(shapes)
    factors = draw(arrays(draw(narrower(shape)), draw(dtypes)))
    return maps.Diagonal(shape, factors), factors.size


@st.composite
def selection(draw):
    out_shape, in_shape = draw(shapes), draw(shapes)
    random = np.random.RandomState(draw(seeds))
    index = random.randint(-1, math.prod(in_shape), out_shape)
    if draw(st.booleans()):
        return maps.Selection(out_shape, in_shape, index, dtype=draw(dtypes)), index.size
    weights = draw(arrays(draw(narrower(out_shape)), draw(dtypes)))
    made = maps.Selection(out_shape, in_shape, index, weights=weights)
    return made, index.size + weights.size


@st.composite
def reshaped(draw):
    shape = draw(shapes)
    other = draw(st.permutations((*shape, 1)))
    return maps.Reshaped(other, shape, dtype=draw(dtypes)), 0


@st.composite
def transposed(draw):
    shape = draw(shapes)
    axes = draw(st.permutations(range(len(shape))))
    return maps.Transposed(shape, axes, dtype=draw(dtypes)), 0


@st.composite
def slices_of(draw, shape):
    count = draw(st.integers(0, len(shape)))
    return [draw(st.slices(size)) for size in shape[:count]]


@st.composite
def sliced(draw):
    shape = draw(shapes)
    return maps.Sliced(shape, draw(slices_of(shape)), dtype=draw(dtypes)), 0


@st.composite
def placed(draw):
    shape = draw(shapes)
    return maps.Placed(shape, draw(slices_of(shape)), dtype=draw(dtypes)), 0


@st.composite
def broadcast(draw):
    shape = draw(shapes)
    dtype = draw(dtypes)
    if draw(st.booleans()):
        return maps.Broadcast(shape, draw(narrower(shape)), dtype=dtype), 0
    weights = draw(arrays(draw(narrower(shape)), dtype))
    return maps.Broadcast(shape, draw(narrower(shape)), weights=weights), weights.size


@st.composite
def reduce(draw):
    shape, dtype = draw(shapes), draw(dtypes)
    axes = draw(some_axes(len(shape)))
    summed = {axis % len(shape) for axis in axes}
    kept = [1 if axis in summed else size for axis, size in enumerate(shape)]
    dropped = [size for axis, size in enumerate(shape) if axis not in summed]
    out_shape = draw(st.sampled_from((kept, dropped)))
    scale = draw(st.sampled_from((1.0, 0.5)))
    if draw(st.booleans()):
        made = maps.Reduce(out_shape, shape, axes, scale=scale, dtype=dtype)
        return made, int(scale != 1)
    weights = draw(arrays(draw(narrower(shape)), dtype))
    return maps.Reduce(out_shape, shape, axes, weights=weights, scale=scale), weights.size


@st.composite
def interleaved(draw, batch, block):
    """A shape with the batch's sizes in order and the block's anywhere, and the block's axes."""
    rank = len(batch) + len(block)
    axes = draw(st.permutations(range(rank)))[: len(block)]
    shape, rest = [0] * rank, iter(batch)
    for axis, size in zip(axes, block, strict=True):
        shape[axis] = size
    return [size if axis in axes else next(rest) for axis, size in enumerate(shape)], axes


@st.composite
def block_diagonal(draw):
    batch, rows, columns = (draw(st.lists(sizes, max_size=2)) for _ in range(3))
    out_shape, out_axes = draw(interleaved(batch, rows))
    in_shape, in_axes = draw(interleaved(batch, columns))
    blocks = draw(arrays((math.prod(batch), math.prod(rows), math.prod(columns)), draw(dtypes)))
    made = maps.BlockDiagonal(out_shape, in_shape, blocks, out_axes=out_axes, in_axes=in_axes)
    return made, blocks.size


@st.composite
def low_rank(draw):
    shape, dtype = draw(shapes), draw(dtypes)

    def array():
        return draw(arrays(draw(narrower(shape)), dtype))

    factors = array()
    if draw(st.booleans()):
        pairs, stored = [(factors, factors)], factors.size
    else:
        pairs = [(array(), array()) for _ in range(draw(st.integers(0, 2)))]
        stored = factors.size + sum(side.size for pair in pairs for side in pair)
    axes = draw(st.none() | some_axes(len(shape)))
    scale = draw(st.sampled_from((-1, 2)))
    return maps.LowRank(shape, diagonal=factors, pairs=pairs, scale=scale, axes=axes), stored


@st.composite
def kronecker(draw):
    """Any labels in input and output, factors over some of them, some of their axes thin."""
    size = {label: draw(st.sampled_from((1, 2, 3, 0))) for label in "abcd"}
    into, out = (
        "".join(draw(st.lists(st.sampled_from("abcd"), unique=True, max_size=3))) for _ in "io"
    )
    known = sorted({*into, *out})
    terms = [
        "".join(draw(st.lists(st.sampled_from(known), unique=True))) if known else ""
        for _ in range(draw(st.integers(0, 2)))
    ]
    dtype = draw(dtypes)

    def thin(term, labels):
        one = [label in labels and draw(st.integers(0, 4)) == 0 for label in term]
        return tuple(1 if thin else size[label] for thin, label in zip(one, term, strict=True))

    in_shape = thin(into, out)  # a factor's label must stay in one of input and output
    factors = [draw(arrays(thin(term, term), dtype)) for term in terms]
    out_shape = tuple(size[label] for label in out)
    text = ",".join([*terms, into]) + "->" + out
    made = maps.Kronecker(out_shape, in_shape, factors, text, dtype=dtype)
    return made, sum(factor.size for factor in factors)


@st.composite
def windows(draw):
    """A sliding kernel over one or two small axes; some entries may stand outside its reach."""
    rank = draw(st.integers(1, 2))
    small = st.integers(1, 3)
    kernel, stride, dilation = (tuple(draw(small) for _ in range(rank)) for _ in range(3))
    padding = tuple(draw(st.integers(0, 2)) for _ in range(rank))
    out = tuple(draw(st.integers(1, 3)) for _ in range(rank))
    size = tuple(draw(st.integers(1, 5)) for _ in range(rank))
    return Windows(size, out, kernel, stride, padding, dilation)


@st.composite
def toeplitz(draw):
    slide, groups = draw(windows()), draw(st.integers(1, 2))
    out_each, in_each, count = (draw(st.integers(1, 2)) for _ in range(3))
    weight = draw(arrays((groups * out_each, in_each, *slide.kernel), draw(dtypes)))
    turned = draw(st.booleans())
    images = draw(st.sampled_from((count, None)))
    made = maps.Toeplitz(images, weight, slide, groups=groups, transposed=turned)
    return made, weight.size


@st.composite
def kernel_toeplitz(draw):
    slide, groups = draw(windows()), draw(st.integers(1, 2))
    first, second, count = (draw(st.integers(1, 2)) for _ in range(3))
    turned = draw(st.booleans())
    spots = slide.out if turned else slide.size
    x = draw(arrays((count, groups * first, *spots), draw(dtypes)))
    made = maps.KernelToeplitz(x, groups * second, slide, groups=groups, transposed=turned)
    return made, x.size


@st.composite
def dense(draw):
    out_shape, in_shape = draw(shapes), draw(shapes)
    matrix = draw(arrays((*out_shape, *in_shape), draw(dtypes)))
    return maps.Dense(out_shape, in_shape, matrix), matrix.size


@st.composite
def into(draw, shape):
    """A map whose output has this shape, of one of the classes that allow any shape."""
    kind = draw(st.sampled_from(("dense", "diagonal", "scaled", "reshaped", "broadcast", "zero")))
    if kind == "dense":
        other = draw(shapes)
        return maps.Dense(shape, other, draw(arrays((*shape, *other))))
    if kind == "diagonal":
        return maps.Diagonal(shape, draw(arrays(shape)))
    if kind == "scaled":
        return maps.Scaled(shape, draw(st.integers(-2, 2)))
    if kind == "reshaped":
        return maps.Reshaped(shape, (*shape[::-1], 1))
    if kind == "broadcast":
        return maps.Broadcast(shape, draw(narrower(shape)))
    return maps.Zero(shape, draw(shapes))


@st.composite
def out_of(draw, shape):
    """A map whose input has this shape."""
    kind = draw(st.sampled_from(("dense", "diagonal", "identity", "reshaped", "reduce", "select")))
    if kind == "dense":
        other = draw(shapes)
        return maps.Dense(other, shape, draw(arrays((*other, *shape))))
    if kind == "diagonal":
        return maps.Diagonal(shape, draw(arrays(draw(narrower(shape)))))
    if kind == "identity":
        return maps.Identity(shape)
    if kind == "reshaped":
        return maps.Reshaped((1, *shape[::-1]), shape)
    if kind == "reduce":
        return maps.Reduce((), shape, range(len(shape)), scale=0.5)
    index = np.arange(math.prod(shape))[::-1]
    return maps.Selection(index.shape, shape, index)


@st.composite
def meeting(draw):
    """Two maps, the first of which can follow the second."""
    shape = draw(shapes)
    return draw(out_of(shape)), draw(into(shape))


@st.composite
def alike(draw):
    """Two maps of one shape."""
    shape = draw(shapes)
    square = st.sampled_from(("dense", "diagonal", "scaled", "identity", "zero", "transposed"))

    def one(kind):
        if kind == "dense":
            return maps.Dense(shape, shape, draw(arrays((*shape, *shape))))
        if kind == "diagonal":
            return maps.Diagonal(shape, draw(arrays(draw(narrower(shape)))))
        if kind == "scaled":
            return maps.Scaled(shape, draw(st.integers(-2, 2)))
        if kind == "transposed":
            return maps.Selection(shape, shape, np.arange(math.prod(shape))[::-1])
        return maps.Zero(shape, shape) if kind == "zero" else maps.Identity(shape)

    return one(draw(square)), one(draw(square))


@st.composite
def product(draw):
    after, before = draw(meeting())
    return maps.Product(after, before), after.stored + before.stored


@st.composite
def total(draw):
    first, second = draw(alike())
    return maps.Sum(first, second), first.stored + second.stored


@st.composite
def one_sample(draw):
    count = draw(st.integers(1, 3))
    rows, columns = draw(sizes), draw(sizes)
    blocks = draw(arrays((count, rows, columns), draw(dtypes)))
    whole = maps.BlockDiagonal((count, rows), (count, columns), blocks)
    return maps.OneSample(whole, draw(st.integers(0, count - 1)), count), whole.stored


EVERY_CLASS = {
    maps.Zero: zero(),
    maps.Identity: identity(),
    maps.Scaled: scaled(),
    maps.Diagonal: diagonal(),
    maps.Selection: selection(),
    maps.Reshaped: reshaped(),
    maps.Transposed: transposed(),
    maps.Sliced: sliced(),
    maps.Placed: placed(),
    maps.Broadcast: broadcast(),
    maps.Reduce: reduce(),
    maps.BlockDiagonal: block_diagonal(),
    maps.LowRank: low_rank(),
    maps.Kronecker: kronecker(),
    maps.Toeplitz: toeplitz(),
    maps.KernelToeplitz: kernel_toeplitz(),
    maps.Dense: dense(),
    maps.Product: product(),
    maps.Sum: total(),
    maps.OneSample: one_sample(),
}
"""One strategy per class of map that can be made."""

BOUNDED = (maps.LowRank, maps.OneSample, maps.Product, maps.Sum)
"""The classes whose count of non-zeros is an upper bound."""
