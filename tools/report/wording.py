"""What metrics, naive answers and rows are called in a report and in the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from ..terminal import number_text

__all__ = [
    "counted",
    "few",
    "interval_words",
    "is_lower_better",
    "metric_name",
    "metric_text",
    "naive_name",
    "naive_phrase",
    "rows_noun",
    "sentence_case",
]

PRETTY = {
    "roc_auc": "ROC AUC",
    "f1": "F1",
    "mae": "MAE",
    "rmse": "RMSE",
    "f1_weighted": "F1, weighted",
    "precision_weighted": "precision, weighted",
    "brier_score": "Brier score",
    "matthews_correlation": "Matthews correlation",
    "f1_micro": "F1, micro",
    "top_2_accuracy": "top-2 accuracy",
    "r2": "R²",
    "mse": "MSE",
    "mase": "MASE",
    "smape": "sMAPE, %",
    "owa": "OWA",
    "bleu": "BLEU",
    "chrf": "chrF",
    "chunk_f1": "chunk F1",
    "chunk_precision": "chunk precision",
    "token_f1": "token F1",
    "cross_entropy": "cross-entropy, nats",
}
HUNDREDS = frozenset({"bleu", "chrf", "smape"})
"""Metrics that count to 100 or 200, for which one digit after the point is enough."""
NAIVE = {
    "majority": ("commonest class", "always answering the commonest class"),
    "mean": ("mean", "always answering the mean"),
    "linear": ("linear model", "a linear model"),
    "each word": ("each word's commonest", "answering each word's commonest class"),
    "repeat-last": ("last value repeated", "repeating the last value"),
    "seasonal-naive": ("last season repeated", "repeating the last season"),
    "copy": ("source copied", "copying the source"),
    "commonest": ("commonest text", "always answering the commonest text"),
    "nearest": ("likest row's text", "the text of the likest training row"),
    "frequencies": ("shares of tokens", "the shares of single tokens"),
    "pairs": ("counts of pairs", "a table of pairs of tokens"),
    "first sentence": ("first sentence", "the first sentence of the passage"),
    "sliding window": ("words near the question's", "the words nearest to those of the question"),
}
# Where the same answer is another thing for a task.
NAIVE_OF_TASK = {
    ("multilabel", "majority"): ("shares of the labels", "always answering the labels' shares"),
    ("forecasting", "mean"): ("mean of the window", "the mean of the window"),
}
# What a row is, where it is no row of a table.
ROWS_OF_TASK = {"forecasting": "windows", "next_token": "passages"}
ROWS_OF_COLUMN = {"audio": "recordings", "image": "pictures", "frames": "clips"}


def metric_name(metric: str) -> str:
    """Return a metric's name as people write it.

    Examples:
        >>> metric_name("roc_auc"), metric_name("balanced_accuracy")
        ('ROC AUC', 'balanced accuracy')
    """
    return PRETTY.get(metric, metric.replace("_", " "))


def metric_text(metric: str, value: float | None) -> str:
    """Return a metric's value with the digits that it is usually given with.

    Examples:
        >>> metric_text("bleu", 27.1234), metric_text("accuracy", 0.5)
        ('27.1', '0.500')
    """
    if metric in HUNDREDS and value is not None and 0.05 <= abs(value) < 1_000:
        return f"{value:.1f}"
    return number_text(value)


def is_lower_better(metric: str) -> bool:
    """Whether a small value of this metric is good.

    Examples:
        >>> is_lower_better("rmse"), is_lower_better("accuracy"), is_lower_better("perplexity")
        (True, False, True)
    """
    from ...recipes.scoring.evaluation import ERRORS

    return metric in ERRORS or metric in _sequence_errors()


@cache
def _sequence_errors() -> frozenset[str]:
    """Return the metrics of which less is better, of all tasks whose answer is a sequence."""
    from ...recipes.answering.methods import METHODS, method_of
    from ...zoo.tasks import Task

    errors: frozenset[str] = frozenset()
    for kind in METHODS:
        names = ("a",) if kind in ("forecasting", "sequence_labelling", "speech") else ()
        task = Task(kind, names, horizon=int(kind == "forecasting"))  # pyright: ignore[reportArgumentType]
        errors |= method_of(task).errors
    return errors


def naive_name(name: str, kind: str = "") -> str:
    """Return a naive answer's name as people would say it.

    Examples:
        >>> naive_name("majority", "binary"), naive_name("majority", "multilabel")
        ('commonest class', 'shares of the labels')
    """
    return _naive(name, kind)[0]


def naive_phrase(name: str, kind: str = "") -> str:
    """Return a naive answer as it follows "better than"."""
    return _naive(name, kind)[1]


def _naive(name: str, kind: str) -> tuple[str, str]:
    spoken = name.replace("_", " ")
    return NAIVE_OF_TASK.get((kind, name)) or NAIVE.get(name) or (spoken, spoken)


def rows_noun(record: Mapping[str, Any]) -> str:
    """Return what the rows of a run are.

    Args:
        record: The record of a run: its task and columns.

    Examples:
        >>> rows_noun({"task": {"kind": "forecasting"}, "columns": []})
        'windows'
        >>> rows_noun({"task": {"kind": "binary"}, "columns": [{"kind": "audio"}]})
        'recordings'
    """
    kinds = [column["kind"] for column in record["columns"]]
    found = ROWS_OF_TASK.get(record["task"]["kind"])
    return found or (ROWS_OF_COLUMN.get(kinds[0], "rows") if len(kinds) == 1 else "rows")


def sentence_case(text: str) -> str:
    """Return a text with its first letter large, the others as they are.

    Examples:
        >>> sentence_case("log loss"), sentence_case("ROC AUC")
        ('Log loss', 'ROC AUC')
    """
    return text if text in ("chrF", "sMAPE, %") else text[:1].upper() + text[1:]


def interval_words(estimate: Mapping[str, Any] | None, metric: str = "") -> str:
    """Return both ends of an interval, or nothing where there is none.

    Examples:
        >>> interval_words({"value": 0.97, "low": 0.94, "high": 1.0})
        '0.940 to 1.000'
    """
    if not estimate or estimate.get("low") is None or estimate.get("high") is None:
        return ""
    return f"{metric_text(metric, estimate['low'])} to {metric_text(metric, estimate['high'])}"


def few(names: list[str] | tuple[str, ...], most: int = 4) -> str:
    """Return the first of some names without underscores, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(name.replace("_", " ") for name in names[:most]) + more


def counted(number: int, noun: str, many: str = "") -> str:
    """Return a number with its noun, in the plural where it is not one."""
    return f"{number:,} {noun if number == 1 else many or f'{noun}s'}"
