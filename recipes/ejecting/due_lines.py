"""What the loss of a script is given: labels, and how much each of them counts."""

from __future__ import annotations

import numpy as np

from ..answering.forecasts import LARGEST_SCALED as FAR
from .plan import Plan
from .writing import comment

__all__ = ["SCALES", "class_weight_lines", "has_gaps", "label_lines", "scaled"]

SCALES = 'level, spread = (tensors.pop(name)[:, None, :TARGETS] for name in ("level", "spread"))'
"""The line that takes the unit of each window from what it is encoded as."""


def has_gaps(plan: Plan) -> bool:
    """Return whether something is missing of what a run is to forecast."""
    parts = (plan.splits.train, plan.splits.validation)
    return any(bool(np.isnan(np.asarray(part.labels)).any()) for part in parts)


def scaled(told: list[str]) -> str:
    """Return the function that brings what follows a window to the window's level and spread."""
    head = [
        "def in_spreads(rows, tensors):",
        '    """Return what follows each window, in spreads from its level."""',
        f"    {SCALES}",
        "    scaled = (labels[rows] - level) / spread",
    ]
    if len(told) == 1:
        return "\n".join([*head, f'    return np.clip(scaled, -{FAR}, {FAR}).astype("float32")'])
    head[1] = head[1].replace("level.", "level; unknown ones weigh 0.")
    lines = [
        *head,
        "    known = ~np.isnan(scaled)",
        f"    scaled = np.clip(np.where(known, scaled, 0.0), -{FAR}, {FAR})",
        '    return scaled.astype("float32"), known.all(axis=2).astype("float32")',
    ]
    return "\n".join(lines)


def label_lines(plan: Plan) -> list[str]:
    """Return the lines that bring labels to what the loss takes."""
    kind = plan.task.kind
    if kind == "regression":
        many = len(plan.dataset.target) > 1
        shape = "labels" if many else "labels[:, None]"
        return [
            *comment(
                "Targets are trained on in deviations from their mean, so that any unit will do."
            ),
            f"amounts = {shape}",
            "center, spread = amounts[train].mean(axis=0), amounts[train].std(axis=0)",
            'targets = ((amounts - center) / spread).astype("float32")',
        ]
    if kind == "multiclass":
        if plan.config.loss == "categorical_focal_crossentropy":
            return ['targets = np.eye(len(CLASSES), dtype="float32")[labels]']
        return ['targets = labels.astype("int32")[:, None]']
    if kind == "multilabel":
        return ['targets = labels.astype("float32")']
    return ['targets = labels.astype("float32")[:, None]']


def class_weight_lines(plan: Plan) -> list[str]:
    """Return the lines that leave a weight for each training row in `weights`."""
    why = "Each class counts as much as any other, however few its rows are."
    if plan.task.kind == "multilabel":
        return [
            *comment(why),
            "rows, present = len(train), labels[train].sum(axis=0)",
            "yes, no = rows / (2 * present), rows / (2 * (rows - present))",
            "weights = np.where(labels[train] == 1, yes, no).mean(axis=1)",
        ]
    return [
        *comment(why),
        "counts = np.bincount(labels[train])",
        'weights = (len(train) / (len(counts) * counts))[labels[train]].astype("float32")',
    ]
