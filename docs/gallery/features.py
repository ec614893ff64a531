"""What hidden units are good for: XOR, features, compression, two inputs."""

from __future__ import annotations

import numpy as np

from docs.gallery.sketch import Sketch

CORNERS = ((0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0))
XOR = ((0.0,), (1.0,), (1.0,), (0.0,))


def learned_features():
    """XOR in a space of two hidden units, where a line divides it."""
    s = Sketch(
        "A learned feature space",
        "XOR is not linearly separable. Two hidden units carry the four corners to places where "
        "one line divides them: look at the values behind tanh.",
        seed=7,
    )
    x = s.given("x", CORNERS)
    hidden = s.put("Linear", "hidden", x, out_features=2)
    features = s.put("Tanh", "features", hidden)
    logit = s.put("Linear", "logit", features, out_features=1)
    t = s.given("t", XOR)
    s.put("BCEWithLogitsLoss", "loss", logit, t)
    s.keep("hidden.weight", [[1.5, -1.2], [-1.1, 1.4]])
    s.keep("hidden.bias", [-0.6, -0.5])
    s.keep("logit.weight", [[1.0, 1.1]])
    s.keep("logit.bias", [0.4])
    s.train(0.5, 300)
    return s.place()


def radial_features():
    """Fixed features beside learned ones."""
    s = Sketch(
        "XOR by radial features",
        "Above, two fixed bumps exp(−|x − c|²) around (0, 0) and (1, 1) make XOR linear: only the "
        "last layer learns. Below, the centres are parameters and learn as well.",
        seed=3,
    )
    x = s.given("x", CORNERS)
    t = s.given("t", XOR)
    losses = []
    for name, module, centres in (
        ("fixed", "Constant", [[0.0, 0.0], [1.0, 1.0]]),
        ("learned", "Parameter", [[0.3, 0.2], [0.6, 0.9]]),
    ):
        wide = s.put("ExpandDims", f"{name}_x", x, axis=1, label="x, one for each centre")
        centre = s.given(f"{name}_centres", centres, module=module, label="centres")
        away = s.put("Subtract", f"{name}_away", wide, centre, label="x − c")
        square = s.put("Square", f"{name}_square", away)
        distance = s.put("Sum", f"{name}_distance", square, axis=(-1,), label="|x − c|²")
        negative = s.put("Negate", f"{name}_negative", distance)
        bumps = s.put("Exp", f"{name}_bumps", negative, label="bumps")
        logit = s.put("Linear", f"{name}_logit", bumps, out_features=1)
        losses.append(s.put("BCEWithLogitsLoss", f"{name}_loss", logit, t))
        s.keep(f"{name}_logit.weight", [[-2.0, -2.0]])
        s.keep(f"{name}_logit.bias", [2.0])
    s.put("Add", "loss", *losses)
    s.train(1.0, 400)
    graph = s.place()
    rows = [[i for i in graph.nodes if i.startswith(f"{name}_")] for name in ("fixed", "learned")]
    s.stack(rows)
    for title, row in zip(("Fixed centres", "Learned centres"), rows, strict=True):
        s.frame(title, row)
    return graph


def autoencoder():
    """Four numbers through a waist of two, and back."""
    s = Sketch(
        "An autoencoder",
        "Four numbers go through a waist of two and are put together again. The target is the "
        "input itself: what the waist cannot carry is lost.",
        seed=11,
    )
    ramp = np.linspace(0, 1, 6)
    data = np.stack([np.sin(3 * ramp), ramp, np.cos(3 * ramp), ramp**2], axis=1).round(2)
    x = s.given("x", data)
    wide = s.put("Linear", "encode", x, out_features=3)
    bent = s.put("Tanh", "bend", wide)
    code = s.put("Linear", "code", bent, out_features=2)
    waist = s.put("Tanh", "waist", code)
    open_ = s.put("Linear", "open", waist, out_features=3)
    bent = s.put("Tanh", "unbend", open_)
    back = s.put("Linear", "decode", bent, out_features=4)
    s.put("MSELoss", "loss", back, x)
    s.train(0.2, 400)
    return s.place()


def two_inputs():
    """An image and a range reading meet: a hierarchy of two branches."""
    s = Sketch(
        "Two inputs fused",
        "One branch sees a small image, the other a range reading; they meet in a Concat, and the "
        "gradient is divided between them there.",
        seed=6,
    )
    rows = np.arange(8)
    image = np.stack([np.outer(np.sin(rows + k), np.cos(rows - k)) for k in range(4)])
    seen = s.given("image", image[:, None].round(2))
    maps = s.put("Conv2d", "look", seen, out_channels=3, kernel_size=(3,))
    maps = s.put("ReLU", "edges", maps)
    maps = s.put("AvgPool2d", "pool", maps)
    flat = s.put("Flatten", "flat", maps)
    picture = s.put("Linear", "picture", flat, out_features=4)
    reading = s.given("range", [[0.2, 1.0], [0.5, 0.8], [0.9, 0.4], [1.4, 0.1]])
    near = s.put("Linear", "near", reading, out_features=3)
    near = s.put("Tanh", "bent", near)
    both = s.put("Concat", "both", picture, near, axis=1)
    out = s.put("Linear", "steer", both, out_features=1)
    t = s.given("t", [[0.9], [0.4], [-0.2], [-0.8]])
    s.put("MSELoss", "loss", out, t)
    s.train(0.05, 80)
    graph = s.place()
    rows = [["image", "look", "edges", "pool", "flat", "picture"], ["range", "near", "bent"]]
    s.stack(rows)
    for title, row in zip(("Image", "Range"), rows, strict=True):
        s.frame(title, row)
    return graph


def digits_network():
    """A small convolutional network on handwritten digits."""
    from importlib.resources import files

    with np.load(str(files("assets") / "data" / "digits.npz")) as data:
        images, labels = data["images"] / 16.0, data["labels"].astype("int64")
    s = Sketch(
        "A convolutional network reads digits",
        "Eight handwritten digits of 8×8 pixels. The network was trained on 1,500 others; of the "
        "297 that it never saw it reads nine in ten.",
        seed=2,
    )
    x = s.given("x", images[:8, None], batch=True)
    maps = s.put("Conv2d", "strokes", x, out_channels=6, kernel_size=(3,), padding=(1,))
    maps = s.put("ReLU", "on", maps)
    maps = s.put("MaxPool2d", "pool", maps)
    maps = s.put("Conv2d", "shapes", maps, out_channels=10, kernel_size=(3,))
    maps = s.put("ReLU", "seen", maps)
    flat = s.put("Flatten", "flat", maps)
    logits = s.put("Linear", "logits", flat, out_features=10)
    t = s.given("t", labels[:8], batch=True)
    s.put("CrossEntropyLoss", "loss", logits, t)
    random = np.random.default_rng(0)

    def batch(step: int):
        chosen = random.integers(0, 1500, 64)
        return {"x": images[chosen, None], "t": labels[chosen]}

    s.train(0.2, 1000, feeds=batch)
    _expect_reading(s.graph, images[1500:, None], labels[1500:])
    return s.place()


def _expect_reading(graph, images, labels) -> None:
    """Raise unless nine in ten digits that were not trained on are read."""
    from runtime import Engine

    trace = Engine(graph).run({"x": images, "t": labels}, phase="forward")
    share = float((trace.value("logits.y").argmax(axis=1) == labels).mean())
    if share < 0.9:
        raise SystemExit(f"digits: found {share:.3f} read, expected 0.9")
