"""Attention: one head by its parts, and a transformer block of composites."""

from __future__ import annotations

import numpy as np

from docs.gallery.sketch import Sketch

TOKENS, FEATURES, HEADS = 4, 8, 2


def attention_head():
    """Queries, keys and values, drawn out."""
    s = Sketch(
        "An attention head",
        "Each of four tokens asks (query), answers (key) and tells (value). The softmax of the "
        "products says who reads whom; a causal mask hides what comes later.",
        seed=9,
    )
    random = np.random.RandomState(9)
    x = s.given("x", random.uniform(-1, 1, (TOKENS, 4)).round(2), label="tokens")
    query, key, value = (
        s.put("Linear", name, x, out_features=3, bias=False) for name in ("query", "key", "value")
    )
    turned = s.put("Transpose", "turned", key, label="keys, turned")
    scores = s.put("MatMul", "scores", query, turned)
    scale = s.given("scale", np.array(round(1 / 3**0.5, 4)), module="Constant", label="1/√3")
    scaled = s.put("Multiply", "scaled", scores, scale)
    later = np.where(np.triu(np.ones((TOKENS, TOKENS)), 1) > 0, -1e9, 0.0)
    mask = s.given("mask", later, module="Constant", label="−10⁹ where later")
    masked = s.put("Add", "masked", scaled, mask)
    weights = s.put("Softmax", "weights", masked)
    read = s.put("MatMul", "read", weights, value)
    t = s.given("t", random.uniform(-1, 1, (TOKENS, 3)).round(2))
    s.put("MSELoss", "loss", read, t)
    s.write_out()
    return s.place()


def transformer_block():
    """A composite of composites: attention and feed forward, each with its residual edge."""
    s = Sketch(
        "A transformer block",
        "Normalise, attend, add; normalise, feed forward, add. The block is a composite of two "
        "composites: double-click to look inside.",
        seed=12,
    )
    random = np.random.RandomState(12)
    x = s.given("x", random.uniform(-1, 1, (2, TOKENS, FEATURES)).round(2), label="tokens")
    normal = s.put("LayerNorm", "attend_norm", x)
    query, key, value = (
        s.put("Linear", name, normal, out_features=FEATURES) for name in ("query", "key", "value")
    )
    read = s.put("Attention", "attention", query, key, value, num_heads=HEADS)
    joined = s.put("Linear", "join", read, out_features=FEATURES)
    first = s.put("Add", "attend_add", x, joined)
    normal = s.put("LayerNorm", "feed_norm", first)
    wide = s.put("Linear", "widen", normal, out_features=4 * FEATURES)
    bent = s.put("GELU", "bend", wide)
    narrow = s.put("Linear", "narrow", bent, out_features=FEATURES)
    out = s.put("Add", "feed_add", first, narrow)
    t = s.given("t", random.uniform(-1, 1, (2, TOKENS, FEATURES)).round(2))
    s.put("MSELoss", "loss", out, t)
    s.write_out()
    attend = s.group(
        ("attend_norm", "query", "key", "value", "attention", "join", "attend_add"),
        "Attend",
        "Every token reads the others, and adds what it read.",
    )
    feed = s.group(
        ("feed_norm", "widen", "bend", "narrow", "feed_add"),
        "Feed forward",
        "Every token by itself through a wider layer, and added.",
    )
    s.group((attend, feed), "Transformer block", "Attend, then feed forward.")
    return s.place()
