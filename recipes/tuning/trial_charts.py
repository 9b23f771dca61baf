"""A folder of TensorBoard for each trial: its settings, its score, the losses of a training."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...zoo.errors import MissingExtra, require
from ..config import Config
from .journal import Journal, Trial

__all__ = ["TrialCharts"]

KINDS = {"loss": "train", "val_loss": "validation"}


class TrialCharts:
    """Writes each trial once it has ended, so that HParams compares them all.

    Every value is a number, a text, or a yes or no, and no trial lacks one that another has: so
    parallel coordinates show them all. What is missing after a crash is written when the search
    goes on. Without tensorboard nothing is written.

    Args:
        folder: Where each trial gets a folder of its name.
        metric: The name of the score.
        journal: The trials so far.
    """

    def __init__(self, folder: Path, metric: str, journal: Journal) -> None:
        self._folder, self._metric, self._journal = folder, metric, journal
        try:
            require("tensorboard", "tensorboard")
            self._works = True
        except MissingExtra:
            self._works = False

    def missing(self) -> list[Trial]:
        """Return the trials that ended and have no folder yet."""
        ended = (trial for trial in self._journal.trials.values() if trial.result is not None)
        return [trial for trial in ended if not (self._folder / trial.name).exists()]

    def write(self, trial: Trial, config: Config | None, settings: tuple[str, ...]) -> None:
        """Write a trial that has ended.

        Args:
            trial: The trial.
            config: Its config, which knows the values that did not matter; None for a builder of
                the user's.
            settings: What the space varies.

        Raises:
            BadInput: The disk is full.
        """
        result = trial.result
        if not self._works or result is None:
            return
        from ...callbacks.charting.event_files import EventFiles
        from ...callbacks.charting.settings import (
            findings_data,
            session_end,
            session_start,
            told_value,
        )
        from ...callbacks.tensorboard_values import layout, scalar

        files = EventFiles(self._folder / trial.name)
        shown = {name: _shown(trial.values, config, name) for name in settings}
        began = time.time() - result.seconds
        values = [session_start(shown, began)]
        for step, score in enumerate(result.scores, 1):
            if math.isfinite(score):
                files.write("", step, [*values, scalar(f"places/{self._metric}", score)])
                values = []
        told = {"score": result.score, "spread": result.spread, "seconds": result.seconds}
        told |= {name: value for name, value in result.figures.items() if "loss" in name}
        told["epochs"] = sum(result.epochs) / max(len(result.epochs), 1)
        values += [scalar(f"trial/{n}", v) for n, v in told.items() if math.isfinite(v)]
        values.append(session_end(time.time(), failed=result.status != "completed"))
        data = findings_data(result.findings, len(result.history), final=True)
        values += [told_value(data), layout(["loss"])]
        files.write("", max(len(result.scores), 1), values)
        for epoch, logs in enumerate(result.history, 1):
            for name, run in KINDS.items():
                if math.isfinite(logs.get(name, math.nan)):
                    files.write(run, epoch, [scalar("loss", logs[name])])


def _shown(values: Mapping[str, Any], config: Config | None, name: str) -> Any:
    value = values.get(name)
    if value is None and config is not None:
        value = getattr(config, name)
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return "none" if value is None else value
