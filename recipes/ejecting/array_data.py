"""The part of a script that reads arrays from an npz file."""

from __future__ import annotations

import numpy as np

from ..reading.arrays import FEATURE_NAMES, TARGET_ARRAY_NAMES
from .plan import Plan, cannot
from .writing import listed, literal

__all__ = ["array_data"]

_DIVIDED = """
ends = stored[{ends}]  # the rows lie end to end
longest = np.diff(ends).max()
block = np.full((len(ends) - 1, longest, {shape}), np.nan, "float32")  # NaN after the end
for row, (start, end) in enumerate(itertools.pairwise(ends)):
    block[row, : end - start] = rows[start:end].reshape(-1, {shape})
features = {{"{key}": block}}
"""


def array_data(plan: Plan) -> list[str]:
    """Return the lines that read rows of sequences, images or films from an npz file."""
    (column,) = plan.dataset.columns
    with np.load(plan.dataset.source, allow_pickle=False) as stored:
        names = {name.lower(): name for name in reversed(stored.files)}
        answer = next((names[n] for n in TARGET_ARRAY_NAMES if n in names), plan.dataset.target[0])
        answer = plan.dataset.target[0] if plan.dataset.target[0] in stored.files else answer
        wanted = ("values", *FEATURE_NAMES)
        feature = next(names[n] for n in wanted if n in names and names[n] != answer)
        divided = names.get("offsets")
        shape, labels = stored[feature].shape, stored[answer]
    key = f"{column.kind}_0"
    step = ", ".join(map(str, column.step_shape))
    lines = ["stored = np.load(DATA)", f'rows = stored[{literal(feature)}].astype("float32")']
    if divided:
        divided_rows = _DIVIDED.format(ends=literal(divided), key=key, shape=step)
        lines += divided_rows.strip().split("\n")
    else:
        inner = step if column.kind == "image" else f"{shape[1]}, {step}"
        lines.append(f'features = {{"{key}": rows.reshape(-1, {inner})}}')
    return [*lines, *_answers(plan, f"stored[{literal(answer)}]", labels)]


def _answers(plan: Plan, text: str, labels: np.ndarray) -> list[str]:
    if plan.task.kind == "regression":
        return [f"labels = {text}.astype(float)"]
    if plan.task.kind == "multilabel" or labels.ndim > 1:
        raise cannot("A run on arrays with several answers", "one answer for each row")
    lines = listed(plan.task.names, before="CLASSES = ")
    shown = "str(each)" if labels.dtype.kind not in "fb" else 'f"{each:g}"'
    return [*lines, f"labels = np.array([CLASSES.index({shown}) for each in {text}.tolist()])"]
