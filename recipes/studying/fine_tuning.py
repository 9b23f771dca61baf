"""The last percent: changes around a config that is good already, smallest first."""

from __future__ import annotations

from ..choosing.selection import SGD_LEARNING_RATE
from ..config import Config
from ..model_settings import known_settings
from .changes import Change
from .levels import reduce_on_plateau

__all__ = ["FAR", "fine_tuning", "rate_steps", "standard_rate"]

RATE_FACTOR = 3.0
FAR = 20.0
"""From so many times the standard rate on, or so small a part of it, that rate is tried first."""
DROPOUT_STEP = 0.1
LEAST_BATCH, MOST_BATCH = 4, 1024


def standard_rate(config: Config) -> float:
    """Return the usual learning rate of a config's optimizer, as Keras has it.

    Guide: LR-1, OPT-3.

    Examples:
        >>> standard_rate(Config()), standard_rate(Config(optimizer="sgd"))
        (0.001, 0.01)
    """
    return SGD_LEARNING_RATE if config.optimizer == "sgd" else Config.learning_rate


def rate_steps(config: Config, *, too_high: bool) -> tuple[Change, ...]:
    """Return another learning rate for a training that is unstable, or too slow.

    Far from the standard rate of the optimizer it is that rate; else a tenth, or five times.

    Args:
        config: The config with the unfit rate.
        too_high: Whether smaller rates are wanted.

    Guide: LR-1, LR-2, LR-3, DX-1, DX-2, WHEN-3, WHEN-4, MIS-6.

    Examples:
        >>> [change.name for change in rate_steps(Config(learning_rate=0.1), too_high=True)]
        ['learning_rate 0.001', 'learning_rate 0.01']
        >>> [change.name for change in rate_steps(Config(), too_high=False)]
        ['learning_rate 0.005', 'learning_rate 0.025']
    """
    rate, standard = config.learning_rate, standard_rate(config)
    if too_high:
        why = "The steps are so large that they leap over what they look for."
        rule, rates = "LR-2, DX-1, WHEN-3", [rate / 10]
        far = rate / standard >= FAR
    else:
        why = "The steps are so small that the epochs end before it has learned."
        rule, rates = "LR-3, DX-2, WHEN-4", [rate * 5, rate * 25]
        far = standard / rate >= FAR
    changes = [Change("learning_rate", value, why, rule, 2) for value in rates]
    if far:
        usual = f"{why} {standard:g} is the standard rate of {config.optimizer}."
        changes.insert(0, Change("learning_rate", standard, usual, f"LR-1, {rule}", 2))
    return tuple(changes)


def fine_tuning(config: Config) -> tuple[Change, ...]:
    """Return the changes of the fifth phase: rates, batches, dropouts, optimizers.

    Guide: PH-5, BAT-1, OPT-4, OPT-5, REG-7.

    Examples:
        >>> [change.setting for change in fine_tuning(Config(dropout=0.3))][:3]
        ['learning_rate', 'learning_rate', 'reduce_learning_rate_patience']
    """
    rate = config.learning_rate
    why = "A rate a third as large settles nearer to the best place."
    changes = [Change("learning_rate", rate / RATE_FACTOR, why, "PH-5, LR-1", 5)]
    why = "A rate three times as large leaves flat and narrow places behind."
    changes.append(Change("learning_rate", rate * RATE_FACTOR, why, "PH-5, LR-1", 5))
    if not config.reduce_learning_rate_patience:
        changes.append(reduce_on_plateau("PH-5, REG-7", 5))
    if "dropout" in known_settings(config.model):
        changes += [
            Change("dropout", round(value, 3), "The amount of dropout is a guess so far.", rule, 5)
            for value, rule in (
                (config.dropout + DROPOUT_STEP, "PH-5, REG-2"),
                (config.dropout - DROPOUT_STEP, "PH-5, REG-2"),
            )
            if 0 <= round(value, 3) <= 0.7
        ]
    for size, why in (
        (config.batch_size * 2, "Larger batches take steadier steps."),
        (config.batch_size // 2, "Smaller batches take noisier steps, which generalize better."),
    ):
        if LEAST_BATCH <= size <= MOST_BATCH:
            changes.append(Change("batch_size", size, why, "PH-5, BAT-1", 5))
    if config.optimizer == "adam":
        why = "Decoupled weight decay keeps weights small without bending the steps."
        changes.append(Change("optimizer", "adamw", why, "PH-5, OPT-4", 5))
    return tuple(changes)
