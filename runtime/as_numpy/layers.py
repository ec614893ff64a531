"""Rules of layers, recurrent cells, losses of classes, and what leads out of time."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from runtime.as_numpy.place import Place, Written, number


def linear(place: Place) -> Written:
    """y = x Wᵀ + b."""
    x, weight, g = place["x"], place["weight"], place.g
    value = f"{x} @ {weight}.T" + (f" + {place['bias']}" if place.has("bias") else "")
    rank = place.rank("x")
    if rank == 2:
        reverse = {"x": f"{g} @ {weight}", "weight": f"{g}.T @ {x}", "bias": f"{g}.sum(axis=0)"}
    elif rank == 1:
        reverse = {"x": f"{g} @ {weight}", "weight": f"np.outer({g}, {x})", "bias": g}
    else:
        rows = f"{g}.reshape(-1, {g}.shape[-1])"
        inputs = f"{x}.reshape(-1, {x}.shape[-1])"
        axes = tuple(range(rank - 1))
        reverse = {
            "x": f"{g} @ {weight}",
            "weight": f"{rows}.T @ {inputs}",
            "bias": f"{g}.sum(axis={axes})",
        }
    return Written((f"{place.y} = {value}",), reverse)


def embedding(place: Place) -> Written:
    """Rows of a table; a row that was read twice gets both gradients."""
    indices, weight = place["indices"], place["weight"]
    shared = (
        f"{place.temp} = np.zeros_like({weight})",
        f"np.add.at({place.temp}, {indices}, {place.g})",
    )
    return Written((f"{place.y} = {weight}[{indices}]",), {"weight": place.temp}, shared)


def dropout(place: Place) -> Written:
    """In training, entries set to 0 at random; the gradient goes through the same mask."""
    x, p = place["x"], number(place.settings["p"])
    mask = f'dropout_mask({x}, {p}, stream(SEED, {place.address}, "mask", step))'
    return Written(
        (
            f"{place.kept} = {mask} if training else 1",
            f"{place.y} = {x} * {place.kept}",
        ),
        {"x": f"{place.g} * {place.kept}"},
    )


def prelu(place: Place) -> Written:
    """A slope below 0 that is learnt: one for all, or one for each channel."""
    x, weight, g = place["x"], place["weight"], place.g
    many = place.settings["num_parameters"] > 1
    wide = f"{weight}.reshape(-1{', 1' * (place.rank('x') - 2)})" if many else weight
    of_weight = f"{g} * np.minimum({x}, 0)"
    if many:
        axes = tuple(axis for axis in range(place.rank("x")) if axis != 1)
        of_weight = f"({of_weight}).sum(axis={axes})"
    else:
        of_weight = f"np.sum({of_weight}).reshape(1)"
    wide = wide if many or place.rank("x") else f"{weight}[0]"
    reverse = {"x": f"np.where({x} > 0, {g}, {wide} * {g})", "weight": of_weight}
    return Written((f"{place.y} = np.where({x} > 0, {x}, {wide} * {x})",), reverse)


# --- kernels that slide --------------------------------------------------------------------


def convolution(place: Place) -> Written:
    """A kernel that slides, or (transposed) that spreads."""
    settings = place.settings
    rank = place.rank("x") - 2
    each = [settings[name] for name in ("stride", "padding", "dilation")]
    how = ", ".join(number(v if len(v) == rank else v * rank) for v in each)
    name = "conv_transposed" if place.module.name == "ConvTranspose2d" else "conv"
    x, weight, groups = place["x"], place["weight"], settings["groups"]
    value = f"{name}({x}, {weight}, {how}, {groups})"
    if place.has("bias"):
        value += f" + {place['bias']}.reshape(-1{', 1' * rank})"
    both = f"{place.temp} = {name}_back({place.g}, {x}, {weight}, {how}, {groups})"
    axes = (0, *range(2, 2 + rank))
    reverse = {
        "x": f"{place.temp}[0]", "weight": f"{place.temp}[1]", "bias": f"{place.g}.sum(axis={axes})"
    }  # fmt: skip
    shared = (both,) if place.need & {"x", "weight"} else ()
    return Written((f"{place.y} = {value}",), reverse, shared)


def pooling(place: Place) -> Written:
    """The largest entry or the mean of each window."""
    module, x = place.module, place["x"]
    sizes = number(place.types["y"].shape[2:])
    kernel, stride, padding = (
        number(getattr(module, name)) for name in ("kernel", "strides", "paddings")
    )
    how = f"{kernel}, {stride}, {padding}"
    if module.name == "AvgPool2d":
        value = f"{place.y} = avg_pool({x}, {sizes}, {how})"
        return Written((value,), {"x": f"avg_pool_back({place.g}, {x}, {how})"})
    value = f"{place.y}, {place.kept} = max_pool({x}, {sizes}, {how})"
    return Written((value,), {"x": f"max_pool_back({place.g}, {x}, {place.kept})"})


def global_pooling(place: Place) -> Written:
    """The mean of each channel."""
    x = place["x"]
    value = f"{place.y} = {x}.mean(axis=(2, 3), keepdims=True)"
    share = f"({x}.shape[2] * {x}.shape[3])"
    return Written((value,), {"x": f"np.broadcast_to({place.g} / {share}, {x}.shape)"})


# --- normalisation and attention -----------------------------------------------------------


def over_features(place: Place) -> Written:
    """LayerNorm, RMSNorm: each row to mean 0 and variance 1, or to mean square 1."""
    x, kept, eps = place["x"], place.kept, number(place.settings["eps"])
    centred = place.module.name == "LayerNorm"
    mean = f"{x}.mean(axis=-1, keepdims=True)" if centred else "0"
    spread = (
        f"{x}.var(axis=-1, keepdims=True)"
        if centred
        else (f"({x} ** 2).mean(axis=-1, keepdims=True)")
    )
    first = f"{kept} = normalise({x}, {eps}, {mean}, {spread})"
    axes = tuple(range(place.rank("x") - 1))
    back = f"normalise_back({place.g} * {place['weight']}, {kept}[0], {kept}[1], -1, {centred})"
    return _scaled(place, [first], back, axes, "")


def batch_norm(place: Place) -> Written:
    """Each feature over the batch; outside training with the running mean and variance."""
    x, kept, rank = place["x"], place.kept, place.rank("x")
    axes = tuple(axis for axis in range(rank) if axis != 1)
    wide = f".reshape(-1{', 1' * (rank - 2)})"
    ports = [f'"{place.id}.{port}"' for port in place.module.states]
    moved = ", ".join(f"changed[{port}]" for port in ports)
    read = ", ".join(f"state[{port}]" for port in ports)
    how = f"{number(place.settings['eps'])}, {number(place.settings['momentum'])}, training"
    line = f"{kept}, {moved} = batch_norm({x}, {read}, {how})"
    h = f"{place.g} * {place['weight']}{wide}"
    through = f"normalise_back({h}, {kept}[0], {kept}[1], {axes}, True)"
    back = f"{through} if training else {h} * {kept}[1]"
    return _scaled(place, [line], back, axes, wide)


def _scaled(place: Place, lines: list[str], back: str, axes: tuple[int, ...], wide: str) -> Written:
    """z times weight plus bias, behind the lines that made z."""
    value = f"{place.y} = {place.kept}[0] * {place['weight']}{wide}"
    value += f" + {place['bias']}{wide}" if place.has("bias") else ""
    each = f"{place.g} * {place.kept}[0]"
    reverse = {
        "x": back,
        "weight": f"({each}).sum(axis={axes})" if axes else each,
        "bias": f"{place.g}.sum(axis={axes})" if axes else place.g,
    }
    return Written((*lines, value), reverse)


def attention(place: Place) -> Written:
    """softmax(q kᵀ / √d) v, in one or several heads."""
    query, key, value = (place[port] for port in ("query", "key", "value"))
    allowed = place["mask"] if place.has("mask") else "None"
    if place.settings["causal"]:
        earlier = f"np.tri({query}.shape[-2], {key}.shape[-2], dtype=bool)"
        allowed = earlier if allowed == "None" else f"{allowed} & {earlier}"
    heads = place.settings["num_heads"]
    ins = f"{query}, {key}, {value}, {heads}"
    kept = place.kept
    shared = f"{place.temp} = attention_back({place.g}, {ins}, {kept})"
    ports = ("query", "key", "value")
    return Written(
        (f"{place.y}, {kept} = attention({ins}, {allowed})",),
        {port: f"{place.temp}[{k}]" for k, port in enumerate(ports)},
        (shared,),
    )


# --- recurrent -----------------------------------------------------------------------------


def rnn(place: Place) -> Written:
    """tanh of two products."""
    x, h, y, delta = place["x"], place["h"], place.y, place.temp
    w_ih, w_hh = place["weight_ih"], place["weight_hh"]
    sums = [f"{x} @ {w_ih}.T", f"{h} @ {w_hh}.T"]
    sums += [place[port] for port in ("bias_ih", "bias_hh") if place.has(port)]
    of_weight = "{delta}.T @ {x}" if place.rank("x") == 2 else "np.outer({delta}, {x})"
    of_bias = f"{delta}.sum(axis=0)" if place.rank("x") == 2 else delta
    reverse = {
        "x": f"{delta} @ {w_ih}",
        "h": f"{delta} @ {w_hh}",
        "weight_ih": of_weight.format(delta=delta, x=x),
        "weight_hh": of_weight.format(delta=delta, x=h),
        "bias_ih": of_bias,
        "bias_hh": of_bias,
    }
    value = f"{y} = np.tanh({' + '.join(sums)})"
    return Written((value,), reverse, (f"{delta} = {place.g} * (1 - {y} ** 2)",))


def gated(place: Place) -> Written:
    """GRU and LSTM: the functions do it; their gradients come side by side."""
    module, kept = place.module, place.kept
    name = "gru" if module.name == "GRUCell" else "lstm"
    inputs = [port.name for port in module.input_ports if port.role == "input"]
    weights = ["weight_ih", "weight_hh"]
    biases = ["bias_ih", "bias_hh"]
    ins = ", ".join(place[port] for port in inputs + weights)
    given = ", ".join(place[port] if place.has(port) else "None" for port in biases)
    outs = ", ".join(place[port] for port in module.output_names)
    arrived = ", ".join(
        place.gradients.get(port) or f"np.zeros_like({place[port]})" for port in module.output_names
    )
    shared = f"{place.temp} = {name}_back({arrived}, {ins}, {kept})"
    ports = inputs + weights + biases
    return Written(
        (f"{outs}, {kept} = {name}({ins}, {given})",),
        {port: f"{place.temp}[{k}]" for k, port in enumerate(ports)},
        (shared,),
    )


# --- losses of classes ---------------------------------------------------------------------


def of_classes(place: Place) -> Written:
    """Cross entropy of logits, and negative log-likelihood of logarithms."""
    p, t, kept = place["prediction"], place["target"], place.kept
    reduction, alone = place.settings["reduction"], place.rank("prediction") == 1
    at = f"[{t}]" if alone else f"[np.arange(len({t})), {t}]"
    is_logits = place.module.name == "CrossEntropyLoss"
    logs = f"{kept} = log_softmax({p}, -1)" if is_logits else f"{kept} = {p}"
    terms = f"-{kept}{at}"
    joined = {"mean": f"np.mean({terms})", "sum": f"np.sum({terms})", "none": terms}[reduction]
    each = (
        place.g
        if alone or reduction == "sum"
        else (f"{place.g} / len({t})" if reduction == "mean" else f"{place.g}[:, None]")
    )
    slopes = place.temp
    first = f"{slopes} = np.exp({kept})" if is_logits else f"{slopes} = np.zeros_like({p})"
    return Written(
        (logs, f"{place.y} = {joined}"),
        {"prediction": f"{each} * {slopes}"},
        (first, f"{slopes}{at} -= 1"),
    )


RULES: Mapping[str, Callable[[Place], Written]] = {
    "Linear": linear, "Embedding": embedding, "Dropout": dropout, "PReLU": prelu,
    "Conv1d": convolution, "Conv2d": convolution, "ConvTranspose2d": convolution,
    "MaxPool2d": pooling, "AvgPool2d": pooling, "GlobalAvgPool2d": global_pooling,
    "LayerNorm": over_features, "RMSNorm": over_features, "BatchNorm": batch_norm,
    "Attention": attention, "RNNCell": rnn, "GRUCell": gated, "LSTMCell": gated,
    "CrossEntropyLoss": of_classes, "NLLLoss": of_classes,
}  # fmt: skip
