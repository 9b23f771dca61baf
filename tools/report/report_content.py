"""Everything that a report shows, worked out from a run as plain data and finished SVG."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .answer_rows import cell_text, example_rows, worst_table
from .checklists import fill_checklists
from .facts import TRAINING_FAULTS, Facts
from .score_tables import class_table, draw_panels, headline, score_rows
from .verdicts import reach_verdict
from .wording import rows_noun

if TYPE_CHECKING:
    from ...recipes.training.runs import Run

__all__ = ["report_content", "rules_of"]

SEVERITY_ORDER = ("error", "warning", "info")
MOST_COLUMNS = 200  # of the profile; the rest is counted
OPTIONAL = ("stopped_by", "best_epoch", "split", "test", "test_openings")


def report_content(run: Run, folder: Path) -> dict[str, Any]:
    """Return everything the page shows, by the names that its template uses.

    Args:
        run: A run.
        folder: Where it is, as the person named it.

    Guide: CHK-3, MIS-8.
    """
    from ..guide import RULES
    from .augmentation_chart import augmentation_panels, augmentation_rules, augmented_texts
    from .forecast_chart import forecast_panels
    from .panels import curve_panels, evaluation_panels
    from .study_section import study_content, study_panels
    from .usage import usage_snippet

    record, facts = run.record, Facts(run)
    findings = _ordered(run)
    part = "test" if record.get("test") else "validation"
    evaluation = record.get(part) or {}
    threshold = float(record.get("threshold") or 0.5)
    checklists = fill_checklists(run)
    study = study_content(facts.entries)
    settings = _settings(run)
    cited = {"BP-2", "MIS-2", "MIS-8", *rules_of((record.get("split") or {}).get("method") or {})}
    cited |= {rule for finding in findings for rule in rules_of(finding)}
    cited |= {
        rule for checklist in checklists for rule, _ in (*checklist.items, (checklist.rule, 0))
    }
    cited |= {rule for setting in settings for rule in setting["rules"]}
    cited |= set(augmentation_rules(record))
    told = [*facts.steps, *(study["shares"] if study else ())]
    cited |= {rule for each in told for rule in rules_of({"rule": each.rule})}
    return {
        "run": dict.fromkeys(OPTIONAL) | dict(record) | {"epochs": len(run.history)},
        "title": ", ".join(map(str, record["target"])) or _source(record) or "prediction",
        "source": _source(record) if record["target"] else "",
        "noun": rows_noun(record),
        "verdict": reach_verdict(run),
        "headline": headline(run),
        "findings": findings,
        "part": part,
        "parts": [name for name in ("validation", "test") if record.get(name)],
        "scores": score_rows(run),
        "looks": run.looks,
        "remarks": [*(evaluation.get("readings") or ()), *(evaluation.get("notes") or ())],
        "classes": class_table(evaluation),
        "study": study,
        "study_charts": draw_panels("study", study_panels(facts)),
        "curves": draw_panels("curve", curve_panels(run, findings)),
        "augmented": draw_panels("augmented", augmentation_panels(record)),
        "augmented_texts": augmented_texts(record),
        "augmentation_rules": augmentation_rules(record),
        "forecasts": draw_panels("forecast", forecast_panels(record)),
        "details": draw_panels("detail", evaluation_panels(evaluation, record["task"], threshold)),
        "worst": worst_table(record),
        "examples": example_rows(record),
        "sample": (record.get("examples") or {}).get("sample"),
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
        "resume_command": f"goodfit {'fit' if study else 'train'} --resume "
        + shlex.quote(str(folder)),
        "made_of": _made_of(run),
        "rules": {rule: RULES[rule].statement for rule in RULES if rule in cited},
    }


def _ordered(run: Run) -> list[dict[str, Any]]:
    """Return the findings, worst first, each told apart as one of the data or the training."""
    found = [finding.to_dict() for finding in run.findings]
    for item in found:
        item["about"] = "training" if item["fault"] in TRAINING_FAULTS else "data"
    return sorted(found, key=lambda f: (SEVERITY_ORDER.index(f["severity"]), f["about"] == "data"))


def _source(record: Mapping[str, Any]) -> str:
    """Return the name of the file or folder that was read."""
    return Path(str(record.get("source") or "")).name


def _profile(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return one line for each column, with why it was read as it was."""
    from .profiles import profile_row

    choices = record.get("choices") or {}
    profiles = (record.get("audit_profile") or [])[:MOST_COLUMNS]
    return [profile_row(profile, choices.get(profile.get("name")) or {}) for profile in profiles]


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
                "figures": {key: cell_text(value) for key, value in choice.figures.items()},
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


def rules_of(item: Mapping[str, Any]) -> list[str]:
    """Return the ids of the guide's rules that a finding or a choice names, those that exist."""
    from ..guide import RULES

    ids = [rule.strip() for rule in str(item.get("rule") or "").split(",")]
    return [rule for rule in ids if rule in RULES]
