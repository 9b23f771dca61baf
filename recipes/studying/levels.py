"""The guide's three levels of regularization, as ordered changes that are tried one by one."""

from __future__ import annotations

from ...zoo.errors import bad_input
from ...zoo.tasks import Column, Task
from ..augmenting.figures import augmented_columns
from ..config import Config
from ..model_settings import known_settings
from .changes import Change

__all__ = ["LEVELS", "reduce_on_plateau", "regularization"]

LEVELS = (1, 2, 3)
PATIENCE = 20
"""REG-1 and LVL-1 say 15 to 20 epochs."""
DROPOUTS = {1: 0.3, 2: 0.5, 3: 0.6}
L2 = {2: 0.01, 3: 0.05}
LIGHT_L2 = 0.001
REDUCE_PATIENCE = 5
PICTURES = frozenset(["image", "frames"])


def regularization(
    level: int, config: Config, task: Task | None = None, columns: tuple[Column, ...] = ()
) -> tuple[Change, ...]:
    """Return the changes of one level, weakest first, each from the config as it is.

    What the config already has, or has more of, is left out; so is what its model does not know.
    They are meant to be tried one by one, never all at once.

    Args:
        level: 1, 2 or 3.
        config: The config to be regularized.
        task: What is predicted; with `columns` it decides whether rows can be augmented.
        columns: The columns of the data.

    Raises:
        BadInput: There is no such level.

    Guide: LVL-1, LVL-2, LVL-3, LVL-4, REG-1, REG-2, REG-3, REG-4, REG-5, REG-7, PH-4.

    Examples:
        >>> [change.name for change in regularization(2, Config(dropout=0.3))]
        ['dropout 0.5', 'l2 0.01', 'l2 0.001', 'reduce_learning_rate_patience 5']
    """
    if level not in LEVELS:
        raise bad_input(
            "level_unknown",
            "There is no such level of regularization",
            expected="1, 2 or 3",
            received=repr(level),
        )
    known = known_settings(config.model)
    changes: list[Change] = []
    dropout = DROPOUTS[level]
    if "dropout" in known and config.dropout < dropout:
        changes.append(
            Change(
                "dropout",
                dropout,
                f"Units that cannot rely on each other learn less by heart: dropout {dropout:g} "
                f"belongs to level {level}.",
                f"LVL-{level}, REG-2",
                4,
            )
        )
    if level == 1:
        augmented = {column.kind for column in augmented_columns(columns, task)}
        if config.augmentation == "none" and augmented:
            augmentation = Change(
                "augmentation",
                "standard",
                "Changed copies of the rows are like new rows, so less is learned by heart.",
                "LVL-1, REG-4, REG-5",
                4,
            )
            # The guide has it for pictures; of texts and series there are fewer sure changes.
            changes.insert(0 if augmented & PICTURES else len(changes), augmentation)
        if 0 < config.early_stopping_patience < PATIENCE:
            patience = Change(
                "early_stopping_patience",
                PATIENCE,
                "The validation loss may fall again after a longer rise.",
                "LVL-1, REG-1, PH-4",
                4,
            )
            changes.append(patience)
    if "l2" in known:
        weights = {2: (L2[2], LIGHT_L2), 3: (L2[3],)}.get(level, ())
        changes += [
            Change(
                "l2",
                weight,
                f"Smaller weights make smoother answers: a penalty of {weight:g} belongs to level "
                f"{level}.",
                f"LVL-{level}, REG-3",
                4,
            )
            for weight in weights
            if config.l2 < weight
        ]
    if level == 2 and not config.reduce_learning_rate_patience:
        changes.append(reduce_on_plateau("LVL-2, REG-7", 4))
    return tuple(changes)


def reduce_on_plateau(rule: str, phase: int) -> Change:
    """Return the change to smaller steps where the validation loss no longer falls.

    Args:
        rule: The guide's rules for it, which differ by phase.
        phase: 4 to regularize, 5 to fine-tune.

    Guide: REG-7.
    """
    why = "Smaller steps near the end find a better place than the one it circles around."
    return Change("reduce_learning_rate_patience", REDUCE_PATIENCE, why, rule, phase)
