"""How many parameters each model has at its default size on one small input, without Keras."""

from __future__ import annotations

__all__ = ["EXAMPLES", "PARAMETERS"]

EXAMPLES: dict[str, str] = {
    "text": "a text of 1,000 words known",
    "table": "a table of 20 numbers",
    "sequence": "96 known steps of one series, 24 steps ahead",
    "image": "grey images of 28 x 28",
}
"""The small input of each kind on which parameters are counted, for a binary answer if any."""

PARAMETERS: dict[str, tuple[str, int]] = {
    "convnet": ("image", 93_473),
    "gru": ("text", 114_177),
    "linear_forecast": ("sequence", 2_328),
    "lstm": ("text", 130_305),
    "mlp": ("table", 11_009),
    "recurrent_encoder_decoder": ("text", 293_293),
    "simple_rnn": ("text", 80_769),
    "transformer_decoder": ("text", 229_354),
    "transformer_encoder": ("text", 164_289),
    "transformer_encoder_decoder": ("text", 427_372),
}
"""For each model the kind of its small input and its parameters; a test counts them again."""
