"""The charts of a report: which ones a run can fill, each with what to read off it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..terminal import number_text
from .wording import metric_name, sentence_case

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ...recipes.training.runs import Run

__all__ = ["Panel", "curve_panels", "evaluation_panels"]

MOST_QUANTITIES = 3  # the loss and two metrics; the others are in history.csv
NO_CURVE = frozenset({"epoch", "learning_rate", "seconds"})
MOST_TABLES = 4  # multilabel: one confusion matrix for each label


@dataclass(frozen=True)
class Panel:
    """One chart with its words.

    Args:
        title: What it shows.
        caption: What to read off it, with the figures: a full text for who cannot see it.
        figure: The chart, drawn without a title.
        wide: Whether it keeps its size and scrolls on a narrow page.
        more: Further words for who cannot see the chart, where the page shows them elsewhere.
    """

    title: str
    caption: str
    figure: Figure
    wide: bool = False
    more: str = ""


def curve_panels(run: Run, findings: list[dict[str, Any]]) -> Iterator[Panel]:
    """Yield the curves of a run over its epochs.

    Args:
        run: A run.
        findings: In the order of their numbers in the report.

    Guide: BP-3, MIS-7.
    """
    from .charts import draw_history

    history = _columns(run)
    best = run.record.get("best_epoch") or None
    names = [name for name in history if not name.startswith("val_") and name not in NO_CURVE]
    names.sort(key=lambda name: name != "loss")
    for name in names[:MOST_QUANTITIES]:
        yield Panel(
            sentence_case(metric_name(name)),
            _curve_caption(name, history, best) + _unit_note(name, run),
            draw_history(history, name, best_epoch=best, findings=findings, title=""),
        )
    rates = history.get("learning_rate", [])
    if len(set(rates)) > 1:
        yield Panel(
            "Learning rate",
            f"From {rates[0]:g} to {rates[-1]:g}.",
            draw_history({"learning_rate": rates}, "learning_rate", title=""),
        )


def evaluation_panels(
    evaluation: Mapping[str, Any], task: Mapping[str, Any], threshold: float
) -> Iterator[Panel]:
    """Yield the charts of one evaluation.

    Args:
        evaluation: What `Evaluation.to_dict()` gave.
        task: Kind and names.
        threshold: The probability above which a row counts as positive.

    Guide: MET-1, MET-6, MET-7, MET-8.
    """
    curves = evaluation.get("curves") or {}
    confusion = evaluation.get("confusion")
    if confusion:
        yield from _confusions(confusion, task)
    if curves.get("roc"):
        yield _roc(curves["roc"], evaluation)
    if curves.get("precision_recall"):
        yield _precision_recall(curves["precision_recall"], evaluation)
    if curves.get("threshold"):
        yield _threshold(curves["threshold"], threshold)
    if (curves.get("calibration") or {}).get("predicted"):
        yield _calibration(curves["calibration"], task)
    for name, pair in list((curves.get("predicted_actual") or {}).items())[:MOST_TABLES]:
        yield from _regression(name, pair)


def _columns(run: Run) -> dict[str, list[float]]:
    names = dict.fromkeys(name for logs in run.history for name in logs)
    return {name: [logs.get(name, math.nan) for logs in run.history] for name in names}


def _unit_note(name: str, run: Run) -> str:
    """Return in which unit a curve is, where that is not the one of the scores."""
    task = run.record["task"]
    if task["kind"] == "forecasting":
        return " In spreads of each window, not in the target's unit."
    if task["kind"] != "regression" or not (name == "loss" or len(task["names"]) > 1):
        return ""
    return " Of standardised targets." if len(task["names"]) > 1 else " Of the standardised target."


def _curve_caption(name: str, history: Mapping[str, list[float]], best: int | None) -> str:
    epochs = len(history[name])
    said = []
    for title, key in (("training", name), ("validation", f"val_{name}")):
        values = history.get(key)
        if values is None:
            continue
        broken = [number for number, value in enumerate(values, 1) if not math.isfinite(value)]
        if broken:
            said.append(f"{title} is not a number from epoch {broken[0]}")
        elif best and best <= epochs:
            said.append(f"{title} {number_text(values[best - 1])}")
    where = f"At epoch {best} of {epochs}, whose weights were kept: " if best else ""
    return f"{where}{', '.join(said) or 'nothing was recorded'}."


def _confusions(confusion: Mapping[str, Any], task: Mapping[str, Any]) -> Iterator[Panel]:
    from .confusion_chart import MOST_CLASSES, draw_confusion_matrix

    names, counts = confusion["names"], confusion["counts"]
    if task["kind"] == "multilabel":
        for name, table in list(zip(names, counts, strict=True))[:MOST_TABLES]:
            (true_no, false_yes), (false_no, true_yes) = table
            caption = (
                f"{name}: {true_yes:,} found, {false_no:,} missed, {false_yes:,} false alarms, "
                f"{true_no:,} rightly without."
            )
            yield Panel(
                f"Confusion matrix: {name}",
                caption,
                draw_confusion_matrix(table, ["without", "with"], title=""),
            )
        return
    total = sum(map(sum, counts))
    right = sum(row[i] for i, row in enumerate(counts))
    wrong = [
        (count, names[i], names[j])
        for i, row in enumerate(counts)
        for j, count in enumerate(row)
        if i != j and count
    ]
    caption = f"{right:,} of {total:,} are right."
    if wrong:
        count, actual, predicted = max(wrong, key=lambda item: item[0])
        caption += f" Most often {actual} is taken for {predicted} ({count:,})."
    if len(names) > MOST_CLASSES:
        caption += f" Drawn are the {MOST_CLASSES} of {len(names)} classes with the most errors."
    figure = draw_confusion_matrix(counts, names, title="")
    yield Panel("Confusion matrix", caption, figure, wide=len(names) > 4)


def _roc(curves: Mapping[str, Any], evaluation: Mapping[str, Any]) -> Panel:
    from .answer_charts import draw_roc

    area = ((evaluation.get("metrics") or {}).get("roc_auc") or {}).get("value")
    caption = "How many cases are found at what price in false alarms."
    if area is not None:
        kind = "The area" if len(curves) == 1 else "The mean area over the classes"
        caption += f" {kind} is {area:.3f}; 0.5 is a coin flip."
    figure = draw_roc(curves, area=area if len(curves) == 1 else None, title="")
    return Panel("ROC curve", caption + _several(curves), figure)


def _precision_recall(curves: Mapping[str, Any], evaluation: Mapping[str, Any]) -> Panel:
    from .answer_charts import draw_precision_recall

    counts = (evaluation.get("confusion") or {}).get("counts")
    prevalence = None
    if len(curves) == 1 and counts and sum(map(sum, counts)):
        prevalence = sum(counts[1]) / sum(map(sum, counts))
    caption = "To find more cases (right), more alarms must be false (down)."
    if prevalence is not None:
        caption += f" At random {prevalence:.0%} of the alarms would be right."
    figure = draw_precision_recall(curves, prevalence=prevalence, title="")
    return Panel("Precision and recall", caption + _several(curves), figure)


def _several(curves: Mapping[str, Any]) -> str:
    return " The three classes with the least area are named." if len(curves) > 3 else ""


def _threshold(curve: Mapping[str, list[float]], chosen: float) -> Panel:
    from .answer_charts import draw_threshold

    near = min(range(len(curve["threshold"])), key=lambda i: abs(curve["threshold"][i] - chosen))
    caption = (
        f"Above {chosen:.3g} the answer is yes: precision {curve['precision'][near]:.3f}, recall "
        f"{curve['recall'][near]:.3f}. Lower it if missed cases cost more, raise it if false "
        "alarms do."
    )
    figure = draw_threshold(
        curve["threshold"], curve["precision"], curve["recall"], chosen=chosen, title=""
    )
    return Panel("Threshold", caption, figure)


def _calibration(curve: Mapping[str, Any], task: Mapping[str, Any]) -> Panel:
    from .answer_charts import draw_calibration

    what = "the answer was right" if task["kind"] == "multiclass" else "the answer was yes"
    caption = f"On the dashed line, {what} just as often as the model said."
    error = curve.get("expected_calibration_error")
    if error is not None:
        caption += f" The mean distance from it is {error:.3f}."
    figure = draw_calibration(curve["predicted"], curve["observed"], curve.get("rows"), title="")
    return Panel("Calibration", caption, figure)


def _regression(name: str, pair: Mapping[str, list[float]]) -> Iterator[Panel]:
    from .answer_charts import draw_predictions, draw_residuals

    actual, predicted = pair["actual"], pair["predicted"]
    shown = f"{len(actual):,} rows are drawn."
    yield Panel(
        f"Predicted and actual: {name}",
        f"On the dashed line, the prediction is right. {shown}",
        draw_predictions(actual, predicted, unit=name, title=""),
    )
    residuals = [p - a for a, p in zip(actual, predicted, strict=True)]
    high = sum(residual > 0 for residual in residuals)
    yield Panel(
        f"Residuals: {name}",
        f"Above zero the model said too much ({high:,} rows), below it too little "
        f"({len(residuals) - high:,}). A shape other than a level cloud is something not learned.",
        draw_residuals(predicted, residuals, unit=name, title=""),
    )
