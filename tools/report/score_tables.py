"""The figures of a report: the headline with its chart, and the tables of scores."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from .verdicts import headline_metric
from .wording import (
    interval_words,
    is_lower_better,
    metric_name,
    metric_text,
    naive_name,
    rows_noun,
    sentence_case,
)

if TYPE_CHECKING:
    from ...recipes.training.runs import Run
    from .panels import Panel

__all__ = ["class_table", "draw_panels", "headline", "score_rows"]

MOST_PARTS = 30


def headline(run: Run) -> dict[str, Any] | None:
    """Return the headline metric on each part, with the chart beside the naive answers."""
    from .charts import draw_comparison
    from .panels import Panel

    metric = headline_metric(run)
    if not metric:
        return None
    record = run.record
    kind = record["task"]["kind"]
    values = {
        part: record[part]["metrics"][metric]
        for part in ("validation", "test")
        if ((record.get(part) or {}).get("metrics") or {}).get(metric)
    }
    part = "test" if "test" in values else "validation"
    naive = (record.get("naive") or {}).get(part) or {}
    shown = {"this model": values[part]}
    shown |= {
        naive_name(n, kind): answer[metric] for n, answer in naive.items() if answer.get(metric)
    }
    points = {n: (e["value"], e["low"], e["high"]) for n, e in shown.items() if _known(e)}
    said = [
        f"{n} {metric_text(metric, e['value'])} ({interval_words(e, metric)})"
        for n, e in shown.items()
    ]
    better = "less is better" if is_lower_better(metric) else "more is better"
    caption = f"Bars are 95 % intervals; {better}."
    if (record.get("comparisons") or {}).get(part):
        caption += " The verdict compares row by row, so it can decide where bars overlap."
    panel = Panel(
        f"{sentence_case(metric_name(metric))} on {part} {rows_noun(record)}",
        caption,
        draw_comparison(points, metric=metric_name(metric)),
        more="; ".join(said),
    )
    return {
        "metric": sentence_case(metric_name(metric)),
        "key": metric,
        "values": values,
        "chart": draw_panels("headline", [panel])[0],
    }


def _known(estimate: Mapping[str, Any]) -> bool:
    return all(estimate.get(key) is not None for key in ("value", "low", "high"))


def score_rows(run: Run) -> list[dict[str, Any]]:
    """Return one row per metric: the model and each naive answer, on each part measured."""
    record = run.record
    kind = record["task"]["kind"]
    rows = []
    parts = [part for part in ("validation", "test") if record.get(part)]
    names = dict.fromkeys(name for part in parts for name in record[part].get("metrics") or {})
    for name in names:
        row: dict[str, Any] = {
            "name": metric_name(name),
            "key": name,
            "less": is_lower_better(name),
        }
        for part in parts:
            naive = (record.get("naive") or {}).get(part) or {}
            row[part] = {
                "model": (record[part].get("metrics") or {}).get(name),
                "naive": {naive_name(n, kind): answer.get(name) for n, answer in naive.items()},
            }
        rows.append(row)
    return rows


def class_table(evaluation: Mapping[str, Any]) -> dict[str, Any]:
    """Return the metrics of each class, label or target as a table."""
    parts = evaluation.get("parts") or {}
    metrics = list(dict.fromkeys(name for part in parts.values() for name in part))
    return {
        "metrics": metrics,
        "names": [metric_name(name) for name in metrics],
        "rows": list(parts.items())[:MOST_PARTS],
        "hidden": max(0, len(parts) - MOST_PARTS),
    }


def draw_panels(prefix: str, panels: Iterable[Panel]) -> list[dict[str, Any]]:
    """Return panels with their charts as SVG, safe to put into the page as they are."""
    from markupsafe import Markup

    from .drawing import inline_svg

    drawn = []
    for number, panel in enumerate(panels, 1):
        description = f"{panel.title}. {panel.caption} {panel.more}".strip()
        svg = inline_svg(panel.figure, f"{prefix}{number}", description)
        # inline_svg escapes every text and attribute of the figure.
        drawn.append(
            {"title": panel.title, "caption": panel.caption, "svg": Markup(svg), "wide": panel.wide}
        )
    return drawn
