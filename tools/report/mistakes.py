"""The guide's eight common mistakes: what the record, or the ledger of a study, says of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .checks import Answer, early_stopping
from .facts import Facts
from .wording import counted, few, rows_noun

__all__ = ["looks", "one_change", "parted", "rate", "stopped_early", "visualised"]

LEARNING_RATES = (1e-5, 0.1)  # LR-1
NO_EXPERIMENT = frozenset({"seed", "validation_fraction", "test_fraction", "epochs", "metrics"})
RATE = "learning_rate"


def parted(facts: Facts) -> Answer:
    """MIS-1: no split into training, validation and test rows."""
    empty = [name for name in ("train", "validation", "test") if not facts.rows.get(name)]
    if empty:
        return "not done", f"There are no rows for {few(empty)}."
    parts = ", ".join(f"{count:,} {name}" for name, count in facts.rows.items())
    return "done", f"{parts} {rows_noun(facts.record)}."


def looks(facts: Facts) -> Answer:
    """MIS-2: looking at the same rows until one result is good by chance."""
    openings = int(facts.record.get("test_openings") or 0)
    watched = f"watched over {counted(len(facts.run.history), 'epoch')} of one training"
    if facts.entries:
        end = _end(facts)
        count = end.get("looks") or len(_trainings(facts))
        watched = f"looked at {counted(int(count), 'time')}"
        if end.get("optimism"):
            watched += f", which flatters the score by about {end['optimism']:.2g}"
    elif facts.run.looks:
        watched = f"looked at {counted(facts.run.looks, 'time')}, by the trials of a search"
    noun = rows_noun(facts.record)
    said = f"The validation {noun} were {watched}; the test {noun} were"
    if openings > 1:
        return "not done", f"{said} opened {openings} times, and only once is honest."
    return "done", f"{said} {'opened once' if openings else 'never opened'}."


def stopped_early(facts: Facts) -> Answer:
    """MIS-4: training on when validation gets worse."""
    state, said = early_stopping(facts)
    figures = [entry["figures"] for entry in _trainings(facts) if entry.get("figures")]
    if state == "done" and figures:
        early = sum(each["epochs"] < each.get("planned_epochs", 0) for each in figures)
        said += f" In the study {early} of {counted(len(figures), 'training')} ended early."
    return state, said


def one_change(facts: Facts) -> Answer:
    """MIS-5: changing several things at once, so that nobody knows what helped."""
    changed = [
        name
        for name, choice in facts.config.reasons.items()
        if choice.reason.startswith("you set it") and name not in NO_EXPERIMENT
    ]
    if facts.entries:
        return _one_change_a_step(facts, changed)
    if len(changed) > 1:
        return "not done", f"{len(changed)} settings differ by hand at once: {few(changed)}."
    return "done", f"Changed by hand: {few(changed) or 'nothing'}."


def _one_change_a_step(facts: Facts, changed: list[str]) -> Answer:
    """Count the settings that differ in each step; the rate may go with a change that moves it."""
    many = [
        step.name
        for step in facts.steps
        if len(set(step.difference) - ({RATE} if step.rates else set())) > 1
    ]
    if many:
        return "not done", f"Several settings changed at once in {few(many)}."
    if not facts.steps:
        return "done", "No change was tried."
    rates = sum(bool(step.rates) for step in facts.steps)
    each = "The one step" if len(facts.steps) == 1 else f"Each of {len(facts.steps)} steps"
    said = f"{each} changed one setting"
    if rates:
        said += f"; {counted(rates, 'step')} looked for the learning rate again"
    begun = f" The baseline began with your {few(changed)}." if changed else ""
    return "done", f"{said}.{begun}"


def rate(facts: Facts) -> Answer:
    """MIS-6: a learning rate that does not fit."""
    rate, (low, high) = facts.config.learning_rate, LEARNING_RATES
    faults = sorted(facts.faults & {"lr_too_high", "lr_too_low", "nan_loss"})
    if faults:
        return "not done", f"Learning rate {rate:g}: the diagnosis found {few(faults)}."
    if not low <= rate <= high:
        return "not done", f"Learning rate {rate:g} is outside {low:g} to {high:g}."
    said = f"Learning rate {rate:g}; no rule found it too high or too low"
    others = sum(step.setting == RATE for step in facts.steps)
    others += sum(len(step.rates) - 1 for step in facts.steps if step.rates)
    if others:
        said += f", and {counted(others, 'comparison')} with another rate"
        said += " stands behind it" if others == 1 else " stand behind it"
    return "done", f"{said}."


def visualised(facts: Facts) -> Answer:
    """MIS-7: not looking at curves."""
    if len(facts.run.history) < 2:
        return "not done", "Fewer than two epochs: there is no curve to look at."
    said = f"Curves of {counted(len(facts.run.history), 'epoch')}"
    if facts.steps:
        said += f" and the intervals of {counted(len(facts.steps), 'change')}"
    return "done", f"{said} are drawn above."


def _trainings(facts: Facts) -> list[Mapping[str, Any]]:
    return [entry for entry in facts.entries if entry.get("kind") == "training"]


def _end(facts: Facts) -> Mapping[str, Any]:
    ends = [entry for entry in facts.entries if entry.get("kind") == "end"]
    return ends[-1] if ends else {}
