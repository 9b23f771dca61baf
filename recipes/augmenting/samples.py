"""Some training rows beside changed copies of them, so that a person can judge whether they fit."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.tasks import Column, Task
from ..config import Config
from ..dataset import Dataset, Splits
from .figures import STRENGTHS, augmented_columns, check_augmentation
from .raw_rows import changed_column, pixel_range
from .synonyms import SynonymSource, synonym_mapping, words_of

__all__ = ["AugmentedSample", "augmented_samples", "unpacked"]

COUNT, COPIES = 4, 5
MOST_LETTERS = 400
MOST_STEPS = 240
MOST_VARIABLES = 3


@dataclass(frozen=True)
class AugmentedSample:
    """One training row and what augmentation makes of it.

    Args:
        column: The column that is changed.
        kind: Its kind: text, image, frames, sequence or audio.
        row: The row's number in the source.
        label: What it is, as a person reads it; "" where that is no class.
        before: The row as it is.
        after: Changed copies; of a text in pieces, each with whether it was changed.
        span: The smallest and the largest pixel, where there are any.
    """

    column: str
    kind: str
    row: int
    label: str
    before: Any
    after: tuple[Any, ...]
    span: tuple[float, float] = (0.0, 1.0)

    def to_dict(self) -> dict[str, Any]:
        """Return the sample as small plain data for JSON: what a page shows, not every number."""
        shown = {
            "text": _shown_text,
            "image": self._packed,
            "frames": self._packed,
            "sequence": _shown_series,
            "audio": _shown_recording,
        }[self.kind]
        return {
            "column": self.column,
            "kind": self.kind,
            "row": self.row,
            "label": self.label,
            "before": shown(self.before),
            "after": [shown(each) for each in self.after],
        }

    def _packed(self, pixels: NDArray[Any]) -> dict[str, Any]:
        """Return a picture, or of a film the frame in its middle, as bytes in a text."""
        still = np.asarray(pixels[len(pixels) // 2] if self.kind == "frames" else pixels, float)
        low, high = self.span
        share = np.nan_to_num((still - low) / (high - low))
        packed = zlib.compress((np.clip(share, 0, 1) * 255).round().astype(np.uint8).tobytes())
        return {"shape": list(still.shape), "pixels": base64.b64encode(packed).decode("ascii")}


def augmented_samples(
    splits: Splits,
    config: Config,
    *,
    count: int = COUNT,
    copies: int = COPIES,
    synonyms: SynonymSource = None,
) -> tuple[AugmentedSample, ...]:
    """Return some training rows beside what the augmentation of a config makes of them.

    Args:
        splits: The data; only training rows are looked at.
        config: Its `augmentation` must not be "none".
        count: Rows of each column, of as many classes as possible.
        copies: Changed copies of each row.
        synonyms: A mapping, a function of a word, or the path of a file; else what the config says.

    Raises:
        BadInput: The columns cannot be changed, or the synonyms cannot be used.

    Guide: REG-4, REG-5, LVL-1, MIS-7.
    """
    train = splits.train
    check_augmentation(config, train.columns, splits.task)
    if config.augmentation == "none":
        return ()
    source = config.synonyms if synonyms is None else synonyms
    places = _places(train, count, config.seed)
    samples = []
    for number, column in enumerate(augmented_columns(train.columns, splits.task)):
        values = train.features[column.name]
        texts, pixels = column.kind == "text", column.kind in ("image", "frames")
        known = synonym_mapping(source, words_of(values)) if texts else {}
        strength = STRENGTHS[config.augmentation]
        change = changed_column(
            column, values, splits.task, strength, config.augmentation_flip, known
        )
        changed = change(np.repeat(values[places], copies, axis=0), [config.seed, number])
        for turn, place in enumerate(places):
            samples.append(
                AugmentedSample(
                    column.name,
                    column.kind,
                    int(train.rows[place]),
                    _label(train, splits.task, int(place)),
                    _known(column, values[place]),
                    tuple(_known(column, each) for each in changed[turn * copies :][:copies]),
                    pixel_range(values) if pixels else (0.0, 1.0),
                )
            )
    return tuple(samples)


def unpacked(picture: Mapping[str, Any]) -> NDArray[np.uint8]:
    """Return a picture that `AugmentedSample.to_dict` packed, `(height, width, channels)`."""
    numbers = np.frombuffer(zlib.decompress(base64.b64decode(picture["pixels"])), np.uint8)
    return numbers.reshape(picture["shape"])


def _places(train: Dataset, count: int, seed: int) -> NDArray[np.int64]:
    """Return the places of some rows drawn at random, of different classes first."""
    order = np.random.default_rng([seed, len(train)]).permutation(len(train))
    labels = train.labels
    if labels is not None and labels.ndim == 1 and labels.dtype != object:
        _, first = np.unique(labels[order], return_index=True)
        order = np.concatenate([order[np.sort(first)], np.delete(order, first)])
    return order[:count]


def _label(train: Dataset, task: Task, place: int) -> str:
    if train.labels is None or task.kind not in ("binary", "multiclass"):
        return ""
    return str(task.names[int(train.labels[place])])


def _known(column: Column, value: Any) -> Any:
    """Return a row without the padding at its end."""
    if column.kind not in ("sequence", "audio"):
        return value
    known = ~np.isnan(np.asarray(value)).reshape(len(value), -1).all(axis=1)
    return value[: int(np.flatnonzero(known).max(initial=-1)) + 1]


def _shown_text(text: Any) -> Any:
    pieces = [(text, False)] if isinstance(text, str) else text
    shown: list[list[Any]] = []
    left = MOST_LETTERS
    for piece, changed in pieces:
        if left <= 0:
            shown.append(["…", False])
            break
        shown.append([piece if len(piece) <= left else piece[:left] + "…", changed])
        left -= len(piece)
    return shown


def _shown_series(steps: NDArray[Any]) -> list[list[float | None]]:
    """Return the first few variables, each with evenly spaced steps."""
    few = steps[:: -(-len(steps) // MOST_STEPS) or 1, :MOST_VARIABLES]
    return [[None if np.isnan(x) else float(f"{x:.5g}") for x in column] for column in few.T]


def _shown_recording(wave: NDArray[Any]) -> list[list[float | None]]:
    """Return the loudest sample of each of a few stretches."""
    stretches = np.array_split(np.abs(np.nan_to_num(wave)), min(MOST_STEPS, max(1, len(wave))))
    return [[float(f"{part.max(initial=0.0):.3g}") for part in stretches]]
