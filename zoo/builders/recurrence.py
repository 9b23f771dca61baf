"""The floor under the recurrent builders: any kind of cell, stacked, in one direction or both."""

# Keras types the results of its operations loosely.
# pyright: reportOptionalOperand=false, reportOperatorIssue=false, reportArgumentType=false
from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..errors import BadInput
from ..heads import head
from ..inputs.preprocessing import identifier_counts
from ..setting_checks import setting_problems
from ..tasks import Task
from .decoders import token_inputs, token_layer
from .joining import encoded_inputs, join, scale_problems
from .span_heads import answer_ends, asked, span_steps
from .speech_heads import answer_frames, shorter
from .streams import answer_layer, merged, other_columns, sequence_steps, step_problems

if TYPE_CHECKING:
    import keras

__all__ = ["recurrent_model", "state_at", "step_places", "turned_around"]

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
    problems += scale_problems(task, *target) + step_problems(preprocessor, task, cell)
    if problems:
        raise BadInput(*problems)
    counts = identifier_counts(preprocessor)
    penalty = keras.regularizers.L2(l2) if l2 else None
    # What comes next would be no question to one who reads from the end.
    bidirectional = bidirectional and task.kind != "next_token"
    directions = ("forward", "backward") if bidirectional else ("forward",)

    # 1. Layers, for each sequence its own.
    inputs = (token_inputs if task.kind == "next_token" else encoded_inputs)(preprocessor)
    asks = task.kind == "span"
    find = span_steps if asks else sequence_steps
    sequences = find(inputs, counts, embedding_width)
    if task.kind == "speech":
        sequences = [shorter(steps, embedding_width) for steps in sequences]

    def reading(width: int, name: str, number: int) -> dict[str, keras.Layer]:
        return {
            direction: getattr(layers, CELLS[cell])(
                width,
                return_sequences=True,
                kernel_regularizer=penalty,
                name=f"{name}_{direction}_{number}",
            )
            for direction in directions
        }

    stacks = {
        steps.key: [reading(width, steps.key, number) for number, width in enumerate(units, 1)]
        for steps in sequences
    }

    # For a language model the same numbers are dropped at every step of a row, after Gal and
    # Ghahramani, 2016: a single draw for all steps, which compiled is five times as fast.
    drop = layers.SpatialDropout1D if task.kind == "next_token" else layers.Dropout

    def dropped(x: Any, name: str) -> Any:
        return drop(dropout, name=f"{name}_dropout")(x) if dropout else x

    # 2. Graph.
    streams = other_columns(inputs, counts)
    for steps in sequences:
        key = steps.key
        turned, last = step_places(steps.present)
        x = dropped(steps.x, f"embed_{key}")  # (n, t, e)
        for number, stack in enumerate(stacks[key], 1):
            states = {"forward": stack["forward"](x)}  # (n, t, u)
            if bidirectional:
                states["backward"] = stack["backward"](turned_around(x, turned))
            if number == len(units) and not head(task).every_step:
                ends = [state_at(state, last) for state in states.values()]  # (n, u) each
                names = [f"{key}_{direction}" for direction in directions]
                streams += [dropped(end, name) for end, name in zip(ends, names, strict=True)]
                continue
            natural = [states["forward"]]
            if bidirectional:
                natural.append(turned_around(states["backward"], turned))
            both = layers.Concatenate(name=f"{key}_both_{number}")
            x = dropped(both(natural) if bidirectional else natural[0], f"{key}_{number}")
        if head(task).every_step:
            streams.append(x)  # (n, t, u) or (n, t, 2 u)
    if asks:  # the passage is read again, with what the question has for each word
        passage, question = sequences
        x = asked(streams[0], streams[1], question.present)  # (n, t, 3 u)
        again, (turned, _) = reading(units[-1], "asked", 1), step_places(passage.present)
        states = [again["forward"](x)]
        if bidirectional:
            states.append(turned_around(again["backward"](turned_around(x, turned)), turned))
        output = answer_ends(dropped(merged(states), "asked"), passage.present)  # (n, 2, t)
    elif task.kind == "speech":
        output = answer_frames(merged(streams), sequences[0].present, task, penalty)
    else:
        answer = (
            token_layer(counts, sequences[0].key, penalty)
            if task.kind == "next_token"
            else answer_layer(task, penalty)
        )
        output = answer(merged(streams))  # (n, outputs), or (n, t, outputs) for every step
    trunk = keras.Model(inputs, output, name="trunk")
    return join(preprocessor, trunk, task, cell, *target)


def step_places(marks: Any) -> tuple[Any, Any]:
    """Return where each step lies when a sequence is turned around, and which step is the last.

    Args:
        marks: 1 for each step, 0 for padding at the end, shape `(n, t, 1)`.

    Returns:
        Places `(n, t)`, padding staying where it is; 1 at the last step, else 0, `(n, t, 1)`,
        zeros for a sequence without steps.
    """
    from keras import ops

    present: Any = ops.cast(ops.squeeze(marks, -1), "int32")
    length: Any = ops.sum(present, axis=1, keepdims=True)  # (n, 1)
    place: Any = ops.cumsum(ops.ones_like(present), axis=1) - 1
    turned = ops.where(ops.less(place, length), length - 1 - place, place)
    return turned, ops.expand_dims(ops.equal(place, length - 1), -1)


def turned_around(x: Any, turned: Any) -> Any:
    """Return the steps of `x` `(n, t, width)` in the order of places `(n, t)`."""
    from keras import ops

    return ops.take_along_axis(x, ops.expand_dims(turned, -1), axis=1)


def state_at(states: Any, last: Any) -> Any:
    """Return the state at the one step that `last` `(n, t, 1)` marks, shape `(n, width)`."""
    from keras import ops

    return ops.sum(states * ops.cast(last, states.dtype), axis=1)
