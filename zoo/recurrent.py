"""Recurrent networks: a text is read word by word into a state. One floor, three named builders."""

# Keras types the results of its operations loosely.
# pyright: reportOptionalOperand=false, reportOperatorIssue=false, reportArgumentType=false
from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .errors import BadInput
from .joining import encoded_inputs, join, scale_problems
from .registry import register
from .setting_checks import setting_problems
from .streams import answer_layer, is_text, merged, other_columns, text_problems
from .tabular import identifier_counts
from .tasks import TASK_KINDS, Task

if TYPE_CHECKING:
    import keras

__all__ = ["gru", "lstm", "simple_rnn"]

CELLS = {"simple_rnn": "SimpleRNN", "lstm": "LSTM", "gru": "GRU"}


@register(
    "simple_rnn",
    tasks=TASK_KINDS,
    inputs=("text",),
    best_for="Texts of fewer than 50 words and simple tasks; the baseline of the other two.",
    rules=("SEQ-2", "ACT-4"),
)
def simple_rnn(
    preprocessor: keras.Model,
    task: Task,
    units: Sequence[int] = (64,),
    embedding_width: int = 64,
    bidirectional: bool = True,
    dropout: float = 0.0,
    l2: float = 0.0,
    target_mean: float | Sequence[float] | None = None,
    target_scale: float | Sequence[float] | None = None,
) -> keras.Model:
    """Return a plain recurrent network that takes raw rows with a text.

    Shapes, for `n` rows and texts of `t` words: raw columns `(n, 1)` or `(n, width)`; words
    `(n, t)`, embedded `(n, t, e)`; states `(n, t, u)`, or `(n, t, 2 u)` in both directions; the
    state after a text's last word (and, backwards, after its first) `(n, u)` or `(n, 2 u)`, beside
    the other columns; output `(n, task.outputs)`, probabilities or values in the target's unit.
    Padding is never read, so the answer does not depend on it. A text without words gives zeros.

    Parameters: for each text, `e` for each word known, and `u (i + u + 1)` for each layer and
    direction from width `i` to `u`; for the output `(s + 1) task.outputs` from all of width `s`.
    Cost: time grows with the length `t`, one step after the other, so a faster device helps little;
    memory in training grows with `t` as well. Over more than 50 to 100 steps it forgets.

    Args:
        preprocessor: The adapted inputs, as `tabular_inputs` returns them, with a text column.
        task: What is to be predicted; decides the output layer.
        units: Width of the state of each recurrent layer; several are stacked.
        embedding_width: Width of the vector that stands for a word.
        bidirectional: Whether each layer reads backwards as well, which doubles it.
        dropout: Share dropped, in a training step, of embedded words and of each layer's output.
        l2: Weight of the L2 penalty on the kernels that read inputs, and on the output's.
        target_mean: Regression only: mean of the training targets; 0 if not given.
        target_scale: Regression only: their standard deviation; 1 if not given.

    Returns:
        An uncompiled model of parts `preprocessor`, `trunk` and, for regression, `target_scale`.

    Raises:
        BadInput: No column is a text, or a setting cannot be used; all are named at once.

    Source: Elman, "Finding structure in time", 1990; both directions after Schuster and Paliwal,
    "Bidirectional recurrent neural networks", 1997.

    Guide: SEQ-2, ACT-4.
    """
    return _recurrent(
        "simple_rnn",
        preprocessor,
        task,
        units=units,
        embedding_width=embedding_width,
        bidirectional=bidirectional,
        dropout=dropout,
        l2=l2,
        target=(target_mean, target_scale),
    )


@register(
    "lstm",
    tasks=TASK_KINDS,
    inputs=("text",),
    best_for="Long texts with more than a million examples, or very complex tasks.",
    rules=("SEQ-4", "ACT-4"),
)
def lstm(
    preprocessor: keras.Model,
    task: Task,
    units: Sequence[int] = (64,),
    embedding_width: int = 64,
    bidirectional: bool = True,
    dropout: float = 0.0,
    l2: float = 0.0,
    target_mean: float | Sequence[float] | None = None,
    target_scale: float | Sequence[float] | None = None,
) -> keras.Model:
    """Return a network of long short-term memory that takes raw rows with a text.

    A memory beside the state, with gates that forget, take in and give out.

    Shapes, for `n` rows and texts of `t` words: raw columns `(n, 1)` or `(n, width)`; words
    `(n, t)`, embedded `(n, t, e)`; states `(n, t, u)`, or `(n, t, 2 u)` in both directions; the
    last state of each `(n, u)` or `(n, 2 u)`, beside the other columns; output `(n, task.outputs)`.
    Padding is never read, so the answer does not depend on it. A text without words gives zeros.

    Parameters: as `simple_rnn`, with `4 u (i + u + 1)` for each layer and direction. Cost: about
    four times that of `simple_rnn`, in time and memory, and it grows with the length in the same
    way, one step after the other. No argument stands in the way of the fused kernel on a GPU.

    Args:
        preprocessor: The adapted inputs, as `tabular_inputs` returns them, with a text column.
        task: What is to be predicted; decides the output layer.
        units: Width of the state of each recurrent layer; several are stacked.
        embedding_width: Width of the vector that stands for a word.
        bidirectional: Whether each layer reads backwards as well, which doubles it.
        dropout: Share dropped, in a training step, of embedded words and of each layer's output.
        l2: Weight of the L2 penalty on the kernels that read inputs, and on the output's.
        target_mean: Regression only: mean of the training targets; 0 if not given.
        target_scale: Regression only: their standard deviation; 1 if not given.

    Returns:
        An uncompiled model of parts `preprocessor`, `trunk` and, for regression, `target_scale`.

    Raises:
        BadInput: No column is a text, or a setting cannot be used; all are named at once.

    Source: Hochreiter and Schmidhuber, "Long short-term memory", 1997; the forget gate after Gers,
    Schmidhuber and Cummins, 2000.

    Guide: SEQ-4, ACT-4.
    """
    return _recurrent(
        "lstm",
        preprocessor,
        task,
        units=units,
        embedding_width=embedding_width,
        bidirectional=bidirectional,
        dropout=dropout,
        l2=l2,
        target=(target_mean, target_scale),
    )


@register(
    "gru",
    tasks=TASK_KINDS,
    inputs=("text",),
    best_for="Texts with fewer than 100,000 examples, little memory, or a first attempt.",
    rules=("SEQ-5", "ACT-4"),
)
def gru(
    preprocessor: keras.Model,
    task: Task,
    units: Sequence[int] = (64,),
    embedding_width: int = 64,
    bidirectional: bool = True,
    dropout: float = 0.0,
    l2: float = 0.0,
    target_mean: float | Sequence[float] | None = None,
    target_scale: float | Sequence[float] | None = None,
) -> keras.Model:
    """Return a network of gated recurrent units that takes raw rows with a text.

    Two gates, one that updates the state and one that resets it.

    Shapes, for `n` rows and texts of `t` words: raw columns `(n, 1)` or `(n, width)`; words
    `(n, t)`, embedded `(n, t, e)`; states `(n, t, u)`, or `(n, t, 2 u)` in both directions; the
    last state of each `(n, u)` or `(n, 2 u)`, beside the other columns; output `(n, task.outputs)`.
    Padding is never read, so the answer does not depend on it. A text without words gives zeros.

    Parameters: as `simple_rnn`, with `3 u (i + u + 2)` for each layer and direction, three quarters
    of `lstm`. Cost: about three times that of `simple_rnn`, in time and memory, and it grows with
    the length in the same way, one step after the other. No argument stands in the way of the fused
    kernel on a GPU.

    Args:
        preprocessor: The adapted inputs, as `tabular_inputs` returns them, with a text column.
        task: What is to be predicted; decides the output layer.
        units: Width of the state of each recurrent layer; several are stacked.
        embedding_width: Width of the vector that stands for a word.
        bidirectional: Whether each layer reads backwards as well, which doubles it.
        dropout: Share dropped, in a training step, of embedded words and of each layer's output.
        l2: Weight of the L2 penalty on the kernels that read inputs, and on the output's.
        target_mean: Regression only: mean of the training targets; 0 if not given.
        target_scale: Regression only: their standard deviation; 1 if not given.

    Returns:
        An uncompiled model of parts `preprocessor`, `trunk` and, for regression, `target_scale`.

    Raises:
        BadInput: No column is a text, or a setting cannot be used; all are named at once.

    Source: Cho and others, "Learning phrase representations using RNN encoder-decoder", 2014.

    Guide: SEQ-5, ACT-4.
    """
    return _recurrent(
        "gru",
        preprocessor,
        task,
        units=units,
        embedding_width=embedding_width,
        bidirectional=bidirectional,
        dropout=dropout,
        l2=l2,
        target=(target_mean, target_scale),
    )


def _recurrent(
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
    """Return a recurrent network of one kind of cell; see the builders above.

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
