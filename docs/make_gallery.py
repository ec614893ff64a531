"""Make the example graphs that come with the program.

    python docs/make_gallery.py [NAME ...]

Each function of `docs/gallery/` makes one; without names all are made. Trained numbers depend on
the machine's arithmetic in their last digits, which rounding hides: a file changes only where its
function does. `backprop_by_hand`, `fan_out`, `softmax_classifier` and `xor` were drawn by hand.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from docs.gallery import attention, depth, features, landscapes, learning, recurrent, regression
from graph import save

FOLDER = Path(__file__).parent.parent / "assets" / "examples"
EXAMPLES = {
    "linear_regression": regression.linear_regression,
    "logistic_regression": regression.logistic_regression,
    "perceptron": regression.perceptron,
    "two_linears": regression.two_linears,
    "line_with_outliers": landscapes.line_with_outliers,
    "ball_in_the_valley": landscapes.ball_in_the_valley,
    "learned_features": features.learned_features,
    "radial_features": features.radial_features,
    "autoencoder": features.autoencoder,
    "two_inputs": features.two_inputs,
    "digits": features.digits_network,
    "vanishing": depth.vanishing,
    "cancelling": depth.cancelling,
    "divergence": depth.divergence,
    "rnn": recurrent.plain,
    "lstm": recurrent.lstm,
    "gru": recurrent.gru,
    "attention_head": attention.attention_head,
    "transformer_block": attention.transformer_block,
    "learn_xor": learning.learn_xor,
    "learn_spirals": learning.learn_spirals,
    "learn_iris": learning.learn_iris,
    "digits_mlp": learning.digits_mlp,
    "digits_cnn": learning.digits_cnn,
    "digits_autoencoder": learning.digits_autoencoder,
    "sine_lstm": learning.sine_lstm,
    "echo": learning.echo,
    "adding": learning.adding,
    "fashion_mnist": learning.fashion_mnist,
}


def main(names: list[str]) -> None:
    """Write the files."""
    for name in names or EXAMPLES:
        save(EXAMPLES[name](), FOLDER / f"{name}.gradwire")
        print(name)


if __name__ == "__main__":
    main(sys.argv[1:])
