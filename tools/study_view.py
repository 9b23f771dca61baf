"""One study as scripts read it, and as people read it: outline, story and table."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .report.wording import metric_name, metric_text
from .run_facts import next_steps, quoted, run_facts, shown_path
from .run_view import (
    folder_of,
    run_data,
    show_findings,
    show_scores,
    show_verdict,
    table_width,
)
from .terminal import Terminal

if TYPE_CHECKING:
    from ..recipes.studying.steps import Step
    from ..recipes.studying.study import Study

__all__ = ["show_steps", "show_story", "show_study", "steps_data", "study_data"]

Entries = Iterable[Mapping[str, Any]]
MARKS = {"kept": "good", "reverted": "error", "not distinguishable": "info"}
STEP_KEYS = ("number", "phase", "setting", "rule", "hypothesis", "verdict")
FIGURES = ("before", "after", "gain", "low", "high")


def study_data(study: Study, report: Path | None = None) -> dict[str, Any]:
    """Return the JSON object of a study, whose keys scripts rely on.

    Args:
        study: A study that has a folder.
        report: The report, where there is one.

    Returns:
        What `run_data` gives of the run, `ledger`, and `study`: `metric`, `less_is_better`,
        `baseline`, `score` and `test` with `value`, `low` and `high`, `test_openings`, `looks`,
        `optimism`, `reason`, `minutes` and `steps`.
    """
    from ..recipes.studying.steps import entry_of

    run, end = study.best, study.outcome
    head, baseline = (entry_of(study.ledger, kind) or {} for kind in ("study", "baseline"))
    data = run_data(run, report, with_test=bool(run.record.get("test")))
    names = ("metric", "score", "test", "test_openings", "looks", "optimism", "reason", "minutes")
    return data | {
        "ledger": str((folder_of(run) / "ledger.jsonl").absolute()),
        "study": {
            "less_is_better": head.get("less_is_better"),
            "baseline": baseline.get("score"),
            **{name: end.get(name) for name in names},
            "left_out": [name for each in head.get("left_out") or () for name in each["where"]],
            "steps": steps_data(study.ledger),
        },
    }


def steps_data(entries: Entries) -> list[dict[str, Any]]:
    """Return the steps of a ledger as plain data for scripts.

    Args:
        entries: A `Ledger`, or its entries.
    """
    from ..recipes.studying.steps import steps_of

    found = []
    for step in steps_of(entries):
        figures = {name: getattr(step, name) for name in FIGURES}
        figures = {n: value if math.isfinite(value) else None for n, value in figures.items()}
        found.append(
            {
                **{name: getattr(step, name) for name in STEP_KEYS},
                "change": step.name,
                "stayed": step.stayed,
                **figures,
                "places": step.places,
                "trainings": step.trainings,
                "seconds": step.seconds,
            }
        )
    return found


def show_study(terminal: Terminal, study: Study, report: Path | None = None) -> None:
    """Write the short story of a study: baseline, what stayed, scores, findings, what to do next.

    Args:
        terminal: Where to write.
        study: A finished study.
        report: The report, where there is one.
    """
    from ..recipes.studying.story import outline

    run = study.best
    folder, record = folder_of(run), run.record
    terminal.heading(Path(str(record["source"])).name, shown_path(folder))
    terminal.pairs(list(run_facts(record)))
    terminal.heading("What was tried", _counted(study))
    terminal.pairs(list(outline(study.ledger)))
    show_verdict(terminal, run)
    show_scores(terminal, record, "test" if record.get("test") else "validation")
    show_findings(terminal, record["findings"], briefly=True)
    terminal.heading("Next")
    terminal.commands(
        [
            *next_steps(folder, record, report),
            (f"goodfit ledger {quoted(folder)}", "every step, with its figures"),
        ]
    )


def show_story(terminal: Terminal, entries: Entries) -> None:
    """Write the ledger of a study as a story.

    Args:
        terminal: Where to write.
        entries: A `Ledger`, or its entries.
    """
    from ..recipes.studying.story import tell_story

    for chapter in tell_story(entries):
        terminal.heading(chapter.title)
        for number, (first, *others) in enumerate(chapter.paragraphs):
            if number and others:
                terminal.line()
            terminal.indented(first, 2, "bold" if others else "")
            for line in others:
                terminal.indented(line, 4)


def show_steps(terminal: Terminal, entries: Entries) -> None:
    """Write the ledger of a study as a table, a line for each change that was tried.

    Args:
        terminal: Where to write.
        entries: A `Ledger`, or its entries.
    """
    from ..recipes.studying.steps import entry_of, steps_of

    known = list(entries)
    steps = steps_of(known)
    metric = str((entry_of(known, "baseline") or {}).get("metric") or "")
    terminal.heading("What was tried", f"{metric_name(metric)}, 95 % intervals of the gain")
    if not steps:
        terminal.line("  Nothing yet." if entry_of(known, "end") is None else "  Nothing.")
        return
    header = ["change", "verdict", "phase", "before", "after", "gain", "time"]
    rows = [_step_row(terminal, step, metric) for step in steps]
    if table_width(header, rows) <= terminal.width:
        terminal.table(header, rows, right=2)
        return
    narrow = [[row[0], row[1].replace(", ", ",\n"), row[5].replace(" (", "\n(")] for row in rows]
    terminal.table(["change", "verdict", "gain"], narrow, right=2)


def _step_row(terminal: Terminal, step: Step, metric: str) -> list[str]:
    gain = "no model"
    if math.isfinite(step.gain):
        low, gain, high = (signed(each) for each in (step.low, step.gain, step.high))
        gain = f"{gain} ({low} to {high})"
    return [
        f"{terminal.mark(MARKS[step.verdict])} {step.number}. {step.name}",
        step.verdict + (", stays" if step.stayed and step.verdict != "kept" else ""),
        str(step.phase),
        metric_text(metric, step.before),
        metric_text(metric, step.after),
        gain,
        f"{step.seconds:.0f} s",
    ]


def signed(value: float) -> str:
    """Return a difference with its sign.

    Examples:
        >>> signed(0.0213), signed(-1234.5), signed(float("inf"))
        ('+0.0213', '-1,234', '+∞')
    """
    if math.isinf(value):
        return "+∞" if value > 0 else "-∞"
    return f"{value:+,.0f}" if abs(value) >= 1000 else f"{value:+.3g}"


def _counted(study: Study) -> str:
    end = study.outcome
    used = f"{end['seconds']:.0f} of {60 * end['minutes']:.0f} s" if end else ""
    steps = len(study.ledger.entries("step"))
    return f"{steps} change{'' if steps == 1 else 's'}, {used}" if used else f"{steps} changes"
