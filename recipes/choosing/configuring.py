"""The guide's quick start for one data set: every setting with its figures and its reason."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from numpy.typing import NDArray

from ...zoo.tasks import Task
from ..augmenting.figures import augmentation_choices
from ..config import Choice, Config, is_yours
from ..dataset import Splits
from ..model_settings import known_settings, taken_settings
from ..scoring.checking import checked_number
from ..training.compiling import ADAMW_WEIGHT_DECAY, METRICS
from .balance import IMBALANCE_RATIO, imbalance
from .convolutions import convolution_settings
from .noise import NOISY_SHARE, target_noise
from .objectives import choose_loss, choose_metrics
from .presets import preset
from .selection import (
    RECURRENT,
    TRANSFORMERS,
    choose_activation,
    choose_model,
    choose_optimizer,
)
from .sequences import passage_settings, sequence_length, text_level
from .texts import text_figures, text_settings

__all__ = ["choose_config"]

# Every figure of the quick start stands here.
TINY_ROWS = 1_000
"""Below this many training rows, updates are too few for the guide's batch and patience."""
SMALL_ROWS = 10_000
"""Below this many training rows a set is small (EPO-1)."""
MEASURED_UNITS = (
    "measured on twelve small sets with five seeds, 256-128 and 128-64 were each ahead on six, so "
    "one width serves all"
)
MEASURED_DROPOUT = (
    "measured on seven sets, dropout of 0.3 lowers the error where the target is noisy (diabetes "
    "59 against 65 without) and raises it where it is not (yacht above 4 against 2.9)"
)
MEASURED_TINY = (
    "measured on yacht and concrete, 32 rows with 15 epochs of patience stop too early (error 4.0 "
    "and 5.9), 8 rows with 30 do not (2.8 and 5.4)"
)
MEASURED_FOCAL = (
    "measured on two sets with 1 % positives and three seeds, focal loss ranked no better (average "
    "precision 0.64 against 0.65, 0.46 against 0.48) and its probabilities were far worse (log "
    "loss 0.061 against 0.028, 0.099 against 0.035)"
)
MEASURED_WARMUP = (
    "measured once on two sets at a rate of 0.001, 200 steps of it only cost time: the loss after "
    "five epochs of made sentences was .027 with them and .004 without, after six epochs of short "
    "sentences of Multi30k 1.885 and 1.817; layers normalised before each part need none"
)
LARGE_ROWS = 100_000
HUGE_ROWS = 1_000_000
UNITS = (256, 128)
RECURRENT_UNITS = Choice((64,), "", {}, "One layer, as wide as the vectors of words that it reads.")
EPOCHS_SMALL = 500
EPOCHS_MEDIUM = 100
EPOCHS_LARGE = 50
EPOCHS_HUGE = 30
DROPOUT = 0.3
BATCH_SIZE = 32
TINY_BATCH_SIZE = 8
FAST_BATCH_SIZE = 256
FAST_BATCH_ROWS = 50_000
"""From this many training rows on, updates on 32 rows are too many to wait for."""
EARLY_STOPPING_PATIENCE = 15
TINY_PATIENCE = 30
MOST_METRICS = 4


def choose_config(splits: Splits, *, seed: int = 0, overrides: Iterable[str] = ()) -> Config:
    """Choose every setting of a first training by the guide's quick start.

    Figures come from the training rows alone. `Config.why(name)` tells the reason of each. Of the
    settings that belong to builders, those of the chosen model are set.

    Args:
        splits: The data; its training rows decide.
        seed: One number that decides everything random.
        overrides: Settings of yours, such as `learning_rate=0.01`; they win.

    Raises:
        BadInput: The seed or an override cannot be used.

    Guide: QS-1, QS-2, QS-3, ARC-2, ARC-3, LR-1, BAT-1, EPO-1, REG-1, REG-2, REG-3, REG-6, REG-7,
    LVL-4, OPT-3, LOSS-7, MET-9, DX-5.
    """
    seed = checked_number("seed", seed, least=0, whole=True)
    overrides = tuple(overrides)
    yours = Config().override(*overrides)
    task, rows = splits.task, len(splits.train)
    labels = splits.train.labels
    columns, features = splits.train.columns, splits.train.features
    model = choose_model(task, columns, rows, features)
    if is_yours(yours, "model"):
        model = yours.why("model")
    known, takers = known_settings(model.value), taken_settings()
    optimizer = choose_optimizer(model.value, task)
    rate = optimizer.figures["learning_rate"]
    metrics = choose_metrics(task, labels)
    shown = [name for name in metrics.value if name in METRICS[task.kind]][:MOST_METRICS]
    choices: dict[str, Choice] = {
        "model": model,
        "units": _units(rows) if model.value not in RECURRENT else RECURRENT_UNITS,
        "activation": choose_activation("hidden", task, model.value),
        "dropout": _dropout(splits),
        "l2": Choice(
            0.0, "REG-3, LVL-4", {}, "Not at first: regularization is added step by step."
        ),
        **convolution_settings(model.value, columns),
        **text_settings(model.value, text_figures(columns, features)),
        "text_level": text_level(task),
        "sequence_length": sequence_length(columns, features),
        **passage_settings(task, columns, features, splits.train.options),
        "loss": _loss(task, labels),
        "optimizer": optimizer,
        "learning_rate": Choice(
            rate, "LR-1, OPT-3", {}, f"{rate} is the standard rate of {optimizer.value}."
        ),
        "weight_decay": _weight_decay(optimizer.value),
        "warmup_steps": _warmup(model.value),
        "batch_size": _batch_size(rows),
        "epochs": _epochs(rows),
        "early_stopping_patience": _patience(rows),
        "reduce_learning_rate_patience": Choice(
            0, "REG-7, LVL-4", {}, "Not at first: it belongs to the second level of regularization."
        ),
        "mix_variables": Choice(
            False, "", {}, "Each variable is foretold from its own past: there is less to learn."
        ),
        "jit_compile": Choice(
            False, "", {}, "Compiling takes longer than a short training saves by it."
        ),
        "class_weights": _class_weights(splits),
        **augmentation_choices(splits.train.columns),
        **{
            name: Choice(1.0, "MET-7", {}, "Only you know what an error costs; both count equally.")
            for name in ("cost_false_alarm", "cost_missed")
        },
        "metrics": Choice(tuple(shown), metrics.rule, metrics.figures, metrics.reason),
        "seed": Choice(seed, "", {}, "The same seed gives the same training."),
        "validation_fraction": Choice(0.15, "PH-1c", {}, "The guide says 10 to 15 %."),
        "test_fraction": Choice(0.15, "PH-1c", {}, "The guide says 10 to 15 %."),
    }
    fitting = {n: choice for n, choice in choices.items() if n in known or n not in takers}
    return Config().replace(reason="it is the quick start", **fitting).override(*overrides)


def _units(rows: int) -> Choice:
    reason = "A funnel of two layers"
    if rows < SMALL_ROWS:
        reason += f". The guide says fewer units for a small set; {MEASURED_UNITS}"
    figures = {"rows": rows, "small_below": SMALL_ROWS}
    return Choice(UNITS, "QS-1, ARC-2, ARC-3", figures, f"{reason}.")


def _weight_decay(optimizer: str) -> Choice:
    reason = f"It belongs to adamw, not {optimizer}."
    if optimizer == "adamw":
        reason = f"0 leaves the usual {ADAMW_WEIGHT_DECAY} of {optimizer}."
    return Choice(0.0, "OPT-4", {}, reason)


def _warmup(model: str) -> Choice:
    steps = preset(model).settings.get("warmup_steps", 0) if model.startswith(TRANSFORMERS) else 0
    if not steps:
        return Choice(0, "", {}, "Only Transformers are begun with a smaller rate.")
    reason = f"A Transformer is usually given one, {steps} steps in its preset; {MEASURED_WARMUP}."
    return Choice(0, "OPT-4", {"preset": steps}, reason)


def _loss(task: Task, labels: NDArray[Any] | None) -> Choice:
    """Return the guide's choice, except for focal loss, which loses against a measurement."""
    guide = choose_loss(task, labels)
    if "focal" not in guide.value:
        return guide
    plain = choose_loss(task, imbalanced=False)
    return Choice(
        plain.value,
        guide.rule,
        guide.figures,
        f"The classes are very uneven (1 to {guide.figures['ratio']:.0f}), for which the guide "
        f"says {guide.value}; {MEASURED_FOCAL}. Set loss={guide.value} to try it.",
    )


def _dropout(splits: Splits) -> Choice:
    figures: dict[str, Any] = {"guide_least": 0.3, "guide_most": 0.5}
    noise = target_noise(splits.train) if splits.task.kind == "regression" else None
    if noise is not None:
        figures |= {"noise": round(noise, 3), "noisy_from": NOISY_SHARE}
    if noise is None or noise >= NOISY_SHARE:
        reason = "The light end of the guide's 0.3 to 0.5, which is enough for a first training"
        if noise is not None:
            reason += f"; {noise:.0%} of the target looks like noise, and {MEASURED_DROPOUT}"
        return Choice(DROPOUT, "QS-3, REG-2", figures, f"{reason}.")
    return Choice(
        0.0,
        "QS-3, REG-2, PH-2",
        figures,
        f"The guide says 0.3 to 0.5 for a quick start and none for a baseline. Only {noise:.0%} "
        f"of the target looks like noise; {MEASURED_DROPOUT}.",
    )


def _patience(rows: int) -> Choice:
    if rows < TINY_ROWS:
        return Choice(
            TINY_PATIENCE,
            "REG-1, QS-3",
            {"rows": rows, "tiny_below": TINY_ROWS},
            f"The guide says {EARLY_STOPPING_PATIENCE}; {MEASURED_TINY}.",
        )
    return Choice(
        EARLY_STOPPING_PATIENCE,
        "REG-1, QS-3",
        {"rows": rows},
        f"Stops {EARLY_STOPPING_PATIENCE} epochs after the best validation loss, and goes back to "
        "it.",
    )


def _batch_size(rows: int) -> Choice:
    figures = {"rows": rows, "tiny_below": TINY_ROWS, "larger_from": FAST_BATCH_ROWS}
    if rows < TINY_ROWS:
        return Choice(
            TINY_BATCH_SIZE,
            "BAT-1, QS-2",
            figures,
            f"The small end of the guide's 8 to 32: with {rows:,} rows, {BATCH_SIZE} at once are "
            f"{-(-rows // BATCH_SIZE)} updates an epoch; {MEASURED_TINY}.",
        )
    if rows < FAST_BATCH_ROWS:
        return Choice(
            BATCH_SIZE, "QS-2, BAT-1", figures, "Small batches generalize better and fit anywhere."
        )
    return Choice(
        FAST_BATCH_SIZE,
        "BAT-1",
        figures,
        f"{rows:,} rows are many: {FAST_BATCH_SIZE} at once is faster, and still "
        f"{rows // FAST_BATCH_SIZE:,} updates an epoch. The quick start says {BATCH_SIZE}.",
    )


def _epochs(rows: int) -> Choice:
    steps: tuple[tuple[float, int, str], ...] = (
        (SMALL_ROWS, EPOCHS_SMALL, "100 to 500"),
        (LARGE_ROWS, EPOCHS_MEDIUM, "50 to 200"),
        (HUGE_ROWS, EPOCHS_LARGE, "50, between its ranges"),
        (float("inf"), EPOCHS_HUGE, "10 to 50"),
    )
    _, epochs, guide = next(step for step in steps if rows < step[0])
    return Choice(
        epochs,
        "EPO-1, QS-2",
        {"rows": rows},
        f"At most {epochs}: for {rows:,} rows the guide says {guide}; early stopping ends sooner.",
    )


def _class_weights(splits: Splits) -> Choice:
    if not splits.task.is_classification or splits.train.labels is None:
        return Choice("none", "", {}, "Only one class, or one set of labels, a row can be weighed.")
    measured = imbalance(splits.train.labels, splits.task)
    figures: dict[str, Any] = {"ratio": measured["ratio"]}
    if measured["ratio"] < IMBALANCE_RATIO:
        return Choice("none", "MET-2", figures, "The classes are even enough.")
    return Choice(
        "none",
        "DX-5, MET-7",
        figures,
        f"The classes are uneven (1 to {measured['ratio']:.0f}), but weights would spoil the "
        "probabilities. Choose the threshold by what errors cost; set class_weights=balanced "
        "if every answer becomes the same class.",
    )
