"""How the config of a run came about: the steps of its study, ready for the page."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .drawing import WIDTH
from .wording import counted, is_lower_better, metric_name, metric_text

if TYPE_CHECKING:
    from ...recipes.studying.steps import Step
    from .facts import Facts
    from .panels import Panel

__all__ = ["PICTURE", "save_picture", "study_content", "study_panels"]

PICTURE = "study.png"
DOTS_PER_INCH = 150
TONES = {"kept": "good", "reverted": "bad", "not distinguishable": "not-applicable"}
MARKS = {"kept": "✓", "reverted": "✕", "not distinguishable": "≈"}


def study_content(entries: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Return what the page shows of a study, or None where there was none.

    Args:
        entries: Of its ledger; a study that goes on has no end yet.

    Guide: BP-2, MIS-2, MIS-5, CHK-3.
    """
    from ...recipes.studying.steps import PHASES, entry_of, shares_of, steps_of
    from ...recipes.studying.story import outline

    if not entries:
        return None
    head, baseline, end = (entry_of(entries, kind) or {} for kind in ("study", "baseline", "end"))
    metric = str(end.get("metric") or baseline.get("metric") or "")
    hidden = ("kept", "reverted", "not distinguishable")
    return {
        "metric": metric_name(metric),
        "less": is_lower_better(metric),
        "chosen": head.get("metric") or {},
        "outline": [(name, text) for name, text in outline(entries) if name not in hidden],
        "groups": [
            {"phase": phase, "title": PHASES[phase], "steps": [_row(s, metric) for s in steps]}
            for phase, steps in groupby(steps_of(entries), lambda step: step.phase)
        ],
        "shares": shares_of(entries),
        "used": (end.get("seconds"), 60.0 * end["minutes"]) if end else None,
    }


def study_panels(facts: Facts) -> Iterator[Panel]:
    """Yield the chart of a study that tried something.

    Guide: BP-3, MIS-7.
    """
    from ...recipes.studying.drawing import draw_study
    from .panels import Panel

    if not facts.steps:
        return
    caption = (
        "Upright the score before a change, the dot after it, filled where the change stayed; the "
        "bar is the 95 % interval of the difference, laid at the score before."
    )
    told = "; ".join(f"{step.name}: {step.verdict}" for step in facts.steps)
    figure = draw_study(facts.entries, title="", width=WIDTH)
    yield Panel("What each change did", caption, figure, more=f"{told}.")


def save_picture(facts: Facts, folder: Path) -> None:
    """Write the chart of a study beside its report."""
    from ...recipes.files import write_atomically
    from ...recipes.studying.drawing import draw_study

    if not facts.steps:
        return
    figure = draw_study(facts.entries)
    options = {"format": "png", "dpi": DOTS_PER_INCH, "facecolor": "white"}
    write_atomically(folder / PICTURE, lambda file: figure.savefig(file, **options))


def _row(step: Step, metric: str) -> dict[str, Any]:
    from ..study_view import signed

    figures = [("before", _score(metric, step.before)), ("after", _score(metric, step.after))]
    figures.append(("pairs", str(step.places)))
    known = math.isfinite(step.low) and math.isfinite(step.high)
    figures += [(f"rate {name}", _score(metric, score)) for name, score in step.rates.items()]
    found = [" and ".join(each).replace("_", " ") or "nothing" for each in _found(step)]
    changed = f"Found before: {found[0]}; after: {found[1]}." if found[0] != found[1] else ""
    rate = step.difference.get("learning_rate")
    again = ""
    if step.rates:
        again = "The learning rate was looked for again and stayed."
        if rate:
            again = f"The learning rate was looked for again: {rate[0]:g} became {rate[1]:g}."
    return {
        "number": step.number,
        "name": step.name.replace("_", " "),
        "rule": step.rule,
        "tone": TONES[step.verdict],
        "mark": MARKS[step.verdict],
        "verdict": step.verdict + (", stays" if step.stayed and step.verdict != "kept" else ""),
        "gain": signed(step.gain) if math.isfinite(step.gain) else "no model",
        "interval": f"{signed(step.low)} to {signed(step.high)}" if known else "",
        "hypothesis": step.hypothesis,
        "words": [w for w in (step.state, again, step.sentence, changed, step.note) if w],
        "figures": figures,
        "cost": f"{counted(step.trainings, 'training')}, {step.seconds:.0f} s",
        "stayed": step.stayed,
    }


def _score(metric: str, value: float) -> str:
    return metric_text(metric, value) if math.isfinite(value) else "no model"


def _found(step: Step) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(sorted(step.findings_before)), tuple(sorted(step.findings_after))
