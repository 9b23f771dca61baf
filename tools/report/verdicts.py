"""What to make of a run: its headline metric beside the naive answers, in a few words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from .wording import is_lower_better, metric_text, naive_name, naive_phrase, rows_noun

if TYPE_CHECKING:
    from ...recipes.training.runs import Run

__all__ = [
    "Comparison",
    "Verdict",
    "compare",
    "headline_metric",
    "reach_verdict",
]

Tone = Literal["good", "caution", "bad"]

HEADLINES = {
    "binary": ("accuracy", "roc_auc"),
    "multiclass": ("accuracy", "f1"),
    "multilabel": ("f1", "roc_auc"),
    "regression": ("mae", "rmse"),
}
IMBALANCED_HEADLINES = {"binary": ("roc_auc", "f1"), "multiclass": ("f1", "balanced_accuracy")}
LINEAR = naive_name("linear")


@dataclass(frozen=True)
class Comparison:
    """The model beside one naive answer.

    Args:
        name: The naive answer as a person would call it.
        relation: `better`, `worse` or `not distinguishable`: the intervals overlap.
        beside: The naive answer with its value, to follow "better than" and the like.
    """

    name: str
    relation: Literal["better", "worse", "not distinguishable"]
    beside: str


@dataclass(frozen=True)
class Verdict:
    """What to make of a run.

    Args:
        tone: `good`, `caution` or `bad`.
        title: A few words.
        metric: The headline metric; empty when nothing was measured.
        comparisons: One per naive answer, on the test rows once opened, else on validation rows.
        notes: Further sentences that a reader must not miss.
    """

    tone: Tone
    title: str
    metric: str = ""
    comparisons: tuple[Comparison, ...] = ()
    notes: tuple[str, ...] = field(default=())


def reach_verdict(run: Run) -> Verdict:
    """Return the verdict on a run: is the model distinguishably better than the naive answers?

    The record's `comparisons`, made on the same resampled rows for both, decide. In a record
    without them two figures are distinguishable when their intervals do not overlap, which is
    stricter: a small real gain can stay undecided.

    Args:
        run: A run, finished or not.

    Guide: MET-2.
    """
    record = run.record
    status, epochs = record["status"], len(run.history)
    metric = headline_metric(run)
    part = "test" if record.get("test") else "validation"
    scores = (record.get(part) or {}).get("metrics") or {}
    naive = ((record.get("naive") or {}).get(part)) or {}
    paired = (record.get("comparisons") or {}).get(part) or {}
    comparisons = tuple(
        _paired(name, paired[name], record["task"]["kind"])
        if name in paired
        else compare(metric, scores[metric], name, answer[metric], record["task"]["kind"])
        for name, answer in naive.items()
        if metric in scores and answer.get(metric)
    )
    notes = []
    errors = [finding for finding in run.findings if finding.severity == "error"]
    if errors:
        notes.append(
            f"{len(errors)} findings are errors: read them before you trust a figure."
            if len(errors) > 1
            else "One finding is an error: read it before you trust a figure."
        )
    if part == "validation" and scores and run.looks > 1:
        notes.append(
            f"{run.looks} trainings were scored on validation {rows_noun(record)} and this one was "
            "chosen, so its figures flatter. The sealed test tells the truth, once."
        )
    openings = int(record.get("test_openings") or 0)
    if openings > 1:
        notes.append(f"The test rows were opened {openings} times, so their figures flatter.")
    if status != "finished":
        ended = f"{status.capitalize()} after {epochs} epoch{'' if epochs == 1 else 's'}"
        return Verdict("bad", ended, metric if scores else "", comparisons, tuple(notes))
    if not scores:
        return Verdict("bad", "Nothing was measured", "", (), tuple(notes))
    tone, title = _judged(comparisons)
    if errors:
        faults = dict.fromkeys(finding.fault.replace("_", " ") for finding in errors)
        tone, title = "bad", f"Not to be trusted yet: {', '.join(faults)}"
    return Verdict(tone, title, metric, comparisons, tuple(notes))


def _judged(comparisons: tuple[Comparison, ...]) -> tuple[Tone, str]:
    relations = {item.name: item.relation for item in comparisons}
    trivial = [relation for name, relation in relations.items() if name != LINEAR]
    linear = relations.get(LINEAR)
    if not comparisons:
        return "caution", "Measured, with nothing to compare"
    if "worse" in trivial:
        return "bad", "Worse than a naive answer"
    if "not distinguishable" in trivial:
        return "bad", "Not distinguishable from a naive answer"
    if linear == "worse":
        return "bad", "Worse than a linear model"
    if linear == "not distinguishable":
        return "caution", "It has learned, about as well as a linear model"
    return "good", "Better than every naive answer"


def compare(
    metric: str, model: Mapping[str, Any], name: str, other: Mapping[str, Any], kind: str = ""
) -> Comparison:
    """Return how two estimates of one metric compare.

    Args:
        metric: Its name, which says whether low is good.
        model: The model's value with `low` and `high`.
        name: The name of the naive answer.
        other: The naive answer's value with `low` and `high`.
        kind: Of the task; some naive answers are called after it.

    Examples:
        >>> one = {"value": 0.9, "low": 0.85, "high": 0.95}
        >>> compare("accuracy", one, "majority", {"value": 0.6, "low": 0.5, "high": 0.7}).relation
        'better'
        >>> compare("mae", one, "mean", {"value": 0.8, "low": 0.7, "high": 0.86}).relation
        'not distinguishable'
    """
    called = naive_name(name, kind)
    said = f"{naive_phrase(name, kind)} ({metric_text(metric, other.get('value'))})"
    ours, theirs = _interval(model), _interval(other)
    if ours is None or theirs is None:
        return Comparison(called, "not distinguishable", said)
    (low, high), (other_low, other_high) = ours, theirs
    if low <= other_high and other_low <= high:
        return Comparison(called, "not distinguishable", said)
    is_better = high < other_low if is_lower_better(metric) else low > other_high
    return Comparison(called, "better" if is_better else "worse", said)


def _paired(name: str, comparison: Mapping[str, Any], kind: str) -> Comparison:
    """Return a comparison that `recipes.compare_with_naive` made, as plain data."""
    called, gain, metric = naive_name(name, kind), comparison["gain"], comparison["metric"]
    said = f"{naive_phrase(name, kind)} ({metric_text(metric, comparison['naive'])})"
    if comparison["verdict"] != "not distinguishable":
        ends = sorted(abs(gain[end]) for end in ("low", "high"))
        span = " to ".join(metric_text(metric, end) for end in ends)
        said += f", by {metric_text(metric, abs(gain['value']))} ({span})"
    return Comparison(called, comparison["verdict"], said)


def _interval(estimate: Mapping[str, Any]) -> tuple[float, float] | None:
    """Return the ends of an estimate: its value twice where it has no interval."""
    value = estimate.get("value")
    low, high = estimate.get("low"), estimate.get("high")
    if low is not None and high is not None:
        return low, high
    return None if value is None else (value, value)


def headline_metric(run: Run) -> str:
    """Return the metric that stands for the run; empty when none was measured.

    It is the one of the record's `comparisons`. Without them accuracy is it, unless a class
    dominates, or the mean absolute error of a regression.

    Guide: MET-2.
    """
    record = run.record
    metrics = (record.get("validation") or record.get("test") or {}).get("metrics") or {}
    for paired in (record.get("comparisons") or {}).values():
        for comparison in (paired or {}).values():
            if comparison["metric"] in metrics:
                return comparison["metric"]
    kind = record["task"]["kind"]
    wanted = HEADLINES.get(kind, ())
    if any(finding.fault == "imbalanced" for finding in run.findings):
        wanted = IMBALANCED_HEADLINES.get(kind, wanted)
    return next((name for name in wanted if name in metrics), next(iter(metrics), ""))
