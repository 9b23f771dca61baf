"""Rows of a `tf.data.Dataset`, drawn without a trace: the training gets what it would have got.

Iterating a dataset anew is not harmless: a `shuffle` then gives other orders to the epochs that
follow, a `cache` stays half full, Python code runs once more. So a twin is made of it, node by
node, without such nodes; and where that cannot be done, nothing is drawn.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from .arrays import even_places, length_of
from .given_data import Rows

__all__ = ["Untouchable", "draw_from_dataset", "is_dataset", "joined", "unpacked"]

MOST_ROWS = 2_048
MOST_SECONDS = 1.0
MOST_SHUFFLED = 10_000  # rows that fill the buffer of a twin's own shuffle
# Operations after which a second look finds another state.
CHANGING = ("PyFunc", "GeneratorDataset", "Assign", "Rng", "Stateful", "Iterator")
PASSED = ("prefetch", "options", "cache")
ARRANGED = {*PASSED, "shuffle", "repeat", "batch", "parallelbatch"}
ROW_BY_ROW = {*ARRANGED, "map", "parallelmap", "zip"}
CLEAN = {
    "batch", "concatenate", "filter", "flatmap", "fixedlengthrecord", "interleave", "map",
    "options", "paddedbatch", "parallelbatch", "parallelinterleave", "parallelmap", "prefetch",
    "range", "repeat", "shard", "skip", "take", "tensor", "tensorslice", "textline", "tfrecord",
    "unbatch", "window", "zip",
}  # fmt: skip


class Untouchable(Exception):
    """A source that cannot be read twice; the text says why."""


def is_dataset(source: Any) -> bool:
    """Return whether this is a `tf.data.Dataset`."""
    return hasattr(source, "element_spec") and hasattr(source, "take")


def draw_from_dataset(dataset: Any, most: int = MOST_ROWS) -> Rows:
    """Return rows of a dataset that yields batches, and leave it as it was.

    Rows of `from_tensor_slices` are drawn evenly over all of them; of another source, the first.

    Args:
        dataset: A `tf.data.Dataset`.
        most: Rows that are drawn at most.

    Raises:
        Untouchable: It cannot be read twice.
    """
    try:
        slices = _slices(dataset)
        total = None if slices is None else _rows_of(slices[0])
        places = None if total is None else even_places(total, most)
        twin = _quiet(dataset, places)
        batches = _first_batches(twin, most)
        whole = _whole(dataset) if places is not None else None
        if total is None and batches:
            total = _total(dataset, batches[0])
    except (AttributeError, TypeError, NotImplementedError) as error:  # TensorFlow's insides moved
        raise Untouchable(f"the dataset could not be read twice ({error})") from error
    if not batches:
        raise Untouchable("the dataset yields no batch")
    return joined(batches, total, whole, places is not None, most)


def unpacked(batch: Any) -> tuple[Any, Any, Any]:
    """Return x, y and sample weights of what a source yields, as Keras tells them apart.

    Examples:
        >>> unpacked((1, 2))
        (1, 2, None)
    """
    if isinstance(batch, list):
        batch = tuple(batch)
    if not isinstance(batch, tuple):
        return batch, None, None
    return (*batch, None, None)[:3]  # pyright: ignore[reportReturnType]


def joined(
    batches: list[Any], total: int | None, whole: Any = None, evenly: bool = False, most: int = 0
) -> Rows:
    """Return batches as one: shorter rows are filled with zeros at the end."""
    x, y, weights = (
        _join([unpacked(batch)[at] for batch in batches], most or MOST_ROWS) for at in range(3)
    )
    return Rows(x, y, weights, total, whole, evenly)


def _join(parts: list[Any], most: int) -> Any:
    first = parts[0]
    if first is None:
        return None
    if isinstance(first, dict):
        return {name: _join([part[name] for part in parts], most) for name in first}
    if isinstance(first, (list, tuple)):
        return type(first)([_join([part[at] for part in parts], most) for at in range(len(first))])
    arrays = [_numpy(part) for part in parts]
    if any(array.ndim == 0 for array in arrays):
        raise Untouchable("what it yields are no batches of rows")
    longest = [max(sizes) for sizes in zip(*(array.shape[1:] for array in arrays), strict=True)]
    filled = []
    for array in arrays:
        missing = [(0, size - had) for size, had in zip(longest, array.shape[1:], strict=True)]
        wide = array.dtype.kind in "fiub" and any(after for _, after in missing)
        filled.append(np.pad(array, [(0, 0), *missing]) if wide else array)
    return np.concatenate(filled)[:most]


def _numpy(part: Any) -> np.ndarray:
    for way in ("to_tensor", "toarray"):  # ragged of TensorFlow; sparse of scipy
        if hasattr(part, way):
            part = getattr(part, way)()
    if type(part).__name__ == "SparseTensor":
        import tensorflow as tf

        part = tf.sparse.to_dense(part)
    return np.asarray(part)


def _kind(node: Any) -> str:
    return type(node).__name__.strip("_").lower().replace("v2", "").removesuffix("dataset")


def _slices(node: Any) -> list[Any] | None:
    """Return the `from_tensor_slices` below, if all above them treat each row alike."""
    kind = _kind(node)
    if kind == "tensorslice":
        plain = all(type(spec).__name__ == "TensorSpec" for spec in _leaves(node.element_spec))
        return [node] if plain else None
    if kind not in ROW_BY_ROW:
        return None
    found = [_slices(each) for each in node._inputs()]
    if not found or any(each is None for each in found):
        return None
    nodes = [node for each in found for node in each or ()]
    return nodes if len({_rows_of(node) for node in nodes}) == 1 else None


def _leaves(structure: Any) -> list[Any]:
    import tensorflow as tf

    return tf.nest.flatten(structure)


def _rows_of(node: Any) -> int:
    return int(node._tensors[0].shape[0])


def _whole(node: Any) -> tuple[Any, Any] | None:
    """Return all arrays behind a dataset that only shuffles and batches them."""
    while _kind(node) in ARRANGED:
        (node,) = node._inputs()
    if _kind(node) != "tensorslice":
        return None
    import tensorflow as tf

    flat = [np.asarray(tensor) for tensor in node._tensors]
    x, y, _ = unpacked(tf.nest.pack_sequence_as(node.element_spec, flat))
    return x, y


def _quiet(node: Any, places: np.ndarray | None) -> Any:
    """Return a twin of a dataset that can be read without changing anything."""
    import tensorflow as tf

    kind = _kind(node)
    if kind == "tensorslice" and places is not None:
        flat = [tf.gather(tensor, places) for tensor in node._tensors]
        return tf.data.Dataset.from_tensor_slices(tf.nest.pack_sequence_as(node.element_spec, flat))
    if _is_clean(node) and places is None:
        return node
    if kind in PASSED or (kind == "repeat" and places is not None):
        return _quiet(node._inputs()[0], places)
    if kind == "shuffle":
        below = _quiet(node._inputs()[0], places)
        if places is not None:
            return below
        size = min(MOST_SHUFFLED, max(1, int(node._buffer_size)))
        return below.shuffle(size, seed=0, reshuffle_each_iteration=False)
    if kind in ("batch", "parallelbatch"):
        return _quiet(node._inputs()[0], places).batch(int(node._batch_size))
    if kind in ("take", "skip", "repeat"):
        below = _quiet(node._inputs()[0], None)
        return getattr(below, kind)(int(node._count))
    if kind in ("map", "parallelmap"):
        return _mapped(_quiet(node._inputs()[0], places), node)
    if kind == "zip":
        twins = [_quiet(each, places) for each in node._inputs()]
        return tf.data.Dataset.zip(tf.nest.pack_sequence_as(node._datasets, twins))
    raise Untouchable(_why(node))


def _mapped(below: Any, node: Any) -> Any:
    """Apply the function of a map as it was traced: the user's Python does not run again."""
    import tensorflow as tf

    wrapper = node._map_func
    specs = tf.nest.flatten(wrapper.output_structure)
    flat = tf.nest.flatten(node._inputs()[0].element_spec)
    if not _functions_are_clean(node) or not all(
        isinstance(spec, tf.TensorSpec) for spec in (*specs, *flat)
    ):
        raise Untouchable(_why(node))

    @tf.autograph.experimental.do_not_convert
    def apply(*row: Any) -> Any:
        return tf.nest.pack_sequence_as(
            wrapper.output_structure, wrapper.function(*tf.nest.flatten(row))
        )

    return below.map(apply)


def _is_clean(node: Any) -> bool:
    fixed = _kind(node) == "shuffle" and node._reshuffle_each_iteration is False
    return (
        (fixed or _kind(node) in CLEAN)
        and _functions_are_clean(node)
        and all(_is_clean(each) for each in node._inputs())
    )


def _functions_are_clean(node: Any) -> bool:
    for wrapper in node._functions():
        graph = wrapper.function.graph.as_graph_def()
        names = {each.op for each in graph.node}
        names |= {each.op for inner in graph.library.function for each in inner.node_def}
        if any(part in name for part in CHANGING for name in names):
            return False
        # A shuffle inside, as of `interleave`, has a state of its own.
        if any("Shuffle" in name or "Cache" in name for name in names):
            return False
    return True


def _why(node: Any) -> str:
    if list(node._functions()) and not _functions_are_clean(node):
        return "the dataset runs Python code or changes a state, and cannot be read twice unnoticed"
    return f"a dataset with `{_kind(node)}` cannot be read twice unnoticed"


def _first_batches(dataset: Any, most: int) -> list[Any]:
    """Return batches as NumPy arrays until there are rows enough, or a second has passed."""
    import tensorflow as tf

    begin, rows, batches = time.monotonic(), 0, []
    for batch in dataset:
        batches.append(tf.nest.map_structure(_numpy, batch))
        rows += length_of(unpacked(batches[-1])[0]) or 0
        if rows >= most or time.monotonic() - begin > MOST_SECONDS or not rows:
            break
    return batches


def _total(dataset: Any, batch: Any) -> int | None:
    """Return the rows of all batches, the last one counted as full."""
    count = int(dataset.cardinality())
    size = length_of(unpacked(batch)[0])
    return count * size if count >= 0 and size else None
