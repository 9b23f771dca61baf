"""Forecasts from a window of a series: the linear model, and what the perceptron adds to it."""

# Keras types the results of its operations loosely.
# pyright: reportOptionalOperand=false, reportOperatorIssue=false, reportArgumentType=false
# pyright: reportOptionalSubscript=false, reportIndexIssue=false, reportCallIssue=false
from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..encoded import LEVEL, is_mark, ordered
from ..errors import BadInput, Problem
from ..registry import register
from ..setting_checks import setting_problems
from ..tasks import Task
from .joining import encoded_inputs, join

if TYPE_CHECKING:
    import keras

__all__ = ["forecast_trunk", "linear_forecast", "window_problems"]


@register(
    "linear_forecast",
    tasks=("forecasting",),
    inputs=("sequence",),
    best_for="Series: one weight for each past step and each step ahead; the first to try.",
    rules=("BP-1", "ARC-4"),
)
def linear_forecast(preprocessor: keras.Model, task: Task, l2: float = 0.0) -> keras.Model:
    """Return a linear model of a window that takes raw windows of a series.

    Shapes, for `n` rows, windows of `t` steps of `v` variables and a horizon of `h`: raw window
    `(n, t + 1, v + known)`; encoded `(n, t, v)`, turned to `(n, v, t)`; output `(n, h, targets)` in
    the target's unit. All variables share their weights, each is forecast from its own past, which
    measures better than weights from every variable to every other (Zeng and others). The first
    forecast, before any training, is the level of the window.

    What is known ahead, such as the hour, comes as of the first step ahead alone: it is sines and
    cosines, of which those of every other step are sums with fixed weights.

    Parameters: `(t + k + 1) h` for `k` numbers known ahead, twice the `t` if steps are missing.
    Cost: two operations for each weight and variable; grows with the length, hardly noticed.

    Args:
        preprocessor: The adapted inputs, as `model_inputs` returns them with `windows`.
        task: A forecast.
        l2: Weight of the L2 penalty on the weights.

    Returns:
        An uncompiled model of parts `preprocessor`, `trunk` and `target_scale`.

    Raises:
        BadInput: The inputs are no window, or a setting cannot be used; all are named at once.

    Source: Zeng and others, "Are Transformers effective for time series forecasting?", 2023.

    Guide: BP-1, ARC-4, ACT-8, SEQ-10.
    """
    problems = setting_problems(l2=l2) + window_problems(preprocessor, "linear_forecast")
    if problems:
        raise BadInput(*problems)
    return join(preprocessor, forecast_trunk(preprocessor, task, l2), task, "linear_forecast")


def window_problems(preprocessor: keras.Model, name: str) -> list[Problem]:
    """Return what keeps the builder `name`, which reads one window of a series, from these inputs.

    Args:
        preprocessor: The adapted inputs.
        name: Of the builder.
    """
    keys = list(preprocessor.output)
    if LEVEL in keys and len(ordered(keys)) == 1:
        return []
    return [
        Problem(
            "model_inputs",
            f"The model {name} forecasts from one window of a series",
            "one sequence, encoded as a window",
            ", ".join(key for key in keys if not is_mark(key)),
            "Read the table with --horizon, which makes windows of it",
        )
    ]


def forecast_trunk(
    preprocessor: keras.Model,
    task: Task,
    l2: float = 0.0,
    hidden: Sequence[Sequence[keras.Layer]] = (),
    mix_variables: bool = False,
) -> keras.Model:
    """Return a trunk that is linear in the window, and hidden layers beside that.

    Args:
        preprocessor: The adapted inputs.
        task: A forecast.
        l2: Weight of the L2 penalty.
        hidden: Groups of layers that are carried out one after the other; their last output gets
            weights of its own, 0 at first, so that a training begins at the linear model.
        mix_variables: Whether the hidden layers see all variables at once, instead of one.
    """
    import keras
    from keras import layers, ops

    variables = preprocessor.output[LEVEL].shape[1]
    horizon, targets = task.horizon, task.outputs
    penalty = keras.regularizers.L2(l2) if l2 else None

    def weights(units: int, name: str) -> keras.layers.Dense:
        # Single precision whatever the policy, as that of every output.
        return layers.Dense(
            units,
            kernel_initializer="zeros",
            kernel_regularizer=penalty,
            dtype="float32",
            name=name,
        )

    # 1. Layers.
    linear = weights(horizon, "output")
    correct = weights(horizon * targets if mix_variables else horizon, "correction")

    # 2. Graph.
    inputs = encoded_inputs(preprocessor)
    window: Any = inputs[ordered(inputs)[0]]  # (n, t, f)
    has_marks = window.shape[2] >= 2 * variables and _has_marks(preprocessor, variables)
    past = [ops.transpose(window[:, :, :variables], (0, 2, 1))]  # (n, v, t)
    if has_marks:
        past.append(ops.transpose(window[:, :, variables : 2 * variables], (0, 2, 1)))
    ahead = inputs.get("dense")  # (n, k)
    if ahead is not None:
        past.append(layers.RepeatVector(variables, name="ahead")(ahead))
    x: Any = ops.concatenate(past, axis=2) if len(past) > 1 else past[0]
    output: Any = linear(x[:, :targets])  # (n, targets, h)
    if hidden:
        own: Any = x[:, :targets]
        if mix_variables:
            seen = [layers.Flatten(name="all_variables")(ops.concatenate(past[: 1 + has_marks], 2))]
            own = ops.concatenate([*seen, ahead], axis=1) if ahead is not None else seen[0]
        for group in hidden:
            for layer in group:
                own = layer(own)
        correction = correct(own)
        if mix_variables:
            correction = ops.reshape(correction, (-1, targets, horizon))
        output = output + correction
    output = ops.transpose(output, (0, 2, 1))  # (n, h, targets)
    return keras.Model(inputs, output, name="trunk")


def _has_marks(preprocessor: keras.Model, variables: int) -> bool:
    """Return whether an encoded window has an indicator for each variable."""
    keys = preprocessor.output
    known = keys["dense"].shape[1] if "dense" in keys else 0
    return keys[ordered(keys)[0]].shape[2] == 2 * variables + known
