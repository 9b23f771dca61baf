"""Remedies for how the rows are divided: what is held out, and whether it is like the rest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..findings import Finding
from .pool import Pool
from .subject import Subject
from .trial import Change, Trial

__all__ = ["drop_shared", "match_scale", "redivide", "set_apart"]

APART = 0.15  # share of the rows that is kept for validation
SCALED = 10.0  # times as widely spread as the training rows: another unit, not other rows
SAME_MEAN = 0.5  # deviations that means may differ by once the unit is the same
BYTES = 255.0


def set_apart(trial: Trial, subject: Subject, finding: Finding) -> Trial | None:  # noqa: ARG001
    """Keep 15 % of the training rows for validation, each class by its share.

    Guide: MIS-1, PH-1c.
    """
    if len(trial.pool.validation) or len(trial.pool.train) < 8:
        return None
    train, held = _divided(trial.pool, trial.pool.train)
    what = f"{len(held)} of {len(trial.pool.train)} rows are kept for validation, by class."
    change = Change(what, "validation rows", 0, len(held))
    return trial.with_(change, pool=replace(trial.pool, train=train, validation=held))


def match_scale(trial: Trial, subject: Subject, finding: Finding) -> Trial | None:  # noqa: ARG001
    """Divide validation rows by what training rows were divided by, and they were not.

    Guide: MIS-3, PH-1d.
    """
    pool, matched, factors = trial.pool, {}, []
    for name, array in pool.inputs().items():
        if array.dtype.kind not in "fiu" or not len(pool.validation):
            continue
        if not np.isfinite(array).all():
            continue  # the spread of what is not finite is none
        rows, held = array[pool.train].astype("float64"), array[pool.validation].astype("float64")
        spread, factor = rows.std(), held.std() / (rows.std() or 1.0)
        factor = BYTES if 0.8 < factor / BYTES < 1.25 else factor
        if not (SCALED <= factor < np.inf or 0 < factor <= 1 / SCALED):
            continue
        if abs(held.mean() / factor - rows.mean()) > SAME_MEAN * spread:
            continue
        whole = array.astype(np.result_type(array.dtype, np.float32))
        whole[pool.validation] = held / factor
        matched[name], factors = whole, [*factors, float(factor)]
    if not matched:
        return None
    what = f"The validation rows are divided by {factors[0]:.4g}, as the training rows were."
    change = Change(what, "inputs " + ", ".join(matched), factors, 1.0)
    return trial.with_(change, pool=pool.with_inputs(matched))


def redivide(trial: Trial, subject: Subject, finding: Finding) -> Trial | None:  # noqa: ARG001
    """Pool training and validation rows, and divide them at random.

    Guide: PH-1c.
    """
    pool = trial.pool
    if not len(pool.validation):
        return None
    everything = np.concatenate([pool.train, pool.validation])
    train, held = _divided(pool, everything, len(pool.validation) / len(everything))
    what = "All rows are divided anew at random: the validation rows were unlike the training rows."
    change = Change(what, "validation rows", len(pool.validation), len(held))
    return trial.with_(change, pool=replace(pool, train=train, validation=held))


def drop_shared(trial: Trial, subject: Subject, finding: Finding) -> Trial | None:  # noqa: ARG001
    """Leave out of validation the rows that stand among the training rows too.

    Where hardly any would be left, new ones are set apart, and their twins leave the training rows.

    Guide: MIS-1.
    """
    pool = trial.pool
    keys = _keys(pool)
    shared = np.isin(keys[pool.validation], keys[pool.train])
    if not shared.any():
        return None
    left = pool.validation[~shared]
    count = int(shared.sum())
    if len(left) >= max(8, 0.25 * len(pool.validation)):
        what = f"{count} validation rows that are training rows too are left out of validation."
        change = Change(what, "validation rows", len(pool.validation), len(left))
        return trial.with_(change, pool=replace(pool, validation=left))
    _, first = np.unique(keys[pool.train], return_index=True)
    _, held = _divided(pool, pool.train[np.sort(first)])
    train = pool.train[~np.isin(keys[pool.train], keys[held])]
    what = (
        f"{count} of {len(pool.validation)} validation rows are training rows too:"
        f" {len(held)} other rows are kept for validation, and are no training rows any more."
    )
    change = Change(what, "validation rows", len(pool.validation), len(held))
    return trial.with_(change, pool=replace(pool, train=train, validation=held))


def _divided(pool: Pool, rows: np.ndarray, share: float = APART) -> tuple[np.ndarray, np.ndarray]:
    """Divide rows into training and validation by a fixed seed, and by class if they are few."""
    generator = np.random.default_rng(0)
    shuffled = generator.permutation(rows)
    targets = list(pool.targets().values())
    held: list[int] = []
    groups = np.zeros(len(shuffled), int)
    if len(targets) == 1 and targets[0].dtype.kind in "iufb":
        labels = targets[0].reshape(len(targets[0]), -1)
        one = labels[:, 0] if labels.shape[1] == 1 else labels.argmax(axis=1)
        values, found = np.unique(one[shuffled], return_inverse=True)
        if len(values) <= 0.2 * len(shuffled):
            groups = found
    for group in np.unique(groups):
        members = shuffled[groups == group]
        held += members[: round(share * len(members))].tolist()
    if not held:
        held = shuffled[: max(1, int(share * len(shuffled)))].tolist()
    chosen = np.array(held)
    return np.setdiff1d(rows, chosen, assume_unique=False), np.sort(chosen)


def _keys(pool: Pool) -> np.ndarray:
    """Return a number for each row that equal rows share."""
    parts = [
        array.reshape(len(array), -1) if array.dtype.kind in "fiub" else array.reshape(-1, 1)
        for array in pool.inputs().values()
    ]
    hashes = [hash(tuple(part[row].tobytes() for part in parts)) for row in range(len(parts[0]))]
    return np.array(hashes)
