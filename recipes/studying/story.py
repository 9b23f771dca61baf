"""The ledger of a study as a story: what was hoped for, what was measured, what was decided."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from ..reading.wording import plural
from .changes import written
from .steps import PHASES, Share, Step, entry_of, interval_within, shares_of, steps_of
from .telling import score_text

__all__ = ["Chapter", "outline", "scored", "tell_story"]

ACRONYMS = frozenset(["mae", "mse", "rmse", "mase", "owa"])
Entries = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Chapter:
    """One part of a story.

    Args:
        title: Its heading.
        paragraphs: Each a tuple of lines, of which the first says what it is about.
    """

    title: str
    paragraphs: tuple[tuple[str, ...], ...]


def tell_story(entries: Iterable[Mapping[str, Any]]) -> tuple[Chapter, ...]:
    """Return what a ledger holds in words: the phases as chapters, the steps as paragraphs.

    Args:
        entries: A `Ledger`, or its entries; of a study that was cut short as well.

    Guide: BP-2, CHK-3.

    Examples:
        >>> from goodfit.recipes import Ledger
        >>> ledger = Ledger()
        >>> baseline = {"score": {"value": 0.31}, "metric": "log_loss", "seconds": 4.0}
        >>> ledger.add({"kind": "baseline", **baseline})
        >>> [chapter.title for chapter in tell_story(ledger)]
        ['Phase 2: baseline', 'Cut short']
    """
    known = list(entries)
    chapters = []
    head = entry_of(known, "study")
    if head is not None:
        chapters.append(Chapter("Phase 1: prepare", tuple(_prepared(head))))
    baseline = entry_of(known, "baseline")
    if baseline is not None:
        chapters.append(Chapter("Phase 2: baseline", (_baseline(baseline),)))
    for phase, steps in groupby(steps_of(known), lambda step: step.phase):
        title = f"Phase {phase}: {PHASES[phase]}"
        told = tuple(_step(step) for step in steps)
        if chapters and chapters[-1].title == title:
            last = chapters.pop()
            told = (*last.paragraphs, *told)
        chapters.append(Chapter(title, told))
    end = entry_of(known, "end")
    if end is None:
        why = "The study is not finished: `goodfit fit --resume` goes on with it."
        chapters.append(Chapter("Cut short", ((why,),)))
    else:
        chapters.append(Chapter("The end", tuple(_ended(end, entry_of(known, "seed")))))
    shares = shares_of(known)
    if shares:
        chapters.append(Chapter("How the time was divided", tuple(_shared(shares, end))))
    return tuple(chapters)


def outline(entries: Iterable[Mapping[str, Any]]) -> tuple[tuple[str, str], ...]:
    """Return the story in a few lines: baseline, what stayed and what did not, and the end.

    Args:
        entries: A `Ledger`, or its entries.

    Returns:
        Labels with their texts.
    """
    known = list(entries)
    lines: list[tuple[str, str]] = []
    head, baseline, end = (entry_of(known, kind) for kind in ("study", "baseline", "end"))
    for finding in (head or {}).get("left_out") or ():
        lines.append(("left out", f"{', '.join(finding['where'])}: {finding['cause']}"))
    if baseline is not None:
        lines.append(("baseline", scored(baseline["metric"], baseline["score"])))
    steps = steps_of(known)
    for verdict in ("kept", "reverted", "not distinguishable"):
        names = [
            step.name + (" (the simpler, so it stays)" if step.stayed else "")
            if verdict == "not distinguishable"
            else step.name
            for step in steps
            if step.verdict == verdict
        ]
        if names:
            lines.append((verdict, ", ".join(names)))
    if not steps:
        lines.append(("changes", "none was tried"))
    if end is None:
        return (*lines, ("end", "the study was cut short"))
    lines.append(("why it ended", end["reason"]))
    seed = entry_of(known, "seed")
    if seed is not None:
        lines.append(("seed", _seed(seed)))
    lines.append(("validation", _validation(known, end)))
    if end.get("test"):
        opened = plural(end["test_openings"], "time")
        opened = "opened once" if end["test_openings"] == 1 else f"opened {opened}"
        lines.append(("test", f"{scored(end['metric'], end['test'])}; {opened}"))
    else:
        lines.append(("test", "still sealed"))
    lines.append(("looks", _looks(end)))
    return tuple(lines)


def scored(metric: str, estimate: Mapping[str, float | None]) -> str:
    """Return a score with its interval, where it has one.

    Examples:
        >>> scored("log_loss", {"value": 0.1234, "low": 0.1, "high": 0.15})
        'log loss 0.123 (0.1 to 0.15)'
        >>> scored("rmse", {"value": 1234.5, "low": None, "high": None})
        'RMSE 1,234'
    """
    value, low, high = interval_within(metric, estimate)
    name = metric.upper() if metric in ACRONYMS else metric.replace("_", " ")
    if math.isnan(value):
        return f"{name} unknown"
    interval = f" ({score_text(low)} to {score_text(high)})" if math.isfinite(high - low) else ""
    return f"{name} {score_text(value)}{interval}"


def _prepared(head: Mapping[str, Any]) -> Iterable[tuple[str, ...]]:
    rows = head["rows"]
    parts = ", ".join(f"{count:,} {name}" for name, count in rows.items())
    lines = [f"{head['source']}: {parts} rows. The test rows were sealed."]
    yield (*lines, head["split"]["method"]["reason"])
    for finding in head.get("left_out") or ():
        yield (f"Left out: {', '.join(finding['where'])}.", finding["cause"])
    metric = head["metric"]
    less = "less is better" if head["less_is_better"] else "more is better"
    name = metric["value"].replace("_", " ")
    yield (f"What decides: {name}, {less}{_rules(metric['rule'])}.", _sentence(metric["reason"]))


def _baseline(entry: Mapping[str, Any]) -> tuple[str, ...]:
    state = (entry.get("state") or {}).get("reason", "")
    first = f"{_sentence(scored(entry['metric'], entry['score']))[:-1]}; {entry['seconds']:.0f} s."
    return (first, *([state] if state else []))


def _step(step: Step) -> tuple[str, ...]:
    lines = [f"{step.number}. {step.name}{_rules(step.rule)}: {step.verdict}.", step.hypothesis]
    if step.state:
        lines.append(f"Why now: {step.state}")
    if step.rates:
        tried = ", ".join(f"{name} {score_text(score)}" for name, score in step.rates.items())
        rate = step.difference.get("learning_rate")
        chosen = f", so it became {written(rate[1])}" if rate else ", so it stayed"
        lines.append(f"The learning rate was looked for again: {tried}{chosen}.")
    lines.append(step.sentence)
    if set(step.findings_before) != set(step.findings_after):
        found = (_named(step.findings_before), _named(step.findings_after))
        lines.append(f"Findings: {found[0]} before, {found[1]} after.")
    if step.note:
        lines.append(step.note)
    lines.append(f"{plural(step.trainings, 'training')}, {step.seconds:.0f} s.")
    return tuple(lines)


def _ended(end: Mapping[str, Any], seed: Mapping[str, Any] | None) -> Iterable[tuple[str, ...]]:
    yield (end["reason"],)
    yield (
        f"Validation: {scored(end['metric'], end['score'])}.",
        _looks(end),
    )
    if end.get("test"):
        count = end["test_openings"]
        opened = "once" if count == 1 else plural(count, "time")
        yield (f"Test: {scored(end['metric'], end['test'])}; opened {opened}.",)
    else:
        yield ("The test rows are still sealed.",)
    if seed is not None:
        yield (f"The last training's seed is {_seed(seed)}.",)
    if end.get("findings"):
        yield (f"Found in the data or the last training: {_named(end['findings'])}.",)


def _shared(shares: Sequence[Share], end: Mapping[str, Any] | None) -> Iterable[tuple[str, ...]]:
    kept = "What the last training and the scoring need is kept back, the rest is for the phases."
    if end is not None:
        total = 60.0 * end["minutes"]
        yield (f"{end['seconds']:.0f} of {total:.0f} s were used.", kept)
    else:
        yield (kept,)
    for share in shares:
        yield (
            f"{_sentence(share.name)[:-1]}: at most {share.planned:.0%}, {share.seconds:.0f} s "
            f"used{_rules(share.rule)}.",
            share.reason,
        )


def _validation(entries: Entries, end: Mapping[str, Any]) -> str:
    """Return the score of the kept config; that of the last training where no other ended."""
    if end["score"].get("value") is None:
        return scored(end["metric"], end.get("validation") or {}) + ", one training"
    key = _kept_key(entries)
    trained = sum(e.get("kind") == "training" and e["key"] == key for e in entries)
    mean = f", mean of {plural(trained, 'training')}" if trained > 1 else ""
    return scored(end["metric"], end["score"]) + mean


def _seed(entry: Mapping[str, Any]) -> str:
    return f"{entry['seed']}, the best of {len(entry['scores'])} on the validation rows"


def _looks(end: Mapping[str, Any]) -> str:
    count = end["looks"]
    looks = f"{plural(count, 'training was', 'trainings were')} scored on validation rows"
    bias = end.get("optimism")
    if bias is None:
        return f"{looks}; nothing else was tried, so the score was not chosen among others."
    if not bias > 0:
        return f"{looks}; what was kept was the best wherever it was compared: no luck is seen."
    return f"{looks}; being the best of them flatters the score by about {score_text(bias)}."


def _kept_key(entries: Entries) -> str:
    from ..config import Config
    from .trials import config_key

    end = entry_of(entries, "end")
    return "" if end is None else config_key(Config.from_dict(end["config"]))


def _named(faults: Iterable[str]) -> str:
    return ", ".join(fault.replace("_", " ") for fault in faults) or "none"


def _rules(rule: str) -> str:
    return f" ({rule})" if rule else ""


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")
