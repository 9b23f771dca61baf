"""What comes next in a series: several steps ahead, of one variable or several.

Labels are arrays `(n, horizon, targets)`, NaN where unknown; answers are `Forecasts`, which know
what MASE and OWA compare with.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.encoded import LEVEL, SPREAD
from ...zoo.tasks import Task
from ..dataset import Dataset
from .methods import Method, TrainingArrays
from .naive_forecasts import linear_forecasts, repeated, seasonal

if TYPE_CHECKING:
    import keras
    import pandas as pd

__all__ = ["METHOD", "Forecasts"]

LARGEST_SCALED = 30.0
"""A target further from its window's level, in spreads, counts as so far in the loss."""
_SHOWN = 4


@dataclass(frozen=True)
class Forecasts:
    """Forecasts for some windows, with what they are measured against.

    Args:
        values: In the target's unit, shape `(n, horizon, targets)`.
        scale: What MASE divides by, `(n, targets)`; NaN where unknown.
        yardstick: The last season repeated, of the shape of `values`, to which OWA compares.
    """

    values: NDArray[Any]
    scale: NDArray[np.float64]
    yardstick: NDArray[Any]

    def __len__(self) -> int:
        """Return the number of windows."""
        return len(self.values)

    def __getitem__(self, position: int) -> NDArray[Any]:
        """Return the forecast of one window, `(horizon, targets)`."""
        return self.values[position]


def _window(rows: Dataset) -> NDArray[Any]:
    return rows.features[rows.columns[0].name]


def _prepare(
    model: keras.Model, dataset: Dataset, encoded: dict[str, NDArray[Any]]
) -> TrainingArrays:
    """Return labels in spreads from the level of their window, and 0 as weight where unknown."""
    del model
    level, spread = encoded.pop(LEVEL), encoded.pop(SPREAD)
    if dataset.labels is None:
        raise ValueError("rows to predict have no labels")
    targets = dataset.labels.shape[2]
    labels = (dataset.labels - level[:, None, :targets]) / spread[:, None, :targets]
    known = ~np.isnan(labels)
    labels = np.clip(np.where(known, labels, 0.0), -LARGEST_SCALED, LARGEST_SCALED)
    if known.all():
        return encoded, labels.astype(np.float32), None
    # A step has one weight for all its targets, so it counts where all of them are known.
    weights: NDArray[Any] = np.asarray(known.all(axis=2), np.float32)
    return encoded, labels.astype(np.float32), weights


def _forecasts(values: NDArray[Any], rows: Dataset, task: Task) -> Forecasts:
    unknown = np.full((len(values), task.outputs), np.nan)
    scale = rows.extras.get("scale", unknown)
    return Forecasts(values, scale, seasonal(_window(rows), task))


def _answer(model: keras.Model, rows: Dataset) -> Forecasts:
    """Return the model's forecasts, in the target's unit."""
    from ..training.saving import raw_outputs

    values = raw_outputs(model, rows.features, rows.columns)
    task = rows.task
    if task is None:  # rows to predict have none, and nothing to be compared with
        return Forecasts(values, np.full((len(values), values.shape[2]), np.nan), values)
    return _forecasts(values, rows, task)


def _figures(labels: Any, answers: Any, task: Task) -> NDArray[np.float64]:
    """Return, of each window, sums over steps and targets and how many there are of them.

    Known ones; squared and absolute errors; symmetric percentages of the forecast and of the
    yardstick; ones with a scale; scaled errors of the forecast and of the yardstick.
    """
    labels = np.asarray(labels)
    if not isinstance(answers, Forecasts):
        values = np.asarray(answers)
        answers = Forecasts(values, np.full((len(values), task.outputs), np.nan), values)
    known = ~np.isnan(labels)
    truth = np.where(known, labels, 0.0).astype(np.float64)
    found = []
    for values in (answers.values, answers.yardstick):
        values = np.where(known, np.nan_to_num(values), 0.0).astype(np.float64)
        error = np.abs(values - truth)
        size = np.abs(values) + np.abs(truth)
        share = np.divide(2 * error, size, out=np.zeros_like(error), where=size > 0)
        scaled = error / answers.scale[:, None]
        found.append((error, share, np.nan_to_num(scaled)))
    has_scale = known & np.isfinite(answers.scale)[:, None]
    (error, share, scaled), (_, other_share, other_scaled) = found
    sums = [known, np.square(error), error, share, other_share, has_scale, scaled, other_scaled]
    return np.stack([each.sum(axis=(1, 2)) for each in sums], axis=1).astype(np.float64)


def _metrics(sums: NDArray[np.float64], task: Task) -> dict[str, NDArray[np.float64]]:
    """Return the metrics; percentages count to 200, and OWA is 1 for the last season repeated.

    Source: Hyndman and Koehler, 2006 (MASE); Makridakis and others, "The M4 competition", 2020.
    """
    del task
    known, squared, absolute, share, other_share, scaled_count, scaled, other_scaled = sums
    with np.errstate(divide="ignore", invalid="ignore"):
        return {
            "mase": scaled / scaled_count,
            "mse": squared / known,
            "rmse": np.sqrt(squared / known),
            "mae": absolute / known,
            "smape": 100 * share / known,
            "owa": (share / other_share + scaled / other_scaled) / 2,
        }


def _naive(train: Dataset, rows: Dataset) -> dict[str, Any]:
    """Return the last value and the last season repeated, the window's mean, and a ridge on it."""
    task = train.task
    if task is None:
        raise ValueError("training rows have a task")
    answers = {"repeat-last": repeated(_window(rows), task)}
    if task.season > 1:
        answers["seasonal-naive"] = seasonal(_window(rows), task)
    answers["mean"] = repeated(_window(rows), task, mean=True)
    answers["linear"] = linear_forecasts(train, rows)
    return {name: _forecasts(values, rows, task) for name, values in answers.items()}


def _shown(answer: NDArray[Any], task: Task) -> str:
    """Return the first steps of the first target, as a person reads them."""
    first = ", ".join(f"{value:.4g}" for value in answer[:_SHOWN, 0])
    more = f", … ({len(answer)} steps)" if len(answer) > _SHOWN else ""
    return f"{task.names[0]} {first}{more}" if len(task.names) > 1 else first + more


def _frame(answers: Any, task: Task, rows: Dataset) -> pd.DataFrame:
    """Return a row for each series and step ahead, with its time."""
    import pandas as pd

    count, horizon, targets = answers.values.shape
    data: dict[str, Any] = {}
    names = rows.extras["series"]
    if rows.options.get("series"):
        data[rows.options["series"]] = np.repeat(names, horizon)
    time = rows.options.get("time") or "step"
    if "moments" in rows.extras:
        data[time] = rows.extras["moments"].reshape(-1)
    else:
        data["row"] = np.repeat(rows.rows, horizon)
        data["step"] = np.tile(np.arange(1, horizon + 1), count)
    flat = answers.values.reshape(count * horizon, targets)
    if targets == 1:
        data["prediction"] = flat[:, 0]
    else:
        data |= {f"prediction_{name}": flat[:, i] for i, name in enumerate(task.names)}
    return pd.DataFrame(data)


METHOD = Method(
    _prepare,
    _answer,
    _figures,
    _metrics,
    ("mase", "mse", "mae", "smape", "owa"),
    frozenset(["mase", "mse", "rmse", "mae", "smape", "owa"]),
    _naive,
    _frame,
    _shown,
    inputs={"windows": True},
    units="windows",
)
