"""The checks behind the checklists: each looks at the facts of a run and says what it saw."""

from __future__ import annotations

import math
from typing import Literal, TypeAlias

from ..terminal import setting_text
from .facts import TRAINING_FAULTS, Facts
from .wording import counted, few, rows_noun, sentence_case

__all__ = ["Answer", "State"]

State: TypeAlias = Literal["done", "not done", "not applicable"]
Answer: TypeAlias = tuple[State, str]
"""Whether it was done, and the figures that say so."""

UNSTABLE = frozenset({"lr_too_high", "exploding_gradient", "oscillating_loss", "nan_loss"})
MIXED_ROWS = frozenset({"leakage", "bad_split", "duplicates_across_splits"})
TRAIN_SHARE = (0.7, 0.8)  # PH-1c
OTHER_SHARE = (0.1, 0.15)  # PH-1c
ROUNDING = 0.02  # groups and small classes never divide exactly
FIRST_LAYERS = (1, 3)  # ARC-1
ENCODERS = {
    "number": ("Normalization", "Rescaling"),
    "category": ("StringLookup", "Hashing"),
    "text": ("TextVectorization",),
    "sequence": ("Normalization", "TrueDivide"),
    "audio": ("MelSpectrogram",),
    "image": ("Normalization", "Rescaling"),
    "frames": ("Normalization", "Rescaling"),
}
WANTED_METRICS = {
    "binary": ("accuracy", "precision", "recall", "f1", "roc_auc"),
    "multiclass": ("accuracy", "precision", "recall", "f1"),
    "multilabel": ("precision", "recall", "f1"),
    "regression": ("mae", "rmse", "r2"),
}
RECURRENT = {"simple_rnn": "recurrent layer", "lstm": "LSTM layer", "gru": "GRU layer"}


def explored(facts: Facts) -> Answer:
    columns = [column["name"] for column in facts.record["columns"]]
    profiled = {item.get("name") for item in facts.record.get("audit_profile") or ()}
    unseen = [name for name in columns if name not in profiled]
    if unseen:
        return (
            "not done",
            f"{len(unseen)} of {counted(len(columns), 'column')} without a profile: {few(unseen)}.",
        )
    found = sum(finding.fault not in TRAINING_FAULTS for finding in facts.run.findings)
    return (
        "done",
        f"{counted(len(columns), 'column')} profiled; the audit has {counted(found, 'finding')}.",
    )


def cleaned(facts: Facts) -> Answer:
    errors = facts.data_errors
    if errors:
        return "not done", f"The audit left {counted(len(errors), 'error')}: {few(errors)}."
    missing = sum(int(p.get("missing") or 0) for p in facts.record.get("audit_profile") or ())
    return (
        "done",
        f"The audit left no error. {counted(missing, 'missing value')} filled in the model.",
    )


def split(facts: Facts) -> Answer:
    if not facts.record.get("rows"):
        return "not done", "No sizes were recorded."
    empty = [name for name in ("train", "validation", "test") if not facts.rows.get(name)]
    if empty:
        return "not done", f"There are no rows for {few(empty)}."
    mixed = sorted(facts.faults & MIXED_ROWS)
    if mixed:
        return "not done", f"The parts are not independent: {few(mixed)}."
    total = sum(facts.rows.values())
    noun = rows_noun(facts.record)
    shares = [facts.rows[name] / total for name in ("train", "validation", "test")]
    of = f"{total:,} {noun}"
    if facts.kind == "forecasting":
        # Windows across two parts are left out, so the shares of steps are what was divided.
        config = facts.config
        shares = [config.validation_fraction, config.test_fraction]
        shares = [1 - sum(shares), *shares]
        of = f"the steps, {total:,} windows"
    said = " / ".join(f"{share:.0%}" for share in shares)
    ranges = (TRAIN_SHARE, OTHER_SHARE, OTHER_SHARE)
    inside = all(
        low - ROUNDING <= share <= high + ROUNDING
        for share, (low, high) in zip(shares, ranges, strict=True)
    )
    advice = "70–80 / 10–15 / 10–15 %"
    if not inside:
        return "not done", f"The shares are {said}; the guide asks for {advice}."
    return "done", f"{said} of {of}, as the guide asks ({advice})."


def preprocessed(facts: Facts) -> Answer:
    if facts.layers is None:
        return "not done", "There is no saved model to look into."
    kinds = {column["kind"] for column in facts.record["columns"]} & set(ENCODERS)
    if not kinds:
        return "not applicable", "No column needs scaling or encoding."
    bare = sorted(kind for kind in kinds if not facts.has_layer(*ENCODERS[kind]))
    if bare:
        return "not done", f"The saved model holds no layer that encodes: {few(bare)}."
    return "done", f"Layers inside the saved model encode {few(sorted(kinds))} columns."


def architecture(facts: Facts) -> Answer:
    config, (least, most) = facts.config, FIRST_LAYERS
    units, name = config.units, config.model.replace("_", " ")
    if config.model.startswith("transformer"):
        said = f"{counted(config.layers, f'{name} layer')}, {config.embedding_width} wide"
    elif config.model in RECURRENT or config.model == "mlp":
        what = RECURRENT.get(config.model, "hidden layer")
        said = f"{counted(len(units), what)} of {', '.join(map(str, units))} units"
    else:
        said = sentence_case(name)
    size = facts.record.get("parameters")
    said += f", {size:,} parameters" if size else ""
    if config.model == "mlp" and not least <= len(units) <= most:
        return "not done", f"{said}; the guide starts with {least} to {most} layers."
    return "done", f"{said}."


def hyperparameters(facts: Facts) -> Answer:
    names = ("optimizer", "learning_rate", "batch_size", "epochs", "loss")
    unexplained = [name for name in names if name not in facts.config.reasons]
    if unexplained:
        return "not done", f"Nobody chose {few(unexplained)}: the default was taken unseen."
    said = [f"{n.replace('_', ' ')} {setting_text(getattr(facts.config, n))}" for n in names]
    return "done", f"Each has a reason: {', '.join(said)}."


def early_stopping(facts: Facts) -> Answer:
    patience = facts.config.early_stopping_patience
    if not patience:
        return "not done", "Early stopping is off (early_stopping_patience = 0)."
    ran, limit = len(facts.run.history), facts.config.epochs
    said = f"{ran} of at most {limit} epochs ran"
    return "done", f"Patience {patience} epochs on the validation loss; {said}."


def metrics_chosen(facts: Facts) -> Answer:
    if not facts.metrics:
        return "not done", "No metric was computed on validation rows."
    if "imbalanced" in facts.faults and facts.metrics <= {"accuracy", "loss"}:
        return "not done", "The classes are imbalanced and accuracy stands alone."
    if not (facts.record.get("naive") or {}).get("validation"):
        return "not done", "No naive answer stands beside the metrics."
    return "done", f"{len(facts.metrics)} metrics, each beside the naive answers."


def watched(facts: Facts) -> Answer:
    blind = sum(math.isnan(b) and not math.isnan(a) for a, b in _pairs(facts))
    if not facts.run.history:
        return "not done", "There is no history."
    if blind:
        return (
            "not done",
            f"{counted(blind, 'epoch')} of {len(facts.train)} have no validation loss.",
        )
    return "done", f"Both losses are recorded for each of {counted(len(facts.train), 'epoch')}."


def decreasing(facts: Facts) -> Answer:
    finite = [loss for loss in facts.train if math.isfinite(loss)]
    if len(facts.train) < 2:
        return "not applicable", "There are fewer than two epochs to compare."
    if len(finite) < 2:
        return "not done", "The training loss is not a number."
    said = f"Training loss from {finite[0]:.4g} to {finite[-1]:.4g}, lowest {min(finite):.4g}"
    return ("done" if finite[-1] < finite[0] else "not done"), f"{said}."


def stable(facts: Facts) -> Answer:
    broken = [n for n, pair in enumerate(_pairs(facts), 1) if any(math.isinf(x) for x in pair)]
    broken += [n for n, loss in enumerate(facts.train, 1) if math.isnan(loss)]
    if not facts.run.history:
        return "not done", "There is no history."
    if broken:
        return "not done", f"The loss is not finite at epoch {min(broken)}."
    faults = sorted(facts.faults & UNSTABLE)
    if faults:
        return "not done", f"The diagnosis found {few(faults)}."
    return "done", "Every loss is finite, and no rule found swings, explosion or divergence."


def best_saved(facts: Facts) -> Answer:
    best = facts.record.get("best_epoch")
    finite = {n: x for n, x in enumerate(facts.validation, 1) if math.isfinite(x)}
    if facts.layers is None:
        return "not done", "There is no readable model.keras in the folder."
    if not best or not finite:
        return "not done", "No best epoch is known."
    lowest = min(finite, key=lambda epoch: finite[epoch])
    if finite.get(best, math.inf) > finite[lowest]:
        return "not done", f"Epoch {best} was kept, but epoch {lowest} has the lowest loss."
    return "done", f"The weights of epoch {best}, with the lowest validation loss, were kept."


def tested(facts: Facts) -> Answer:
    if not facts.record.get("test"):
        return (
            "not done",
            f"The {facts.rows.get('test', 0):,} test {rows_noun(facts.record)} are still sealed.",
        )
    return "done", f"Measured on {facts.rows.get('test', 0):,} sealed {rows_noun(facts.record)}."


def errors_analysed(facts: Facts) -> Answer:
    worst = facts.record.get("worst_errors") or ()
    matrix = (facts.record.get("validation") or {}).get("confusion")
    if not worst:
        return "not done", "No single error was looked at."
    beside = ", beside the confusion matrix" if matrix else ""
    noun = rows_noun(facts.record)[: None if len(worst) > 1 else -1]
    return "done", f"{len(worst)} {noun} listed, the worst first{beside}."


def all_metrics(facts: Facts) -> Answer:
    wanted = WANTED_METRICS.get(facts.kind)
    if wanted is None:
        return "not applicable", f"The guide lists no metrics for {facts.kind.replace('_', ' ')}."
    lacking = [name for name in wanted if name not in facts.metrics]
    if lacking:
        return "not done", f"Not computed: {few(lacking)}."
    return "done", f"Computed: {few(sorted(facts.metrics), 8)}."


def documented(facts: Facts) -> Answer:
    names = ("seed", "fingerprint", "versions", "hardware", "split", "seconds")
    lacking = [name for name in names if facts.record.get(name) in (None, "", {}, [])]
    if lacking:
        return "not done", f"The record lacks {few(lacking)}."
    said = "Seed, data fingerprint, versions, hardware, split and times are in run.json"
    if facts.entries:
        said += f"; {counted(len(facts.entries), 'entry', 'entries')} of the study in ledger.jsonl"
    return "done", f"{said}."


def model_saved(facts: Facts) -> Answer:
    difference = facts.record.get("saved_difference")
    if facts.layers is None:
        return "not done", "There is no readable model.keras in the folder."
    if difference != 0:
        return "not done", f"The saved model was not seen to answer the same ({difference})."
    return "done", "model.keras was reopened and answered with difference 0.0."


def _pairs(facts: Facts) -> list[tuple[float, float]]:
    return list(zip(facts.train, facts.validation, strict=True))
