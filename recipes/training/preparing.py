"""What a training needs before its first step: model, encoded rows, an engine; made or lent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..augmenting.refreshing import Refresher, refresher
from ..augmenting.synonyms import further_words
from ..config import Config
from ..dataset import Splits
from .batches import rows_at_once, rows_of_size
from .building import build_model, compiled_trunk, encoded_rows
from .compiling import TargetScale
from .engines import Engine, TracedEngine, choose_engine, has_batch_hooks

if TYPE_CHECKING:
    import keras

    from .reusing import TracedReuse

__all__ = ["Prepared", "prepared"]


@dataclass(frozen=True)
class Prepared:
    """What a training needs before its first step.

    Args:
        source: The config and the splits.
        trunk: The part of the model that is trained, compiled.
        engine: What trains it.
        encoded: Validation rows as the trunk is given them, by input.
        scale: Of a regression target; else None.
        parameters: How many numbers the whole model holds.
        refresh: Changes training rows in each epoch; None leaves them as they are.
        model: The whole model around the trunk; None where the trunk is lent, and is another
            training's next.
    """

    source: tuple[Config, Splits]
    trunk: keras.Model
    engine: Engine
    encoded: Mapping[str, NDArray[Any]]
    scale: TargetScale | None
    parameters: int
    refresh: Refresher | None = None
    model: keras.Model | None = None

    def making(self) -> Callable[[], keras.Model]:
        """Return what makes the whole model with the weights that the trunk has now."""
        config, splits = self.source
        return partial(_whole_model, config, splits, self.trunk.get_weights())

    def held_out(self, outputs: NDArray[Any]) -> NDArray[Any] | None:
        """Return what the whole model answers to the validation rows, from what the trunk does.

        None where the whole model would be given these rows in several batches, which can change
        the last bit, and where its answers are sequences.
        """
        splits = self.source[1]
        rows = splits.validation
        most = min(rows_at_once(self.trunk), rows_of_size(rows))
        if splits.task.is_sequence or len(rows) > most:
            return None
        if self.scale is None:
            return outputs
        # In single precision, as the last layer of the whole model does it.
        unit, mean = (np.asarray(each, np.float32) for each in (self.scale.scale, self.scale.mean))
        return outputs * unit + mean


@contextmanager
def prepared(
    config: Config,
    splits: Splits,
    words: Any = None,
    callbacks: Sequence[Any] = (),
    reuse: TracedReuse | None = None,
) -> Iterator[Prepared]:
    """Give what a training of a config on splits needs; what is lent is handed back at the end.

    Args:
        config: The settings.
        splits: The data.
        words: Synonyms, as `training_synonyms` returns them.
        callbacks: The callbacks of the training.
        reuse: What is kept from one training to the next; None makes everything anew.
    """
    hooked = any(map(has_batch_hooks, callbacks))
    if reuse is not None and not hooked and config.augmentation == "none" and _on_tensorflow():
        with reuse.lent(config, splits) as ready:
            yield ready
        return
    further = further_words(words)
    model, scale = build_model(config, splits, further)
    trunk = compiled_trunk(model, config, splits)
    train = encoded_rows(model, splits.train, config, scale, weighted=True)
    held = encoded_rows(model, splits.validation, config, scale, weighted=False)
    refresh = refresher(config, splits.train, model, train[0], words)
    engine = choose_engine(
        trunk, train, held, config.batch_size, callbacks, config.jit_compile, refresh
    )
    source, parameters = (config, splits), model.count_params()
    try:
        yield Prepared(source, trunk, engine, held[0], scale, parameters, refresh, model)
    finally:
        if isinstance(engine, TracedEngine):
            engine.close()


def _whole_model(config: Config, splits: Splits, weights: Sequence[NDArray[Any]]) -> keras.Model:
    from ... import zoo

    model, _ = build_model(config, splits)
    zoo.parts(model).trunk.set_weights(list(weights))
    return model


def _on_tensorflow() -> bool:
    import keras

    return keras.backend.backend() == "tensorflow"
