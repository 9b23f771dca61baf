"""The inputs, inside the model: raw values in, encoded tensors out."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..encoded import WINDOW_KEYS, is_text
from ..errors import BadInput, Problem, bad_input, did_you_mean
from ..tasks import Column
from ..tensors import clean_arrays, input_names
from .audio_inputs import audio_block
from .category_inputs import Vocabulary, embedding_block, one_hot_block, table_size, vocabulary
from .date_inputs import date_block, date_fields
from .frame_inputs import frame_block
from .image_inputs import image_block
from .number_inputs import number_block, number_statistics
from .sequence_inputs import sequence_block
from .target_inputs import answer_block
from .text_inputs import LEVELS, text_block
from .window_inputs import window_block

if TYPE_CHECKING:
    import keras

__all__ = ["identifier_counts", "raw_inputs", "model_inputs"]

MAXIMUM_CATEGORIES = 1_000
MAXIMUM_ONE_HOT = 50
# With hundreds of columns the 0/1 features would fill the memory; the widest then are embedded.
_ONE_HOT_BUDGET = 1_000
_DATES_AT_ONCE = 65_536


def model_inputs(
    columns: Sequence[Column],
    features: Mapping[str, Any],
    *,
    maximum_categories: int = MAXIMUM_CATEGORIES,
    maximum_one_hot: int = MAXIMUM_ONE_HOT,
    minimum_count: int = 2,
    maximum_words: int = 20_000,
    maximum_text_length: int = 256,
    text_level: str = "word",
    one_vocabulary: bool = False,
    answer_so_far: bool = False,
    maximum_steps: int = 1_024,
    windows: bool = False,
    further_words: Sequence[str] = (),
) -> keras.Model:
    """Return the inputs as a model of their own, adapted on training rows.

    Everything that has to be learnt from data before training is learnt here and saved with the
    model: means, vocabularies, the span of dates. Give it training rows only.

    | kind | encoded as |
    | --- | --- |
    | number | standardised and bounded; missing is the mean, with an indicator |
    | boolean | two opposite numbers; missing is 0, with an indicator |
    | category | 0/1 for each value, missing and unseen; with many values a number to embed |
    | date | year and time standardised, cycles as sine and cosine, with an indicator |
    | text | numbers of words, to embed |
    | sequence | each number of a step as a number of a table |
    | audio | a sequence of frames: the standardised logarithm of the power in each mel band |
    | image, frames | each channel standardised; missing is the mean |

    An indicator is made where training rows miss values. The output holds, as far as there are
    such columns: `dense` (float32, `(rows, features)`), `categories` (int32, `(rows, columns)`) and
    `text_0`, `text_1`, … (int32, `(rows, words)`), one for each text column; for each sequence
    `sequence_0`, … (float32, `(rows, steps, features)`) and `sequence_0_present`, … (float32,
    `(rows, steps, 1)`), which is 1 up to the end of a row and 0 in the padding after it; for each
    image `image_0`, … (float32, `(rows, height, width, channels)`), and for frames `frames_0`, …
    (float32, `(rows, frames, height, width, channels)`) with `frames_0_present`.

    Args:
        columns: What the model takes; each becomes an input whose key is the column's name.
        features: Training rows by column name, as `Column` describes them.
        maximum_categories: Values of a category that get a place of their own, at most.
        maximum_one_hot: Up to this many places a category is 0/1 features, above it is embedded.
        minimum_count: Rows (or occurrences of a word) that a value needs for a place of its own;
            rarer ones train the place of values never seen.
        maximum_words: Words of a text column that get a place of their own, at most.
        maximum_text_length: Words read of each text, at most.
        text_level: `word` reads lower-case words without punctuation, `token` whatever stands
            between blanks, in lower case, `character` every sign as it is.
        one_vocabulary: Whether all text columns share one vocabulary, so that a word has the same
            number in each.
        answer_so_far: Whether the last text column holds the answer of a translation, as far as it
            is known: a mark stands before its first word, and there is a mark of its end.
        maximum_steps: Steps or frames read of each sequence, at most, from its beginning.
        windows: Whether sequences are windows of series to forecast; see `window_block`. Then there
            are also `window_level` and `window_spread`, which no trunk is given.
        further_words: Words of texts that get a place whether rows hold them or not.

    Returns:
        A model named `preprocessor`, from raw columns to a dictionary of encoded tensors.

    Raises:
        BadInput: A column is absent or holds a value of another kind or an infinite one, there is
            no row, a setting is below 1, or no column has two different values.

    Guide: PH-1d, MIS-3.

    Examples:
        >>> import numpy as np
        >>> from goodfit.zoo import Column, to_tensors
        >>> columns = [Column("age", "number"), Column("city", "category")]
        >>> rows = {"age": np.array([1.0, np.nan, 3.0, 5.0]), "city": ["Ulm", "", "Ulm", "Bonn"]}
        >>> preprocessor = model_inputs(columns, rows)
        >>> preprocessor(to_tensors(rows, columns))["dense"].shape  # age, missing; Ulm, unseen
        TensorShape([4, 4])
    """
    from keras import layers

    settings = {
        "maximum_categories": maximum_categories,
        "maximum_one_hot": maximum_one_hot,
        "minimum_count": minimum_count,
        "maximum_words": maximum_words,
        "maximum_text_length": maximum_text_length,
        "maximum_steps": maximum_steps,
    }
    _check_settings(settings, text_level)
    arrays = clean_arrays(features, columns, recordings=False)
    if not len(next(iter(arrays.values()))):
        raise bad_input("rows_missing", "There is no row to learn from", expected="at least 1")

    def named(*kinds: str) -> list[str]:
        return [column.name for column in columns if column.kind in kinds]

    # 1. Layers, each for all columns of its kind.
    vocabularies = {
        name: vocabulary(arrays[name], minimum_count, maximum_categories)
        for name in named("category")
    }
    few, many = divide(vocabularies, maximum_one_hot)
    blocks: list[tuple[str, list[str], keras.Model | None]] = []
    if numeric := named("number") + named("boolean"):
        block = _number_block(numeric, set(named("boolean")), arrays)
        blocks.append(("dense", numeric, block))
    if dates := named("date"):
        blocks.append(("dense", dates, _date_block(dates, arrays)))
    if few:
        blocks.append(("dense", few, one_hot_block([vocabularies[name] for name in few])))
    if many:
        blocks.append(("categories", many, embedding_block([vocabularies[n] for n in many])))
    counted = None
    if one_vocabulary and named("text"):
        # A text that stands in many rows counts once: its rare words stay rare.
        counted = np.unique(np.concatenate([arrays[name] for name in named("text")]))
    for position, name in enumerate(named("text")):
        layer = f"encode_text_{position}"
        most = (minimum_count, maximum_words, maximum_text_length)
        if answer_so_far and name == named("text")[-1]:
            block = answer_block(arrays[name], *most, layer, text_level)
        else:
            block = text_block(arrays[name], *most, layer, text_level, counted, further_words)
        blocks.append((f"text_{position}", [name], block))
    for position, name in enumerate(named("sequence")):
        layer = f"encode_sequence_{position}"
        if windows:
            block = window_block(arrays[name], layer)
        else:
            block = sequence_block(arrays[name], maximum_steps, layer)
        blocks.append((f"sequence_{position}", [name], block))
    recordings = [column for column in columns if column.kind == "audio"]
    for position, column in enumerate(recordings, len(named("sequence"))):
        layer = f"encode_audio_{position}"
        block = audio_block(column, arrays[column.name], maximum_steps, layer)
        blocks.append((f"sequence_{position}", [column.name], block))
    for position, name in enumerate(named("image")):
        block = image_block(arrays[name], f"encode_image_{position}")
        blocks.append((f"image_{position}", [name], block))
    for position, name in enumerate(named("frames")):
        block = frame_block(arrays[name], maximum_steps, f"encode_frames_{position}")
        blocks.append((f"frames_{position}", [name], block))

    # 2. Graph.
    inputs = raw_inputs(columns)
    encoded: dict[str, list[Any]] = {}
    for key, names, block in blocks:
        if block is None:
            continue
        gathered = [inputs[name] for name in names]
        if len(gathered) > 1:
            gather = layers.Concatenate(name=f"{block.name}_columns", dtype=gathered[0].dtype)
            gathered = [gather(gathered)]
        values = block(gathered[0])  # (rows, columns) -> (rows, width)
        # A block of steps also gives which steps are there.
        for name, part in (values if isinstance(values, dict) else {"": values}).items():
            place = WINDOW_KEYS.get(name) or (f"{key}_{name}" if name else key)
            encoded.setdefault(place, []).append(part)
    if not encoded:
        raise bad_input(
            "columns_constant",
            "No column has two different values, so there is nothing to learn from",
            remedy="Check that the right columns were read",
        )
    outputs = {key: parts[0] for key, parts in encoded.items()}
    if len(encoded.get("dense", [])) > 1:
        join = layers.Concatenate(name="encode_dense", dtype="float32")
        outputs["dense"] = join(encoded["dense"])
    return model_of(inputs, outputs, "preprocessor")


def raw_inputs(columns: Sequence[Column]) -> dict[str, Any]:
    """Return a new input of a model for each column, by column name."""
    import keras

    return {
        column.name: keras.Input(
            _row_shape(column),
            name=layer,
            dtype="string" if column.is_string else "float32",
        )
        for column, layer in zip(columns, input_names(columns).values(), strict=True)
    }


def _row_shape(column: Column) -> tuple[int | None, ...]:
    if column.is_ragged:
        return (None, *column.step_shape)
    return column.shape if column.kind == "image" else (column.width,)


def model_of(inputs: dict[str, Any], outputs: Any, name: str) -> keras.Model:
    """Return a functional model of inputs that are keyed by column name."""
    import keras

    with warnings.catch_warnings():
        # A key may differ from the name of its layer (see input_names); Keras does not rely on it.
        warnings.filterwarnings("ignore", "When providing `inputs` as a dict", UserWarning)
        return keras.Model(inputs, outputs, name=name)


def identifier_counts(preprocessor: keras.Model) -> dict[str, int]:
    """Return, for each encoded tensor of integers, how many different numbers it can hold.

    Args:
        preprocessor: As `model_inputs` returned it, or as it was loaded from a file.
    """
    counts = {}
    for key in preprocessor.output:
        if key == "categories":
            counts[key] = table_size(preprocessor.get_layer("encode_large_categories"))
        elif is_text(key):
            words = preprocessor.get_layer(f"encode_{key}").get_layer("words")
            counts[key] = words.vocabulary_size()
    return counts


def _check_settings(settings: Mapping[str, Any], level: str) -> None:
    problems = [
        Problem("setting_invalid", f"The setting {name} cannot be used", "at least 1", repr(value))
        for name, value in settings.items()
        if isinstance(value, bool) or not isinstance(value, int) or value < 1
    ]
    if level not in LEVELS:
        message, expected = "The setting text_level cannot be used", "one of " + ", ".join(LEVELS)
        hint = did_you_mean(str(level), LEVELS)
        problems.append(Problem("setting_invalid", message, expected, repr(level), hint))
    if problems:
        raise BadInput(*problems)


def divide(vocabularies: Mapping[str, Vocabulary], most: int) -> tuple[list[str], list[str]]:
    """Return the columns to encode as 0/1 and those to embed, leaving out the constant ones."""
    few, many, total = [], [], 0
    for name in sorted(vocabularies, key=lambda name: len(vocabularies[name])):
        size = len(vocabularies[name])
        if size < 2:
            continue
        total += size
        fits = size <= most and total <= _ONE_HOT_BUDGET
        (few if fits else many).append(name)
    order = list(vocabularies)
    return sorted(few, key=order.index), sorted(many, key=order.index)


def _number_block(
    names: Sequence[str], booleans: set[str], arrays: Mapping[str, NDArray[Any]]
) -> keras.Model:
    """Return the block of numbers and booleans; a boolean's two values lie opposite."""
    statistics = []
    for name in names:
        mean, deviation, missing = number_statistics(arrays[name])
        if name in booleans:
            mean = np.full_like(mean, 0.5)
            deviation = np.where(deviation > 0, 0.5, 0.0)
        statistics.append((mean, deviation, missing))
    mean, deviation, missing = (np.concatenate(part) for part in zip(*statistics, strict=True))
    return number_block(mean, deviation, missing)


def _date_block(names: Sequence[str], arrays: Mapping[str, NDArray[Any]]) -> keras.Model | None:
    import tensorflow as tf  # Keras has no operation that makes a string tensor.

    read = date_fields(len(names))
    rows = np.stack([arrays[name] for name in names], axis=1)
    parts = [
        np.asarray(read(tf.constant(rows[start : start + _DATES_AT_ONCE], tf.string)))
        for start in range(0, len(rows), _DATES_AT_ONCE)
    ]
    return date_block(np.concatenate(parts))
