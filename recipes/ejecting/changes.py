"""The functions of a script that change the rows of each batch: augmentation."""

from __future__ import annotations

from ..augmenting.figures import augmented_columns
from .picture_changes import picture_changes
from .plan import Plan
from .series_changes import series_changes
from .variants import variants

__all__ = ["CHANGED", "changes"]

CHANGED = "            taken = changed(taken, rows, order)"
"""The line that changes a batch."""
_DEAL = '''
draws = keras.random.SeedGenerator(0)


def deal(order, rows):
    """Set the generator for one batch of one epoch, so that what it draws can be repeated."""
    epoch = zlib.crc32(order.astype("<i4").tobytes()) & (2**30 - 1)
    draws.state.assign(np.array([epoch, 64 * rows[0]]))
'''


def changes(plan: Plan) -> tuple[list[str], list[str]]:
    """Return what changes a batch of training rows; nothing where a run changes none.

    Args:
        plan: Of any run.

    Returns:
        Functions, `changed` the last of them, and lines that are carried out after the rows are
        encoded and before the training.
    """
    columns = augmented_columns(plan.dataset.columns, plan.task)
    if plan.config.augmentation == "none" or not columns:
        return [], []
    kinds = {column.kind for column in columns}
    if kinds & {"text", "audio"}:
        functions, lines = variants(plan, columns)
    elif kinds == {"sequence"}:
        functions, lines = series_changes(plan)
    else:
        functions, lines = picture_changes(plan, columns[0]), []
    return [_DEAL.strip(), *functions], lines
