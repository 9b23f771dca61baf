"""The steps of a study as its ledger holds them, made ready to be told, listed and drawn."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .changes import Change

__all__ = [
    "PHASES",
    "Share",
    "Step",
    "entry_of",
    "interval_within",
    "shares_of",
    "steps_of",
]

PHASES = {
    1: "prepare",
    2: "baseline",
    3: "raise capacity",
    4: "regularize",
    5: "fine-tune",
}
"""The five phases of the guide, by number."""
PART_OF_PHASE = {
    2: "baseline",
    3: "capacity and regularization",
    4: "capacity and regularization",
    5: "fine-tuning",
}
LAST_PART = "final training"
BELOW_ZERO = frozenset(["r2", "matthews_correlation"])
UP_TO_ONE = BELOW_ZERO | {"accuracy", "balanced_accuracy", "roc_auc", "f1", "average_precision"}
UP_TO_ONE |= {"precision", "recall", "chunk_f1", "token_f1"}


@dataclass(frozen=True)
class Step:
    """One change that was tried.

    Args:
        number: From 1.
        phase: Of the guide, 2 to 5.
        name: The change in two or three words, such as `dropout 0.3`.
        setting: Which setting got another value.
        rule: The guide's rule or rules behind it.
        hypothesis: What was hoped for.
        state: What the trainings before it showed.
        verdict: `kept`, `reverted` or `not distinguishable`.
        stayed: Whether the changed config went on.
        sentence: The verdict in words.
        before: Mean score of the config as it was; NaN where it came to no model.
        after: The same of the changed config.
        gain: How much better the changed one is.
        low: Lower end of the 95 % interval of the gain.
        high: Upper end.
        places: How many pairs of trainings were compared.
        rates: Scores at other learning rates, where the best may have moved.
        difference: Old and new value of each setting that differs.
        findings_before: What was found in most trainings before.
        findings_after: What was found after.
        note: What there is to be said beside it.
        trainings: How many trainings it took.
        seconds: How long it took.
    """

    number: int
    phase: int
    name: str
    setting: str
    rule: str
    hypothesis: str
    state: str
    verdict: str
    stayed: bool
    sentence: str
    before: float
    after: float
    gain: float
    low: float
    high: float
    places: int
    rates: Mapping[str, float]
    difference: Mapping[str, tuple[Any, Any]]
    findings_before: tuple[str, ...]
    findings_after: tuple[str, ...]
    note: str
    trainings: int
    seconds: float

    @classmethod
    def from_entry(cls, entry: Mapping[str, Any]) -> Step:
        """Return the step that an entry of a ledger holds."""
        change, verdict = Change.from_dict(entry["change"]), entry["verdict"]
        figures = ("before", "after", "gain", "low", "high")
        return cls(
            number=entry["number"],
            phase=change.phase,
            name=change.name,
            setting=change.setting,
            rule=change.rule,
            hypothesis=change.hypothesis,
            state=(entry.get("state") or {}).get("reason", ""),
            verdict=verdict["verdict"],
            stayed=verdict["stays"] == "after",
            sentence=verdict["sentence"],
            **{name: finite(verdict.get(name)) for name in figures},
            places=verdict["places"],
            rates={name: finite(score) for name, score in (entry.get("rates") or {}).items()},
            difference={name: (old, new) for name, (old, new) in entry["difference"].items()},
            findings_before=tuple(entry.get("findings_before") or ()),
            findings_after=tuple(entry.get("findings_after") or ()),
            note=entry.get("note") or "",
            trainings=entry["trainings"],
            seconds=entry["seconds"],
        )


@dataclass(frozen=True)
class Share:
    """One part of a study's time.

    Args:
        name: What it was for.
        planned: Share of all the time, as it was divided before.
        rule: The guide's rule or rules behind that.
        reason: Why so much.
        seconds: What was used of it.
    """

    name: str
    planned: float
    rule: str
    reason: str
    seconds: float


def steps_of(entries: Iterable[Mapping[str, Any]]) -> tuple[Step, ...]:
    """Return the steps that the entries of a ledger hold, in their order."""
    return tuple(Step.from_entry(entry) for entry in entries if entry.get("kind") == "step")


def shares_of(entries: Iterable[Mapping[str, Any]]) -> tuple[Share, ...]:
    """Return how the time of a study was divided, and what was used of it.

    The last part is whatever no step used: reading, loading Keras, the last training, scoring.

    Args:
        entries: Of a ledger.
    """
    known = list(entries)
    planned = (entry_of(known, "study") or {}).get("shares") or {}
    used = dict.fromkeys(planned, 0.0)
    baseline = entry_of(known, "baseline") or {}
    used[PART_OF_PHASE[2]] = float(baseline.get("seconds") or 0.0)
    for step in steps_of(known):
        part = PART_OF_PHASE[step.phase]
        used[part] = used.get(part, 0.0) + step.seconds
    end = entry_of(known, "end")
    if end is not None:
        others = sum(seconds for name, seconds in used.items() if name != LAST_PART)
        used[LAST_PART] = max(0.0, end["seconds"] - others)
    return tuple(
        Share(name, share["value"], share["rule"], share["reason"], used[name])
        for name, share in planned.items()
    )


def entry_of(entries: Iterable[Mapping[str, Any]], kind: str) -> Mapping[str, Any] | None:
    """Return the last entry of a kind; None where there is none."""
    found = [entry for entry in entries if entry.get("kind") == kind]
    return found[-1] if found else None


def interval_within(
    metric: str, estimate: Mapping[str, float | None]
) -> tuple[float, float, float]:
    """Return value, low and high of a score, the ends not beyond what the metric can be.

    The interval of a mean of few scores is that of Student's t, which knows no bounds.

    Args:
        metric: Its name.
        estimate: `value`, `low` and `high`.

    Examples:
        >>> interval_within("log_loss", {"value": 0.1, "low": -0.07, "high": 0.27})
        (0.1, 0.0, 0.27)
        >>> interval_within("accuracy", {"value": 0.97, "low": 0.92, "high": 1.02})
        (0.97, 0.92, 1.0)
    """
    value, low, high = (finite(estimate.get(name)) for name in ("value", "low", "high"))
    if metric not in BELOW_ZERO and value >= 0:
        low = max(low, 0.0) if low == low else low
    if metric in UP_TO_ONE and value <= 1:
        high = min(high, 1.0) if high == high else high
    return value, low, high


def finite(value: float | None) -> float:
    """Return a number that JSON had to write as null as NaN."""
    return math.nan if value is None else float(value)
