"""What one training leaves to the next: traced functions, adapted inputs, encoded rows."""

from __future__ import annotations

import gc
import random
import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from ... import zoo
from ..config import Config
from ..dataset import Splits
from .building import adapted_inputs, build_model, build_trunk, encode, encoded_rows, labelled_rows
from .compiling import TargetScale, compile_model, weight_decay
from .engines import TracedEngine
from .preparing import Prepared
from .rates import Rates, plan_of
from .tracing import RowArrays, TracedFunctions, layout

if TYPE_CHECKING:
    import keras

__all__ = ["TracedReuse"]

MOST_FUNCTIONS = 16
DROPPED_AT_ONCE = 4
"""To look for what can be freed takes about a quarter of the time of tracing one model."""
MOST_INPUTS = 8
MOST_BYTES = 2**28
"""Of the encoded rows that are kept, all together."""

Value = TypeVar("Value")


class TracedReuse:
    """Keeps, for `train`, what trainings in one process have in common; results stay the same.

    To trace an epoch takes TensorFlow longer than to run a short one. Where a config differs from
    an earlier one only in learning rate, dropout, L2 penalty, weight decay, batch size, seed,
    epochs or patience, or has other rows of the same columns, its epoch is the one already traced,
    with other numbers for arguments. Weights and history are those of a training without it, bit
    for bit, since that one is computed by the same function. A rate of 0 is not a small rate: it
    is traced apart.

    The weights of a new model are read from a new model, so that they follow from the seed. The
    model of a run is made when it is first asked for.

    A callback sees a trunk that is used again after its training. Augmented rows, callbacks with
    batch hooks and other backends than TensorFlow are trained on as if there were no reuse.

    Args:
        most: At most so many models are kept, those used last.

    Examples:
        ```python
        reuse = TracedReuse()
        for rate in (0.1, 0.2, 0.3):
            run = train(config.replace(dropout=rate), splits, reuse=reuse)
        ```
    """

    def __init__(self, most: int = MOST_FUNCTIONS) -> None:
        self.traced = 0
        self.reused = 0
        self.dropped = 0
        self._working: _Recent[_Working] = _Recent(most)
        self._inputs: _Recent[_Inputs] = _Recent(MOST_INPUTS)

    def __deepcopy__(self, memo: dict[int, Any]) -> TracedReuse:
        """Return an empty one: traced functions cannot be copied."""
        return TracedReuse(self._working.most)

    def __reduce__(self) -> tuple[Any, ...]:
        """Go to another process empty."""
        return TracedReuse, (self._working.most,)

    @contextmanager
    def lent(self, config: Config, splits: Splits) -> Iterator[Prepared]:
        """Give what a training needs; it is handed back when the block ends.

        Args:
            config: The settings, without augmentation.
            splits: The data.
        """
        fresh, scale, train, held, parameters = self._begun(config, splits)
        compiled = (config.optimizer, config.loss, config.metrics, config.warmup_steps)
        form = (layout(train), layout(held), splits.task.kind, config.jit_compile)
        key = (plan_of(fresh), *compiled, *form)
        working = self._working.take(key)
        if working is None:
            self.traced += 1
            working = _Working(fresh, config, splits)
        else:
            self.reused += 1
            working.begin(fresh, config)
        trunk, functions = working.trunk, working.functions
        try:
            engine = TracedEngine(trunk, train, held, config.batch_size, functions=functions)
            yield Prepared((config, splits), trunk, engine, held[0], scale, parameters)
        finally:
            self._working.put(key, working)
            while len(self._working.values()) > self._working.most:
                self._working.drop().functions.forget()
                self.dropped += 1
                if self.dropped % DROPPED_AT_ONCE == 0:
                    gc.collect()  # models and graphs refer to themselves in rings

    def _begun(
        self, config: Config, splits: Splits
    ) -> tuple[keras.Model, TargetScale | None, RowArrays, RowArrays, int]:
        """Return a new trunk, the scale of the target, the rows, and the number of parameters."""
        inputs = None if splits.task.is_sequence else self._inputs_of(config, splits)
        if inputs is None:
            model, scale = build_model(config, splits)
            train = encoded_rows(model, splits.train, config, scale, weighted=True)
            held = encoded_rows(model, splits.validation, config, scale, weighted=False)
            return zoo.parts(model).trunk, scale, train, held, model.count_params()
        trunk, scale = build_trunk(config, splits, inputs.preprocessor)
        train = labelled_rows(inputs.train, splits.train, config, scale, weighted=True)
        held = labelled_rows(inputs.held, splits.validation, config, scale, weighted=False)
        parameters = inputs.preprocessor.count_params() + trunk.count_params()
        return trunk, scale, train, held, parameters

    def _inputs_of(self, config: Config, splits: Splits) -> _Inputs | None:
        """Return adapted inputs with encoded rows; None where making them draws lots."""
        settings = (config.text_length, config.sequence_length, config.text_level)
        key = (id(splits.train), id(splits.validation), *settings)
        inputs = self._inputs.take(key)
        if inputs is None:
            before = random.getstate()
            preprocessor = adapted_inputs(config, splits)
            if random.getstate() != before:
                return None
            encoded = (encode(preprocessor, rows) for rows in (splits.train, splits.validation))
            inputs = _Inputs(splits, preprocessor, *encoded)
        if inputs.bytes <= MOST_BYTES:
            self._inputs.put(key, inputs)
            while self._inputs.values() and (
                len(self._inputs.values()) > self._inputs.most
                or sum(each.bytes for each in self._inputs.values()) > MOST_BYTES
            ):
                self._inputs.drop()
        return inputs


class _Working:
    """A compiled trunk with its traced functions, and how to make it as good as new.

    Args:
        trunk: As it was built.
        config: The settings it is compiled by first.
        splits: The data.
    """

    def __init__(self, trunk: keras.Model, config: Config, splits: Splits) -> None:
        self.trunk = trunk
        self._variables = list(trunk.variables)
        compile_model(trunk, config, splits.task)
        trunk.optimizer.build(trunk.trainable_variables)
        self._optimizer = [
            (each, _value_or_zero(each)) for each in trunk.optimizer.variables
        ]  # ours, before the first step
        self.functions = TracedFunctions(trunk, config.jit_compile)

    def begin(self, fresh: keras.Model, config: Config) -> None:
        """Take over weights, random states and rates of a new trunk and a config."""
        for mine, theirs in zip(self._variables, fresh.variables, strict=True):
            mine.assign(theirs)
        for variable, value in self._optimizer:
            variable.assign(np.zeros(variable.shape, variable.dtype) if value is None else value)
        decay = [weight_decay(config)] if config.optimizer == "adamw" else []
        self.functions.rates.put([*Rates(fresh).numbers(), *decay])
        self.trunk.optimizer.learning_rate = config.learning_rate


@dataclass(frozen=True)
class _Inputs:
    """Adapted inputs, and the rows as they encode them."""

    splits: Splits  # held, so that no other rows get the same identity
    preprocessor: keras.Model
    train: dict[str, NDArray[Any]]
    held: dict[str, NDArray[Any]]

    @property
    def bytes(self) -> int:
        return sum(values.nbytes for rows in (self.train, self.held) for values in rows.values())


class _Recent(Generic[Value]):
    """A few values by key: those put last. One that is taken is nobody else's until put back."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._held: OrderedDict[Hashable, Value] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: Hashable) -> Value | None:
        with self._lock:
            return self._held.pop(key, None)

    def put(self, key: Hashable, value: Value) -> None:
        with self._lock:
            self._held[key] = value
            self._held.move_to_end(key)

    def drop(self) -> Value:
        with self._lock:
            return self._held.popitem(last=False)[1]

    def values(self) -> list[Value]:
        with self._lock:
            return list(self._held.values())


def _value_or_zero(variable: Any) -> NDArray[Any] | None:
    """Return a variable's value; None where it is all zeros, which need not be kept."""
    value = np.asarray(variable)
    return value.copy() if value.any() else None
