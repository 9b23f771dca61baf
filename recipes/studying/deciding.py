"""What to try next: the findings decide the phase, and the phase the order of the changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ...zoo.tasks import Column, Task
from ..config import Config
from .capacity import capacity_steps, smaller_steps
from .changes import Change
from .fine_tuning import FAR, fine_tuning, rate_steps, standard_rate
from .levels import LEVELS, regularization
from .trials import Outcome

__all__ = ["State", "next_changes", "note_of", "state_of"]

UNSTABLE = frozenset(["nan_loss", "lr_too_high", "oscillating_loss", "exploding_gradient"])
SLOW = frozenset(["lr_too_low"])
ONE_CLASS = frozenset(["class_collapse"])
UNDERFITTING = frozenset(["underfitting", "too_few_epochs", "over_regularised"])
OVERFITTING = frozenset(["overfitting"])
GAP = 1.25
"""A validation loss this many times the training loss is a gap, with or without a finding."""


@dataclass(frozen=True)
class State:
    """What the trainings of a config show.

    Args:
        phase: 2 where the rate or the balance of classes is to be mended first, 3 where it
            underfits, 4 where it overfits, 5 where it is fine.
        cause: `unstable`, `slow`, `one class`, `underfitting`, `overfitting` or `fine`.
        reason: One sentence with the findings or figures behind it.
        faults: What was found in at least half of the trainings.
        gap: Mean validation loss for each unit of training loss, at the best epochs.
        out_of_epochs: Whether most trainings used all their epochs.
    """

    phase: int
    cause: str
    reason: str
    faults: tuple[str, ...]
    gap: float
    out_of_epochs: bool


def state_of(outcomes: Sequence[Outcome], config: Config) -> State:
    """Return what the trainings of a config show, and so the phase they call for.

    Args:
        outcomes: Of one config, in several places.
        config: That config.

    Guide: PH-2, PH-3, PH-4, PH-5, DX-1, DX-2, DX-3, DX-4, DX-5, WHEN-1, WHEN-2, WHEN-3, WHEN-4,
    MIS-6.
    """
    faults = _common_faults(outcomes)
    gap = _mean(
        each.figures["val_loss"] / each.figures["loss"]
        for each in outcomes
        if each.figures.get("loss", 0) > 0
    )
    used = sum(each.figures["epochs"] >= config.epochs for each in outcomes)
    better = sum(each.figures["best_epoch"] > 0.9 * each.figures["epochs"] for each in outcomes)
    out_of_epochs = 2 * min(used, better) > len(outcomes)
    found = set(faults)
    standard = standard_rate(config)

    def state(phase: int, cause: str, reason: str) -> State:
        return State(phase, cause, reason, faults, gap, out_of_epochs)

    times = config.learning_rate / standard
    if times >= FAR or times <= 1 / FAR:
        cause = "unstable" if times > 1 else "slow"
        shown = f"{times:.0f} times" if times > 1 else f"1 / {1 / times:.0f} of"
        reason = f"The learning rate is {shown} the standard {standard:g} of {config.optimizer}."
        return state(2, cause, reason)
    if any(each.failed for each in outcomes) and not found & UNSTABLE:
        return state(2, "unstable", "A training ended in a loss that is not a number.")
    for phase, cause, names in (
        (2, "unstable", UNSTABLE),
        (2, "slow", SLOW),
        (2, "one class", ONE_CLASS),
        (3, "underfitting", UNDERFITTING),
        (4, "overfitting", OVERFITTING),
    ):
        shown = sorted(found & names)
        if shown:
            return state(phase, cause, f"Found in most trainings: {', '.join(shown)}.")
    if out_of_epochs:
        return state(
            3, "underfitting", "Most trainings got better until their epochs were used up."
        )
    if gap >= GAP:
        reason = f"The validation loss is {gap:.2g} times the training loss."
        return state(4, "overfitting", reason)
    reason = f"Nothing is wrong: the validation loss is {gap:.2g} times the training loss."
    return state(5, "fine", reason)


def next_changes(
    state: State, config: Config, task: Task, columns: tuple[Column, ...] = ()
) -> tuple[Change, ...]:
    """Return what to try from a config in its state, most promising first.

    What cures the state comes first. The other cure follows, because the state may be misread;
    fine-tuning comes last.

    Args:
        state: What the config's trainings show.
        config: The config.
        task: What is predicted.
        columns: The columns of the data.

    Guide: PH-3, PH-4, PH-5, LVL-4, BP-2.
    """
    more = capacity_steps(config, out_of_epochs=state.out_of_epochs)
    overfits = state.cause == "overfitting"
    found = overfits and bool(OVERFITTING & set(state.faults))
    levels = [
        [
            replace(change, smoother=overfits)
            for change in regularization(level, config, task, columns)
        ]
        for level in LEVELS
    ]
    first_level = levels[0]
    smaller = smaller_steps(config)
    # A gap that is no finding may be the price of fitting well, so it is doubted sooner.
    doubted = () if found else more[:1]
    less = [*first_level, *doubted, *smaller, *levels[1], *levels[2]]
    fine = fine_tuning(config)
    if state.cause == "unstable":
        cures = [*rate_steps(config, too_high=True), *more, *first_level]
    elif state.cause == "slow":
        cures = [*rate_steps(config, too_high=False), *more, *first_level]
    elif state.cause == "one class":
        cures = [*_class_weights(config, task), *rate_steps(config, too_high=True), *more]
    elif state.phase == 3:
        cures = [*_less_regularization(config), *more, *first_level]
    elif state.phase == 4:
        cures = [*less, *more[:1]]
    else:
        # Without a gap nothing is learned by heart, so there is little to regularize.
        cures = [*more[:2], *first_level]
    return tuple(_once([*cures, *fine]))


def note_of(change: Change, before: float, after: float, verdict: str) -> str:
    """Return what the guide looks at after a change of capacity; empty after any other.

    Args:
        change: What was changed.
        before: Mean training loss without it.
        after: Mean training loss with it.
        verdict: `kept`, `reverted` or `not distinguishable`.

    Guide: PH-3.
    """
    if change.phase != 3 or before != before or after != after:
        return ""
    if after >= before:
        return "The training loss did not fall: capacity was not what was missing."
    if verdict == "kept":
        return "The training loss fell, and validation followed."
    if verdict == "reverted":
        return "The training loss fell and validation did not follow: it learns by heart."
    return "The training loss fell; whether validation followed cannot be told."


def _less_regularization(config: Config) -> list[Change]:
    """Return what takes away regularization that keeps a model from fitting, strongest first."""
    found = []
    if config.l2 >= 0.01:
        why = "A strong penalty on weights keeps the model from fitting at all."
        found.append(Change("l2", 0.0, why, "REG-3, PH-3", 3, simpler=True))
    if config.dropout >= 0.5:
        why = "With so many units dropped the model cannot fit."
        found.append(Change("dropout", 0.2, why, "REG-2, PH-3", 3, simpler=True))
    return found


def _class_weights(config: Config, task: Task) -> list[Change]:
    if task.kind not in ("binary", "multiclass", "multilabel") or config.class_weights != "none":
        return []
    why = "Rows of the rare class weigh more, so that leaving it out no longer pays."
    return [Change("class_weights", "balanced", why, "DX-5", 2)]


def _common_faults(outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    """Return the faults found in at least half of the trainings, most frequent first."""
    counts: dict[str, int] = {}
    for outcome in outcomes:
        named = {finding.fault for finding in outcome.findings}
        for fault in named:
            counts[fault] = counts.get(fault, 0) + 1
    ordered = sorted(counts, key=lambda fault: -counts[fault])
    return tuple(fault for fault in ordered if 2 * counts[fault] >= len(outcomes))


def _once(changes: Sequence[Change]) -> list[Change]:
    """Return the changes without repeats; of two alike the earlier stays."""
    found: dict[tuple[str, object], Change] = {}
    for change in changes:
        found.setdefault((change.setting, change.value), change)
    return list(found.values())


def _mean(values: Iterable[float]) -> float:
    known = list(values)
    return sum(known) / len(known) if known else float("nan")
