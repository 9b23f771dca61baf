"""Who looks at whom: the attention of every layer of a model, for one example."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..encoded import is_text, ordered, present_key
from ..errors import BadInput, Problem, bad_input, did_you_mean

if TYPE_CHECKING:
    import keras

__all__ = ["Attention", "attention_weights"]

_UNKNOWN = 1
Recorded = list[tuple[str, NDArray[np.float32]]]


@dataclass(frozen=True)
class Attention:
    """The attention of one layer for one example.

    Args:
        weights: Shape `(heads, queries, keys)`; each query's weights sum to 1.
        queries: What looks: a word, or the number of a step counted from 1.
        keys: What is looked at.
    """

    weights: NDArray[np.float32]
    queries: tuple[str, ...]
    keys: tuple[str, ...]

    @property
    def average(self) -> NDArray[np.float32]:
        """The mean over the heads, shape `(queries, keys)`."""
        return self.weights.mean(axis=0)


def attention_weights(model: keras.Model, example: Any) -> dict[str, Attention]:
    """Return the attention of every attention layer of a model, wherever it lies in it.

    Layers are `MultiHeadAttention`, `GroupQueryAttention`, `Attention` and `AdditiveAttention`;
    the last two have one head. Padding is left out, and where the model is one of ours the words
    of a text stand beside the weights: `?` follows a word that the vocabulary does not hold.

    Args:
        model: Any Keras model, such as `keras.models.load_model` gives it.
        example: One raw value for each input, by its name: a text, a number, or an array without
            the axis of rows. For a model of one input the value alone will do.

    Returns:
        By the name of the layer, in the order they are run; a layer that is run several times has
        its number behind the name from the second time on.

    Raises:
        BadInput: A value is missing or has the wrong shape, or the model has no such layer.

    Guide: SEQ-9.

    Examples:
        >>> import keras
        >>> given = keras.Input((None, 4), name="steps")
        >>> seen = keras.layers.MultiHeadAttention(2, 3, name="looks")(given, given)
        >>> found = attention_weights(keras.Model(given, seen), [[1.0, 2, 3, 4], [0, 0, 0, 1]])
        >>> found["looks"].weights.shape, found["looks"].keys
        ((2, 2, 2), ('1', '2'))
    """
    layers = _attention_layers(model)
    if not layers:
        raise bad_input(
            "attention_missing",
            f"The model '{model.name}' has no attention layer",
            expected="a model such as transformer_encoder",
        )
    tensors = _one_row(model, example)
    recorded: Recorded = []
    with _recording(layers, recorded):
        model(tensors, training=False)
    labels = _labels(model, tensors)
    found: dict[str, Attention] = {}
    for name, weights in recorded:
        number = 1 + sum(other.rpartition(" ")[0] == name or other == name for other in found)
        queries, keys = _sides(name, weights.shape, labels)
        shown = weights[:, : len(queries), : len(keys)]
        found[name if number == 1 else f"{name} {number}"] = Attention(shown, queries, keys)
    return found


def _attention_layers(model: keras.Model) -> list[keras.Layer]:
    from keras import layers

    kinds = (
        layers.MultiHeadAttention,
        layers.GroupQueryAttention,
        layers.Attention,
        layers.AdditiveAttention,
    )
    every = model._flatten_layers(include_self=False)  # no public call reaches inner layers
    return [layer for layer in every if isinstance(layer, kinds)]


@contextlib.contextmanager
def _recording(layers: Sequence[Any], recorded: Recorded) -> Iterator[None]:
    """Let each layer also write its weights, shape `(heads, queries, keys)`, into a list."""

    def recorder(layer: Any) -> Any:
        call = layer.call

        def record(*arguments: Any, **named: Any) -> Any:
            wanted = named.pop("return_attention_scores", False)
            output, scores = call(*arguments, return_attention_scores=True, **named)
            weights = np.asarray(scores, np.float32)[0]
            recorded.append((layer.name, weights if weights.ndim == 3 else weights[None]))
            return (output, scores) if wanted else output

        return record

    # Past Keras, which would keep track of what is set.
    for layer in layers:
        object.__setattr__(layer, "call", recorder(layer))
    try:
        yield
    finally:
        for layer in layers:
            object.__delattr__(layer, "call")


def _one_row(model: keras.Model, example: Any) -> Any:
    """Return the example as the tensors that the model takes, one row each."""
    import keras

    taken: Any = model.input
    named = dict(taken) if isinstance(taken, Mapping) else {t.name: t for t in model.inputs}
    given = example if isinstance(example, Mapping) else None
    if given is None and len(named) == 1:
        given = dict.fromkeys(named, example)
    if given is None:
        message = f"The model '{model.name}' takes {len(named)} inputs"
        raise bad_input("example_invalid", message, expected="a value for each, by name")
    problems, rows = [], {}
    for name, tensor in named.items():
        if name not in given:
            hint = did_you_mean(name, given)
            problems.append(
                Problem("column_missing", f"The value of '{name}' is absent", remedy=hint)
            )
            continue
        is_string = tensor.dtype == "string"
        value = np.asarray(given[name], object if is_string else np.float32)
        if value.ndim == 0 and len(tensor.shape) == 2:
            value = value[None]  # one number, or one text
        inner = tuple(tensor.shape[1:])
        if value.ndim != len(inner) or any(
            side not in (None, size) for side, size in zip(inner, value.shape, strict=True)
        ):
            expected = str(inner).replace("None", "steps")
            message = f"The value of '{name}' has an unusable shape"
            problems.append(Problem("column_width", message, expected, str(value.shape)))
        elif is_string:
            import tensorflow as tf  # Keras has no operation that makes a string tensor.

            rows[name] = tf.constant([[str(word) for word in value]], tf.string)
        else:
            rows[name] = keras.ops.convert_to_tensor(value[None], tensor.dtype)
    if problems:
        raise BadInput(*problems)
    if isinstance(taken, Mapping):
        return rows
    values = list(rows.values())
    return values[0] if len(values) == 1 else values


def _labels(model: keras.Model, tensors: Any) -> dict[str, tuple[int, tuple[str, ...]]]:
    """Return, for each encoded sequence of a model of ours, its padded length and its labels."""
    inner = {layer.name: layer for layer in model.layers}
    preprocessor: Any = inner.get("preprocessor")
    if preprocessor is None or "trunk" not in inner:
        return {}
    encoded: Any = preprocessor(tensors)
    found = {}
    for key in ordered(encoded):
        if is_text(key):
            ids = np.asarray(encoded[key])[0]
            words = preprocessor.get_layer(f"encode_{key}").get_layer("words").get_vocabulary()
            steps = int((ids != 0).sum())
            shown = ["?" if i == _UNKNOWN else str(words[i]) for i in ids[:steps].tolist()]
            found[key] = (len(ids), tuple(shown))
            continue
        present = np.asarray(encoded[present_key(key)])[0, :, 0]
        found[key] = (len(present), tuple(str(i + 1) for i in range(int(present.sum()))))
    return found


def _sides(
    name: str, shape: tuple[int, ...], labels: Mapping[str, tuple[int, tuple[str, ...]]]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the labels of the queries and of the keys of a layer.

    Of two sequences of one length, the one that the layer is named after is meant.
    """
    sides = []
    for length in shape[1:]:
        fitting = [key for key, (size, _) in labels.items() if size == length]
        named = [key for key in fitting if name.startswith(f"{key}_")]
        chosen = (named or fitting or [""])[0]
        numbers = tuple(str(i + 1) for i in range(length))
        sides.append(labels[chosen][1] if chosen else numbers)
    return sides[0], sides[1]
