"""The part of a script that divides the rows as the run did, by a rule where one gives the same."""

from __future__ import annotations

import base64
import zlib

import numpy as np
from numpy.typing import NDArray

from .plan import Plan
from .writing import comment, listed, literal, noted

__all__ = ["division"]

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
    if np.array_equal(_drawn(strata, counts, plan.config.seed), parts):
        return [*lines, *_rule(counts, method.value == "stratified")]
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
