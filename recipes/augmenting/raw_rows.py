"""Raw rows changed once: for a look at what augmentation does, and for trainings of one's own."""

# Keras types the results of its operations loosely.
# pyright: reportOptionalSubscript=false, reportArgumentType=false
from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.errors import bad_input
from ...zoo.ragged import as_rows, padded
from ...zoo.tasks import Column, Task
from ..dataset import Dataset
from .figures import NOISE_ALONE, STRENGTHS, augmented_columns
from .recordings import changed_recording
from .synonyms import Synonyms, SynonymSource, synonym_mapping, words_of
from .texts import CHANGED_SHARE, Pieces, changed_text, plain

if TYPE_CHECKING:
    import keras

__all__ = ["augment", "changed_column", "pixel_range"]


def augment(
    dataset: Dataset,
    augmentation: str = "standard",
    *,
    flip: bool = False,
    synonyms: SynonymSource = None,
    seed: int = 0,
) -> Dataset:
    """Return the rows once more, each changed a little: texts, pictures, films, series, recordings.

    Give it training rows only. `train` does the same by itself where a config says
    `augmentation="standard"`, anew in each epoch; this is for a look at it, and for trainings of
    your own.

    Args:
        dataset: Rows; their labels, numbers and other columns stay as they are.
        augmentation: `light` or `standard`, which is twice as much.
        flip: Whether half of the pictures are mirrored, left to right.
        synonyms: A mapping, a function of a word, or the path of a file; the English list if left
            out.
        seed: Decides everything random.

    Returns:
        As many rows, in the same order.

    Raises:
        BadInput: No column can be changed, or the synonyms cannot be used.

    Guide: REG-4, REG-5, LVL-1.

    Examples:
        >>> from goodfit.recipes import load
        >>> rows = load(([["a late parcel"], ["a kind word"]] * 5, ["bad", "good"] * 5),
        ...             types={"x0": "text"})
        >>> augment(rows, synonyms={"late": ["tardy"]}, seed=9).features["x0"].tolist()[:2]
        ['a tardy parcel', 'a kind word']
    """
    if augmentation not in STRENGTHS:
        raise bad_input(
            "augmentation_unknown",
            "There is no such augmentation",
            expected="one of " + ", ".join(STRENGTHS),
            received=repr(augmentation),
        )
    columns = augmented_columns(dataset.columns, dataset.task)
    if not columns:
        raise bad_input(
            "augmentation_impossible",
            "These rows have no change that is sure to stay realistic",
            expected="texts, pictures, films, series or recordings with an answer for each row",
            received="columns of kind "
            + ", ".join(sorted({column.kind for column in dataset.columns})),
        )
    features = dict(dataset.features)
    for place, column in enumerate(columns):
        texts = column.kind == "text"
        known = synonym_mapping(synonyms, words_of(features[column.name])) if texts else {}
        change = changed_column(
            column, features[column.name], dataset.task, STRENGTHS[augmentation], flip, known
        )
        changed = change(features[column.name], [seed, place])
        features[column.name] = as_texts(changed) if texts else changed
    return replace(dataset, features=features)


def as_texts(changed: list[Pieces]) -> NDArray[Any]:
    """Return texts in pieces as an array of texts, dtype object."""
    array = np.empty(len(changed), object)
    array[:] = [plain(pieces) for pieces in changed]
    return array


def changed_column(
    column: Column,
    values: NDArray[Any],
    task: Task | None,
    strength: float,
    flip: bool,
    synonyms: Synonyms,
) -> Callable[[NDArray[Any], list[int]], Any]:
    """Return a function that changes raw rows of one column.

    Args:
        column: Of a kind that can be changed.
        values: Training rows, which tell how far pixels and numbers spread.
        task: What is predicted.
        strength: What every figure is multiplied by.
        flip: Whether pictures may be mirrored.
        synonyms: Of the words of a text.

    Returns:
        From rows and a seed to changed rows, or, of texts, to their pieces.
    """
    kind = None if task is None else task.kind
    if column.kind == "text":
        share = CHANGED_SHARE * strength
        return lambda rows, seed: [
            changed_text(text, synonyms, np.random.default_rng([*seed, place]), share)
            for place, text in enumerate(rows)
        ]
    if column.kind == "audio":
        # What is spoken must not be cut.
        move = kind != "speech"

        def changed(rows: NDArray[Any], seed: list[int]) -> NDArray[Any]:
            draws = [np.random.default_rng([*seed, place]) for place in range(len(rows))]
            pairs = zip(rows, draws, strict=True)
            new = [changed_recording(row, draw, strength, move=move) for row, draw in pairs]
            return as_rows(new) if rows.dtype == object else np.stack(new)

        return changed
    if column.kind == "sequence":
        return _series(column, values, strength, kind)
    return _pictures(column, values, strength, flip)


def pixel_range(values: NDArray[Any]) -> tuple[float, float]:
    """Return the smallest and the largest pixel of pictures or films, which are never equal.

    Examples:
        >>> pixel_range(np.array([[[[0.0], [16.0]]]]))
        (0.0, 16.0)
    """
    pieces = values if values.dtype == object else [values]
    found = [(np.nanmin(piece), np.nanmax(piece)) for piece in pieces if np.size(piece)]
    least, most = min(low for low, _ in found), max(high for _, high in found)
    return float(least), float(most if most > least else least + 1)


def _pictures(
    column: Column, values: NDArray[Any], strength: float, flip: bool
) -> Callable[[NDArray[Any], list[int]], Any]:
    from .pictures import PictureChanges

    generator = _generator()
    limits = pixel_range(values)
    change = PictureChanges(*limits, generator, strength=strength, flip=flip)
    film = column.kind == "frames"

    def changed(rows: NDArray[Any], seed: list[int]) -> NDArray[Any]:
        _set(generator, seed)
        block = padded(column, rows)[0] if film else np.asarray(rows, np.float32)
        known = ~np.isnan(block)
        filled = np.where(known, block, np.float32(sum(limits) / 2))
        new = np.asarray(change.films(filled) if film else change(filled))
        return _as_they_were(rows, np.where(known, new, np.float32(np.nan)))

    return changed


def _series(
    column: Column, values: NDArray[Any], strength: float, kind: str | None
) -> Callable[[NDArray[Any], list[int]], Any]:
    from ...zoo.inputs.number_inputs import number_statistics
    from .series import changed_series

    generator = _generator()
    block = padded(column, values)[0]
    mean, spread, _ = number_statistics(block.reshape(-1, column.width))
    if kind == "forecasting":
        # In spreads of a window, and of what is not known in advance; see `window_block`.
        ahead = ~np.isnan(block[:, -1]).all(axis=0)
        spread = np.sqrt(np.nanmean(np.nanvar(block[:, :-1], axis=1), axis=0)) * ~ahead
    unit = np.where(spread > 0, spread, 1.0)
    only_noise = kind in NOISE_ALONE

    def changed(rows: NDArray[Any], seed: list[int]) -> NDArray[Any]:
        _set(generator, seed)
        block = padded(column, rows)[0]
        known = ~np.isnan(block)
        present = np.flip(np.maximum.accumulate(np.flip(known.any(2, keepdims=True), 1), 1), 1)
        x = np.where(known, (block - mean) / unit, 0.0).astype(np.float32)
        there = present.astype(np.float32)
        moving = (spread > 0).astype(np.float32)
        new = changed_series(
            x, there, generator, strength=strength, moving=moving, only_noise=only_noise
        )
        back = np.where(known, np.asarray(new) * unit + mean, np.nan).astype(np.float32)
        return _as_they_were(rows, back)

    return changed


def _as_they_were(rows: NDArray[Any], block: NDArray[Any]) -> NDArray[Any]:
    """Return a block of changed rows as the raw ones were: each of its length, or one block."""
    if rows.dtype != object:
        return block
    return as_rows([row[: len(old)] for row, old in zip(block, rows, strict=True)])


def _generator() -> keras.random.SeedGenerator:
    import keras

    return keras.random.SeedGenerator(0)


def _set(generator: keras.random.SeedGenerator, seed: list[int]) -> None:
    words = np.random.SeedSequence(seed).generate_state(2)
    generator.state.assign((words % 2**30).astype(np.int64))
