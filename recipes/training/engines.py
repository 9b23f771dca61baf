"""How one epoch is run: traced as one TensorFlow function, or by Keras's own `fit`."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from .batches import rows_at_once
from .tracing import RowArrays, TracedFunctions, resident

if TYPE_CHECKING:
    import keras

    from ..augmenting.refreshing import Refresher

__all__ = [
    "Engine",
    "KerasEngine",
    "TracedEngine",
    "choose_engine",
    "epoch_order",
    "has_batch_hooks",
]

SECONDS_BETWEEN_STOPS = 0.5
"""A traced epoch is cut into pieces of about this length, so that Ctrl-C is heard."""


def epoch_order(seed: int, epoch: int, rows: int) -> NDArray[np.int32]:
    """Return the order of the training rows in one epoch, a function of seed and epoch alone.

    Keras repeats one permutation in every epoch once the seed is set, and a resumed training
    could not know where it was; so the order is ours.

    Args:
        seed: The seed of the training.
        epoch: The epoch, counted from 0.
        rows: Number of training rows.

    Returns:
        A permutation of `range(rows)`, shape `(rows,)`.

    Examples:
        >>> epoch_order(0, 3, 5).tolist() == epoch_order(0, 3, 5).tolist()
        True
    """
    return np.random.default_rng([seed, epoch]).permutation(rows).astype(np.int32)


def has_batch_hooks(callback: Any) -> bool:
    """Return whether a Keras callback wants to be called for every batch."""
    import keras

    names = ("on_train_batch_begin", "on_train_batch_end", "on_batch_begin", "on_batch_end")
    base = keras.callbacks.Callback
    return any(getattr(type(callback), name) is not getattr(base, name) for name in names)


class Engine(Protocol):
    """Trains one epoch piece by piece, and scores the validation rows."""

    def train(self, order: NDArray[np.int32], first_row: int) -> Iterator[int]:
        """Train on `order[first_row:]`; yield the number of rows of `order` done so far."""
        ...

    def logs(self) -> dict[str, float]:
        """Return the metrics of the rows trained on since the epoch began."""
        ...

    def validate(self) -> dict[str, float]:
        """Return the metrics on the validation rows, named `val_…`."""
        ...


class TracedEngine:
    """Epochs as one traced function over resident data: the numbers of `fit`, without its cost.

    It calls Keras's own `train_step` on gathered batches inside one TensorFlow loop, so losses,
    metrics, weights and regularization are Keras's; the last partial batch is kept.

    Args:
        model: A compiled model.
        train: Encoded inputs by name, labels and weights of the rows, or None.
        validation: The same for the validation rows.
        batch_size: Rows per update.
        jit_compile: Whether XLA compiles each step first.
        refresh: Changes the training rows of each batch, outside of the compiled step.
        functions: What was traced of this model before; traced anew if left out.
    """

    def __init__(
        self,
        model: keras.Model,
        train: RowArrays,
        validation: RowArrays,
        batch_size: int,
        jit_compile: bool = False,
        refresh: Refresher | None = None,
        functions: TracedFunctions | None = None,
    ) -> None:
        import tensorflow as tf

        self._model = model
        self._batch_size = batch_size
        self._refresh = refresh
        self._functions = functions or TracedFunctions(model, jit_compile, refresh)
        self._train, self._validation = resident(train), resident(validation)
        self._validation_rows = np.arange(len(validation[1]), dtype=np.int32)
        self._piece = 64 * batch_size
        self._tf = tf
        self._logs: dict[str, float] = {}

    def train(self, order: NDArray[np.int32], first_row: int) -> Iterator[int]:
        """Train on `order[first_row:]`; yield the number of rows of `order` done so far."""
        done = first_row
        rates = self._tf.constant(self._functions.rates.arguments())
        if self._refresh is not None:
            self._refresh.begin(order)
        if done == 0:
            self._functions.reset_metrics()
        while done < len(order):
            piece = order[done : done + self._piece]
            started = time.perf_counter()
            logs = self._functions.train(
                self._tf.constant(piece), self._train, self._tf.constant(self._batch_size), rates
            )
            self._logs = _floats(logs)
            seconds = time.perf_counter() - started
            done += len(piece)
            # Whole batches only: a partial one in mid-epoch would change the training.
            faster = seconds < SECONDS_BETWEEN_STOPS / 2 and len(piece) == self._piece
            if faster:
                self._piece *= 2
            elif seconds > SECONDS_BETWEEN_STOPS * 2 and self._piece > self._batch_size:
                self._piece = max(1, self._piece // (2 * self._batch_size)) * self._batch_size
            yield done

    def close(self) -> None:
        """Let go of what was traced for this engine alone."""
        self._functions.forget()

    def logs(self) -> dict[str, float]:
        """Return the metrics of the rows trained on since the epoch began."""
        return dict(self._logs)

    def validate(self) -> dict[str, float]:
        """Return the metrics on the validation rows, named `val_…`."""
        self._functions.reset_metrics()
        rows = self._tf.constant(self._validation_rows)
        at_once = self._tf.constant(rows_at_once(self._model))
        logs = _floats(self._functions.test(rows, self._validation, at_once))
        return {f"val_{name}": value for name, value in logs.items()}


class KerasEngine:
    """Epochs by `model.fit`: on any backend, and with callbacks that want every batch.

    Args:
        model: A compiled model.
        train: Encoded inputs by name, labels and weights of the rows, or None.
        validation: The same for the validation rows.
        batch_size: Rows per update.
        callbacks: Only their batch hooks are called; the loop calls the others.
        refresh: Changes the training rows of each batch.
    """

    def __init__(
        self,
        model: keras.Model,
        train: RowArrays,
        validation: RowArrays,
        batch_size: int,
        callbacks: Sequence[Any] = (),
        refresh: Refresher | None = None,
    ) -> None:
        self._model = model
        self._refresh = refresh
        self._train, self._validation = train, validation
        self._batch_size = batch_size
        self._callbacks = [_batch_hooks_of(item) for item in callbacks if has_batch_hooks(item)]
        self._logs: dict[str, float] = {}

    def train(self, order: NDArray[np.int32], first_row: int) -> Iterator[int]:
        """Train on `order[first_row:]`; yield the number of rows of `order` done so far."""
        x, y, weights = self._train
        index = order[first_row:]
        inputs = {name: values[index] for name, values in x.items()}
        if self._refresh is not None:
            self._refresh.begin(order)
            inputs = self._refresh.in_batches(inputs, index, self._batch_size)
        history = self._model.fit(
            inputs,
            y[index],
            sample_weight=None if weights is None else weights[index],
            batch_size=self._batch_size,
            shuffle=False,
            verbose=0,  # pyright: ignore[reportArgumentType]
            callbacks=self._callbacks,
        )
        self._logs = {name: float(values[-1]) for name, values in history.history.items()}
        yield len(order)

    def logs(self) -> dict[str, float]:
        """Return the metrics of the rows trained on since the epoch began."""
        return dict(self._logs)

    def validate(self) -> dict[str, float]:
        """Return the metrics on the validation rows, named `val_…`."""
        x, y, weights = self._validation
        logs = self._model.evaluate(
            x,
            y,
            sample_weight=weights,
            batch_size=rows_at_once(self._model),
            verbose=0,  # pyright: ignore[reportArgumentType]
            return_dict=True,
        )
        return {f"val_{name}": float(value) for name, value in logs.items()}


def choose_engine(
    model: keras.Model,
    train: RowArrays,
    validation: RowArrays,
    batch_size: int,
    callbacks: Sequence[Any] = (),
    jit_compile: bool = False,
    refresh: Refresher | None = None,
    functions: TracedFunctions | None = None,
) -> Engine:
    """Return the fastest engine that serves these callbacks on this backend.

    Args:
        model: A compiled model.
        train: Encoded inputs by name, labels and weights of the rows, or None.
        validation: The same for the validation rows.
        batch_size: Rows per update.
        callbacks: The callbacks of the training.
        jit_compile: Whether XLA compiles each step first, where the engine is the traced one.
        refresh: Changes the training rows of each batch; None leaves them as they are.
        functions: What the traced engine traced of this model before; anew if left out.
    """
    import keras

    if keras.backend.backend() == "tensorflow" and not any(map(has_batch_hooks, callbacks)):
        return TracedEngine(model, train, validation, batch_size, jit_compile, refresh, functions)
    return KerasEngine(model, train, validation, batch_size, callbacks, refresh)


def _floats(logs: Mapping[str, Any]) -> dict[str, float]:
    return {name: float(value) for name, value in logs.items()}


def _batch_hooks_of(callback: Any) -> Any:
    """Return a callback that passes on batch hooks only: the loop owns epochs and training."""
    import keras

    class BatchHooks(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
            callback.on_train_batch_begin(batch, logs)

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            callback.on_train_batch_end(batch, logs)

    return BatchHooks()
