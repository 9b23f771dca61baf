"""Builders of the user's own: `build(hp)` or a `keras_tuner.HyperModel`, trained and scored."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.errors import BadInput, Problem, bad_input
from ..config import Config
from ..dataset import Dataset
from ..studying.measuring import Measure
from ..studying.outcomes import Outcome, OutOfTime, task_of
from ..studying.places import Place
from ..training.building import seeded
from ..training.compiling import keras_labels
from ..training.runs import peak_memory

if TYPE_CHECKING:
    from ..training.fitting import Listener

__all__ = ["config_or_model", "model_outcome"]

PREDICTED_AT_ONCE = 1024


def config_or_model(hypermodel: Any, values: Mapping[str, Any], seed: int) -> tuple[Any, Any]:
    """Return what a builder makes of the values of a trial, and its hyperparameters.

    Args:
        hypermodel: `build(hp)`, or something with a method of that name.
        values: By name.
        seed: Of the first weights.

    Returns:
        A `Config` or a compiled Keras model, and the `keras_tuner.HyperParameters`.

    Raises:
        BadInput: The builder refused the values, or returned something else.
    """
    import keras
    import keras_tuner

    hp = keras_tuner.HyperParameters()
    hp.values = dict(values)
    build = getattr(hypermodel, "build", hypermodel)
    try:
        with seeded(seed):
            made = build(hp)
    except (keras_tuner.errors.FailedTrialError, ValueError) as error:
        if isinstance(error, BadInput | keras_tuner.errors.FatalError):
            raise
        message = "No model can be built of these values"
        raise BadInput(Problem("setting_invalid", message, received=str(error))) from error
    if not isinstance(made, Config) and getattr(made, "optimizer", None) is None:
        raise bad_input(
            "builder_unusable",
            "The builder of models returned something that cannot be trained",
            expected="a compiled Keras model, or a Config",
            received=f"an uncompiled model {made.name}"
            if isinstance(made, keras.Model)
            else type(made).__name__,
        )
    return made, hp


def model_outcome(
    hypermodel: Any,
    hp: Any,
    model: Any,
    config: Config,
    place: Place,
    measure: Measure,
    *,
    key: str,
    baseline: Any,
    listener: Listener | None,
    deadline: float | None,
) -> Outcome:
    """Fit a model of the user's in a place, and score it as a config's is scored.

    The best weights are kept in memory, and no checkpoint is written.

    Args:
        hypermodel: The builder; its `fit` is used where it has one of its own.
        hp: The hyperparameters; `batch_size` and `epochs` among them are used.
        model: What it built.
        config: Where batch size, epochs and patience come from otherwise.
        place: The rows and the seed.
        measure: The metric that decides.
        key: A name for the trial.
        baseline: Scores of naive answers, for the diagnosis.
        listener: Told of every epoch.
        deadline: Reading of `time.monotonic` at which the training ends.

    Raises:
        OutOfTime: The deadline came first.
    """
    import keras

    from ...callbacks import Diagnose

    started = time.monotonic()
    rows, held = place.splits.train, place.splits.validation
    task = task_of(rows)
    watcher = Diagnose(baseline=baseline, verbose=0)
    clock = _clock(model, listener, deadline)
    patience = config.early_stopping_patience or config.epochs
    callbacks = [
        watcher,
        keras.callbacks.TerminateOnNaN(),
        keras.callbacks.EarlyStopping(
            "val_loss", mode="min", patience=patience, restore_best_weights=True
        ),
        clock,
    ]
    labels = [keras_labels(np.asarray(part.labels), task, config, None) for part in (rows, held)]
    inputs = [_inputs(model, part) for part in (rows, held)]
    shared: dict[str, Any] = {
        "validation_data": (inputs[1], labels[1]),
        "epochs": min(hp.values.get("epochs", config.epochs), config.epochs),
        "callbacks": callbacks,
        "verbose": 0,
    }
    with seeded(place.seed):
        if hasattr(hypermodel, "fit"):
            if not _overrides_fit(hypermodel):
                shared["batch_size"] = hp.values.get("batch_size", config.batch_size)
            hypermodel.fit(hp, model, inputs[0], labels[0], **shared)
        else:
            batch_size = hp.values.get("batch_size", config.batch_size)
            model.fit(inputs[0], labels[0], batch_size=batch_size, **shared)
    if clock.late:
        raise OutOfTime("The time was up before this training ended.")
    history = clock.history
    finite = [
        (logs["val_loss"], epoch)
        for epoch, logs in enumerate(history, 1)
        if math.isfinite(logs.get("val_loss", math.nan))
    ]
    best = min(finite)[1] if finite else 0
    figures = {
        "epochs": float(len(history)),
        "best_epoch": float(best),
        "parameters": float(model.count_params()),
    }
    failed = "" if finite else "The loss was never finite, so that there is no model."
    score, answers = math.nan, np.empty(0)
    if not failed:
        figures |= {name: history[best - 1][name] for name in ("loss", "val_loss")}
        answers = np.asarray(model.predict(inputs[1], batch_size=PREDICTED_AT_ONCE, verbose=0))
        score = measure.score(held.labels, answers, task)
    seconds = time.monotonic() - started
    memory = peak_memory()
    found = tuple(watcher.findings)
    return Outcome(key, place.number, score, found, figures, seconds, memory, failed, answers)


def _inputs(model: Any, rows: Dataset) -> Any:
    """Return the rows as a model takes them: by name, or as one table of numbers."""
    from ... import zoo

    names = [tensor.name for tensor in getattr(model, "inputs", None) or ()]
    if set(names) == set(rows.features):
        return zoo.to_tensors(rows.features, rows.columns)
    values = [np.asarray(rows.features[column.name]) for column in rows.columns]
    if len(values) == 1 and values[0].dtype != object:
        return values[0]
    return _table(values, rows)


def _table(values: list[NDArray[Any]], rows: Dataset) -> NDArray[np.float32]:
    texts = [c.name for c, v in zip(rows.columns, values, strict=True) if v.dtype == object]
    if texts:
        raise bad_input(
            "builder_unusable",
            "The model takes one table of numbers, and the data has other columns",
            expected=f"a model with inputs named {', '.join(rows.features)}",
            received=", ".join(texts[:5]),
            remedy="Build on goodfit.zoo.model_inputs, which takes raw columns",
        )
    return np.concatenate([v.reshape(len(rows), -1) for v in values], axis=1).astype(np.float32)


def _overrides_fit(hypermodel: Any) -> bool:
    import keras_tuner

    return type(hypermodel).fit is not keras_tuner.HyperModel.fit


def _clock(model: Any, listener: Listener | None, deadline: float | None) -> Any:
    """Return a callback that keeps the logs, tells the listener, and ends with the time."""
    import keras

    class Clock(keras.callbacks.Callback):
        def __init__(self) -> None:
            super().__init__()
            self.history: list[dict[str, float]] = []
            self.late = False

        def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
            told = {name: float(value) for name, value in (logs or {}).items()}
            self.history.append(told)
            if listener is not None:
                listener("epoch", {"epoch": epoch + 1, **told})
            if deadline is not None and time.monotonic() > deadline:
                self.late = model.stop_training = True

    return Clock()
