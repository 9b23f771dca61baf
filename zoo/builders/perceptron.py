"""The multilayer perceptron: hidden layers of units that are each connected to all before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..activations import activation as find_activation
from ..activations import activation_problem
from ..encoded import is_frames, is_text, ordered, present_key
from ..errors import BadInput
from ..inputs.frame_inputs import flat_frames
from ..inputs.preprocessing import identifier_counts
from ..masking import masked_mean, step_statistics, word_mask
from ..registry import register
from ..setting_checks import setting_problems
from ..tasks import ROW_TASKS, Task
from .forecasting import forecast_trunk, window_problems
from .joining import encoded_inputs, join, scale_problems
from .streams import answer_layer, embedding_width, merged, other_columns

if TYPE_CHECKING:
    import keras

__all__ = ["mlp"]


@register(
    "mlp",
    tasks=(*ROW_TASKS, "forecasting"),
    inputs=("table", "text", "sequence", "image", "audio", "frames"),
    best_for="Tables of numbers, categories, dates and short texts; the quick start.",
    rules=("QS-1", "ARC-1", "ARC-2", "ARC-3"),
)
def mlp(
    preprocessor: keras.Model,
    task: Task,
    units: Sequence[int] = (128, 64),
    activation: str = "relu",
    dropout: float = 0.0,
    l2: float = 0.0,
    batch_normalization: bool = False,
    mix_variables: bool = False,
    target_mean: float | Sequence[float] | None = None,
    target_scale: float | Sequence[float] | None = None,
) -> keras.Model:
    """Return a multilayer perceptron that takes raw rows.

    Shapes, for `n` rows: raw columns `(n, 1)` or `(n, width)`; encoded `dense` `(n, d)` and, where
    embedded, `categories` `(n, c)` of width `e` each and texts of width 32 each; of an image all
    pixels, of a sequence mean and deviation of each number over its steps; hidden
    `(n, units[i])`; output `(n, task.outputs)`, probabilities or values in the target's unit.

    Parameters: `(i + 1) u` for each dense layer from width `i` to `u` (`i u` and four for each
    unit with batch normalization), the first from `d + c e + 32 t` for `t` texts, and the width
    for each row of an embedding table. Cost: about two operations for each parameter of the dense
    layers and row, three times that in training.

    Dropout follows every hidden layer, whatever its width. REG-2 asks for it after layers of 512
    units and more, while QS-3 asks for it in networks of 128; a setting that did nothing in a small
    network would be worse than either. It is never applied to the encoded inputs, which are
    REG-2's first layer, and never to the output.

    A forecast is that of `linear_forecast` with these hidden layers beside it, which correct it
    and say nothing before the first update; the variables share their weights.

    The L2 penalty is on the kernels of hidden and output layers, not on biases or embeddings.

    Args:
        preprocessor: The adapted inputs, as `model_inputs` returns them.
        task: What is to be predicted; decides the output layer.
        units: Width of each hidden layer; see `funnel` and `constant`.
        activation: Of the hidden layers: a name in `ACTIVATIONS` other than softmax. It also
            decides how kernels start: He for the ReLU family, Glorot for the rest.
        dropout: Share of a hidden layer's units dropped in a training step, from 0 to below 1.
        l2: Weight of the L2 penalty.
        batch_normalization: Whether to normalise each hidden layer over the batch, before its
            activation: for more than 10 layers or unstable training.
        mix_variables: Forecasting only: whether hidden layers see all variables of a window at
            once, instead of one after the other.
        target_mean: Regression only: mean of the training targets; 0 if not given.
        target_scale: Regression only: their standard deviation; 1 if not given.

    Returns:
        An uncompiled model of parts `preprocessor`, `trunk` and, for regression, `target_scale`.

    Raises:
        BadInput: A setting cannot be used; all of them are named at once.

    Source: Rumelhart, Hinton and Williams, "Learning representations by back-propagating errors",
    1986; initial weights after Glorot and Bengio, 2010, and He et al., 2015.

    Guide: ARC-1, ARC-3, ACT-1, ACT-8, REG-2, REG-3, REG-6, QS-1, QS-3.
    """
    import keras
    from keras import layers

    problems = setting_problems(
        units=units,
        dropout=dropout,
        l2=l2,
        batch_normalization=batch_normalization,
        mix_variables=mix_variables,
    )
    if task.kind == "forecasting":
        problems += window_problems(preprocessor, "mlp")
    if (problem := activation_problem(activation)) is not None:
        problems.append(problem)
    problems += scale_problems(task, target_mean, target_scale)
    if problems:
        raise BadInput(*problems)
    shape = find_activation(activation)
    counts = identifier_counts(preprocessor)
    penalty = keras.regularizers.L2(l2) if l2 else None

    # 1. Layers.
    embeddings = {
        key: layers.Embedding(count, embedding_width(count), name=f"embed_{key}")
        for key, count in counts.items()
        if is_text(key)
    }
    hidden: list[list[keras.Layer]] = []
    for number, width in enumerate(units, 1):
        name = f"hidden_{number}"
        dense = layers.Dense(
            width,
            use_bias=not batch_normalization,
            kernel_initializer=shape.initializer,
            kernel_regularizer=penalty,
            name=name,
        )
        group: list[keras.Layer] = [dense]
        if batch_normalization:
            group.append(layers.BatchNormalization(name=f"{name}_normalization"))
        group.append(layers.Activation(shape.name, name=f"{name}_activation"))
        if dropout:
            group.append(layers.Dropout(dropout, name=f"{name}_dropout"))
        hidden.append(group)
    if task.kind == "forecasting":
        trunk = forecast_trunk(preprocessor, task, l2, hidden, mix_variables)
        return join(preprocessor, trunk, task, "mlp")
    answer = answer_layer(task, penalty)

    # 2. Graph.
    inputs = encoded_inputs(preprocessor)
    streams = other_columns(inputs, counts)
    for key, embed in embeddings.items():
        ids = inputs[key]
        streams.append(masked_mean(embed(ids), word_mask(ids)))  # (n, words, 32) -> (n, 32)
    for key in ordered(inputs):
        if not is_text(key):
            steps = flat_frames(inputs[key], f"flat_{key}") if is_frames(key) else inputs[key]
            streams.append(step_statistics(steps, inputs[present_key(key)]))
    x = merged(streams)
    for group in hidden:
        for layer in group:
            x = layer(x)  # (n, units[i])
    trunk = keras.Model(inputs, answer(x), name="trunk")
    return join(preprocessor, trunk, task, "mlp", target_mean, target_scale)
