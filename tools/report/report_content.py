"""Everything that a report shows, worked out from a run as plain data and finished SVG."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..terminal import number_text
from .checklists import fill_checklists
from .facts import TRAINING_FAULTS
from .verdicts import (
    headline_metric,
    interval_words,
    is_lower_better,
    metric_name,
    naive_name,
    reach_verdict,
    sentence_case,
)

if TYPE_CHECKING:
    from ...recipes.training.runs import Run
    from .panels import Panel

__all__ = ["report_content", "rules_of", "spoken_name"]

SEVERITY_ORDER = ("error", "warning", "info")
MOST_WORST_FIELDS = 12
MOST_COLUMNS = 200  # of the profile; the rest is counted
MOST_PARTS = 30
OPTIONAL = ("stopped_by", "best_epoch", "split", "test", "test_openings")


def report_content(run: Run, folder: Path) -> dict[str, Any]:
    """Return everything the page shows, by the names that its template uses.

    Args:
        run: A run.
        folder: Where it is, as the person named it.

    Guide: CHK-3, MIS-8.
    """
    from ..guide import RULES
    from .panels import curve_panels, evaluation_panels
    from .usage import usage_snippet

    record = run.record
    findings = _ordered(run)
    part = "test" if record.get("test") else "validation"
    evaluation = record.get(part) or {}
    threshold = float(record.get("threshold") or 0.5)
    checklists = fill_checklists(run)
    settings = _settings(run)
    cited = {"BP-2", "MIS-2", "MIS-8", *rules_of((record.get("split") or {}).get("method") or {})}
    cited |= {rule for finding in findings for rule in rules_of(finding)}
    cited |= {
        rule for checklist in checklists for rule, _ in (*checklist.items, (checklist.rule, 0))
    }
    cited |= {rule for setting in settings for rule in setting["rules"]}
    return {
        "run": dict.fromkeys(OPTIONAL) | dict(record) | {"epochs": len(run.history)},
        "title": ", ".join(map(str, record["target"])) or "prediction",
        "source": Path(str(record.get("source") or "")).name,
        "verdict": reach_verdict(run),
        "headline": _headline(run),
        "findings": findings,
        "part": part,
        "parts": [name for name in ("validation", "test") if record.get(name)],
        "scores": _scores(run),
        "remarks": [*(evaluation.get("readings") or ()), *(evaluation.get("notes") or ())],
        "classes": _classes(evaluation),
        "curves": _drawn("curve", curve_panels(run, findings)),
        "details": _drawn("detail", evaluation_panels(evaluation, record["task"], threshold)),
        "worst": _worst(record.get("worst_errors") or []),
        "profile": _profile(record),
        "hidden_columns": max(0, len(record.get("audit_profile") or ()) - MOST_COLUMNS),
        "choices": {
            name: {"value": _setting(choice["value"]), "reason": choice["reason"]}
            for name, choice in (record.get("choices") or {}).items()
            if name not in {column["name"] for column in record["columns"]}
        },
        "checklists": checklists,
        "settings": settings,
        "snippet": usage_snippet(record),
        "has_model": (folder / "model.keras").is_file(),
        "test_command": f"goodfit test {shlex.quote(str(folder))}",
        "resume_command": f"goodfit train --resume {shlex.quote(str(folder))}",
        "made_of": _made_of(run),
        "rules": {rule: RULES[rule].statement for rule in RULES if rule in cited},
    }


def _ordered(run: Run) -> list[dict[str, Any]]:
    """Return the findings, worst first, each told apart as one of the data or the training."""
    found = [finding.to_dict() for finding in run.findings]
    for item in found:
        item["about"] = "training" if item["fault"] in TRAINING_FAULTS else "data"
    return sorted(found, key=lambda f: (SEVERITY_ORDER.index(f["severity"]), f["about"] == "data"))


def _headline(run: Run) -> dict[str, Any] | None:
    """Return the headline metric on each part, with the chart beside the naive answers."""
    from .charts import draw_comparison
    from .panels import Panel

    metric = headline_metric(run)
    if not metric:
        return None
    record = run.record
    values = {
        part: record[part]["metrics"][metric]
        for part in ("validation", "test")
        if ((record.get(part) or {}).get("metrics") or {}).get(metric)
    }
    part = "test" if "test" in values else "validation"
    naive = (record.get("naive") or {}).get(part) or {}
    shown = {"this model": values[part]}
    shown |= {naive_name(n): answer[metric] for n, answer in naive.items() if answer.get(metric)}
    points = {n: (e["value"], e["low"], e["high"]) for n, e in shown.items() if _known(e)}
    said = [f"{n} {number_text(e['value'])} ({interval_words(e)})" for n, e in shown.items()]
    better = "less is better" if is_lower_better(metric) else "more is better"
    caption = f"Bars are 95 % intervals; {better}."
    if (record.get("comparisons") or {}).get(part):
        caption += " The verdict compares row by row, so it can decide where bars overlap."
    panel = Panel(
        f"{sentence_case(metric_name(metric))} on {part} rows",
        caption,
        draw_comparison(points, metric=metric_name(metric)),
        more="; ".join(said),
    )
    return {
        "metric": sentence_case(metric_name(metric)),
        "values": values,
        "chart": _drawn("headline", [panel])[0],
    }


def _known(estimate: Mapping[str, Any]) -> bool:
    return all(estimate.get(key) is not None for key in ("value", "low", "high"))


def _scores(run: Run) -> list[dict[str, Any]]:
    """Return one row per metric: the model and each naive answer, on each part measured."""
    record = run.record
    rows = []
    parts = [part for part in ("validation", "test") if record.get(part)]
    names = dict.fromkeys(name for part in parts for name in record[part].get("metrics") or {})
    for name in names:
        row: dict[str, Any] = {"name": metric_name(name), "less": is_lower_better(name)}
        for part in parts:
            naive = (record.get("naive") or {}).get(part) or {}
            row[part] = {
                "model": (record[part].get("metrics") or {}).get(name),
                "naive": {naive_name(n): answer.get(name) for n, answer in naive.items()},
            }
        rows.append(row)
    return rows


def _classes(evaluation: Mapping[str, Any]) -> dict[str, Any]:
    """Return the metrics of each class, label or target as a table."""
    parts = evaluation.get("parts") or {}
    metrics = list(dict.fromkeys(name for part in parts.values() for name in part))
    return {
        "metrics": metrics,
        "names": [metric_name(name) for name in metrics],
        "rows": list(parts.items())[:MOST_PARTS],
        "hidden": max(0, len(parts) - MOST_PARTS),
    }


def _worst(errors: list[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the worst errors as a table of as many fields as they have."""
    errors, right = _worst_sequences(errors)
    names = dict.fromkeys(name for item in errors for name in item if name != "position")
    fields = sorted(names, key=lambda name: name != "row")[:MOST_WORST_FIELDS]
    numeric = [all(_is_number(item.get(name)) for item in errors) for name in fields]
    rows = [[_cell(item.get(name), plain=name == "row") for name in fields] for item in errors]
    return {
        "fields": [
            {"name": spoken_name(name), "css": "num" if number and name != "row" else "name"}
            for name, number in zip(fields, numeric, strict=True)
        ],
        "rows": rows,
        "all_right": right or (bool(errors) and all(item.get("wrong") is False for item in errors)),
    }


def _worst_sequences(
    errors: list[Mapping[str, Any]],
) -> tuple[list[Mapping[str, Any]], bool]:
    """Return errors of sequences with their score under its name, and whether all are right.

    Answers that are right to the last step are left out, unless there are no others.
    """
    if not all("score" in item for item in errors) or not errors:
        return errors, False
    wrong = [item for item in errors if item.get("true") != item.get("predicted")]
    shown: list[Mapping[str, Any]] = [
        {name: item[name] for name in ("row", "true", "predicted") if name in item}
        | {metric_name(str(item.get("metric") or "score")): item["score"]}
        for item in wrong or errors
    ]
    return shown, not wrong


def _profile(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return one line for each column, with why it was read as it was."""
    from .profiles import profile_row

    choices = record.get("choices") or {}
    profiles = (record.get("audit_profile") or [])[:MOST_COLUMNS]
    return [profile_row(profile, choices.get(profile.get("name")) or {}) for profile in profiles]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _cell(value: Any, *, plain: bool = False) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "–"}[value]
    if isinstance(value, int):
        return str(value) if plain else f"{value:,}"
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_cell(item)}" for name, item in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_cell(item) for item in value)
    return str(value)


def _settings(run: Run) -> list[dict[str, Any]]:
    rows = []
    for name in run.config.setting_names():
        choice = run.config.why(name)
        rows.append(
            {
                "name": name,
                "value": _setting(getattr(run.config, name)),
                "reason": choice.reason,
                "rules": rules_of({"rule": choice.rule}),
                "figures": {key: _cell(value) for key, value in choice.figures.items()},
                "chosen": name in run.config.reasons,
            }
        )
    return sorted(rows, key=lambda row: not row["chosen"])


def _setting(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "by task"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _made_of(run: Run) -> list[tuple[str, str]]:
    """Return what is needed to make the run again, as names and texts."""
    from ...recipes.reading.wording import bytes_text, plural

    record = run.record
    hardware = record.get("hardware") or {}
    machine = [plural(int(hardware["cores"]), "core")] if hardware.get("cores") else []
    if hardware.get("memory_bytes"):
        machine.append(bytes_text(hardware["memory_bytes"]) + " of memory")
    machine += [str(name) for name in hardware.get("gpus") or ["no GPU"]]
    seconds = {n: s for n, s in (record.get("seconds") or {}).items() if s is not None}
    total = seconds.pop("total", None)
    times = ", ".join(f"{name} {value:.1f} s" for name, value in seconds.items())
    memory = record.get("peak_memory_bytes")
    rows = {
        "goodfit": record["goodfit"],
        "Versions": ", ".join(f"{n} {v}" for n, v in record["versions"].items() if n != "goodfit"),
        "Hardware": ", ".join(machine),
        "Seed": record.get("seed"),
        "Data": f"{record.get('source', '')}",
        "Fingerprint of the training rows": record.get("fingerprint"),
        "Seal of the test rows": (record.get("split") or {}).get("seal"),
        "Time": (f"{total:.1f} s in all: {times}" if total is not None else times),
        "Largest memory": bytes_text(memory) if memory else None,
        "Parameters": f"{record['parameters']:,}" if record.get("parameters") else None,
    }
    return [(name, str(value)) for name, value in rows.items() if value not in (None, "")]


def _drawn(prefix: str, panels: Iterable[Panel]) -> list[dict[str, Any]]:
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


def rules_of(item: Mapping[str, Any]) -> list[str]:
    """Return the ids of the guide's rules that a finding or a choice names, those that exist."""
    from ..guide import RULES

    ids = [rule.strip() for rule in str(item.get("rule") or "").split(",")]
    return [rule for rule in ids if rule in RULES]


def spoken_name(name: Any) -> str:
    """Return a name without underscores."""
    return str(name).replace("_", " ")
