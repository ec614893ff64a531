"""Rules of modules that reorder, join and cut tensors, multiply and reduce them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from runtime.as_numpy.place import Place, Written, number
from runtime.modules.labels import parse, spread_ellipses


def _one(place: Place, value: str, gradient: str) -> Written:
    return Written((f"{place.y} = {value}",), {"x": gradient})


# --- shape -------------------------------------------------------------------------------


def reshape(place: Place) -> Written:
    """The same entries under another shape; -1 is what is left."""
    wanted = number(place.settings["shape"])
    return _one(place, f"{place['x']}.reshape({wanted})", _shaped_back(place))


def flatten(place: Place) -> Written:
    """All axes from one on joined."""
    rank, start = place.rank("x"), place.settings["start_axis"]
    start = start + rank if start < 0 else start
    x = place["x"]
    sizes = "".join(f"{x}.shape[{axis}], " for axis in range(start))
    rest = f"int(np.prod({x}.shape[{start}:]))"
    return _one(place, f"{x}.reshape({sizes}{rest})", _shaped_back(place))


def expand_dims(place: Place) -> Written:
    """An axis of size 1 more."""
    value = f"np.expand_dims({place['x']}, {place.settings['axis']})"
    return _one(place, value, _shaped_back(place))


def squeeze(place: Place) -> Written:
    """Axes of size 1 away."""
    axis = place.settings["axis"]
    value = f"np.squeeze({place['x']}" + (f", axis={number(axis)})" if axis is not None else ")")
    return _one(place, value, _shaped_back(place))


def _shaped_back(place: Place) -> str:
    return f"{place.g}.reshape({place['x']}.shape)"


def broadcast_to(place: Place) -> Written:
    """Copies along new axes and those of size 1; the gradients of all copies are added."""
    x, wanted = place["x"], place.settings["shape"]
    new = len(wanted) - place.rank("x")
    sizes = [f"{x}.shape[{i - new}]" if n == -1 else str(n) for i, n in enumerate(wanted)]
    value = f"np.broadcast_to({x}, ({', '.join(sizes)},))"
    return Written((f"{place.y} = {value}",), {"x": place.g}, copied=frozenset({"x"}))


def transpose(place: Place) -> Written:
    """The axes in another order; the gradient goes back in the old one."""
    rank, axes = place.rank("x"), place.settings["axes"]
    order = list(reversed(range(rank))) if axes is None else [axis % rank for axis in axes]
    back = tuple(order.index(axis) for axis in range(rank))
    x = place["x"]
    return _one(place, f"{x}.transpose({tuple(order)})", f"{place.g}.transpose({back})")


def concat(place: Place) -> Written:
    """Tensors joined along an axis; each gets its own part of the gradient."""
    ports = place.module.wired_names
    axis = place.settings["axis"] % place.rank(ports[0])
    names = [place[port] for port in ports]
    cut, colons, ends = place.temp, ":, " * axis, _ends(names, axis)
    value = f"{place.y} = np.concatenate([{', '.join(names)}], axis={axis})"
    shared = f"{cut} = np.cumsum([{', '.join(ends)}])"
    reverse = {
        port: f"{place.g}[{colons}{cut}[{k}]:{cut}[{k + 1}]]" for k, port in enumerate(ports)
    }
    return Written((value,), reverse, (shared,))


def _ends(names: list[str], axis: int) -> list[str]:
    return ["0", *(f"{name}.shape[{axis}]" for name in names)]


def stack(place: Place) -> Written:
    """Tensors joined along a new axis."""
    ports = place.module.wired_names
    rank = place.rank(ports[0]) + 1
    axis = place.settings["axis"] % rank
    names = ", ".join(place[port] for port in ports)
    reverse = {port: f"{place.g}[{':, ' * axis}{k}]" for k, port in enumerate(ports)}
    return Written((f"{place.y} = np.stack([{names}], axis={axis})",), reverse)


def split(place: Place) -> Written:
    """A tensor cut into parts; the gradient is joined of theirs."""
    axis, sizes = place.settings["axis"] % place.rank("x"), place.settings["sizes"]
    x, outs = place["x"], place.module.output_names
    known = sum(size for size in sizes if size >= 0)
    rest = f"{x}.shape[{axis}] - {known}" if known else f"{x}.shape[{axis}]"
    ends = ", ".join(rest if size == -1 else str(size) for size in sizes)
    cut = f"{place.temp} = np.cumsum([{ends}])[:-1]"
    targets = ", ".join(place[name] for name in outs) + ("," if len(outs) == 1 else "")
    parts = ", ".join(place.gradients.get(name) or f"np.zeros_like({place[name]})" for name in outs)
    return Written(
        (cut, f"{targets} = np.split({x}, {place.temp}, axis={axis})"),
        {"x": f"np.concatenate([{parts}], axis={axis})"},
    )


def slice_(place: Place) -> Written:
    """Some entries along an axis; the others get no gradient."""
    axis = place.settings["axis"] % place.rank("x")
    start, stop, step = (place.settings[name] for name in ("start", "stop", "step"))
    bounds = ":".join("" if n is None else str(n) for n in (start, stop))
    part = f"[{':, ' * axis}{bounds}{'' if step == 1 else f':{step}'}]"
    return _scattered(place, f"{place['x']}{part}", f"{place.temp}{part} = {place.g}")


def _scattered(place: Place, value: str, written: str) -> Written:
    shared = (f"{place.temp} = np.zeros_like({place['x']})", written)
    return Written((f"{place.y} = {value}",), {"x": place.temp}, shared)


def gather(place: Place) -> Written:
    """Rows by their numbers; one that was read twice gets both gradients."""
    axis = place.settings["axis"] % place.rank("x")
    part = f"({'slice(None), ' * axis}{place['indices']},)"
    value = f"np.take({place['x']}, {place['indices']}, axis={axis})"
    return _scattered(place, value, f"np.add.at({place.temp}, {part}, {place.g})")


def pad(place: Place) -> Written:
    """Entries of one value around; what stands in the middle gets the gradient."""
    widths, rank, x = place.settings["widths"], place.rank("x"), place["x"]
    pairs = [(0, 0)] * (rank - len(widths) // 2)
    pairs += list(zip(widths[::2], widths[1::2], strict=True))
    value = f"np.pad({x}, {pairs}, constant_values={number(place.settings['value'])})"
    inside = [f"{before}:{before} + {x}.shape[{axis}]" for axis, (before, _) in enumerate(pairs)]
    return _one(place, value, f"{place.g}[{', '.join(inside)}]")


# --- products ----------------------------------------------------------------------------


def matmul(place: Place) -> Written:
    """Products of matrices: g bᵀ and aᵀ g."""
    a, b = place["a"], place["b"]
    value = f"{place.y} = {a} @ {b}"
    if place.rank("a") == place.rank("b") == 2:
        return Written((value,), {"a": f"{place.g} @ {b}.T", "b": f"{a}.T @ {place.g}"})
    both = f"{place.temp} = matmul_back({place.g}, {a}, {b})"
    return Written((value,), {"a": f"{place.temp}[0]", "b": f"{place.temp}[1]"}, (both,))


def dot(place: Place) -> Written:
    """The inner product of two vectors."""
    a, b = place["a"], place["b"]
    return Written((f"{place.y} = {a} @ {b}",), {"a": f"{place.g} * {b}", "b": f"{place.g} * {a}"})


def outer(place: Place) -> Written:
    """Every entry of a times every entry of b."""
    a, b = place["a"], place["b"]
    value = f"{place.y} = np.outer({a}, {b})"
    return Written((value,), {"a": f"{place.g} @ {b}", "b": f"{place.g}.T @ {a}"})


def einsum(place: Place) -> Written:
    """Sums of products by labels."""
    ports = place.module.wired_names
    terms, result = parse(place.settings["equation"])
    shapes = [place.types[port].shape for port in ports]
    terms, result = spread_ellipses(terms, result, shapes)
    names = ", ".join(place[port] for port in ports)
    value = f'{place.y} = np.einsum("{",".join(terms)}->{result}", {names}, optimize=True)'
    rest = f"{place.g}, {terms}, {result!r}, [{names}]"
    return Written((value,), {port: f"einsum_back({rest}, {k})" for k, port in enumerate(ports)})


# --- reductions --------------------------------------------------------------------------


def _along(place: Place) -> tuple[str, str]:
    """(how NumPy is told the axes, `axes` as an expression)."""
    axes, keeps = place.settings["axis"], place.settings["keepdims"]
    words = "" if axes is None else f"axis={number(axes)}"
    if keeps:
        words += f"{', ' if words else ''}keepdims=True"
    return words, number(axes)


def _wide(place: Place, name: str) -> str:
    """What has the result's shape, so that it broadcasts against x."""
    axes, keeps = place.settings["axis"], place.settings["keepdims"]
    if keeps or axes is None:
        return name
    return f"widen({name}, {place['x']}, {number(axes)})"


def total(place: Place) -> Written:
    """A sum, or a mean: each entry gets the gradient, or its share of it."""
    x, (words, _) = place["x"], _along(place)
    name = "mean" if place.module.name == "Mean" else "sum"
    wide = _wide(place, place.g)
    gradient = f"np.broadcast_to({wide}, {x}.shape)"
    if name == "mean":
        gradient += f" / ({x}.size / np.size({place.y}))"
    return _one(place, f"np.{name}({x}{', ' if words else ''}{words})", gradient)


def extreme(place: Place) -> Written:
    """The largest or smallest entry; equal ones share the gradient."""
    x, (words, axes) = place["x"], _along(place)
    name = place.module.name.lower()
    value = f"np.{name}({x}{', ' if words else ''}{words})"
    chosen = f"shares({x} == {_wide(place, place.y)}, {axes}, {x}.dtype)"
    return _one(place, value, f"{_wide(place, place.g)} * {chosen}")


def log_sum_exp(place: Place) -> Written:
    """The logarithm of a sum of exponentials; its slope is the softmax."""
    x, (_, axes) = place["x"], _along(place)
    keeps = place.settings["keepdims"]
    slope = f"np.exp({x} - {_wide(place, place.y)})"
    value = f"log_sum_exp({x}, {axes}, {keeps})"
    return _one(place, value, f"{_wide(place, place.g)} * {slope}")


def norm(place: Place) -> Written:
    """The length of a vector."""
    x, (_, axes), p = place["x"], _along(place), number(place.settings["ord"])
    value = f"norm({x}, {p}, {axes}, {place.settings['keepdims']})"
    slope = f"norm_slope({x}, {place.y}, {p}, {axes})"
    return _one(place, value, f"{_wide(place, place.g)} * {slope}")


def arg_max(place: Place) -> Written:
    """The place of the largest entry; no gradient gets through."""
    axis, keeps, x = place.settings["axis"], place.settings["keepdims"], place["x"]
    words = ("" if axis is None else f", axis={axis}") + (", keepdims=True" if keeps else "")
    return Written((f"{place.y} = np.argmax({x}{words})",))


def softmax(place: Place) -> Written:
    """Softmax or its logarithm."""
    x, y, g, axis = place["x"], place.y, place.g, place.settings["axis"]
    joined = f".sum(axis={axis}, keepdims=True)"
    if place.module.name == "Softmax":
        return _one(place, f"softmax({x}, {axis})", f"{y} * ({g} - ({g} * {y}){joined})")
    return _one(place, f"log_softmax({x}, {axis})", f"{g} - np.exp({y}) * {g}{joined}")


RULES: Mapping[str, Callable[[Place], Written]] = {
    "Reshape": reshape, "Flatten": flatten, "ExpandDims": expand_dims, "Squeeze": squeeze,
    "BroadcastTo": broadcast_to, "Transpose": transpose, "Concat": concat, "Stack": stack,
    "Split": split, "Slice": slice_, "Gather": gather, "Pad": pad, "MatMul": matmul, "Dot": dot,
    "Outer": outer, "Einsum": einsum, "Sum": total, "Mean": total, "Max": extreme, "Min": extreme,
    "LogSumExp": log_sum_exp, "Norm": norm, "ArgMax": arg_max, "Softmax": softmax,
    "LogSoftmax": softmax,
}  # fmt: skip
