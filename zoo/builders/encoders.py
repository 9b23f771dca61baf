"""The Transformer encoder: every word of a text looks at every other at once."""

# Keras types the results of its operations loosely.
# pyright: reportOptionalOperand=false, reportOperatorIssue=false, reportArgumentType=false
# pyright: reportOptionalSubscript=false, reportIndexIssue=false
from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..encoded import is_text
from ..errors import BadInput
from ..heads import head
from ..inputs.preprocessing import identifier_counts
from ..masking import masked_mean
from ..registry import register
from ..setting_checks import setting_problems
from ..tasks import ROW_TASKS, Task
from .attention_blocks import HEADS, attention_block, dropped, fitting_heads, looked_at, waves
from .joining import encoded_inputs, join, scale_problems
from .span_heads import answer_ends, side_by_side, span_steps
from .speech_heads import answer_frames, shorter
from .streams import answer_layer, merged, other_columns, sequence_steps, step_problems

if TYPE_CHECKING:
    import keras

__all__ = ["transformer_encoder"]


@register(
    "transformer_encoder",
    tasks=(*ROW_TASKS, "forecasting", "sequence_labelling", "span", "speech"),
    inputs=("text", "sequence", "audio", "frames"),
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

    Parameters: for each text, `e` for each word known, or for a sequence of `f` numbers
    `(f + 1) e`; `12 e² + 13 e` for each layer where the heads divide `e`, and `2 e` at the end; for
    the output `(s + 1) task.outputs` from all of width `s`. Cost: time and memory grow with the
    square of the length `t`; all words are read at once.

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
        BadInput: No column is a text or a sequence, or a setting cannot be used; all are named at
            once.

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
    heads = fitting_heads(heads, embedding_width)

    # 1. Layers, for each sequence its own; those of one block are made in `attention_block`.
    inputs = encoded_inputs(preprocessor)
    asks = task.kind == "span"
    if asks:
        passage, question = span_steps(inputs, counts, embedding_width)
        sequences = [side_by_side(passage, question)]
    else:
        sequences = sequence_steps(inputs, counts, embedding_width, project=True)
    if task.kind == "speech":
        sequences = [shorter(steps, embedding_width) for steps in sequences]

    # 2. Graph.
    streams = other_columns(inputs, counts)
    for steps in sequences:
        key, seen = steps.key, looked_at(steps.present)
        # Uniform from -0.05 to 0.05 at first: brought to the size of the waves.
        x: Any = steps.x * math.sqrt(embedding_width) if is_text(key) else steps.x  # (n, t, e)
        if asks:  # a word of the question has its place in the question
            apart = [waves(part.present, embedding_width, x.dtype) for part in (passage, question)]
            places: Any = keras.ops.concatenate(apart, axis=1)
        else:
            places = waves(steps.present, embedding_width, x.dtype)
        x = dropped(x + places, dropout, f"embed_{key}")
        for number in range(1, layers + 1):
            x = attention_block(x, heads, dropout, f"{key}_{number}", mask=seen)
        x = keras.layers.LayerNormalization(name=f"{key}_normalization")(x)
        if task.kind == "forecasting":
            x = x[:, -1]  # the newest step, which has looked at all others: (n, e)
        elif not head(task).every_step:
            x = masked_mean(x, keras.ops.cast(steps.present, x.dtype))  # (n, e)
        streams.append(dropped(x, dropout, key))
    if asks:
        x = streams[0][:, : passage.present.shape[1]]  # (n, t + q, e) -> (n, t, e)
        output = answer_ends(x, passage.present)  # (n, 2, t)
    elif task.kind == "speech":
        output = answer_frames(merged(streams), sequences[0].present, task)
    else:
        answer = answer_layer(task)
        output = answer(merged(streams))  # (n, outputs), or (n, t, outputs) for every step
    trunk = keras.Model(inputs, output, name="trunk")
    return join(preprocessor, trunk, task, "transformer_encoder", target_mean, target_scale)
