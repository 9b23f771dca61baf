"""An epoch and a test of a model as TensorFlow functions of rows, rates and batch size."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from .rates import Rates

if TYPE_CHECKING:
    import keras

    from ..augmenting.refreshing import Refresher

__all__ = ["Arrays", "RowArrays", "TracedFunctions", "layout", "resident"]

Arrays = Mapping[str, NDArray[Any]]
RowArrays = tuple[Arrays, NDArray[Any], NDArray[Any] | None]
"""Encoded inputs by name, labels and weights of the rows, or None."""


class TracedFunctions:
    """What TensorFlow makes of one model's `train_step` and `test_step`, each traced once.

    What may change from one training to the next is an argument of the functions and no part of
    them: the rows, how many make a batch, and the model's `Rates`. So they serve every training of
    this model, and the first of them computes exactly as the last.

    Args:
        model: A compiled model.
        jit_compile: Whether XLA compiles each training step first.
        refresh: Changes the training rows of each batch, outside of the compiled step; functions
            with it belong to these rows.
    """

    def __init__(
        self, model: keras.Model, jit_compile: bool = False, refresh: Refresher | None = None
    ) -> None:
        self.rates = Rates(model)
        self._model = model
        self._jit_compile = jit_compile
        self._refresh = refresh
        self._train: Callable[..., Any] | None = None
        self._test: Callable[..., Any] | None = None
        self._reset: Callable[[], Any] | None = None
        self._gradients: set[str] = set()

    def forget(self) -> None:
        """Let go of what TensorFlow would keep for ever of these functions; they are used no more.

        It has a list of gradients by name, which hold the graph that they were traced in.
        """
        known = _known_gradients()
        for name in self._gradients:
            known.pop(name, None)
        self._gradients.clear()

    def reset_metrics(self) -> None:
        """Set the model's metrics back, in one call instead of one for each of their variables."""
        if self._reset is not None:
            self._reset()
            return
        self._model.reset_metrics()
        if self._train is not None or self._test is not None:  # now they have their variables
            import tensorflow as tf

            function = tf.function(self._model.reset_metrics, autograph=False)
            self._reset = function.get_concrete_function()

    def train(self, order: Any, data: Any, batch_size: Any, rates: Any) -> dict[str, Any]:
        """Train on the rows of an order, batch by batch; return the metrics since their reset.

        Args:
            order: Numbers of rows, `(rows,)`.
            data: As `resident` returns it.
            batch_size: Rows of a batch, a scalar.
            rates: The rates' `arguments()`.
        """
        if self._train is None:
            self._train = self._traced(self._step(), self._refresh, order, data, batch_size, rates)
        return self._train(order, data, batch_size, rates)

    def test(self, order: Any, data: Any, batch_size: Any) -> dict[str, Any]:
        """Score the rows of an order without training on them; return the metrics."""
        rates = self.rates.arguments()  # a penalty is part of the loss
        if self._test is None:
            step = self._model.test_step
            self._test = self._traced(step, None, order, data, batch_size, rates)
        return self._test(order, data, batch_size, rates)

    def _step(self) -> Callable[[Any], Any]:
        import tensorflow as tf

        step = self._model.train_step
        if self._jit_compile:
            # The step alone: the loop around it has batches of two sizes, and each is compiled.
            step = tf.function(step, jit_compile=True, autograph=False)
        return step

    def _traced(
        self, step: Callable[[Any], Any], refresh: Refresher | None, *arguments: Any
    ) -> Callable[..., Any]:
        """Return a function of these arguments that calls `step` batch by batch."""
        import tensorflow as tf

        model, owned = self._model, self.rates

        def run(order: Any, data: Any, batch_size: Any, rates: Any) -> dict[str, Any]:
            rows = tf.shape(order)[0]

            def body(start: Any) -> tuple[Any]:
                index = order[start : tf.minimum(start + batch_size, rows)]
                batch = tf.nest.map_structure(lambda values: tf.gather(values, index), data)
                if refresh is not None:
                    batch = (refresh(batch[0], index), *batch[1:])
                step(batch)
                return (start + batch_size,)

            with owned.read_from(rates):
                tf.while_loop(lambda start: start < rows, body, (tf.constant(0),))
            return model.get_metrics_result()

        specs = tf.nest.map_structure(_any_rows, arguments)
        function = tf.function(run, input_signature=specs, autograph=False)
        before = set(_known_gradients())
        # Traced here and never again: later, rates would be read as the constants they were.
        traced = function.get_concrete_function()
        made = set(_known_gradients()) - before
        self._gradients |= {name for name in made if name.startswith("CustomGradient-")}
        return traced


def resident(data: RowArrays) -> tuple[Any, ...]:
    """Return rows as tensors, in the form that Keras's steps take; weights only if there are."""
    import tensorflow as tf

    x, y, weights = data
    tensors: tuple[Any, ...] = ({name: tf.constant(v) for name, v in x.items()}, tf.constant(y))
    return tensors if weights is None else (*tensors, tf.constant(weights))


def layout(data: RowArrays) -> tuple[Any, ...]:
    """Return all of rows that a traced function depends on: not how many, nor what they hold.

    Examples:
        >>> import numpy as np
        >>> rows = {"x": np.zeros((5, 2))}, np.zeros((5, 1)), None
        >>> layout(rows)
        (('x', (2,), 'float64'), ('labels', (1,), 'float64'))
    """
    x, y, weights = data
    known = [*sorted(x.items()), ("labels", y)]
    known += [] if weights is None else [("weights", weights)]
    return tuple((name, values.shape[1:], str(values.dtype)) for name, values in known)


def _any_rows(value: Any) -> Any:
    """Return the specification of an argument: of what has rows, any number of them."""
    import tensorflow as tf

    value = tf.convert_to_tensor(value)
    shape = [None, *value.shape[1:]] if value.shape.rank else []
    return tf.TensorSpec(shape, value.dtype)


def _known_gradients() -> dict[str, Any]:
    """Return TensorFlow's own list of gradients by name; an empty one where it has moved."""
    from tensorflow.python.framework import ops

    return getattr(getattr(ops, "gradient_registry", None), "_registry", {})
