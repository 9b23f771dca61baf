"""From one text to another by recurrent networks: one reads, one writes, and looks back."""

# Keras types the results of its operations loosely.
# pyright: reportOptionalOperand=false, reportOperatorIssue=false, reportArgumentType=false
from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..errors import BadInput
from ..inputs.preprocessing import identifier_counts
from ..inputs.target_inputs import pair_problems, word_answer
from ..masking import word_mask
from ..registry import register
from ..setting_checks import setting_problems
from ..tasks import Task
from .joining import encoded_inputs, join
from .recurrence import CELLS, state_at, step_places, turned_around

if TYPE_CHECKING:
    import keras

__all__ = ["recurrent_encoder_decoder"]


@register(
    "recurrent_encoder_decoder",
    tasks=("translation",),
    inputs=("text",),
    best_for="Short texts into other texts, with few rows; the twin to compare a Transformer with.",
    rules=("SEQ-5", "SEQ-10", "ACT-4"),
)
def recurrent_encoder_decoder(
    preprocessor: keras.Model,
    task: Task,
    cell: str = "gru",
    units: Sequence[int] = (64,),
    embedding_width: int = 64,
    dropout: float = 0.0,
) -> keras.Model:
    """Return a recurrent network that reads a text from both ends and writes another.

    Shapes, for `n` rows, sources of `s` words and answers of `t` words: words `(n, s)` and, after
    a mark of the start, `(n, 1 + t)`; embedded `(…, e)`; states of the source in both directions
    `(n, s, 2 u)`, brought to the memory `(n, s, u)`; states of the answer `(n, 1 + t, u)`, the
    first from the states at both ends of the source; attention `(n, 1 + t, s)` and what was seen
    `(n, 1 + t, u)`; both as one `(n, 1 + t, u)`; output `(n, 1 + t, words)`, the probabilities of
    the word that follows. Padding of the source is never read or looked at, and no place of the
    answer depends on a later one.

    Parameters, for one layer of a cell with `g` gates (simple_rnn 1, gru 3, lstm 4), beside `e` for
    each word of both texts: the source `2 g u (e + u + 1)`, or with gru `2 · 3 u (e + u + 2)`; the
    memory `2 u² + u`; each first state `2 u² + u`; the answer half of what the source has; the
    look back `2 u² + u + 1`; for the output `(u + 1)` for each word of the answer. Cost: time grows
    with the lengths, one step after the other; memory with the product of the lengths, by the
    attention.

    Args:
        preprocessor: The adapted inputs of a source and the answer so far, as `model_inputs`
            returns them with `answer_so_far=True`.
        task: A translation.
        cell: `gru`, `lstm` or `simple_rnn`.
        units: Width of each layer, of the source as of the answer.
        embedding_width: Width of the vector that stands for a word.
        dropout: Share dropped, in a training step, of embedded words, between layers and before
            the output.

    Returns:
        An uncompiled model of parts `preprocessor` and `trunk`; `translate` answers with it.

    Raises:
        BadInput: The inputs are not a source and an answer so far, or a setting cannot be used;
            all are named at once.

    Source: Sutskever and others, "Sequence to sequence learning with neural networks", 2014; the
    attention, by products and after the cell, of Luong and others, 2015.

    Guide: SEQ-5, SEQ-10, ACT-4.
    """
    import keras
    from keras import layers, ops

    problems = setting_problems(
        cell=cell, units=units, embedding_width=embedding_width, dropout=dropout
    )
    problems += pair_problems(preprocessor, "recurrent_encoder_decoder")
    if problems:
        raise BadInput(*problems)
    counts = identifier_counts(preprocessor)
    make, states = getattr(layers, CELLS[cell]), 2 if cell == "lstm" else 1

    # 1. Layers.
    inputs = encoded_inputs(preprocessor)
    read_words, write_words = (
        layers.Embedding(counts[key], embedding_width, name=f"embed_{key}")
        for key in ("text_0", "text_1")
    )
    read = [
        [
            make(width, return_sequences=True, name=f"read_{direction}_{number}")
            for direction in ("forward", "backward")
        ]
        for number, width in enumerate(units, 1)
    ]
    first_states = [
        [
            layers.Dense(width, activation="tanh", name=f"memory_state_{number}_{place}")
            for place in range(1, states + 1)
        ]
        for number, width in enumerate(units, 1)
    ]
    write = [
        make(width, return_sequences=True, name=f"write_{number}")
        for number, width in enumerate(units, 1)
    ]
    remember = layers.Dense(units[-1], name="memory")
    attend = layers.Attention(use_scale=True, name="look_back")
    combine = layers.Dense(units[-1], activation="tanh", name="combine")

    def dropped(x: Any, name: str) -> Any:
        return layers.Dropout(dropout, name=f"{name}_dropout")(x) if dropout else x

    # 2. Graph: the source, from both ends.
    present = word_mask(inputs["text_0"])
    turned, last = step_places(present)
    x = dropped(read_words(inputs["text_0"]), "embed_text_0")  # (n, s, e)
    ends: Any = None
    for number, (forward, backward) in enumerate(read, 1):
        ahead, back = forward(x), backward(turned_around(x, turned))  # (n, s, u) each
        ends = ops.concatenate([state_at(ahead, last), state_at(back, last)], axis=-1)  # (n, 2 u)
        both = ops.concatenate([ahead, turned_around(back, turned)], axis=-1)  # (n, s, 2 u)
        x = dropped(both, f"read_{number}")
    memory = remember(x)  # (n, s, 2 u) -> (n, s, u)

    # The answer, which begins where the source ended and looks back at all of it.
    y = dropped(write_words(inputs["text_1"]), "embed_text_1")  # (n, 1 + t, e)
    for number, (layer, firsts) in enumerate(zip(write, first_states, strict=True), 1):
        y = layer(y, initial_state=[first(ends) for first in firsts])  # (n, 1 + t, u)
        y = dropped(y, f"write_{number}") if number < len(units) else y
    # A row with nothing to look at looks at its first place.
    place: Any = ops.cumsum(ops.ones_like(inputs["text_0"]), axis=1)
    looked_at = ops.logical_or(ops.not_equal(inputs["text_0"], 0), ops.equal(place, 1))
    seen = attend([y, memory], mask=[None, looked_at])  # (n, 1 + t, u)
    y = dropped(combine(ops.concatenate([y, seen], axis=-1)), "combine")
    output = word_answer(counts["text_1"])(y)  # (n, 1 + t, words)
    trunk = keras.Model(inputs, output, name="trunk")
    return join(preprocessor, trunk, task, "recurrent_encoder_decoder")
