"""Divide rows into training, validation and sealed test rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.errors import bad_input, did_you_mean
from ..auditing.duplicates import same_rows
from ..config import Choice
from ..dataset import Dataset, SealedTest, Splits
from ..reading.forms import form_named
from ..reading.wording import plural, quoted, share_text, some
from .dividing import TEST, TRAIN, VALIDATION, Fractions, by_group, by_strata, by_time
from .split_checks import (
    PARTS,
    check_classes_in_training,
    check_rows,
    check_units,
    checked_fractions,
    refuse_missing,
)

__all__ = ["split", "without_large_sets"]

# The guide's sizes: 70-80 % to train on, 10-15 % to watch, 10-15 % to test on.
TRAIN_SHARE = (0.70, 0.80)
HELD_SHARE = (0.10, 0.15)
TOLERANCE = 0.015
# Sets of labels with fewer rows are divided together.
ROWS_OF_A_LABEL_SET = 3
LABEL_TRIALS = 50
# A set of equal rows with a larger share than this is no copy but a usual case; kept in one part
# it would make the parts differ.
LARGE_SET = 0.05
LARGE_SET_ROWS = 10


def split(
    dataset: Dataset,
    *,
    validation_fraction: float = 0.15,
    test_fraction: float = 0.15,
    seed: int = 0,
    time: str | None = None,
    group: str | None = None,
    log: Path | None = None,
) -> Splits:
    """Divide the rows into three parts that share none, the same way for the same seed.

    Classes keep their shares in each part (stratified), and each part has rows of each class.
    With `time` the latest rows are sealed, those before watched, and nothing is shuffled; rows of
    one time stay together. With `group` no group is in two parts. Otherwise rows are drawn at
    random. Except by time or group, rows with equal features stay in one part, so that no test
    row has been seen in training; only a set of equal rows with more than 5 % of all is spread,
    because it is a usual case and the parts would differ without it.

    Guide: PH-1c, MIS-1.

    Args:
        dataset: Rows with labels.
        validation_fraction: Share of the rows to watch and to choose by.
        test_fraction: Share of the rows to seal.
        seed: Decides which rows go where.
        time: Column to split by time; None takes what `load` was given.
        group: Column whose equal values stay together; None takes what `load` was given.
        log: File that counts the openings of the test rows across processes.

    Returns:
        The three parts, with the method and the sizes in `method`.

    Raises:
        BadInput: The shares leave nothing, a class has too few rows, a column is unknown or
            unfit, or there are fewer rows than parts.

    Examples:
        >>> from goodfit.recipes import load
        >>> splits = split(load("iris"))
        >>> splits.sizes, splits.method.value
        ({'train': 105, 'validation': 22, 'test': 23}, 'stratified')
    """
    fractions = checked_fractions(validation_fraction, test_fraction, seed)
    time = time or dataset.options.get("time")
    group = group or dataset.options.get("group")
    if dataset.labels is None or dataset.task is None:
        raise bad_input(
            "labels_missing", "Rows without a target cannot be split", expected="data from `load`"
        )
    if time and group:
        raise bad_input(
            "split_unclear",
            "Rows can be split by time or by group, not by both",
            received=f"time '{time}' and group '{group}'",
            remedy="Leave one of --time and --group away",
        )
    form = form_named(dataset.options.get("form"))
    if form is not None and form.split is not None:
        return form.split(dataset, validation_fraction, test_fraction, seed, log)
    check_rows(len(dataset), fractions)
    generator = np.random.default_rng(seed)
    if time:
        parts, method, figures, reason = _by_time(dataset, time, fractions)
    elif group:
        parts, method, figures, reason = _by_group(dataset, group, fractions, generator)
    else:
        parts, method, figures, reason = _at_random(dataset, fractions, generator)
    check_classes_in_training(dataset, parts, method)
    order = np.arange(len(dataset))
    if time:
        order = np.argsort(_column(dataset, time), kind="stable")
    train, validation, test = (
        dataset.take(order[parts[order] == part]) for part in (TRAIN, VALIDATION, TEST)
    )
    sizes = {"train": len(train), "validation": len(validation), "test": len(test)}
    choice = Choice(method, "PH-1c", sizes | figures, reason + _beside_the_guide(sizes))
    return Splits(train, validation, SealedTest(test, log), choice, seed)


def _at_random(
    dataset: Dataset, fractions: Fractions, generator: np.random.Generator
) -> tuple[NDArray[np.int64], str, dict[str, Any], str]:
    units = same_rows(dataset)
    different = int(units.max()) + 1
    if different < PARTS:
        raise bad_input(
            "rows_too_few",
            f"There {'is' if different == 1 else 'are'} only {plural(different, 'different row')}, "
            f"and equal rows stay in one part",
            expected=f"at least {PARTS} different rows",
            received=f"{len(dataset)} rows, {different} different",
            remedy="Check how the file was written, or add columns that tell the rows apart",
        )
    units, spread = without_large_sets(units)
    together = len(dataset) - len(np.unique(units))
    figures: dict[str, Any] = {"rows_kept_with_an_equal_one": together}
    note = f" {plural(together, 'row')} with an equal one before stay with it." if together else ""
    if spread:
        figures["rows_spread"] = spread
        note += (
            f" {plural(spread, 'row')} in sets of equal rows above {share_text(LARGE_SET)} of the "
            f"data are spread over the parts, which would differ otherwise."
        )
    labels = np.asarray(dataset.labels)
    if dataset.task is None or not dataset.task.is_classification:
        strata = np.zeros(len(dataset), np.int64)
        parts = by_strata(units, strata, fractions, generator)
        return parts, "random", figures, "Rows were drawn at random." + note
    if dataset.task.kind == "multilabel":
        parts = _by_label_sets(labels, units, fractions, generator)
        reason = "Each part has about the same share of each label."
        return parts, "stratified", figures, reason + note
    check_units(dataset, labels, units)
    parts = by_strata(units, labels.astype(np.int64), fractions, generator)
    return parts, "stratified", figures, "Each part has the same shares of the classes." + note


def without_large_sets(units: NDArray[np.int64]) -> tuple[NDArray[np.int64], int]:
    """Return units with the rows of large sets on their own, and how many rows that are."""
    sizes = np.bincount(units)
    large = sizes[units] > max(LARGE_SET * len(units), LARGE_SET_ROWS)
    alone = np.where(large, len(sizes) + np.arange(len(units)), units)
    return np.unique(alone, return_inverse=True)[1].reshape(-1), int(large.sum())


def _by_label_sets(
    labels: NDArray[Any],
    units: NDArray[np.int64],
    fractions: Fractions,
    generator: np.random.Generator,
) -> NDArray[np.int64]:
    """Return parts with each label in each, if any way of dealing out has that."""
    _, strata, counts = np.unique(labels, axis=0, return_inverse=True, return_counts=True)
    strata = strata.reshape(-1)
    rare = counts < ROWS_OF_A_LABEL_SET
    strata = np.where(rare[strata], len(counts), strata)
    best, least = np.zeros(len(labels), np.int64), np.inf
    shares = labels.mean(axis=0)
    for _ in range(LABEL_TRIALS):
        parts = by_strata(units, strata, fractions, generator)
        means = [labels[parts == part].mean(axis=0) for part in (TRAIN, VALIDATION, TEST)]
        lacking = sum(((mean == 0) | (mean == 1)) & (shares > 0) & (shares < 1) for mean in means)
        cost = np.sum(lacking) + sum(np.abs(mean - shares).mean() for mean in means)
        if cost < least:
            best, least = parts, float(cost)
        if least < 1:
            break
    return best


def _by_group(
    dataset: Dataset, name: str, fractions: Fractions, generator: np.random.Generator
) -> tuple[NDArray[np.int64], str, dict[str, Any], str]:
    import pandas as pd

    values = _column(dataset, name)
    refuse_missing(dataset, name, values, "group")
    groups, distinct = pd.factorize(values)
    if len(distinct) < PARTS:
        raise bad_input(
            "groups_too_few",
            f"Column '{name}' holds {plural(len(distinct), 'group')}, and three parts need three",
            expected=f"at least {PARTS} groups",
            received=quoted(distinct),
            remedy="Leave --group away, or name a column with more groups",
        )
    labels = np.asarray(dataset.labels)
    single = dataset.task is not None and dataset.task.kind in ("binary", "multiclass")
    classes = labels.astype(np.int64) if single else np.zeros(len(labels), np.int64)
    parts = by_group(groups.astype(np.int64), classes, fractions, generator)
    reason = f"No group of '{name}' is in two parts ({plural(len(distinct), 'group')})."
    return parts, "group", {"groups": len(distinct), "column": name}, reason


def _by_time(
    dataset: Dataset, name: str, fractions: Fractions
) -> tuple[NDArray[np.int64], str, dict[str, Any], str]:
    values = _column(dataset, name)
    refuse_missing(dataset, name, values, "time")
    is_date = values.dtype == object and all(str(v)[:4].isdigit() for v in values[:100])
    if values.dtype == object and not is_date:
        kinds = {c.name: c.kind for c in dataset.columns}
        raise bad_input(
            "time_unfit",
            f"Column '{name}' holds neither dates nor numbers, so rows cannot be put in order",
            expected="dates or numbers",
            received=f"{kinds.get(name, 'text')}: {quoted(values[:3])}",
            remedy="Name another column with --time",
        )
    parts = by_time(values.astype(str) if is_date else values, fractions)
    if len(np.unique(parts)) < PARTS:
        raise bad_input(
            "time_unfit",
            f"Column '{name}' holds too few different times for three parts",
            expected=f"at least {PARTS} different times",
            received=str(len(set(values.tolist()))),
            remedy="Name another column with --time",
        )
    starts = {part: values[parts == part].min() for part in (VALIDATION, TEST)}
    told = {
        part: str(value).removesuffix(" 00:00:00") if is_date else f"{value:g}"
        for part, value in starts.items()
    }
    figures = {"column": name, "validation_from": told[VALIDATION], "test_from": told[TEST]}
    reason = (
        f"In order of '{name}': validation from {told[VALIDATION]}, test from {told[TEST]}; "
        f"nothing was shuffled."
    )
    return parts, "time", figures, reason


def _column(dataset: Dataset, name: str) -> NDArray[Any]:
    values = dataset.extras.get(name, dataset.features.get(name))
    if values is None or values.ndim != 1:
        names = [*dataset.extras, *dataset.features]
        raise bad_input(
            "column_unknown",
            f"There is no column '{name}' to split by",
            remedy=did_you_mean(name, names),
        )
    return values


def _beside_the_guide(sizes: dict[str, int]) -> str:
    """Return a sentence where the sizes are not those of the guide."""
    total = sum(sizes.values())
    shares = {name: size / total for name, size in sizes.items()}
    limits = {"train": TRAIN_SHARE, "validation": HELD_SHARE, "test": HELD_SHARE}
    odd = [
        f"{name} {share_text(shares[name])}"
        for name, (low, high) in limits.items()
        if not low - TOLERANCE <= shares[name] <= high + TOLERANCE
    ]
    if not odd:
        return ""
    return f" Beside the guide's 70-80 / 10-15 / 10-15 %: {some(odd)}."
