"""The Transformer decoder: from all that came before, the probabilities of what comes next."""

# Keras types the results of its operations loosely.
# pyright: reportOptionalOperand=false, reportOperatorIssue=false, reportArgumentType=false
from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..encoded import is_text
from ..errors import BadInput, bad_input
from ..inputs.preprocessing import identifier_counts
from ..registry import register
from ..setting_checks import setting_problems
from ..tasks import Task
from .attention_blocks import HEADS, attention_block, dropped, fitting_heads, waves
from .joining import encoded_inputs, join
from .streams import sequence_steps, step_problems

if TYPE_CHECKING:
    import keras

__all__ = ["token_inputs", "token_layer", "transformer_decoder"]


@register(
    "transformer_decoder",
    tasks=("next_token",),
    inputs=("text",),
    best_for="Text that goes on: what comes next, from everything before it, with much data.",
    rules=("SEQ-8", "SEQ-7", "ACT-6"),
)
def transformer_decoder(
    preprocessor: keras.Model,
    task: Task,
    embedding_width: int = 64,
    layers: int = 2,
    heads: int = HEADS,
    dropout: float = 0.0,
) -> keras.Model:
    """Return a Transformer decoder, of the family of GPT, that takes raw texts.

    Shapes, for `n` texts of `t` tokens, which are characters or words: raw texts `(n, 1)`; tokens
    `(n, t)`; embedded, with a wave for each position added, and after each layer `(n, t, e)`;
    attention `(n, heads, t, t)`, in which no token looks at a later one; output `(n, t, v)`, for
    each token the probabilities of the one after it, of `v` known ones. Number 0 is padding, at
    the end, and 1 an unknown token.

    A layer is normalised before its attention and before its two dense layers, not after
    (pre-norm), which trains without a slow start. The inner dense layer has four times the width
    and GELU. Positions have no parameters, so a text may be of any length; on texts longer than
    those of the training the answers get worse. `generate` writes with it, and keeps what each
    layer has seen, so that a further token costs the same however long the text is.

    Parameters: `e v` for the tokens, `12 e² + 13 e` for each layer where the heads divide `e`,
    `2 e` at the end, and `(e + 1) v` for the output. Cost: time and memory of a training grow with
    the square of the length `t`; all tokens are read at once, and every one of them is a lesson.

    Args:
        preprocessor: The adapted inputs, as `model_inputs` returns them, of one text column.
        task: A `next_token` task.
        embedding_width: Width of the vector that stands for a token, in every layer.
        layers: How many layers of attention and dense layers.
        heads: Ways of looking in each layer; fewer where a head would be narrower than 8.
        dropout: Share dropped, in a training step, of embedded tokens, inside every layer and
            before the output.

    Returns:
        An uncompiled model of parts `preprocessor` and `trunk`.

    Raises:
        BadInput: The column is no text, or a setting cannot be used; all are named at once.

    Source: Vaswani and others, "Attention is all you need", 2017; the decoder alone after Radford
    and others, "Improving language understanding by generative pre-training", 2018; normalised
    first after Radford and others, "Language models are unsupervised multitask learners", 2019.

    Guide: SEQ-8, SEQ-7, ACT-6.
    """
    import keras

    problems = setting_problems(
        embedding_width=embedding_width, layers=layers, heads=heads, dropout=dropout
    )
    problems += step_problems(preprocessor, task, "transformer_decoder")
    if problems:
        raise BadInput(*problems)
    counts = identifier_counts(preprocessor)
    heads = fitting_heads(heads, embedding_width)

    # 1. Layers; those of one block are made in `attention_block`.
    inputs = token_inputs(preprocessor)
    (steps,) = sequence_steps(inputs, counts, embedding_width)
    key = steps.key
    answer = token_layer(counts, key)

    # 2. Graph. Padding is at the end, where nobody before it looks, so there is no mask of it.
    # Uniform from -0.05 to 0.05 at first: brought to the size of the waves.
    x: Any = steps.x * math.sqrt(embedding_width)  # (n, t, e)
    x = dropped(x + waves(steps.present, embedding_width, x.dtype), dropout, f"embed_{key}")
    for number in range(1, layers + 1):
        x = attention_block(x, heads, dropout, f"{key}_{number}", causal=True)
    x = keras.layers.LayerNormalization(name=f"{key}_normalization")(x)
    output = answer(dropped(x, dropout, key))  # (n, t, v)
    trunk = keras.Model(inputs, output, name="trunk")
    return join(preprocessor, trunk, task, "transformer_decoder")


def token_inputs(preprocessor: keras.Model) -> dict[str, Any]:
    """Return a new input for each tensor that a preprocessor gives; texts are of any length.

    The last token of a text has nothing to foretell, and one that is written grows.
    """
    import keras

    return {
        key: keras.Input((None,), name=key, dtype=given.dtype) if is_text(key) else given
        for key, given in encoded_inputs(preprocessor).items()
    }


def token_layer(
    counts: Mapping[str, int], key: str, penalty: keras.Regularizer | None = None
) -> keras.Layer:
    """Return the output layer over a whole vocabulary, whose size the inputs tell.

    Args:
        counts: How many numbers each input of whole numbers can hold.
        key: The input whose tokens are foretold.
        penalty: On its kernel.

    Raises:
        BadInput: The input is no text, so it has no vocabulary.
    """
    from keras import layers

    if key not in counts:
        raise bad_input(
            "model_inputs",
            "What comes next is a word or a character, and the column is no text",
            expected="one text column",
            received=key,
        )
    # Single precision whatever the policy: probabilities of 1e-4 vanish in half precision.
    return layers.Dense(
        counts[key],
        "softmax",
        kernel_regularizer=penalty,
        dtype="float32",
        name="output",
    )
