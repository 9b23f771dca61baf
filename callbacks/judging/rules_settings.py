"""Rules about how a model is to be trained: learning rate, and the callbacks beside."""

from __future__ import annotations

import difflib

from ...zoo.errors import did_you_mean
from ..evidence import Evidence
from ..findings import Finding, Severity
from ..thresholds import Thresholds
from .learned import has_learned
from .rules_swings import swinging

__all__ = [
    "ADAPTIVE",
    "no_early_stopping",
    "rate_is_high",
    "rate_out_of_range",
    "unknown_monitor",
]

# Optimizers whose steps are as long as the rate says, whatever the gradient.
ADAPTIVE = ("adam", "adamw", "adamax", "nadam", "rmsprop", "lamb", "muon")
# Whose rate has no such range: it is learned, or multiplied by what was seen.
OTHER = ("adadelta", "adafactor", "adagrad", "ftrl", "lion", "schedulefreeadamw")
KERAS_CALLBACKS = frozenset((
    "BackupAndRestore", "CSVLogger", "Diagnose", "EarlyStopping", "History", "LambdaCallback",
    "LearningRateScheduler", "ModelCheckpoint", "OneCycle", "ProgbarLogger", "ReduceLROnPlateau",
    "RemoteMonitor", "SwapEMAWeights", "TensorBoard", "TensorBoardWriter", "TerminateOnNaN",
    "WarmupCosine",
))  # fmt: skip


def rate_out_of_range(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find a learning rate that is out of the usual range of its optimizer.

    The range of Adam is not that of SGD. Before training it is a remark; it counts once the
    training has not learned.

    Guide: LR-1, MIS-6, OPT-1, OPT-3.
    """
    model = evidence.model
    if model is None or model.learning_rate is None or model.optimizer in OTHER:
        return None
    rate, scheduled = model.learning_rate, model.scheduled
    adaptive = model.optimizer in ADAPTIVE
    if not adaptive and model.optimizer != "sgd":
        return None
    low = thresholds.lowest_rate
    # What swings about a level that it has learned is named by that, with the rate to mend it.
    learned = None if swinging(evidence, thresholds) else has_learned(evidence, thresholds)
    severity: Severity = "warning" if learned is False else "info"
    epoch = evidence.history.epochs[-1] if learned is False else None
    figures = {"learning_rate": rate}
    confidence = 0.75 if learned is False else 0.3
    if rate_is_high(evidence, thresholds):
        cause = f"The learning rate {rate:.3g} is very high for {model.optimizer}"
        cause += ", and the training has not learned." if learned is False else "."
        remedy = "Start with 0.001." if adaptive else "Divide it by 10."
        return Finding("lr_too_high", "LR-1", severity, cause, remedy, epoch, figures, confidence)
    if rate <= low and not scheduled:
        cause = f"The learning rate {rate:.3g} is very low for {model.optimizer}"
        cause += ", and the training has not learned." if learned is False else "."
        remedy = "Start with 0.001, or 0.0001 to fine-tune." if adaptive else "Start with 0.01."
        return Finding("lr_too_low", "LR-1", severity, cause, remedy, epoch, figures, confidence)
    return None


def rate_is_high(evidence: Evidence, thresholds: Thresholds) -> bool:
    """Return whether the rate is far above the usual range of its optimizer.

    Momentum multiplies the steps of plain gradient descent.
    """
    model = evidence.model
    if model is None or model.learning_rate is None:
        return False
    if model.optimizer in ADAPTIVE:
        return model.learning_rate >= thresholds.high_adaptive_rate
    usual = 1 - min(model.momentum, 0.9) if model.momentum else 1.0
    return model.optimizer == "sgd" and model.learning_rate >= thresholds.high_plain_rate * usual


def unknown_monitor(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find callbacks that watch a figure which the logs will not hold: Keras only warns.

    Guide: REG-1, REG-7.
    """
    model, data = evidence.model, evidence.data
    if model is None or not model.log_names or not model.monitors:
        return None
    validated = data.has_validation if data is not None else None
    names = [*model.log_names, "learning_rate"]
    if validated is not False:
        names += [f"val_{name}" for name in model.log_names]
    recorded = evidence.recorded
    if recorded is not None:
        names += list(recorded.columns)
    others = set(model.callbacks) - KERAS_CALLBACKS
    for callback, monitor in model.monitors:
        if monitor in names:
            continue
        close = difflib.get_close_matches(monitor, names, 1, thresholds.alike_names)
        if others and not close:
            continue  # another callback may add it
        base = monitor.removeprefix("val_")
        if validated is False and monitor.startswith("val_") and base in model.log_names:
            cause = f"{callback} watches '{monitor}', and no validation data are given."
            remedy = f"Pass validation_data, or watch '{base}'."
        else:
            cause = (
                f"{callback} watches '{monitor}', which the logs will not hold: it does nothing."
            )
            remedy = did_you_mean(monitor, names)
        where = (callback,)
        return Finding("unknown_monitor", "REG-1", "warning", cause, remedy, None, {}, 0.9, where)
    return None


def no_early_stopping(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find a long training that nothing ends early.

    Guide: MIS-4, REG-1, EPO-1.
    """
    model = evidence.model
    if model is None or model.epochs is None or model.epochs < thresholds.long_training:
        return None
    if any("EarlyStop" in name for name in model.callbacks):
        return None
    cause = f"{model.epochs} epochs are planned, and no EarlyStopping watches them."
    remedy = "Add EarlyStopping(patience=15, restore_best_weights=True)."
    figures = {"epochs": model.epochs}
    return Finding("no_early_stopping", "MIS-4", "info", cause, remedy, None, figures, 0.9)
