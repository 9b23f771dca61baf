"""The next steps of a series, or of several: from a table with a time and a column of numbers.

    goodfit train town_load.csv --time hour --target load --horizon 24
    goodfit predict RUN town_load.csv --output tomorrow.csv

`python -m goodfit.recipes.forecasting` runs this on 60 days of a made town's load, an hour a step,
and took 5 seconds on two CPU cores. On the validation windows the mean absolute scaled error was
.67, and 1.15 by the day before (OWA .58). What was measured on public series, where the last value
may be hard to beat, is in `docs/zoo_numbers.md`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .choosing.configuring import choose_config
from .completing import Clock, carry_out
from .reading.loading import load
from .splitting.parts import split
from .training.fitting import Listener
from .training.runs import Run

__all__ = ["forecast_series"]


def forecast_series(
    source: Any,
    target: str | Sequence[str] | None = None,
    *,
    horizon: int,
    time: str | None = None,
    series: str | None = None,
    lookback: int | None = None,
    season: int | None = None,
    output: str | Path | None = None,
    model: str = "linear_forecast",
    epochs: int = 40,
    seed: int = 0,
    test: bool = False,
    progress: Listener | None = None,
) -> Run:
    """Train a model that forecasts `horizon` steps from the `lookback` steps before them.

    Args:
        source: A table with a row for each step, in any order; steps without a row are missing.
        target: The columns to forecast; all columns of numbers when left out. The others are
            looked back on, where the model mixes variables.
        horizon: Steps to forecast.
        time: The column of dates or numbers that orders the rows; their order when left out.
        series: The column that tells several series apart; one model learns from all of them.
        lookback: Steps to forecast from; some seasons when left out.
        season: Steps of a cycle, such as 24 for hours; the usual one of the step when left out.
        output: A new folder for the run; in memory when left out.
        model: `linear_forecast`, `mlp` (the same with hidden layers beside it), or one that reads
            the window step by step, such as `gru`.
        epochs: Passes over the training windows, at most.
        seed: Decides the first weights and the order of the windows; the split is by time.
        test: Open the sealed test set, the last steps, at the end.
        progress: Told of steps and epochs.

    Returns:
        The run; `predict(run, table)` gives the steps that follow the last one of each series.

    Guide: SEQ-1, SEQ-10, PH-1c, BP-1.
    """
    clock = Clock(progress)
    clock.step("load", "reading the series")
    dataset = load(
        source, target, horizon=horizon, time=time, series=series, lookback=lookback, season=season
    )

    clock.step("prepare", "auditing and splitting")
    # By time: what the test is to forecast comes after all that was trained on and watched.
    splits = split(dataset, seed=seed)

    config = choose_config(splits, seed=seed, overrides=[f"model={model}"]).replace(
        reason="it is the recipe for series",
        optimizer="adam",
        # Neighbouring windows say nearly the same: small steps, or the first epochs overfit.
        learning_rate=0.001,
        epochs=epochs,
        early_stopping_patience=6,
        reduce_learning_rate_patience=3,
    )
    return carry_out(config, dataset, splits, output, clock=clock, test=test)


if __name__ == "__main__":
    from .making.showing import show_example

    show_example("town_load", forecast_series)
