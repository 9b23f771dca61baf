"""A config and a space as a `keras_tuner.HyperModel`, for those who run keras-tuner themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...zoo.errors import require
from ..config import Config
from ..dataset import Splits
from ..training.building import build_model, compiled_trunk, encoded_rows
from .guided_space import default_space
from .space import Space

__all__ = ["ConfigHyperModel"]

keras_tuner: Any = require("keras_tuner", "tuner")


class ConfigHyperModel(keras_tuner.HyperModel):
    """What a config and its data are, where a space is varied: for every tuner of keras-tuner.

    Batch size and epochs are tuned like everything else: `fit` reads them from the config of the
    trial. The rows are those of the splits, so `search` needs no arguments. `goodfit.recipes.tune`
    searches several times as fast, and loses nothing in a crash.

    Args:
        config: The settings around which is searched.
        splits: The data; the test rows stay sealed.
        space: What is varied; that of the guide when left out.

    Guide: PH-5.

    Examples:
        ```python
        model = ConfigHyperModel(config, splits)
        tuner = keras_tuner.RandomSearch(model, "val_loss", max_trials=10, directory="searches")
        tuner.search()
        ```
    """

    def __init__(self, config: Config, splits: Splits, space: Space | None = None) -> None:
        super().__init__()
        self.base, self.splits = config, splits
        self.space = default_space(config) if space is None else space
        self.space.check(config)

    def config(self, hp: Any) -> Config:
        """Return the config of a trial.

        Args:
            hp: The trial's `keras_tuner.HyperParameters`; they are told of the space.

        Raises:
            BadInput: A value cannot be used.
        """
        return self.space.apply(self.base, self.space.declare(hp, self.base))

    def build(self, hp: Any) -> Any:
        """Return the compiled model of a trial, which takes raw rows.

        Args:
            hp: The trial's `keras_tuner.HyperParameters`.
        """
        config = self.config(hp)
        model, _ = build_model(config, self.splits)
        trunk = compiled_trunk(model, config, self.splits)
        model.compile(trunk.optimizer, loss=trunk.loss)
        return model

    def fit(self, hp: Any, model: Any, *args: Any, **kwargs: Any) -> Any:
        """Train the model of a trial on rows that are encoded once, until early stopping.

        Args:
            hp: The trial's `keras_tuner.HyperParameters`.
            model: What `build` returned.
            args: Not used: the rows are those of the splits.
            kwargs: `callbacks`, `verbose` and `epochs`; other arguments of `search` go to Keras.

        Returns:
            Keras's history.
        """
        import keras

        from ... import zoo
        from ..training.compiling import TargetScale

        del args
        config, splits = self.config(hp), self.splits
        regression = splits.task.kind == "regression"
        scale = TargetScale(np.asarray(splits.train.labels)) if regression else None
        inputs, targets, weights = encoded_rows(model, splits.train, config, scale, weighted=True)
        held = encoded_rows(model, splits.validation, config, scale, weighted=False)
        callbacks = [_forwarding(kwargs.pop("callbacks", None) or (), model)]
        if config.early_stopping_patience:
            callbacks.append(
                keras.callbacks.EarlyStopping(
                    "val_loss",
                    mode="min",
                    patience=config.early_stopping_patience,
                    restore_best_weights=True,
                )
            )
        given: Mapping[str, Any] = {"epochs": config.epochs, "batch_size": config.batch_size}
        return zoo.parts(model).trunk.fit(
            inputs,
            targets,
            sample_weight=weights,
            validation_data=held if held[2] is not None else held[:2],
            callbacks=callbacks,
            **{**given, **kwargs},
        )


def _forwarding(callbacks: Sequence[Any], model: Any) -> Any:
    """Return a callback that lets others see the whole model while its trunk is trained.

    keras-tuner saves the weights of the model that its callbacks see, and loads them into one that
    `build` returned.
    """
    import keras

    class Forwarding(keras.callbacks.Callback):
        def on_train_begin(self, logs: Any = None) -> None:
            epochs = (self.params or {}).get("epochs", 1)
            self.hooks = keras.callbacks.CallbackList(
                list(callbacks), model=model, verbose=0, epochs=epochs, steps=None
            )
            model.stop_training = False
            self.hooks.on_train_begin(logs)

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            self.hooks.on_epoch_begin(epoch, logs)

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            self.hooks.on_epoch_end(epoch, logs)
            if model.stop_training and self.model is not None:
                self.model.stop_training = True

        def on_train_end(self, logs: Any = None) -> None:
            self.hooks.on_train_end(logs)

    return Forwarding()
