"""Training rows that are new in every epoch: changed batch by batch, or drawn among variants."""

# Keras types the results of its operations loosely.
# pyright: reportOptionalOperand=false, reportOperatorIssue=false, reportArgumentType=false
# pyright: reportCallIssue=false
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.encoded import LEVEL, is_frames, is_image, present_key
from ...zoo.tasks import Column
from ..config import Config
from ..dataset import Dataset
from ..training.building import encode
from .drawing_lots import Lots
from .figures import NOISE_ALONE, STRENGTHS, augmented_columns
from .raw_rows import as_texts, changed_column, pixel_range
from .synonyms import Synonyms

if TYPE_CHECKING:
    import keras

__all__ = ["Refresher", "refresher", "variant_count"]

MANY_ROWS = ((500, 16), (2_000, 8))
"""Up to so many rows, so many variants of each; the figures of Wei and Zou, 2019."""
FEWEST_VARIANTS = 4
MOST_BYTES = 2**29
"""Of all variants together; there are fewer of them where they would take more."""

Arrays = Mapping[str, NDArray[Any]]


def variant_count(rows: int, bytes_of_one: int) -> int:
    """Return how many variants of each row are made beside the row itself.

    Args:
        rows: Number of training rows.
        bytes_of_one: What one variant of all rows takes.

    Examples:
        >>> variant_count(300, 2**20), variant_count(300, 2**27), variant_count(10_000, 2**20)
        (16, 4, 4)
    """
    wished = next((count for most, count in MANY_ROWS if rows <= most), FEWEST_VARIANTS)
    return max(1, min(wished, MOST_BYTES // max(1, bytes_of_one)))


@dataclass(frozen=True)
class Refresher:
    """Changes each batch of encoded training rows before a model is given it.

    What it draws follows from the epoch's order and the first row of the batch alone. Labels stay
    with their rows, and validation rows never come here.

    Args:
        lots: Where random numbers come from.
        changes: From the name of an encoded tensor to what changes it, given all tensors of the
            batch.
        variants: Encoded tensors of texts and recordings, the row itself first, shape
            `(variants, rows, …)`; one variant of a row is drawn for all of them.

    Guide: REG-4, REG-5, LVL-1, BP-4.
    """

    lots: Lots
    changes: Mapping[str, Callable[[dict[str, Any]], Any]]
    variants: Mapping[str, Any]

    def begin(self, order: NDArray[np.int32]) -> None:
        """Begin the epoch in which the rows have this order."""
        self.lots.begin(order)

    def __call__(self, x: Mapping[str, Any], index: Any) -> dict[str, Any]:
        """Return the tensors of a batch, changed.

        Args:
            x: Encoded inputs by name, as they were gathered.
            index: Which training rows they are, shape `(rows,)`.
        """
        import keras
        from keras import ops

        self.lots.deal(index[0])
        new = dict(x)
        if self.variants:
            count = len(next(iter(self.variants.values())))
            lot = keras.random.uniform(ops.shape(index), maxval=count, seed=self.lots.generator)
            which = ops.minimum(ops.cast(lot, "int32"), count - 1)
            for name, values in self.variants.items():
                rows = values.shape[1]
                flat = ops.reshape(values, (count * rows, *values.shape[2:]))
                new[name] = ops.take(flat, which * rows + index, axis=0)
        for name, change in self.changes.items():
            new[name] = change(new)
        return new

    def in_batches(self, x: Arrays, index: NDArray[Any], batch_size: int) -> Arrays:
        """Return the tensors of many rows, changed as if they came batch by batch."""
        pieces = []
        for start in range(0, len(index), batch_size):
            batch = {name: values[start : start + batch_size] for name, values in x.items()}
            changed = self(batch, index[start : start + batch_size])
            pieces.append({name: np.asarray(values) for name, values in changed.items()})
        return {name: np.concatenate([piece[name] for piece in pieces]) for name in x}


def refresher(
    config: Config, dataset: Dataset, model: keras.Model, encoded: Arrays, synonyms: Synonyms
) -> Refresher | None:
    """Return what changes the training rows of a config in each epoch; None where nothing does.

    Pictures, films and series are changed batch by batch, after their preprocessing. What can only
    be changed before it, texts and recordings, is encoded once in several variants.

    Args:
        config: The settings.
        dataset: Training rows.
        model: The model, which takes raw rows.
        encoded: These rows, encoded.
        synonyms: Of the words of texts.

    Guide: REG-4, REG-5, LVL-1.
    """
    if config.augmentation == "none":
        return None
    from ... import zoo

    preprocessor = zoo.parts(model).preprocessor
    strength = STRENGTHS[config.augmentation]
    columns = augmented_columns(dataset.columns, dataset.task)
    lots = Lots()
    changes: dict[str, Callable[[dict[str, Any]], Any]] = {}
    keys = _keys(dataset.columns)
    for column in columns:
        key = keys[column.name]
        if key not in encoded:
            continue  # a constant, of which nothing is read
        if is_image(key) or is_frames(key):
            limits = pixel_range(dataset.features[column.name])
            changes[key] = _picture_change(config, key, preprocessor, limits, lots, strength)
        elif column.kind == "sequence":
            changes[key] = _series_change(key, preprocessor, encoded, dataset, lots, strength)
    fixed = [c for c in columns if c.kind in ("text", "audio") and keys[c.name] in encoded]
    variants = _variants(config, dataset, model, encoded, fixed, keys, synonyms)
    return Refresher(lots, changes, variants)


def _keys(columns: tuple[Column, ...]) -> dict[str, str]:
    """Return the name of the encoded tensor of each column that has one of its own."""
    keys: dict[str, str] = {}
    counts: dict[str, int] = {}
    # Recordings are counted on from the sequences.
    for kind in ("text", "sequence", "audio", "image", "frames"):
        base = "sequence" if kind == "audio" else kind
        for column in columns:
            if column.kind == kind:
                keys[column.name] = f"{base}_{counts.get(base, 0)}"
                counts[base] = counts.get(base, 0) + 1
    return keys


def _picture_change(
    config: Config,
    key: str,
    preprocessor: keras.Model,
    limits: tuple[float, float],
    lots: Lots,
    strength: float,
) -> Callable[[dict[str, Any]], Any]:
    from .pictures import PictureChanges

    flip = config.augmentation_flip
    change = PictureChanges(*limits, lots.generator, strength=strength, flip=flip)
    encoding: Any = preprocessor.get_layer(f"encode_{key}")
    standardise = encoding.get_layer("standardise")
    mean = np.ravel(np.asarray(standardise.mean, np.float32))
    spread = np.sqrt(np.ravel(np.asarray(standardise.variance, np.float32)))
    # A channel of one value is 0 and stays so.
    back, forth = np.where(spread < 1e18, spread, 0), np.where(spread < 1e18, 1 / spread, 0)

    def changed(batch: dict[str, Any]) -> Any:
        pixels = batch[key] * back + mean
        if is_image(key):
            return (change(pixels) - mean) * forth
        present = batch[present_key(key)][:, :, :, None, None]  # (n, t, 1, 1, 1)
        return (change.films(pixels) - mean) * forth * present

    return changed


def _series_change(
    key: str,
    preprocessor: keras.Model,
    encoded: Arrays,
    dataset: Dataset,
    lots: Lots,
    strength: float,
) -> Callable[[dict[str, Any]], Any]:
    from .series import changed_series

    values = encoded[key]
    moving = (values != 0).any(axis=(0, 1)).astype(np.float32)
    # After the numbers themselves come marks of what is missing, and what is known in advance.
    if LEVEL in preprocessor.output:
        numbers = preprocessor.output[LEVEL].shape[-1]
    else:
        place = int(key.rsplit("_", 1)[1])
        numbers = [column for column in dataset.columns if column.kind == "sequence"][place].width
    moving[numbers:] = 0
    only_noise = dataset.task is not None and dataset.task.kind in NOISE_ALONE

    def changed(batch: dict[str, Any]) -> Any:
        present = batch[present_key(key)]
        return changed_series(
            batch[key],
            present,
            lots.generator,
            strength=strength,
            moving=moving,
            only_noise=only_noise,
        )

    return changed


def _variants(
    config: Config,
    dataset: Dataset,
    model: keras.Model,
    encoded: Arrays,
    columns: list[Column],
    keys: Mapping[str, str],
    synonyms: Synonyms,
) -> dict[str, Any]:
    """Return encoded texts and recordings in several variants, the rows themselves first."""
    from keras import ops

    if not columns:
        return {}
    names = [keys[column.name] for column in columns]
    names += [present_key(key) for key in names if present_key(key) in encoded]
    count = variant_count(len(dataset), sum(encoded[name].nbytes for name in names))
    if any(column.kind == "audio" for column in columns):
        count = min(count, FEWEST_VARIANTS)  # a spectrum takes long to work out
    held = {
        name: np.zeros((count + 1, *encoded[name].shape), encoded[name].dtype) for name in names
    }
    strength, raw = STRENGTHS[config.augmentation], dataset.features
    changes = [
        changed_column(column, raw[column.name], dataset.task, strength, False, synonyms)
        for column in columns
    ]
    for name in names:
        held[name][0] = encoded[name]
    for number in range(1, count + 1):
        features = dict(raw)
        for place, column in enumerate(columns):
            changed = changes[place](raw[column.name], [config.seed, number, place])
            features[column.name] = as_texts(changed) if column.kind == "text" else changed
        found = encode(model, replace(dataset, features=features))
        for name in names:
            held[name][number] = found[name]
    return {name: ops.convert_to_tensor(values) for name, values in held.items()}
