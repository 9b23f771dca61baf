"""The part of a script that divides the rows as the run did, by a rule where one gives the same."""

from __future__ import annotations

import base64
import zlib

import numpy as np
from numpy.typing import NDArray

from .plan import Plan
from .writing import comment, listed, literal, noted

__all__ = ["division"]

MANY_ROWS = 1_500
"""From so many rows on a rule takes fewer lines than the parts themselves."""
_UNITS = """
groups = frame.groupby(list(frame.columns.drop({others})), sort=False, dropna=False)
unit = groups.ngroup().to_numpy()  # equal rows are one unit, and stay together
sizes, first = np.bincount(unit), np.unique(unit, return_index=True)[1]
generator = np.random.default_rng(SEED)
part = np.zeros(len(sizes), int)
for number, (watched, sealed) in enumerate(HELD):
    left = {{2: sealed, 1: watched}}
    for one in generator.permutation(np.flatnonzero({classes}[first] == number)):
        fits = [place for place in left if sizes[one] <= left[place]]
        if fits:
            part[one] = fits[0]
            left[fits[0]] -= sizes[one]
part = part[unit]
"""
_ACROSS = 92
"""Signs of packed numbers on one line."""


def division(plan: Plan) -> list[str]:
    """Return the lines that leave `train`, `validation` and `test`, the numbers of their rows.

    Args:
        plan: Of a run whose rows are divided as those of a table are.
    """
    method = plan.splits.method
    if method.value == "time":
        return _by_time(plan)
    lines = comment(f"{method.reason}")
    parts = plan.parts
    labels = np.asarray(plan.dataset.labels)
    strata = labels if method.value == "stratified" and labels.ndim == 1 else np.zeros(len(parts))
    inside = [parts[strata == stratum] for stratum in range(int(strata.max()) + 1)]
    counts = [(int((part == 1).sum()), int((part == 2).sum())) for part in inside]
    if np.array_equal(_drawn(strata, counts, plan.run.split_seed), parts):
        return [*lines, *_seeded(plan, _rule(counts, method.value == "stratified"))]
    raw = plan.raw
    if len(parts) > MANY_ROWS and raw is not None:
        units = raw.groupby(list(raw.columns), sort=False, dropna=False).ngroup().to_numpy()
        if np.array_equal(_dealt(units, strata, counts, plan.run.split_seed), parts):
            rule = _unit_rule(plan, counts, method.value == "stratified")
            return [*lines, *_seeded(plan, rule)]
    return [*lines, *_packed(parts)]


def _by_time(plan: Plan) -> list[str]:
    sizes, name = plan.splits.sizes, plan.splits.method.figures["column"]
    dates = plan.options.get("dates", {})
    when = f"numbers({literal(name)})"
    if name in dates:
        when = f"moments[{literal(name)}]"
        if name not in plan.named("date"):
            form = f"format={literal(dates[name])}, utc=True"
            when = f"pd.to_datetime(cells({literal(name)}), {form})"
    ends = (sizes["train"], sizes["train"] + sizes["validation"])
    return [
        *comment(plan.splits.method.reason),
        f'order = np.argsort({when}, kind="stable")',
        f"train, validation, test = np.split(np.asarray(order), {literal(list(ends))})",
    ]


def _drawn(strata: NDArray, counts: list[tuple[int, int]], seed: int) -> NDArray[np.uint8]:
    """Return the parts that the rule of the script gives."""
    generator = np.random.default_rng(seed)
    parts = np.zeros(len(strata), np.uint8)
    for stratum, (validation, test) in enumerate(counts):
        rows = generator.permutation(np.flatnonzero(strata == stratum))
        parts[rows[:test]] = 2
        parts[rows[test : test + validation]] = 1
    return parts


def _dealt(
    units: NDArray, strata: NDArray, counts: list[tuple[int, int]], seed: int
) -> NDArray[np.uint8]:
    """Return the parts that the rule of the script gives where equal rows stay together."""
    generator, sizes = np.random.default_rng(seed), np.bincount(units)
    classes = strata[np.unique(units, return_index=True)[1]]
    parts = np.zeros(len(sizes), np.uint8)
    for stratum, (validation, test) in enumerate(counts):
        left = {2: test, 1: validation}
        for unit in generator.permutation(np.flatnonzero(classes == stratum)):
            fits = [part for part in left if sizes[unit] <= left[part]]
            if fits:
                parts[unit] = fits[0]
                left[fits[0]] -= int(sizes[unit])
    return parts[units]


def _unit_rule(plan: Plan, counts: list[tuple[int, int]], by_class: bool) -> list[str]:
    others = listed([*plan.options.get("ignore", ()), *plan.dataset.target])[0]
    classes = "labels" if by_class else "np.zeros(len(labels), int)"
    held = noted(listed(counts, before="HELD = "), "rows for validation and test, of each class")
    return [*held, *_UNITS.format(others=others, classes=classes).strip().split("\n"), *_taken()]


def _rule(counts: list[tuple[int, int]], by_class: bool) -> list[str]:
    head = ["generator = np.random.default_rng(SEED)", "part = np.zeros(len(labels), int)"]
    if by_class:
        lines = [
            *noted(listed(counts, before="HELD = "), "rows for validation and test, of each class"),
            *head,
            "for number, (watched, sealed) in enumerate(HELD):",
            "    rows = generator.permutation(np.flatnonzero(labels == number))",
            "    part[rows[:sealed]] = 2",
            "    part[rows[sealed : sealed + watched]] = 1",
        ]
    else:
        ((validation, test),) = counts
        lines = [
            *head,
            "rows = generator.permutation(len(labels))",
            f"part[rows[:{test}]] = 2",
            f"part[rows[{test}:{test + validation}]] = 1",
        ]
    return [*lines, *_taken()]


def _seeded(plan: Plan, lines: list[str]) -> list[str]:
    """Return the lines with the seed of the division, where the training had another."""
    seed = plan.run.split_seed
    if seed == plan.config.seed:
        return lines
    return [line.replace("default_rng(SEED)", f"default_rng({seed})") for line in lines]


def _packed(parts: NDArray[np.uint8]) -> list[str]:
    text = base64.b85encode(zlib.compress(parts.tobytes(), 9)).decode()
    pieces = [text[start : start + _ACROSS] for start in range(0, len(text), _ACROSS)]
    why = "For each row 0 for training, 1 for validation, 2 for test, packed into letters."
    lines = ["PARTS = (", *(f'    "{piece}"' for piece in pieces), ")"]
    if len(text) <= _ACROSS - 4:
        lines = [f'PARTS = "{text}"']
    return [
        *comment(why),
        *lines,
        "part = np.frombuffer(zlib.decompress(base64.b85decode(PARTS)), np.uint8)",
        *_taken(),
    ]


def _taken() -> list[str]:
    return ["train, validation, test = (np.flatnonzero(part == number) for number in range(3))"]
