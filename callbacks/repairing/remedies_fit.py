"""Remedies for how long and how strictly is trained: epochs, stopping, regularization, size."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..findings import Finding
from .subject import RECURRENT, Part, Subject
from .trial import Change, Trial

__all__ = [
    "add_dropout",
    "add_l2",
    "deepen",
    "early_stopping",
    "more_epochs",
    "remove_regularization",
    "restore_best",
    "weaken_regularization",
    "widen",
]

LONGER = 3  # times as many epochs
LONGEST = 30  # times as many as the user's own, at most
PATIENCE = 15  # REG-1, LVL-1
LEVELS = (0.3, 0.5)  # LVL-1, LVL-2
L2 = 0.01  # LVL-2
WEAKER = 4.0
REGULARIZERS = ("kernel_regularizer", "bias_regularizer", "recurrent_regularizer",
                "activity_regularizer", "embeddings_regularizer")  # fmt: skip
DROPPING = ("Dropout", "SpatialDropout1D", "SpatialDropout2D", "AlphaDropout", "GaussianDropout")
WIDEST = 1024
WIDE = 32  # a layer is made at least this wide
MOST = 16  # times as wide, where all layers must widen alike
SUMS = ("Add", "Multiply", "Average", "Dot", "Subtract", "Maximum", "Minimum")


def restore_best(trial: Trial, subject: Subject, finding: Finding) -> Trial | None:  # noqa: ARG001
    """Keep the weights of the epoch with the lowest validation loss.

    Guide: REG-1, BP-4.
    """
    if trial.restore_best or not len(trial.pool.validation):
        return None
    what = "The weights of the epoch with the lowest validation loss are kept."
    return trial.with_(Change(what, "weights", "last epoch", "best epoch"), restore_best=True)


def early_stopping(trial: Trial, subject: Subject, finding: Finding) -> Trial | None:  # noqa: ARG001
    """Stop where validation no longer improves, and restore the best weights.

    Guide: REG-1, MIS-4.
    """
    if trial.patience is not None or not len(trial.pool.validation):
        return None
    change = Change(
        f"It stops after {PATIENCE} epochs without a better validation loss and restores the best.",
        "early stopping",
        None,
        PATIENCE,
    )
    return trial.with_(change, patience=PATIENCE, restore_best=True)


def more_epochs(trial: Trial, subject: Subject, finding: Finding) -> Trial | None:  # noqa: ARG001
    """Train for three times as many epochs, with early stopping.

    Again where that paid and was not enough, up to 30 times the user's own number.

    Guide: EPO-1, REG-1.
    """
    before = [change.before for change in trial.changes if change.setting == "epochs"]
    own = before[0] if before else trial.epochs
    epochs = trial.epochs * LONGER
    if epochs > LONGEST * own:
        return None
    what = f"It trains for up to {LONGER} times as many epochs, with early stopping."
    held = len(trial.pool.validation) > 0
    return trial.with_(
        Change(what, "epochs", trial.epochs, epochs),
        epochs=epochs,
        patience=PATIENCE if held else None,
        restore_best=held,
    )


def add_dropout(trial: Trial, subject: Subject, finding: Finding) -> Trial | None:  # noqa: ARG001
    """Put dropout behind the hidden layers: 0.3, and 0.5 where that was not enough.

    Guide: REG-2, LVL-1, LVL-2, LVL-4.
    """
    if not subject.rebuildable:
        return None
    rates = [settings.get("rate", 0) for added in trial.added.values() for kind, settings in added
             if kind == "Dropout"]  # fmt: skip
    there = [part for part in subject.parts if part.kind in DROPPING]
    current = max([0.0, *rates, *(float(part.now(trial, "rate") or 0) for part in there)])
    level = next((level for level in LEVELS if level > current), None)
    places = _inside(subject)
    if level is None or not places:
        return None
    changes = []
    if there:
        for part in there:
            changes.append(
                _changed(part, "rate", part.now(trial, "rate"), level, "More is dropped.")
            )
            trial = trial.set_layer(part.name, rate=level)
    else:
        for part in places:
            kept = tuple(each for each in trial.added.get(part.name, ()) if each[0] != "Dropout")
            trial = trial.with_(added={**trial.added, part.name: kept})
            trial = trial.add_behind(part.name, "Dropout", rate=level, name=f"{part.name}_dropout")
            what = f"Dropout of {level} behind {part.name}."
            changes.append(Change(what, f"behind layer {part.name}", current or None, level))
    return trial.with_(*changes)


def add_l2(trial: Trial, subject: Subject, finding: Finding) -> Trial | None:  # noqa: ARG001
    """Give the hidden layers' kernels an L2 penalty of 0.01.

    Guide: REG-3, LVL-2, LVL-4.
    """
    places = [part for part in _inside(subject) if not part.now(trial, "kernel_regularizer")]
    if not subject.rebuildable or not places:
        return None
    changes = []
    for part in places:
        penalty = {"class_name": "L2", "config": {"l2": L2}, "module": "keras.regularizers",
                   "registered_name": None}  # fmt: skip
        trial = trial.set_layer(part.name, kernel_regularizer=penalty)
        what = f"An L2 penalty of {L2} on {part.name}."
        changes.append(_changed(part, "kernel_regularizer", None, f"L2({L2})", what))
    return trial.with_(*changes)


def weaken_regularization(trial: Trial, subject: Subject, finding: Finding) -> Trial | None:
    """Divide dropout by 4, and penalties and the optimizer's weight decay by 100.

    Guide: REG-2, REG-3, LVL-4.
    """
    return _regularized(trial, subject, finding, WEAKER, 100.0)


def remove_regularization(trial: Trial, subject: Subject, finding: Finding) -> Trial | None:
    """Take dropout, penalties and weight decay out.

    Guide: DX-4, LVL-4.
    """
    return _regularized(trial, subject, finding, None, None)


def widen(trial: Trial, subject: Subject, finding: Finding) -> Trial | None:  # noqa: ARG001
    """Give hidden layers more units: twice as many, and at least 32.

    Where layers are added to one another, or attend, all get the same times as many.

    Guide: PH-3, WHEN-1.
    """
    if not subject.rebuildable:
        return None
    tied = any(part.kind in SUMS or part.kind == "MultiHeadAttention" for part in subject.parts)
    widths = []
    for part in subject.parts if tied else subject.hidden("Dense", *RECURRENT, "Conv1D", "Conv2D"):
        for name in _widths(part, subject):
            width = part.now(trial, name)
            if isinstance(width, int) and width > 0:
                widths.append((part, name, width))
    if not widths:
        return None
    streams = [width for _, name, width in widths if name not in ("key_dim", "value_dim")]
    narrowest = min(streams or [WIDE])
    alike = min(max(2, -(-WIDE // narrowest)), MOST)
    if tied and alike * max(width for *_, width in widths) > WIDEST:
        return None
    changes = []
    for part, name, width in widths:
        wider = alike * width if tied else min(WIDEST, max(WIDE, 2 * width))
        if wider > width:
            trial = trial.set_layer(part.name, fresh=True, **{name: wider})
            changes.append(_changed(part, name, width, wider, f"{part.name} is wider."))
    return trial.with_(*changes) if changes else None


def deepen(trial: Trial, subject: Subject, finding: Finding) -> Trial | None:  # noqa: ARG001
    """Put one more hidden layer of 64 units with ReLU before the output.

    Guide: PH-3, WHEN-1.
    """
    head = subject.heads[0]
    if not subject.rebuildable or len(subject.heads) != 1 or head.part is None:
        return None
    if head.part.kind != "Dense":
        return None
    name, width = head.part.name, 64
    layer = {"units": width, "activation": "relu", "kernel_initializer": "he_normal"}
    number = len(trial.ahead.get(name, ())) + 1
    trial = trial.add_ahead(name, "Dense", **layer, name=f"{name}_deeper_{number}")
    what = f"One more layer of {width} units before the output."
    change = Change(what, f"before layer {name}", None, f"Dense({width}, relu)")
    return trial.with_(change, fresh=trial.fresh | {name})


def _regularized(
    trial: Trial, subject: Subject, finding: Finding, drop: float | None, penalty: float | None
) -> Trial | None:
    """Weaken by these factors; None takes it out."""
    changes = []
    decay = trial.optimizer.get("weight_decay", subject.optimizer_settings.get("weight_decay"))
    named = subject.optimizer.lower() in {name.lower() for name in finding.where}
    if isinstance(decay, (int, float)) and decay > 0 and named:
        less = 0.0 if penalty is None else decay / penalty
        trial = replace(trial, optimizer={**trial.optimizer, "weight_decay": less})
        what = "The weights decay less."
        changes.append(Change(what, "optimizer.weight_decay", decay, less))
    for part in subject.parts if subject.rebuildable else ():
        drops = ["rate"] if part.kind in DROPPING else []
        drops += [name for name in ("dropout", "recurrent_dropout") if name in part.settings]
        for name in drops:
            rate = part.now(trial, name)
            if isinstance(rate, (int, float)) and rate > 0:
                less = 0.0 if drop is None else round(rate / drop, 4)
                trial = trial.set_layer(part.name, fresh=False, **{name: less})
                changes.append(_changed(part, name, rate, less, "Less is dropped."))
        for name in REGULARIZERS:
            value = part.now(trial, name)
            if not value:
                continue
            weaker = None if penalty is None else _weaker(value, penalty)
            trial = trial.set_layer(part.name, fresh=False, **{name: weaker})
            after = None if weaker is None else weaker["config"]
            before = value.get("config") if isinstance(value, dict) else value
            changes.append(_changed(part, name, before, after, "The penalty is weaker."))
    return trial.with_(*changes) if changes else None


def _weaker(value: Any, factor: float) -> dict[str, Any] | None:
    if not isinstance(value, dict) or not isinstance(value.get("config"), dict):
        return None
    numbers = {
        key: each / factor if isinstance(each, float) else each
        for key, each in value["config"].items()
    }
    return {**value, "config": numbers}


def _inside(subject: Subject) -> list[Part]:
    """Return the hidden layers behind which dropout may stand: not the first one of a deep net."""
    return [part for part in subject.hidden("Dense", *RECURRENT) if part.trainable]


def _widths(part: Part, subject: Subject) -> tuple[str, ...]:
    """Return the settings of a layer that say how wide it is; none of those of an output."""
    if part.name in {head.part.name for head in subject.heads if head.part}:
        return ()
    if part.kind in ("Dense", *RECURRENT):
        return ("units",)
    return {
        "Conv1D": ("filters",),
        "Conv2D": ("filters",),
        "Embedding": ("output_dim",),
        "MultiHeadAttention": ("key_dim", "value_dim"),
    }.get(part.kind, ())


def _changed(part: Part, name: str, before: Any, after: Any, what: str) -> Change:
    return Change(what, f"layer {part.name}: {name}", before, after)
