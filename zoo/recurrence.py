"""The floor under the recurrent builders: any kind of cell, stacked, in one direction or both."""

# Keras types the results of its operations loosely.
# pyright: reportOptionalOperand=false, reportOperatorIssue=false, reportArgumentType=false
from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .errors import BadInput
from .joining import encoded_inputs, join, scale_problems
from .setting_checks import setting_problems
from .streams import answer_layer, is_text, merged, other_columns, text_problems
from .tabular import identifier_counts
from .tasks import Task

if TYPE_CHECKING:
    import keras

__all__ = ["recurrent_model"]

CELLS = {"simple_rnn": "SimpleRNN", "lstm": "LSTM", "gru": "GRU"}


def recurrent_model(
    cell: str,
    preprocessor: keras.Model,
    task: Task,
    *,
    units: Sequence[int],
    embedding_width: int,
    bidirectional: bool,
    dropout: float,
    l2: float,
    target: tuple[Any, Any],
) -> keras.Model:
    """Return a recurrent network of one kind of cell; see `recurrent.py`.

    No layer gets a mask: a fused kernel takes one only where no row is without words. What is read
    backwards is turned around within its length instead, so that padding stays at the end, and the
    state is taken where the text ends. Nothing after that place reaches it.
    """
    import keras
    from keras import layers

    problems = setting_problems(
        units=units,
        embedding_width=embedding_width,
        bidirectional=bidirectional,
        dropout=dropout,
        l2=l2,
    )
    problems += scale_problems(task, *target) + text_problems(preprocessor, cell)
    if problems:
        raise BadInput(*problems)
    counts = identifier_counts(preprocessor)
    penalty = keras.regularizers.L2(l2) if l2 else None
    directions = ("forward", "backward") if bidirectional else ("forward",)

    # 1. Layers, for each text its own.
    embeddings = {
        key: layers.Embedding(count, embedding_width, name=f"embed_{key}")
        for key, count in counts.items()
        if is_text(key)
    }
    stacks: dict[str, list[dict[str, keras.Layer]]] = {
        key: [
            {
                direction: getattr(layers, CELLS[cell])(
                    width,
                    return_sequences=True,
                    kernel_regularizer=penalty,
                    name=f"{key}_{direction}_{number}",
                )
                for direction in directions
            }
            for number, width in enumerate(units, 1)
        ]
        for key in embeddings
    }
    answer = answer_layer(task, penalty)

    def dropped(x: Any, name: str) -> Any:
        return layers.Dropout(dropout, name=f"{name}_dropout")(x) if dropout else x

    # 2. Graph.
    inputs = encoded_inputs(preprocessor)
    streams = other_columns(inputs, counts)
    for key, embed in embeddings.items():
        turned, last = _places(inputs[key])
        x = dropped(embed(inputs[key]), f"embed_{key}")  # (n, t, e)
        ends: list[Any] = []
        for number, stack in enumerate(stacks[key], 1):
            states = {"forward": stack["forward"](x)}  # (n, t, u)
            if bidirectional:
                states["backward"] = stack["backward"](_turn(x, turned))
            if number < len(units):
                natural = [states["forward"]]
                if bidirectional:
                    natural.append(_turn(states["backward"], turned))
                both = layers.Concatenate(name=f"{key}_both_{number}")
                x = dropped(both(natural) if bidirectional else natural[0], f"{key}_{number}")
            else:
                ends = [_at(state, last) for state in states.values()]  # (n, u) each
        streams += [dropped(end, f"{key}_{d}") for d, end in zip(directions, ends, strict=True)]
    trunk = keras.Model(inputs, answer(merged(streams)), name="trunk")
    return join(preprocessor, trunk, task, cell, *target)


def _places(ids: Any) -> tuple[Any, Any]:
    """Return where each step of a text lies when it is turned around, and which step is the last.

    Args:
        ids: Numbers of words, 0 for padding at the end, shape `(n, t)`.

    Returns:
        Places `(n, t)`, padding staying where it is; 1 at the last word, else 0, `(n, t, 1)`,
        zeros for a text without words.
    """
    from keras import ops

    present: Any = ops.cast(ops.not_equal(ids, 0), "int32")
    length: Any = ops.sum(present, axis=1, keepdims=True)  # (n, 1)
    place: Any = ops.cumsum(ops.ones_like(present), axis=1) - 1
    turned = ops.where(ops.less(place, length), length - 1 - place, place)
    return turned, ops.expand_dims(ops.equal(place, length - 1), -1)


def _turn(x: Any, turned: Any) -> Any:
    """Return the steps of `x` `(n, t, width)` in the order of places `(n, t)`."""
    from keras import ops

    return ops.take_along_axis(x, ops.expand_dims(turned, -1), axis=1)


def _at(states: Any, last: Any) -> Any:
    """Return the state at the one step that `last` `(n, t, 1)` marks, shape `(n, width)`."""
    from keras import ops

    return ops.sum(states * ops.cast(last, states.dtype), axis=1)
