"""Remedies for what stands in the rows: labels spoilt on the way, inputs and targets unscaled."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..findings import Finding
from .scoring import CLASS_LOSSES
from .subject import Subject
from .trial import Change, Trial

__all__ = [
    "drop_empty_columns",
    "means_of",
    "mend_labels",
    "standardise_inputs",
    "standardise_targets",
]

MEND = 1000  # more distinct labels than this are no classes
BEAR_NEGATIVE = ("mean_squared_error", "mean_absolute_error", "huber", "log_cosh")
# Layers that read whole numbers, or scale what they are given.
READY = (
    "Embedding",
    "Normalization",
    "Rescaling",
    "BatchNormalization",
    "TextVectorization",
    "StringLookup",
    "IntegerLookup",
    "Hashing",
    "Discretization",
    "CategoryEncoding",
)


def mend_labels(trial: Trial, subject: Subject, finding: Finding) -> Trial | None:  # noqa: ARG001
    """Turn labels back into class numbers from 0, where the map is evident.

    Such are 1 to K, -1 and 1, fractions of a division, and standardised one-hot rows.

    Guide: LOSS-7.
    """
    targets = trial.pool.targets()
    if len(targets) != 1:
        return None
    (labels,) = targets.values()
    values = np.unique(labels[np.isfinite(labels)]) if labels.dtype.kind in "fiub" else labels
    if labels.dtype.kind not in "fiub" or not 2 <= len(values) <= MEND:
        return None
    rows = labels.reshape(len(labels), -1)
    columns = rows.shape[1]
    if columns > 1 and labels.shape[-1] == subject.heads[0].shape[-1:]:
        return None
    if (trial.losses.get(0) or subject.heads[0].loss) not in CLASS_LOSSES:
        return None  # numbers are no classes
    whole = bool((values == np.round(values)).all())
    if columns > 1 and not whole:
        mended = (rows > rows.mean(axis=1, keepdims=True)).astype("float32").reshape(labels.shape)
        if not (mended.sum(axis=-1) == 1).all():
            return None
        what = "The one-hot labels are 0 and 1 again."
        change = Change(what, "targets", _some(values), (0.0, 1.0))
        return trial.with_(change, pool=replace(trial.pool, y=_like(trial.pool.y, mended)))
    if np.array_equal(values, np.arange(len(values))):
        return None
    numbers = np.searchsorted(values, labels).astype("float32" if len(values) == 2 else "int32")
    what = (
        f"The labels {_some(values)} are the class numbers 0 to {len(values) - 1}, in their order."
    )
    change = Change(
        what, "targets", tuple(values[:10].tolist()), tuple(range(min(10, len(values))))
    )
    renamed = {float(value): number for number, value in enumerate(values)}
    pool = replace(trial.pool, y=_like(trial.pool.y, numbers))
    return trial.with_(change, pool=pool, renamed=renamed)


def drop_empty_columns(trial: Trial, subject: Subject, finding: Finding) -> Trial | None:  # noqa: ARG001
    """Leave out columns of one-hot labels that no row has, where the output has no unit for them.

    They come of classes that were counted from 1.

    Guide: ACT-9, LOSS-7.
    """
    targets = trial.pool.targets()
    units = subject.heads[0].shape[-1:]
    if len(targets) != 1 or not units:
        return None
    (labels,) = targets.values()
    if labels.ndim != 2 or labels.dtype.kind not in "fiub":
        return None
    used = (labels != 0).any(axis=0)
    if used.all() or used.sum() != units[0] or not ((labels == 1).sum(axis=1) == 1).all():
        return None
    what = "Columns of the labels that no row has are left out: no output is for them."
    change = Change(what, "targets", f"{labels.shape[1]} columns", f"{units[0]} columns")
    return trial.with_(change, pool=trial.pool.with_targets(lambda array: array[:, used]))


def standardise_inputs(trial: Trial, subject: Subject, finding: Finding) -> Trial | None:
    """Put a Normalization in front, with mean and variance of the training rows.

    The model still takes raw rows: what it was scaled by is saved in it.

    Guide: MIS-3, PH-1d.
    """
    if not subject.rebuildable or trial.scaling:
        return None
    arrays = trial.pool.inputs()
    names = subject.inputs
    if len(arrays) != len(names):
        return None
    scaling = {}
    for number, (given, array) in enumerate(arrays.items()):
        name = given if given in names else names[number]
        readers = [part for part in subject.parts if name in part.before]
        first = readers or (list(subject.parts[:1]) if len(names) == 1 else [])
        ready = any(part.kind in READY for part in first)
        wanted = not finding.where or {given, name} & set(finding.where) or len(names) == 1
        if array.dtype.kind in "fiu" and not ready and wanted:
            scaling[name] = means_of(array[trial.pool.train], masked=_masked(subject))
    if not scaling:
        return None
    changes = [
        Change(
            "The inputs are standardised inside the model, as the training rows are spread.",
            f"input {name}",
            "raw",
            {"mean": mean.tolist()[:10], "variance": variance.tolist()[:10]},
        )
        for name, (mean, variance) in scaling.items()
    ]
    return trial.with_(*changes, scaling=scaling)


def standardise_targets(trial: Trial, subject: Subject, finding: Finding) -> Trial | None:  # noqa: ARG001
    """Train on standardised targets; the model answers in their units all the same.

    Guide: PH-1d.
    """
    targets = trial.pool.targets()
    head = subject.heads[0]
    if (
        not subject.rebuildable
        or len(targets) != 1
        or len(subject.heads) != 1
        or trial.target_scale is not None
        or (trial.losses.get(0) or head.loss) in CLASS_LOSSES
    ):
        return None
    (labels,) = targets.values()
    width = head.shape[-1] if head.shape else 1
    per_output = labels.ndim > 1 and labels.shape[-1] == width
    known = labels[trial.pool.train].astype("float64")
    axes = tuple(range(known.ndim - 1)) if per_output else None
    mean, deviation = np.atleast_1d(known.mean(axis=axes)), np.atleast_1d(known.std(axis=axes))
    deviation = np.where(deviation > 0, deviation, 1.0)
    what = "It learns standardised targets, and a Rescaling behind it answers in their units."
    after = {"mean": mean.tolist()[:10], "deviation": deviation.tolist()[:10]}
    ending = head.ending or head.part
    activation = ending.now(trial, "activation") if ending else None
    changes = [Change(what, "targets", "raw", after)]
    if ending is not None and activation not in (None, "linear"):
        trial = trial.set_layer(ending.name, activation="linear")
        what = "Half of all standardised targets are negative: the output is linear."
        changes.append(Change(what, f"layer {ending.name}: activation", activation, "linear"))
    if (trial.losses.get(0) or head.loss) not in BEAR_NEGATIVE:
        trial = replace(trial, losses={**trial.losses, 0: "mean_squared_error"})
        what = "The loss must bear negative targets."
        changes.append(Change(what, "loss", head.loss, "mean_squared_error"))
    return trial.with_(*changes, target_scale=(mean, deviation))


def means_of(array: np.ndarray, masked: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and variance of each feature; padding of zeros counts for nothing if masked."""
    values = np.where(np.isfinite(array), array, np.nan).astype("float64")
    if masked and values.ndim > 2:
        values[~(values != 0).any(axis=-1)] = np.nan
    flat = values.reshape(-1, values.shape[-1] if values.ndim > 1 else 1)
    known = np.isfinite(flat).any(axis=0)
    mean, variance = np.zeros(flat.shape[1]), np.ones(flat.shape[1])
    mean[known], variance[known] = np.nanmean(flat[:, known], 0), np.nanvar(flat[:, known], 0)
    return mean, variance


def _masked(subject: Subject) -> bool:
    return any(part.kind == "Masking" for part in subject.parts)


def _like(y: object, labels: np.ndarray) -> object:
    if isinstance(y, dict):
        return dict.fromkeys(y, labels)
    return type(y)([labels]) if isinstance(y, (list, tuple)) else labels


def _some(values: np.ndarray) -> str:
    shown = ", ".join(f"{value:g}" for value in values[:5])
    return shown + (", …" if len(values) > 5 else "")
