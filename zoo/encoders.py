"""The Transformer encoder: every word of a text looks at every other at once."""

# Keras types the results of its operations loosely.
# pyright: reportOptionalOperand=false, reportOperatorIssue=false, reportArgumentType=false
# pyright: reportOptionalSubscript=false, reportIndexIssue=false
from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .encoded import is_text
from .errors import BadInput
from .heads import head
from .joining import encoded_inputs, join, scale_problems
from .preprocessing import identifier_counts
from .registry import register
from .setting_checks import setting_problems
from .span_heads import answer_ends, side_by_side, span_steps
from .streams import (
    answer_layer,
    masked_mean,
    merged,
    other_columns,
    sequence_steps,
    step_problems,
)
from .tasks import ROW_TASKS, Task

if TYPE_CHECKING:
    import keras

__all__ = ["transformer_encoder"]

HEADS = 8
"""The guide's figure is 8 to 12 (SEQ-7)."""
_NARROWEST_HEAD = 8
_WIDENING = 4
_LONGEST_WAVE = 10_000


@register(
    "transformer_encoder",
    tasks=(*ROW_TASKS, "sequence_labelling", "span"),
    inputs=("text", "sequence"),
    best_for="Texts whose distant words belong together, with much data and memory.",
    rules=("SEQ-7", "ACT-6"),
)
def transformer_encoder(
    preprocessor: keras.Model,
    task: Task,
    embedding_width: int = 64,
    layers: int = 2,
    heads: int = HEADS,
    dropout: float = 0.0,
    target_mean: float | Sequence[float] | None = None,
    target_scale: float | Sequence[float] | None = None,
) -> keras.Model:
    """Return a Transformer encoder, of the family of BERT, that takes raw rows with a text.

    Shapes, for `n` rows and texts of `t` words: raw columns `(n, 1)` or `(n, width)`; words
    `(n, t)`; embedded, with a wave for each position added, and after each layer `(n, t, e)`;
    attention `(n, heads, t, t)`; the mean over the words `(n, e)`, beside the other columns; output
    `(n, task.outputs)`, probabilities or values in the target's unit. Padding is looked at by no
    word and left out of the mean. A text without words gives zeros.

    A layer is normalised before its attention and before its two dense layers, not after
    (pre-norm), which trains without a slow start. The inner dense layer has four times the width
    and GELU. Positions have no parameters, so texts may be of any length.

    Parameters: for each text, `e` for each word known, `12 e² + 13 e` for each layer where the
    heads divide `e`, and `2 e` at the end; for the output `(s + 1) task.outputs` from all of width
    `s`. Cost: time and memory grow with the square of the length `t`; all words are read at once.

    Args:
        preprocessor: The adapted inputs, as `model_inputs` returns them, with a text column.
        task: What is to be predicted; decides the output layer.
        embedding_width: Width of the vector that stands for a word, in every layer.
        layers: How many layers of attention and dense layers.
        heads: Ways of looking in each layer; fewer where a head would be narrower than 8.
        dropout: Share dropped, in a training step, of embedded words, inside every layer and
            before the output.
        target_mean: Regression only: mean of the training targets; 0 if not given.
        target_scale: Regression only: their standard deviation; 1 if not given.

    Returns:
        An uncompiled model of parts `preprocessor`, `trunk` and, for regression, `target_scale`.

    Raises:
        BadInput: No column is a text, or a setting cannot be used; all are named at once.

    Source: Vaswani and others, "Attention is all you need", 2017; the encoder alone after Devlin
    and others, "BERT", 2018; normalised first after Xiong and others, 2020.

    Guide: SEQ-7, ACT-6.
    """
    import keras

    problems = setting_problems(
        embedding_width=embedding_width, layers=layers, heads=heads, dropout=dropout
    )
    problems += scale_problems(task, target_mean, target_scale)
    problems += step_problems(preprocessor, task, "transformer_encoder")
    if problems:
        raise BadInput(*problems)
    counts = identifier_counts(preprocessor)
    heads = min(heads, max(1, embedding_width // _NARROWEST_HEAD))

    # 1. Layers, for each sequence its own; those of one block are made in `_block`.
    inputs = encoded_inputs(preprocessor)
    asks = task.kind == "span"
    if asks:
        passage, question = span_steps(inputs, counts, embedding_width)
        sequences = [side_by_side(passage, question)]
    else:
        sequences = sequence_steps(inputs, counts, embedding_width, project=True)

    # 2. Graph.
    streams = other_columns(inputs, counts)
    for steps in sequences:
        key, looked_at = steps.key, _looked_at(steps.present)
        # Uniform from -0.05 to 0.05 at first: brought to the size of the waves.
        x: Any = steps.x * math.sqrt(embedding_width) if is_text(key) else steps.x  # (n, t, e)
        if asks:  # a word of the question has its place in the question
            apart = [_waves(part.present, embedding_width, x.dtype) for part in (passage, question)]
            waves = keras.ops.concatenate(apart, axis=1)
        else:
            waves = _waves(steps.present, embedding_width, x.dtype)
        x = _dropped(x + waves, dropout, f"embed_{key}")
        for number in range(1, layers + 1):
            x = _block(x, looked_at, heads, dropout, f"{key}_{number}")
        x = keras.layers.LayerNormalization(name=f"{key}_normalization")(x)
        if not head(task).every_step:
            x = masked_mean(x, keras.ops.cast(steps.present, x.dtype))  # (n, e)
        streams.append(_dropped(x, dropout, key))
    if asks:
        x = streams[0][:, : passage.present.shape[1]]  # (n, t + q, e) -> (n, t, e)
        output = answer_ends(x, passage.present)  # (n, 2, t)
    else:
        answer = answer_layer(task)
        output = answer(merged(streams))  # (n, outputs), or (n, t, outputs) for every step
    trunk = keras.Model(inputs, output, name="trunk")
    return join(preprocessor, trunk, task, "transformer_encoder", target_mean, target_scale)


def _block(x: Any, looked_at: Any, heads: int, dropout: float, name: str) -> Any:
    """Return `x` `(n, t, e)` after attention and two dense layers, each added to what was."""
    from keras import layers, ops

    width = x.shape[-1]
    # 1. Layers.
    attend = layers.MultiHeadAttention(heads, max(1, width // heads), name=f"{name}_attention")
    widen = layers.Dense(_WIDENING * width, name=f"{name}_widen")
    narrow = layers.Dense(width, name=f"{name}_narrow")
    first = layers.LayerNormalization(name=f"{name}_normalization_1")
    second = layers.LayerNormalization(name=f"{name}_normalization_2")

    # 2. Graph.
    normal = first(x)
    seen = attend(normal, normal, attention_mask=looked_at)
    x = x + _dropped(seen, dropout, f"{name}_attention")
    # The approximate form is the one that every export format has.
    thought = narrow(ops.gelu(widen(second(x)), approximate=True))  # (n, t, 4 e) -> (n, t, e)
    return x + _dropped(thought, dropout, name)


def _dropped(x: Any, dropout: float, name: str) -> Any:
    from keras import layers

    return layers.Dropout(dropout, name=f"{name}_dropout")(x) if dropout else x


def _looked_at(present: Any) -> Any:
    """Return which steps every step may look at, shape `(n, 1, t)`, of marks `(n, t, 1)`.

    The first place always may be: a row with nothing to look at could give NaN.
    """
    from keras import ops

    place: Any = ops.cumsum(ops.ones_like(present), axis=1)
    looked_at = ops.logical_or(ops.greater(present, 0.0), ops.equal(place, 1.0))
    return ops.expand_dims(ops.squeeze(looked_at, -1), 1)


def _waves(present: Any, width: int, dtype: str) -> Any:
    """Return sines and cosines of the position of each step, shape `(n, t, width)`."""
    from keras import ops

    half = (width + 1) // 2
    rates = [_LONGEST_WAVE ** (-place / half) for place in range(half)]
    place: Any = ops.cumsum(ops.ones_like(present), axis=1) - 1.0  # (n, t, 1)
    angle = place * ops.convert_to_tensor(rates, "float32")  # (n, t, half)
    waves = ops.concatenate([ops.sin(angle), ops.cos(angle)], axis=-1)
    return ops.cast(waves[:, :, :width], dtype)
