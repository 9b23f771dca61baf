"""Recurrent networks: a text is read word by word into a state. The three named builders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..registry import register
from ..tasks import ROW_TASKS, Task
from .recurrence import recurrent_model

if TYPE_CHECKING:
    import keras

__all__ = ["gru", "lstm", "simple_rnn"]


@register(
    "simple_rnn",
    tasks=(*ROW_TASKS, "forecasting", "sequence_labelling", "next_token", "span", "speech"),
    inputs=("text", "sequence", "audio", "frames"),
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
        preprocessor: The adapted inputs, as `model_inputs` returns them, with a text column.
        task: What is to be predicted; decides the output layer.
        units: Width of the state of each recurrent layer; several are stacked.
        embedding_width: Width of the vector that stands for a word.
        bidirectional: Whether each layer reads backwards as well, which doubles it; never where
            the task is the next token.
        dropout: Share dropped, in a training step, of embedded words and of each layer's output;
            of a next_token task the same numbers at every step (Gal and Ghahramani, 2016).
        l2: Weight of the L2 penalty on the kernels that read inputs, and on the output's.
        target_mean: Regression only: mean of the training targets; 0 if not given.
        target_scale: Regression only: their standard deviation; 1 if not given.

    Returns:
        An uncompiled model of parts `preprocessor`, `trunk` and, for regression, `target_scale`.

    Raises:
        BadInput: No column is a text or a sequence, or a setting cannot be used; all are named at
            once.

    Source: Elman, "Finding structure in time", 1990; both directions after Schuster and Paliwal,
    "Bidirectional recurrent neural networks", 1997.

    Guide: SEQ-2, ACT-4.
    """
    return recurrent_model(
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
    tasks=(*ROW_TASKS, "forecasting", "sequence_labelling", "next_token", "span", "speech"),
    inputs=("text", "sequence", "audio", "frames"),
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
        preprocessor: The adapted inputs, as `model_inputs` returns them, with a text column.
        task: What is to be predicted; decides the output layer.
        units: Width of the state of each recurrent layer; several are stacked.
        embedding_width: Width of the vector that stands for a word.
        bidirectional: Whether each layer reads backwards as well, which doubles it; never where
            the task is the next token.
        dropout: Share dropped, in a training step, of embedded words and of each layer's output;
            of a next_token task the same numbers at every step (Gal and Ghahramani, 2016).
        l2: Weight of the L2 penalty on the kernels that read inputs, and on the output's.
        target_mean: Regression only: mean of the training targets; 0 if not given.
        target_scale: Regression only: their standard deviation; 1 if not given.

    Returns:
        An uncompiled model of parts `preprocessor`, `trunk` and, for regression, `target_scale`.

    Raises:
        BadInput: No column is a text or a sequence, or a setting cannot be used; all are named at
            once.

    Source: Hochreiter and Schmidhuber, "Long short-term memory", 1997; the forget gate after Gers,
    Schmidhuber and Cummins, 2000.

    Guide: SEQ-4, ACT-4.
    """
    return recurrent_model(
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
    tasks=(*ROW_TASKS, "forecasting", "sequence_labelling", "next_token", "span", "speech"),
    inputs=("text", "sequence", "audio", "frames"),
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
        preprocessor: The adapted inputs, as `model_inputs` returns them, with a text column.
        task: What is to be predicted; decides the output layer.
        units: Width of the state of each recurrent layer; several are stacked.
        embedding_width: Width of the vector that stands for a word.
        bidirectional: Whether each layer reads backwards as well, which doubles it; never where
            the task is the next token.
        dropout: Share dropped, in a training step, of embedded words and of each layer's output;
            of a next_token task the same numbers at every step (Gal and Ghahramani, 2016).
        l2: Weight of the L2 penalty on the kernels that read inputs, and on the output's.
        target_mean: Regression only: mean of the training targets; 0 if not given.
        target_scale: Regression only: their standard deviation; 1 if not given.

    Returns:
        An uncompiled model of parts `preprocessor`, `trunk` and, for regression, `target_scale`.

    Raises:
        BadInput: No column is a text or a sequence, or a setting cannot be used; all are named at
            once.

    Source: Cho and others, "Learning phrase representations using RNN encoder-decoder", 2014.

    Guide: SEQ-5, ACT-4.
    """
    return recurrent_model(
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
