"""One search as scripts read it, and as people read it: how it ended, its trials, the best."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from .report.wording import metric_name, metric_text
from .run_facts import quoted, shown_path
from .run_view import run_data, table_width
from .terminal import Terminal

if TYPE_CHECKING:
    from ..recipes.tuning.journal import Trial
    from ..recipes.tuning.search import Search

__all__ = ["search_data", "show_search"]

MOST_SHOWN = 8


def search_data(search: Search) -> dict[str, Any]:
    """Return the JSON object of a search, whose keys scripts rely on.

    Args:
        search: What `tune` returned.

    Returns:
        `search`, the folder; `method`, `metric`, `less_is_better`, `reason`, `seconds`, `space`;
        `trials`, each with `trial`, `status`, `values`, `score`, `spread`, `scores`, `seconds`,
        `findings` and `reason`; `best` and `kept`, names of trials; `gain`; `run`, what `run_data`
        gives of the best trial's run.
    """
    head, end = search.journal.head or {}, search.outcome
    best, kept = search.best, search.kept
    return {
        "search": str(search.folder.absolute()),
        **{name: head.get(name) for name in ("method", "metric", "less_is_better", "seed")},
        **{name: end.get(name) for name in ("reason", "seconds")},
        "space": search.space.to_dict(),
        "trials": [_trial_data(trial) for trial in search.trials],
        "best": None if best is None else best.name,
        "kept": None if kept is None else kept.name,
        "gain": None if math.isnan(search.gain) else search.gain,
        "run": None if search.run is None else run_data(search.run, None),
    }


def show_search(terminal: Terminal, search: Search) -> None:
    """Write how a search ended, its best trials, what changed, and what to do next.

    Args:
        terminal: Where to write.
        search: What `tune` returned.
    """
    head, best = search.journal.head or {}, search.best
    metric = search.measure.name
    terminal.heading("Search", shown_path(search.folder))
    terminal.pairs(list(_facts(search)))
    if best is None:
        terminal.line("\nNo trial came to a model.")
        if head.get("run"):
            terminal.heading("Next")
            more = f"goodfit tune {quoted(search.folder)} --resume --minutes 10"
            terminal.commands([(more, "go on with this search")])
        return
    count = len(search.trials)
    shown = min(count, MOST_SHOWN)
    terminal.heading("Trials", f"the best {shown} of {count}, {metric_name(metric)}")
    _show_trials(terminal, search, metric)
    changes = _changes(search)
    if changes:
        terminal.heading("What changed", "from the kept config to the best")
        terminal.pairs(changes)
    terminal.heading("Next")
    steps = []
    if search.run is not None:
        run = quoted(search.folder / "best")
        steps += [(f"goodfit report {run}", "the report of the best")]
        steps += [(f"goodfit test {run}", "one look at the sealed test rows")]
    if head.get("run"):
        more = f"goodfit tune {quoted(search.folder)} --resume --trials {max(count * 2, 10)}"
        steps += [(more, "go on with this search")]
    steps += [(f"goodfit board {quoted(search.folder)}", "all trials beside each other")]
    terminal.commands(steps)


def _facts(search: Search) -> list[tuple[str, str]]:
    head, end, best, kept = search.journal.head or {}, search.outcome, search.best, search.kept
    metric = search.measure.name
    results = [trial.result for trial in search.trials if trial.result is not None]
    failed = sum(result.status != "completed" for result in results)
    told = f"{len(results)} trials by {head.get('method')}"
    told += f", {failed} of them came to nothing" if failed else ""
    places = int(head.get("places") or 1)
    each = "one training" if places == 1 else f"{places} trainings"
    pairs = [("tried", f"{told}; {each} a trial"), ("why it ended", str(end.get("reason", "")))]
    if best is not None:
        pairs.append(("best", f"{best.name}, {_score(best, metric)}"))
    if kept is not None and kept is not best:
        pairs.append(("kept config", f"{_score(kept, metric)}\n{_compared(search)}"))
    elif kept is not None:
        pairs.append(("kept config", "It is the best: nothing that was tried beats it."))
    if best is not None and len(results) > 1:
        pairs.append(
            (
                "looks",
                f"{search.looks} trainings were scored on validation rows; the best of many is "
                "flattered, so only the sealed test rows say how good it is.",
            )
        )
    return pairs


def _compared(search: Search) -> str:
    """Return in how many places the best beats the kept config."""
    best, kept = search.best, search.kept
    if best is None or kept is None or best.result is None or kept.result is None:
        return ""
    pairs = list(zip(kept.result.scores, best.result.scores, strict=False))
    better = sum(search.measure.gain(before, after) > 0 for before, after in pairs)
    if len(pairs) < 2:
        return "One training each is no comparison: repeat them with --seeds 5."
    return f"The best beats it in {better} of {len(pairs)} places."


def _changes(search: Search) -> list[tuple[str, str]]:
    from ..recipes.studying.changes import written

    best, kept = search.best, search.kept
    if best is None or kept is None or best is kept:
        return []
    names = [each.setting for each in search.space]
    before, after = kept.values, best.values
    return [
        (name, f"{_told(before, name, written)} → {_told(after, name, written)}")
        for name in names
        if before.get(name) != after.get(name)
    ]


def _told(values: Any, name: str, written: Any) -> str:
    return written(values[name]) if name in values else "none"


def _show_trials(terminal: Terminal, search: Search, metric: str) -> None:
    from ..recipes.studying.changes import written

    completed = [trial for trial in search.trials if trial.status == "completed"]
    sign = 1 if search.measure.less_is_better else -1
    best = sorted(completed, key=lambda trial: sign * trial.score)[:MOST_SHOWN]
    names = [each.setting for each in search.space]
    header = ["trial", "score", *names]
    rows = []
    for trial in best:
        values = [written(trial.values[n]) if n in trial.values else "" for n in names]
        rows.append([trial.name, _score(trial, metric), *values])
    if table_width(header, rows) > terminal.width:
        header = ["trial", "score", "settings"]
        for row, trial in zip(rows, best, strict=True):
            told = "\n".join(f"{name} {written(v)}" for name, v in trial.values.items())
            row[2:] = [told]
    terminal.table(header, rows, right=99)


def _score(trial: Trial, metric: str) -> str:
    result = trial.result
    if result is None:
        return ""
    spread = "" if math.isnan(result.spread) else f" ± {metric_text(metric, result.spread)}"
    return f"{metric_text(metric, result.score)}{spread}"


def _trial_data(trial: Trial) -> dict[str, Any]:
    result = trial.result
    data: dict[str, Any] = {"trial": trial.name, "status": trial.status}
    data |= {"values": dict(trial.values), "epochs": trial.epochs, "seed": trial.seed}
    if result is None:
        return data
    plain = result.to_dict()
    scores = {name: plain[name] for name in ("scores", "seconds", "reason")}
    data |= {
        name: None if math.isnan(getattr(result, name)) else getattr(result, name)
        for name in ("score", "spread")
    }
    return data | scores | {"findings": [finding.fault for finding in result.findings]}
