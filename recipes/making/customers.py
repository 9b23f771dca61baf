"""Made contracts of customers, several for each person, of which some are given notice."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from .examples import Example

__all__ = ["EXAMPLE"]

CUSTOMERS = 700
PLANS = ("basic", "plus", "premium")
HEADER = ("customer", "plan", "months", "calls", "monthly_fee", "last_contact", "left")


def _write(folder: Path, seed: int) -> Path:
    """Write `customers.csv`: one to four contracts of each customer, with some cells empty."""
    draw = np.random.default_rng(seed)
    path = folder / "customers.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        for number in range(1, CUSTOMERS + 1):
            mood = draw.normal(0, 0.7)  # of the person, in no column
            for _ in range(draw.integers(1, 5)):
                plan = draw.integers(0, 3)
                months, calls = int(draw.integers(1, 73)), int(draw.poisson(2))
                fee = round(12 + 9 * plan + draw.normal(0, 3), 2)
                # New and old ones leave; calls mean trouble with one plan, and use with another.
                score = ((months - 36) / 16) ** 2 + (0.9, 0.0, -0.9)[plan] * calls + mood - 2.0
                left = draw.random() < 1 / (1 + np.exp(-score))
                contact = np.datetime64("2024-01-01") + int(draw.integers(0, 366))
                writer.writerow(
                    [
                        f"C{number:04d}",
                        PLANS[plan] if draw.random() > 0.03 else "",
                        months,
                        calls if draw.random() > 0.05 else "",
                        f"{fee:.2f}",
                        str(contact),
                        "yes" if left else "no",
                    ]
                )
    return path


EXAMPLE = Example(
    "Contracts of customers, several for each, of which some are given notice.",
    _write,
    ("--target", "left", "--group", "customer"),
    "tabular",
)
