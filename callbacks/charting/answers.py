"""What a finished model answers on rows that it was not trained on: curves and a picture."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.errors import MissingExtra
from ..gathering.facts import ModelFacts, OutputFacts
from ..gathering.given_data import Rows
from ..steering.confusion import count_confusions
from ..tensorboard_values import picture, value_of

__all__ = ["answer_values", "pr_curve", "predicted", "probabilities"]

THRESHOLDS = 51
MOST_CURVES = 10
MOST_CLASSES = 100
DOTS_PER_INCH = 110
ROWS_AT_ONCE = 256


def answer_values(
    labels: NDArray[Any],
    outputs: NDArray[Any],
    names: Sequence[str] = (),
    *,
    threshold: float = 0.5,
    picture_too: bool = True,
) -> Iterator[Any]:
    """Yield a precision and recall curve for each class, and what was taken for what.

    Args:
        labels: `(rows,)`, numbers from 0; or `(rows, classes)` of 0 and 1, several of which may
            hold for a row.
        outputs: Probabilities `(rows, 1)` of class 1, or `(rows, classes)`.
        names: The classes in the order of their numbers.
        threshold: Probability from which a single unit means class 1.
        picture_too: Whether to draw what was taken for what.

    Raises:
        BadInput: Labels, names and outputs do not fit together.

    Guide: MET-1, MET-3, MET-4.
    """
    outputs = np.asarray(outputs, float).reshape(len(outputs), -1)
    labels = np.asarray(labels)
    labels = labels[:, 0] if labels.ndim == 2 and labels.shape[1] == 1 else labels
    count = max(2, outputs.shape[1])
    names = tuple(names) or tuple(map(str, range(count)))
    if not len(outputs) or not np.isfinite(outputs).all():
        return
    several = labels.ndim == 2 and bool((labels.sum(axis=1) != 1).any())
    if outputs.shape[1] == 1:
        yield pr_curve(f"precision_recall/{names[-1]}", labels == 1, outputs[:, 0])
    else:
        held = labels == 1 if labels.ndim == 2 else labels[:, None] == np.arange(count)
        for number in range(min(count, MOST_CURVES)):
            tag = f"precision_recall/{names[number]}"
            yield pr_curve(tag, held[:, number], outputs[:, number])
    if several or count > MOST_CLASSES or not picture_too:
        return
    counts = count_confusions(labels, outputs, cut=threshold, classes=len(names))
    yield from _drawn(counts, names)


def pr_curve(tag: str, happened: NDArray[Any], probability: NDArray[Any]) -> Any:
    """Return precision and recall over even thresholds, as TensorBoard's PR curves read them.

    Args:
        tag: Its name.
        happened: `(rows,)`, whether it came true.
        probability: `(rows,)`, from 0 to 1.

    Examples:
        >>> import numpy as np
        >>> value = pr_curve("yes", np.array([0, 1]), np.array([0.2, 0.9]))
        >>> from tensorboard.util.tensor_util import make_ndarray
        >>> make_ndarray(value.tensor)[:, 25].tolist()  # at 0.5: found, false, right, missed, ...
        [1.0, 0.0, 1.0, 0.0, 1.0, 1.0]
    """
    from tensorboard.plugins.pr_curve.metadata import create_summary_metadata

    happened = np.asarray(happened, bool)
    buckets = np.clip((np.asarray(probability) * (THRESHOLDS - 1)).astype(int), 0, THRESHOLDS - 1)

    def from_here(rows: NDArray[Any]) -> NDArray[Any]:
        counts = np.bincount(buckets[rows], minlength=THRESHOLDS)
        return counts[::-1].cumsum()[::-1].astype(float)

    found, false = from_here(happened), from_here(~happened)
    right, missed = (~happened).sum() - false, happened.sum() - found
    precision = found / np.maximum(found + false, 1e-7)
    recall = found / np.maximum(found + missed, 1e-7)
    data = np.stack([found, false, right, missed, precision, recall]).astype("float32")
    metadata = create_summary_metadata(display_name="", description="", num_thresholds=THRESHOLDS)
    return value_of(tag, data, metadata)


def probabilities(outputs: NDArray[Any], facts: OutputFacts) -> NDArray[Any] | None:
    """Return a classifier's outputs as probabilities; None where it is no classifier.

    Args:
        outputs: `(rows, units)`, as the model gives them.
        facts: Of this output.

    Examples:
        >>> import numpy as np
        >>> facts = OutputFacts("y", loss="binary_crossentropy", from_logits=True)
        >>> probabilities(np.zeros((1, 1)), facts).tolist()
        [[0.5]]
    """
    if "crossentropy" not in facts.loss or outputs.ndim != 2:
        return None
    values = np.asarray(outputs, float)
    if not facts.from_logits:
        return values
    if "binary" in facts.loss:
        return 1 / (1 + np.exp(-np.clip(values, -500, 500)))
    values = np.exp(values - values.max(axis=1, keepdims=True))
    return values / values.sum(axis=1, keepdims=True)


def predicted(
    model: Any, facts: ModelFacts | None, rows: Rows | None
) -> tuple[NDArray[Any], NDArray[Any], Any] | None:
    """Return labels, probabilities and inputs of rows; None where the model is no classifier.

    Args:
        model: A Keras model with one output.
        facts: Of this model.
        rows: That it was not trained on.
    """
    if facts is None or rows is None or rows.y is None or len(facts.outputs) != 1:
        return None
    if not isinstance(rows.y, np.ndarray) or "crossentropy" not in facts.outputs[0].loss:
        return None
    if len(facts.outputs[0].shape) != 1:
        return None
    found = probabilities(_outputs(model, rows.x, len(rows.y)), facts.outputs[0])
    return None if found is None else (rows.y, found, rows.x)


def _outputs(model: Any, x: Any, rows: int) -> NDArray[Any]:
    """Return what a model answers, without what `predict` would trace and compile for it."""
    import keras

    parts = []
    for start in range(0, rows, ROWS_AT_ONCE):
        few = keras.tree.map_structure(lambda each, at=start: each[at : at + ROWS_AT_ONCE], x)
        parts.append(np.asarray(keras.ops.convert_to_numpy(model(few, training=False))))
    return np.concatenate(parts)


def _drawn(counts: NDArray[Any], names: Sequence[str]) -> Iterable[Any]:
    from ..steering.drawing import draw_confusion

    try:
        figure = draw_confusion(counts, names, "What was taken for what")
    except MissingExtra:
        return
    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")  # a box is drawn instead
        figure.savefig(file, format="png", dpi=DOTS_PER_INCH)
    yield picture("confusion", file.getvalue())
