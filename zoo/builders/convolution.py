"""The convolutional network: short patterns, wherever they stand in an image or a sequence."""

# Keras types the results of its operations loosely.
# pyright: reportOptionalOperand=false, reportOperatorIssue=false, reportArgumentType=false
from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..encoded import is_image, is_text
from ..errors import BadInput, Problem
from ..heads import head
from ..inputs.preprocessing import identifier_counts
from ..masking import masked_mean
from ..registry import register
from ..setting_checks import setting_problems
from ..tasks import ROW_TASKS, Task
from .joining import encoded_inputs, join, scale_problems
from .streams import answer_layer, merged, other_columns, sequence_steps, step_problems

if TYPE_CHECKING:
    import keras

__all__ = ["convnet"]

KERNEL = 3
FIRST_KERNELS = (8, 5)
"""Steps that the first two convolutions over a series see at once; later ones see 3."""
MOMENTUM = 0.9
"""Of the statistics used after training: where an epoch has few batches, Keras's 0.99 lags."""
_SMALL_SIDE = 4


@register(
    "convnet",
    tasks=(*ROW_TASKS, "sequence_labelling"),
    inputs=("image", "sequence", "text", "audio", "frames"),
    best_for="Images, and series in which a short pattern tells, wherever it stands.",
    rules=("ARC-1", "REG-6"),
)
def convnet(
    preprocessor: keras.Model,
    task: Task,
    filters: Sequence[int] = (32, 64, 128),
    embedding_width: int = 64,
    dropout: float = 0.0,
    l2: float = 0.0,
    batch_normalization: bool = True,
    target_mean: float | Sequence[float] | None = None,
    target_scale: float | Sequence[float] | None = None,
) -> keras.Model:
    """Return a convolutional network that takes raw rows with an image, a sequence or a text.

    Shapes, for `n` rows: an image `(n, h, w, c)`, after each convolution `(n, h, w, filters[i])`,
    halved in height and width between two of them while a side has more than 4 pixels; the mean
    over all pixels `(n, filters[-1])`. A sequence `(n, t, width)`, a text embedded
    `(n, t, e)`, after each convolution `(n, t, filters[i])`; the mean over its steps
    `(n, filters[-1])`. Other columns stand beside the means; output `(n, task.outputs)`,
    probabilities or values in the target's unit; for sequence_labelling no mean is taken, and the
    output is `(n, t, classes)`. Steps of padding are 0 before each convolution and left out of
    statistics and means, so they are never read. A row without steps gives zeros.

    Kernels: 3 × 3 pixels; 8, 5 and then 3 steps of a series; 3 words of a text. Each is followed
    by batch normalization and ReLU.

    Parameters: for each convolution from `i` to `f` filters `(k i + 4) f` with a kernel of `k`
    pixels or steps (`(k i + 1) f` without batch normalization), for each text `e` for each
    word known, and `(s + 1) task.outputs` for the output from all of width `s`. Cost: `k i f`
    multiplications for each pixel or step and convolution; linear in the length, all at once.

    Args:
        preprocessor: The adapted inputs, as `model_inputs` returns them, with an image, a sequence
            or a text.
        task: What is to be predicted; decides the output layer.
        filters: Of each convolution.
        embedding_width: Width of the vector that stands for a word or a frame.
        dropout: Share of the means, or of the steps' vectors, dropped in a training step before the
            output.
        l2: Weight of the L2 penalty on the kernels.
        batch_normalization: Whether to normalise over the batch after each convolution.
        target_mean: Regression only: mean of the training targets; 0 if not given.
        target_scale: Regression only: their standard deviation; 1 if not given.

    Returns:
        An uncompiled model of parts `preprocessor`, `trunk` and, for regression, `target_scale`.

    Raises:
        BadInput: There is nothing to convolve, or a setting cannot be used; all are named at once.

    Source: LeCun and others, "Gradient-based learning applied to document recognition", 1998;
    over time Wang, Yan and Oates, "Time series classification from scratch", 2017, with their
    kernels of 8, 5 and 3 steps; batch normalization after Ioffe and Szegedy, 2015.

    Guide: ARC-1, ACT-1, REG-2, REG-3, REG-6.
    """
    import keras
    from keras import layers

    settings: dict[str, Any] = {
        "filters": filters,
        "embedding_width": embedding_width,
        "dropout": dropout,
        "l2": l2,
        "batch_normalization": batch_normalization,
    }
    problems = setting_problems(**settings) + scale_problems(task, target_mean, target_scale)
    problems += _input_problems(preprocessor, task)
    if problems:
        raise BadInput(*problems)
    counts = identifier_counts(preprocessor)
    penalty = keras.regularizers.L2(l2) if l2 else None

    # 1. Layers, for each image and each sequence its own; those of one are made in `_stack`.
    inputs = encoded_inputs(preprocessor)
    answer = answer_layer(task, penalty)

    def dropped(x: Any, name: str) -> Any:
        return layers.Dropout(dropout, name=f"{name}_dropout")(x) if dropout else x

    # 2. Graph.
    streams = other_columns({k: v for k, v in inputs.items() if not is_image(k)}, counts)
    for key in filter(is_image, inputs):
        x = _stack(inputs[key], None, key, filters, penalty, batch_normalization)
        mean = layers.GlobalAveragePooling2D(name=f"{key}_mean")
        streams.append(dropped(mean(x), key))  # (n, h, w, f) -> (n, f)
    for steps in sequence_steps(inputs, counts, embedding_width):
        key, present = steps.key, steps.present
        x = _stack(steps.x, present, key, filters, penalty, batch_normalization)  # (n, t, f)
        if not head(task).every_step:
            x = masked_mean(x, keras.ops.cast(present, x.dtype))  # (n, f)
        streams.append(dropped(x, key))
    output = answer(merged(streams))  # (n, outputs), or (n, t, outputs) for every step
    trunk = keras.Model(inputs, output, name="trunk")
    return join(preprocessor, trunk, task, "convnet", target_mean, target_scale)


def _stack(
    x: Any,
    present: Any,
    key: str,
    filters: Sequence[int],
    penalty: keras.Regularizer | None,
    normalised: bool,
) -> Any:
    """Return `x` `(n, h, w, c)` or `(n, t, width)` after all convolutions.

    Args:
        x: An image, or the steps of a sequence.
        present: 1 for each step that is there, `(n, t, 1)`; None for an image.
        key: The name of the encoded tensor.
        filters: Of each convolution.
        penalty: On the kernels.
        normalised: Whether to normalise over the batch.
    """
    from keras import layers, ops

    mask = None if present is None else ops.squeeze(ops.greater(present, 0.0), -1)  # (n, t)
    for number, width in enumerate(filters, 1):
        name = f"{key}_convolution_{number}"
        # 1. Layers.
        kind = layers.Conv2D if present is None else layers.Conv1D
        convolve = kind(
            width,
            _kernel(key, number),
            padding="same",
            use_bias=not normalised,
            kernel_initializer="he_normal",
            kernel_regularizer=penalty,
            name=name,
        )
        # 2. Graph.
        if present is not None:
            # Whatever stands in the padding would reach the last steps.
            x = x * ops.cast(present, x.dtype)
        x = convolve(x)
        if normalised:
            normalise = layers.BatchNormalization(momentum=MOMENTUM, name=f"{name}_normalization")
            x = normalise(x, mask=mask)
        x = layers.Activation("relu", name=f"{name}_activation")(x)
        if present is None and number < len(filters) and min(x.shape[1:3]) > _SMALL_SIDE:
            x = layers.MaxPooling2D(name=f"{name}_halved")(x)  # (n, h, w, f) -> (n, h / 2, …)
    return x


def _kernel(key: str, number: int) -> int:
    """Return how many pixels of a side, steps or words a convolution sees at once."""
    if is_image(key) or is_text(key) or number > len(FIRST_KERNELS):
        return KERNEL
    return FIRST_KERNELS[number - 1]


def _input_problems(preprocessor: keras.Model, task: Task) -> list[Problem]:
    """Return what keeps a convolutional network from these inputs."""
    images = any(map(is_image, preprocessor.output))
    if images and not head(task).every_step:
        return []
    return step_problems(preprocessor, task, "convnet")
