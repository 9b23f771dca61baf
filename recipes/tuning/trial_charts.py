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
from .space import Space

__all__ = ["TrialCharts"]

KINDS = {"loss": "train", "val_loss": "validation"}
FIGURES = {"epochs": "epochs", "seconds": "seconds"}
"""What the table shows beside the score. A spread is not always there, and a line without a value
is not drawn."""


class TrialCharts:
    """Writes each trial once it has ended, so that HParams compares them all.

    Every value is a number, a text, or a yes or no, no trial lacks one that another has, and the
    columns are those of the search: so parallel coordinates show every trial that has a score. What
    is missing after a crash is written when the search goes on. Without tensorboard nothing is
    written.

    Args:
        folder: Where each trial gets a folder of its name.
        metric: The name of the score.
        space: What the search varies.
        journal: The trials so far.
    """

    def __init__(self, folder: Path, metric: str, space: Space, journal: Journal) -> None:
        self._folder, self._metric, self._journal = folder, metric, journal
        self._space = space
        try:
            require("tensorboard", "tensorboard")
            self._works = True
        except MissingExtra:
            self._works = False

    def missing(self) -> list[Trial]:
        """Return the trials that ended and have no folder yet."""
        ended = (trial for trial in self._journal.trials.values() if trial.result is not None)
        return [trial for trial in ended if not (self._folder / trial.name).exists()]

    def write(self, trial: Trial, config: Config | None) -> None:
        """Write a trial that has ended.

        Args:
            trial: The trial.
            config: Its config, which knows the values that did not matter; None for a builder of
                the user's.

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

        if not self._folder.exists():
            EventFiles(self._folder).write("", 0, [_columns(self._space, self._metric)])
        files = EventFiles(self._folder / trial.name)
        shown = {each.setting: _shown(trial.values, config, each.setting) for each in self._space}
        start = session_start(shown, time.time() - result.seconds)
        # A table of several searches has room for so many letters.
        values = [_named(start, f"{trial.name} {self._folder.parent.name[-4:]}")]
        for step, score in enumerate(result.scores, 1):
            if math.isfinite(score):
                files.write("", step, [*values, scalar(f"places/{self._metric}", score)])
                values = []
        told = {"score": result.score, "spread": result.spread, "seconds": result.seconds}
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


def _columns(space: Space, metric: str) -> Any:
    """Return what HParams compares: the settings that vary, and what came of them."""
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.plugins.hparams import api_pb2, metadata, plugin_data_pb2

    experiment = api_pb2.Experiment(time_created_secs=time.time())
    for each in space:
        info = experiment.hparam_infos.add(name=each.setting, description=each.reason)
        if each.kind == "boolean":
            info.type = api_pb2.DATA_TYPE_BOOL
        elif each.kind == "choice" and isinstance(each.options[0], str):
            info.type = api_pb2.DATA_TYPE_STRING
            info.domain_discrete.extend(each.options)
        else:
            # Without limits: a setting that does not matter in a trial may lie outside of them.
            info.type = api_pb2.DATA_TYPE_FLOAT64
    for name, title in {"score": metric.replace("_", " "), **FIGURES}.items():
        tag = api_pb2.MetricName(tag=f"trial/{name}")
        experiment.metric_infos.add(name=tag, display_name=title)
    data = plugin_data_pb2.HParamsPluginData(experiment=experiment)
    return Summary.Value(
        tag=metadata.EXPERIMENT_TAG,
        metadata=metadata.create_summary_metadata(data),
        tensor=metadata.NULL_TENSOR,
    )


def _named(start: Any, name: str) -> Any:
    """Return what begins a row of HParams, with a name for it."""
    from tensorboard.plugins.hparams import plugin_data_pb2

    data = plugin_data_pb2.HParamsPluginData.FromString(start.metadata.plugin_data.content)
    data.session_start_info.group_name = name
    start.metadata.plugin_data.content = data.SerializeToString()
    return start


def _shown(values: Mapping[str, Any], config: Config | None, name: str) -> Any:
    value = values.get(name)
    if value is None and config is not None:
        value = getattr(config, name)
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return "none" if value is None else value
