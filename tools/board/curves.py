"""What TensorBoard knows of a training: its curves by epoch, and the findings that were told."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ...callbacks.charting.settings import PLUGIN

__all__ = ["curves_of", "grouped", "told_findings"]

TRAIN, VALIDATION, MARKS = "train", "validation", "findings"
PARTS = (TRAIN, VALIDATION, "result", "evaluation")
KERAS_PREFIX = "epoch_"
MOST_POINTS = 2000
RATE = "learning_rate"


def grouped(runs: Iterable[str]) -> tuple[str, ...]:
    """Return the trainings that runs of TensorBoard are parts of, in their order.

    Args:
        runs: Names as TensorBoard lists them; one training has several.

    Examples:
        >>> grouped(["b/train", "a", "a/validation", "a/findings/overfitting", "train"])
        ('.', 'a', 'b')
    """
    return tuple(sorted({_training(run) for run in runs}))


def curves_of(provider: Any, context: Any, training: str) -> dict[str, dict[str, list[Any]]]:
    """Return the curves of a training: for each metric, `[epoch, value]` of each part.

    Args:
        provider: Where TensorBoard has its data from.
        context: Of the request.
        training: One of `grouped`.

    Returns:
        By metric `train` and `validation`; and under `learning_rate` the rate as `train`. Epochs
        are counted from 1, as our own writer does and Keras's does not.
    """
    from tensorboard.data.provider import RunTagFilter

    parts = {_run(training, part): part for part in ("", TRAIN, VALIDATION)}
    found = provider.read_scalars(
        context, experiment_id="", plugin_name="scalars", downsample=MOST_POINTS,
        run_tag_filter=RunTagFilter(runs=list(parts)),
    )  # fmt: skip
    curves: dict[str, dict[str, list[Any]]] = {}
    for run, tags in found.items():
        for tag, points in tags.items():
            name = tag.removeprefix(KERAS_PREFIX)
            part = parts[run]
            if (part == "" and name != RATE) or "/" in name or name.startswith("batch_"):
                continue
            if name.startswith("evaluation_"):
                continue
            latest = {point.step: point.value for point in points}
            if points:
                curves.setdefault(name, {})[part or TRAIN] = [
                    [step, latest[step]] for step in sorted(latest)
                ]
    first = min((c[0][0] for each in curves.values() for c in each.values()), default=1)
    if first == 0:
        for each in curves.values():
            for part, points in each.items():
                each[part] = [[step + 1, value] for step, value in points]
    return dict(sorted(curves.items(), key=lambda item: (item[0] != "loss", item[0] == RATE)))


def told_findings(provider: Any, context: Any, training: str) -> Mapping[str, Any] | None:
    """Return what the writer told last: `epoch`, `final` and `findings`; None where it told none.

    Args:
        provider: Where TensorBoard has its data from.
        context: Of the request.
        training: One of `grouped`.
    """
    from tensorboard.data.provider import RunTagFilter

    run = _run(training, "")
    found = provider.read_tensors(
        context, experiment_id="", plugin_name=PLUGIN, downsample=1000,
        run_tag_filter=RunTagFilter(runs=[run], tags=[PLUGIN]),
    )  # fmt: skip
    data = found.get(run, {}).get(PLUGIN)
    if not data:
        return None
    try:
        told = json.loads(data[-1].numpy.item())
    except (TypeError, ValueError):
        return None  # written by somebody else under this name
    return told if isinstance(told, dict) and isinstance(told.get("findings"), list) else None


def _training(run: str) -> str:
    parts = run.split("/")
    if parts[-1] in PARTS:
        parts = parts[:-1]
    elif len(parts) > 1 and parts[-2] == MARKS:
        parts = parts[:-2]
    return "/".join(parts) or "."


def _run(training: str, part: str) -> str:
    return "/".join(each for each in ("" if training == "." else training, part) if each) or "."
