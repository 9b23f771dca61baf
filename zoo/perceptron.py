"""The multilayer perceptron: hidden layers of units that are each connected to all before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .activations import activation as find_activation
from .activations import activation_problem
from .errors import BadInput, Problem
from .heads import head
from .joining import encoded_inputs, join, scale_problems
from .registry import register
from .tabular import identifier_counts
from .tasks import TASK_KINDS, Task

if TYPE_CHECKING:
    import keras

__all__ = ["embedding_width", "mlp"]

_MAXIMUM_UNITS = 65_536
_WIDEST_EMBEDDING = 32


@register(
    "mlp",
    tasks=TASK_KINDS,
    inputs=("table",),
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
    target_mean: float | Sequence[float] | None = None,
    target_scale: float | Sequence[float] | None = None,
) -> keras.Model:
    """Return a multilayer perceptron that takes raw rows.

    Shapes, for `n` rows: raw columns `(n, 1)` or `(n, width)`; encoded `dense` `(n, d)` and, where
    embedded, `categories` `(n, c)` of width `e` each and texts of width 32 each; hidden
    `(n, units[i])`; output `(n, task.outputs)`, probabilities or values in the target's unit.

    Parameters: `(i + 1) u` for each dense layer from width `i` to `u` (`i u` and four for each
    unit with batch normalization), the first from `d + c e + 32 t` for `t` texts, and the width
    for each row of an embedding table. Cost: about two operations for each parameter of the dense
    layers and row, three times that in training.

    Dropout follows every hidden layer, whatever its width. REG-2 asks for it after layers of 512
    units and more, while QS-3 asks for it in networks of 128; a setting that did nothing in a small
    network would be worse than either. It is never applied to the encoded inputs, which are
    REG-2's first layer, and never to the output.

    The L2 penalty is on the kernels of hidden and output layers, not on biases or embeddings.

    Args:
        preprocessor: The adapted inputs, as `tabular_inputs` returns them.
        task: What is to be predicted; decides the output layer.
        units: Width of each hidden layer; see `funnel` and `constant`.
        activation: Of the hidden layers: a name in `ACTIVATIONS` other than softmax. It also
            decides how kernels start: He for the ReLU family, Glorot for the rest.
        dropout: Share of a hidden layer's units dropped in a training step, from 0 to below 1.
        l2: Weight of the L2 penalty.
        batch_normalization: Whether to normalise each hidden layer over the batch, before its
            activation: for more than 10 layers or unstable training.
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
    from keras import layers, ops

    problems = _problems(units, activation, dropout, l2, batch_normalization)
    problems += scale_problems(task, target_mean, target_scale)
    if problems:
        raise BadInput(*problems)
    shape = find_activation(activation)
    output = head(task)
    counts = identifier_counts(preprocessor)
    penalty = keras.regularizers.L2(l2) if l2 else None

    # 1. Layers.
    embeddings = {
        key: layers.Embedding(count, embedding_width(count), name=f"embed_{key}")
        for key, count in counts.items()
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
    # Single precision whatever the policy: probabilities of 1e-4 vanish in half precision.
    answer = layers.Dense(
        task.outputs,
        output.activation,
        kernel_regularizer=penalty,
        dtype="float32",
        name="output",
    )

    # 2. Graph.
    inputs = encoded_inputs(preprocessor)
    streams = []
    for key, x in inputs.items():
        if key == "dense":
            streams.append(x)  # (n, d)
        elif key == "categories":
            streams.append(layers.Flatten(name="flatten_categories")(embeddings[key](x)))
        else:
            present: Any = ops.expand_dims(ops.cast(ops.not_equal(x, 0), "float32"), -1)
            words: Any = ops.sum(embeddings[key](x) * present, axis=1)  # (n, words, 32) -> (n, 32)
            streams.append(words / ops.maximum(ops.sum(present, axis=1), 1.0))
    x = layers.Concatenate(name="encoded")(streams) if len(streams) > 1 else streams[0]
    for group in hidden:
        for layer in group:
            x = layer(x)  # (n, units[i])
    trunk = keras.Model(inputs, answer(x), name="trunk")
    return join(preprocessor, trunk, task, "mlp", target_mean, target_scale)


def embedding_width(count: int) -> int:
    """Return the width of an embedding for `count` different values.

    It grows with the power 0.56 of the count, as fastai chooses it, and stops at 32.

    Examples:
        >>> embedding_width(60), embedding_width(20_000)
        (16, 32)
    """
    return min(_WIDEST_EMBEDDING, round(1.6 * count**0.56))


def _problems(
    units: Any, activation: Any, dropout: Any, l2: Any, batch_normalization: Any
) -> list[Problem]:
    problems = []

    def refuse(name: str, expected: str, value: Any) -> None:
        message = f"The setting {name} cannot be used"
        problems.append(Problem("setting_invalid", message, expected, repr(value)))

    def is_number(value: Any) -> bool:
        return isinstance(value, int | float) and not isinstance(value, bool)

    def is_width(value: Any) -> bool:
        return isinstance(value, int) and is_number(value) and 1 <= value <= _MAXIMUM_UNITS

    if not isinstance(units, list | tuple) or not units or not all(map(is_width, units)):
        refuse("units", f"a list of whole numbers from 1 to {_MAXIMUM_UNITS}", units)
    if (problem := activation_problem(activation)) is not None:
        problems.append(problem)
    if not is_number(dropout) or not 0 <= dropout < 1:
        refuse("dropout", "a share from 0 to below 1", dropout)
    if not is_number(l2) or not 0 <= l2 < float("inf"):
        refuse("l2", "a number that is not below 0", l2)
    if not isinstance(batch_normalization, bool):
        refuse("batch_normalization", "True or False", batch_normalization)
    return problems
