"""What is known of a training from its settings: a row of HParams, the graph, and findings."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..findings import Finding
from ..gathering.reading import RATE_NAMES
from ..tensorboard_values import value_of

if TYPE_CHECKING:
    from ..evidence import Evidence

__all__ = [
    "PLUGIN",
    "best_scores",
    "findings_data",
    "session_end",
    "session_start",
    "settings_of",
    "told_value",
]

PLUGIN = "goodfit"
"""The name under which the tab of goodfit finds its data."""


def settings_of(evidence: Evidence) -> dict[str, Any]:
    """Return the hyperparameters that a compiled model tells of itself.

    Args:
        evidence: What `Diagnose` gathered.

    Guide: QS-2.
    """
    model = evidence.model
    if model is None:
        return {}
    found: dict[str, Any] = {"optimizer": model.optimizer, "parameters": model.parameters}
    if model.learning_rate is not None:
        found["learning_rate"] = model.learning_rate
    if model.epochs is not None:
        found["epochs"] = model.epochs
    found["dropout"] = max((layer.dropout for layer in model.layers), default=0.0)
    found["l2"] = max((layer.l2 for layer in model.layers), default=0.0)
    return found


def best_scores(logs: Mapping[str, Any], epoch: int) -> dict[str, float]:
    """Return the scores of an epoch under the names that HParams shows, validation before training.

    Args:
        logs: Of the epoch.
        epoch: Its number, counted from 1.

    Examples:
        >>> best_scores({"loss": 0.5, "accuracy": 0.8, "val_loss": 0.7}, 3)
        {'best/loss': 0.7, 'best/epoch': 3.0}
    """
    held = {name.removeprefix("val_") for name in logs if name.startswith("val_")}
    prefix = "val_" if held else ""
    names = [name for name in logs if name not in RATE_NAMES and name.startswith(prefix)]
    numbers = {
        f"best/{name.removeprefix(prefix)}": float(logs[name])
        for name in names
        if not getattr(logs[name], "ndim", 0)
    }
    return {"best/loss": math.nan, **numbers, "best/epoch": float(epoch)}


def session_start(settings: Mapping[str, Any], started: float) -> Any:
    """Return the hyperparameters of one training, as HParams reads them.

    HParams knows texts, numbers, and yes or no: a list becomes a text, and what is None is said so.

    Args:
        settings: Values by name.
        started: Seconds since 1970.
    """
    from tensorboard.plugins.hparams import metadata, plugin_data_pb2

    # Without the name of a group, a training is a group of its own.
    info = plugin_data_pb2.SessionStartInfo(start_time_secs=started)
    for setting, value in settings.items():
        value = value.item() if hasattr(value, "item") else value
        if isinstance(value, bool):
            info.hparams[setting].bool_value = value
        elif isinstance(value, int | float) and math.isfinite(value):
            info.hparams[setting].number_value = value
        else:
            info.hparams[setting].string_value = _text(value)
    return _session(metadata.SESSION_START_INFO_TAG, session_start_info=info)


def session_end(ended: float, *, failed: bool = False) -> Any:
    """Return that a training has ended.

    Args:
        ended: Seconds since 1970.
        failed: Whether its loss was no number in the end.
    """
    from tensorboard.plugins.hparams import api_pb2, metadata, plugin_data_pb2

    status = api_pb2.STATUS_FAILURE if failed else api_pb2.STATUS_SUCCESS
    info = plugin_data_pb2.SessionEndInfo(status=status, end_time_secs=ended)
    return _session(metadata.SESSION_END_INFO_TAG, session_end_info=info)


def findings_data(findings: Iterable[Finding], epoch: int, *, final: bool) -> str:
    """Return findings as the tab of goodfit reads them: one text of JSON.

    Args:
        findings: As far as they are known.
        epoch: The epoch after which they are known, counted from 1; 0 is before the first.
        final: Whether the training has ended.
    """
    found = [finding.to_dict() for finding in findings]
    for each in found:
        each["figures"] = {name: _plain(value) for name, value in each["figures"].items()}
    return json.dumps({"epoch": epoch, "final": final, "findings": found}, allow_nan=False)


def told_value(data: str) -> Any:
    """Return data for the tab of goodfit as one value of an event."""
    from tensorboard.compat.proto.summary_pb2 import DATA_CLASS_TENSOR, SummaryMetadata

    metadata = SummaryMetadata(
        plugin_data=SummaryMetadata.PluginData(plugin_name=PLUGIN, content=b"1"),
        data_class=DATA_CLASS_TENSOR,
    )
    return value_of(PLUGIN, data, metadata)


def _session(tag: str, **info: Any) -> Any:
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.plugins.hparams import metadata, plugin_data_pb2

    told = metadata.create_summary_metadata(plugin_data_pb2.HParamsPluginData(**info))
    return Summary.Value(tag=tag, metadata=told, tensor=metadata.NULL_TENSOR)


def _text(value: Any) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(str, value)) or "none"
    return "none" if value is None else str(value)


def _plain(value: Any) -> Any:
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value if isinstance(value, int | float | str | bool) else str(value)
