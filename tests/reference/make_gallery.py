"""The gallery's LSTM, GRU, transformer block and digits network, computed by PyTorch's modules.

    python -m tests.reference.make_gallery    (needs torch; the tests do not)

Each of PyTorch's modules is given the weights that the example's file holds. Written are the loss
and the gradients of all parameters, float64, as `NAME/loss` and `NAME/address.port`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

ROOT = Path(__file__).parent.parent.parent
FILE = ROOT / "assets" / "reference" / "gallery.npz"
EXAMPLES = ("lstm", "gru", "transformer_block", "digits")


def main() -> None:
    """Compute all and write the file."""
    import torch

    torch.set_default_dtype(torch.float64)
    found = {}
    for name in EXAMPLES:
        kept = _tensors(name)
        loss, parameters = _BUILD[name](torch, kept)
        loss.backward()
        found[f"{name}/loss"] = loss.detach().numpy()
        for port, parameter in parameters.items():
            found[f"{name}/{port}"] = parameter.grad.numpy()
    np.savez_compressed(FILE, **found)


def _tensors(name: str) -> dict[str, np.ndarray]:
    """What the file keeps, as arrays by port."""
    from graph import load
    from runtime.feeds import tensor_array

    graph = load(ROOT / "assets" / "examples" / f"{name}.gradwire")
    return {str(ref): np.array(tensor_array(tensor)) for ref, tensor in graph.tensors.items()}


def _give(torch, module, kept, names):
    """Copy kept tensors into a module's parameters; returns them by port."""
    found = {}
    for own, port in names.items():
        parameter = module.get_parameter(own)
        with torch.no_grad():
            parameter.copy_(torch.from_numpy(kept[port]))
        found[port] = parameter
    return found


def _cell(kind: str):
    def build(torch, kept):
        width = kept["cell.weight_hh"].shape[1]
        net = getattr(torch.nn, kind)(1, width)
        names = {
            f"{side}_{way}_l0": f"cell.{side}_{way}"
            for side in ("weight", "bias")
            for way in ("ih", "hh")
        }
        said = torch.nn.Linear(width, 1)
        found = _give(torch, net, kept, names)
        found |= _give(torch, said, kept, {"weight": "said.weight", "bias": "said.bias"})
        states, _ = net(torch.from_numpy(kept["x.y"]))
        loss = torch.nn.functional.mse_loss(said(states[-1]), torch.from_numpy(kept["t.y"]))
        return loss, found

    return build


def _transformer(torch, kept):
    """torch.nn.TransformerEncoderLayer, normalising first, without dropout."""
    prefix = "transformer_block"
    width = kept["x.y"].shape[-1]
    layer = torch.nn.TransformerEncoderLayer(
        width, 2, 4 * width, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
    )
    attend, feed = f"{prefix}/attend", f"{prefix}/feed_forward"
    names = {
        "self_attn.out_proj.weight": f"{attend}/join.weight",
        "self_attn.out_proj.bias": f"{attend}/join.bias",
        "linear1.weight": f"{feed}/widen.weight",
        "linear1.bias": f"{feed}/widen.bias",
        "linear2.weight": f"{feed}/narrow.weight",
        "linear2.bias": f"{feed}/narrow.bias",
        "norm1.weight": f"{attend}/attend_norm.weight",
        "norm1.bias": f"{attend}/attend_norm.bias",
        "norm2.weight": f"{feed}/feed_norm.weight",
        "norm2.bias": f"{feed}/feed_norm.bias",
    }
    found = _give(torch, layer, kept, names)
    with torch.no_grad():  # PyTorch keeps query, key and value in one
        for port in ("weight", "bias"):
            parts = [kept[f"{attend}/{part}.{port}"] for part in ("query", "key", "value")]
            joined = torch.from_numpy(np.concatenate(parts))
            layer.self_attn.get_parameter(f"in_proj_{port}").copy_(joined)
    out = layer(torch.from_numpy(kept["x.y"]))
    loss = torch.nn.functional.mse_loss(out, torch.from_numpy(kept["t.y"]))
    return loss, found


def _digits(torch, kept):
    names = {
        f"{place}.{port}": f"{id_}.{port}"
        for place, id_ in (("0", "strokes"), ("3", "shapes"), ("6", "logits"))
        for port in ("weight", "bias")
    }
    nn = torch.nn
    net = nn.Sequential(
        nn.Conv2d(1, 6, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(6, 10, 3), nn.ReLU(), nn.Flatten(), nn.Linear(40, 10),
    )  # fmt: skip
    found = _give(torch, net, kept, names)
    logits = net(torch.from_numpy(kept["x.y"]))
    return nn.functional.cross_entropy(logits, torch.from_numpy(kept["t.y"])), found


_BUILD = {
    "lstm": _cell("LSTM"),
    "gru": _cell("GRU"),
    "transformer_block": _transformer,
    "digits": _digits,
}

if __name__ == "__main__":
    main()
