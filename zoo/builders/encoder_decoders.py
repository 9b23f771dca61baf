"""The Transformer that reads one text and writes another: encoder and decoder."""

# Keras types the results of its operations loosely.
# pyright: reportOptionalOperand=false, reportOperatorIssue=false, reportArgumentType=false
from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ..errors import BadInput
from ..inputs.preprocessing import identifier_counts
from ..inputs.target_inputs import pair_problems, word_answer
from ..masking import word_mask
from ..registry import register
from ..setting_checks import setting_problems
from ..tasks import Task
from .attention_blocks import HEADS, attention_block, dropped, fitting_heads, looked_at, waves
from .joining import encoded_inputs, join

if TYPE_CHECKING:
    import keras

__all__ = ["transformer_encoder_decoder"]


@register(
    "transformer_encoder_decoder",
    tasks=("translation",),
    inputs=("text",),
    best_for="Translation, and any text into another, with much data.",
    rules=("SEQ-7", "SEQ-8", "SEQ-10", "ACT-6"),
)
def transformer_encoder_decoder(
    preprocessor: keras.Model,
    task: Task,
    embedding_width: int = 64,
    layers: int = 2,
    heads: int = HEADS,
    dropout: float = 0.0,
) -> keras.Model:
    """Return a Transformer of the family of T5 and BART, that reads a text and writes another.

    Shapes, for `n` rows, sources of `s` words and answers of `t` words: words `(n, s)` and, after
    a mark of the start, `(n, 1 + t)`; embedded, with a wave for each position added, and after each
    layer `(…, e)`; attention among the source `(n, heads, s, s)`, among the answer `(n, heads,
    1 + t, 1 + t)`, each word looking at itself and those before it, and from the answer at the
    source `(n, heads, 1 + t, s)`; output `(n, 1 + t, words)`, the probabilities of the word that
    follows. Padding of the source is never looked at, and no place depends on a later one.

    A layer is normalised before each of its parts, not after (pre-norm). The inner dense layer has
    four times the width and GELU. Positions have no parameters.

    Parameters: `e` for each word of both texts; for each layer, where the heads divide `e`, `12 e²
    + 13 e` in the encoder and `16 e² + 19 e` in the decoder; `4 e` for the normalisations at their
    ends; for the output `e + 1` for each word of the answer. Cost: time and memory grow with the
    squares of the lengths and with their product; in training all words are read at once.

    Args:
        preprocessor: The adapted inputs of a source and the answer so far, as `model_inputs`
            returns them with `answer_so_far=True`.
        task: A translation.
        embedding_width: Width of the vector that stands for a word, in every layer.
        layers: How many layers the encoder has, and how many the decoder.
        heads: Ways of looking in each layer; fewer where a head would be narrower than 8.
        dropout: Share dropped, in a training step, of embedded words, inside every layer and
            before the output.

    Returns:
        An uncompiled model of parts `preprocessor` and `trunk`; `translate` answers with it.

    Raises:
        BadInput: The inputs are not a source and an answer so far, or a setting cannot be used;
            all are named at once.

    Source: Vaswani and others, "Attention is all you need", 2017; normalised first, after Xiong and
    others, 2020; the family is that of Raffel and others, "T5", and Lewis and others, "BART", 2020.

    Guide: SEQ-7, SEQ-8, SEQ-10, ACT-6.
    """
    import keras

    problems = setting_problems(
        embedding_width=embedding_width, layers=layers, heads=heads, dropout=dropout
    )
    problems += pair_problems(preprocessor, "transformer_encoder_decoder")
    if problems:
        raise BadInput(*problems)
    counts = identifier_counts(preprocessor)
    heads = fitting_heads(heads, embedding_width)

    # 1. Layers; those of one block are made in `attention_block`.
    inputs = encoded_inputs(preprocessor)
    embed = {
        key: keras.layers.Embedding(counts[key], embedding_width, name=f"embed_{key}")
        for key in ("text_0", "text_1")
    }
    remember = keras.layers.LayerNormalization(name="memory")
    normalise = keras.layers.LayerNormalization(name="text_1_normalization")
    answer = word_answer(counts["text_1"])

    # 2. Graph.
    def embedded(key: str) -> Any:
        # Uniform from -0.05 to 0.05 at first: brought to the size of the waves.
        x: Any = embed[key](inputs[key]) * math.sqrt(embedding_width)
        x = x + waves(word_mask(inputs[key]), embedding_width, x.dtype)
        return dropped(x, dropout, f"embed_{key}")

    where = looked_at(word_mask(inputs["text_0"]))  # (n, 1, s)
    x = embedded("text_0")  # (n, s, e)
    for number in range(1, layers + 1):
        x = attention_block(x, heads, dropout, f"text_0_{number}", mask=where)
    memory = remember(x)
    y = embedded("text_1")  # (n, 1 + t, e)
    for number in range(1, layers + 1):
        y = attention_block(
            y,
            heads,
            dropout,
            f"text_1_{number}",
            causal=True,
            memory=memory,
            memory_mask=where,
        )
    output = answer(dropped(normalise(y), dropout, "text_1"))  # (n, 1 + t, words)
    trunk = keras.Model(inputs, output, name="trunk")
    return join(preprocessor, trunk, task, "transformer_encoder_decoder")
