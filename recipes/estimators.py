"""The quick start as scikit-learn estimators, for pipelines, grid search and cross-validation."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.model_selection import train_test_split
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets, unique_labels
from sklearn.utils.validation import check_is_fitted, validate_data

from ..zoo.tasks import Column, Task
from .choosing.configuring import choose_config
from .config import Choice, Config
from .dataset import Dataset, SealedTest, Splits

__all__ = ["GoodfitClassifier", "GoodfitRegressor"]

LEAST_ROWS_TO_SPLIT = 20
"""With fewer rows early stopping watches the training rows: there is nothing to hold out."""


class _Estimator(BaseEstimator):
    """What both estimators share: settings, the inner split, and a model that pickles."""

    def __init__(
        self,
        units: Sequence[int] | None = None,
        activation: str | None = None,
        dropout: float | None = None,
        l2: float | None = None,
        batch_normalization: bool | None = None,
        loss: str | None = None,
        optimizer: str | None = None,
        learning_rate: float | None = None,
        batch_size: int | None = None,
        epochs: int | None = None,
        early_stopping_patience: int | None = None,
        class_weights: str | None = None,
        validation_fraction: float = 0.15,
        random_state: Any = None,
    ) -> None:
        self.units = units
        self.activation = activation
        self.dropout = dropout
        self.l2 = l2
        self.batch_normalization = batch_normalization
        self.loss = loss
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.epochs = epochs
        self.early_stopping_patience = early_stopping_patience
        self.class_weights = class_weights
        self.validation_fraction = validation_fraction
        self.random_state = random_state

    def _train(self, x: NDArray[Any], labels: NDArray[Any], task: Task) -> None:
        from .training.fitting import train

        seed = self.random_state
        if not isinstance(seed, int | np.integer):
            seed = check_random_state(seed).randint(2**31 - 1)
        parameters: dict[str, Any] = self.get_params()
        parameters.pop("random_state")
        given = {name: value for name, value in parameters.items() if value is not None}
        fraction = Config().replace(validation_fraction=self.validation_fraction)
        splits = _inner_splits(x, labels, task, fraction.validation_fraction, int(seed))
        run = train(choose_config(splits, seed=int(seed)).replace(**given), splits)
        self.run_ = run
        self.n_iter_ = run.record["epochs"]
        self.task_ = task

    def _outputs(self, x: Any) -> NDArray[Any]:
        check_is_fitted(self)
        x = validate_data(self, x, reset=False, dtype=np.float32, ensure_all_finite="allow-nan")
        from .training.saving import raw_outputs

        column = Column("x", "number", x.shape[1])
        features = {"x": x if x.shape[1] > 1 else x[:, 0]}
        return raw_outputs(self.run_.model, features, (column,))

    def __getstate__(self) -> dict[str, Any]:
        """Return the state with the model as the bytes of a `.keras` file."""
        state: dict[str, Any] = {**super().__getstate__()}  # pyright: ignore[reportGeneralTypeIssues]
        run = state.get("run_")
        if run is not None:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "model.keras"
                run.model.save(path)
                state["_model_bytes"] = path.read_bytes()
            state["run_"] = (run.config, dict(run.record), run.history, run.findings)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take the state back; the model is opened in Keras's safe mode."""
        import keras

        from .training.runs import Run

        state = dict(state)
        stored = state.pop("_model_bytes", None)
        if stored is not None:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "model.keras"
                path.write_bytes(stored)
                model: Any = keras.models.load_model(path, compile=False)
            state["run_"] = Run(*state["run_"], trained=model)
        super().__setstate__(state)

    def __sklearn_tags__(self) -> Any:
        """Tell scikit-learn that missing values are welcome and results depend on a seed."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.non_deterministic = self.random_state is None
        return tags


class GoodfitClassifier(ClassifierMixin, _Estimator):
    """The quick start for classes: an MLP that scales its inputs and stops early.

    It takes numbers, missing ones as NaN. For text, dates and categories use `quickstart`, which
    reads raw tables.
    Every setting left at None is what the quick start chooses for these rows; `run_.why(name)`
    tells the reason of each.

    Args:
        units: Units of each hidden layer.
        activation: Activation of the hidden layers.
        dropout: Share of units dropped between hidden layers.
        l2: Weight of the L2 penalty.
        batch_normalization: Whether each hidden layer is followed by batch normalization.
        loss: Name of the loss.
        optimizer: Name of the optimizer.
        learning_rate: Step size of the optimizer.
        batch_size: Rows per update.
        epochs: At most this many epochs.
        early_stopping_patience: Epochs without a better validation loss before stopping.
        class_weights: `balanced` to weigh rare classes up, or `none`.
        validation_fraction: Share of the rows held out to watch.
        random_state: A whole number for the same result each time; None for another each time.

    Attributes:
        classes_: The classes, sorted.
        run_: The `Run`: config, history, findings.
        n_iter_: Epochs trained.

    Guide: QS-1, QS-2, QS-3.

    Examples:
        >>> from sklearn.datasets import load_wine
        >>> x, y = load_wine(return_X_y=True)
        >>> GoodfitClassifier(epochs=10, random_state=0).fit(x, y).score(x, y) > 0.9
        True
    """

    def fit(self, X: Any, y: Any) -> Self:  # noqa: N803
        """Train on numbers and classes.

        Args:
            X: Numbers, shape `(rows, columns)`; NaN is missing.
            y: Classes, shape `(rows,)`.

        Returns:
            This estimator.
        """
        X, y = validate_data(self, X, y, dtype=np.float32, ensure_all_finite="allow-nan")  # noqa: N806
        check_classification_targets(y)
        self.classes_ = unique_labels(y)
        if len(self.classes_) < 2:
            raise ValueError(
                f"Classifier can't train when only one class is present: {self.classes_}"
            )
        labels = np.searchsorted(self.classes_, y)
        names = tuple(map(str, range(len(self.classes_))))
        self._train(X, labels, Task("binary" if len(names) == 2 else "multiclass", names))
        return self

    def predict_proba(self, X: Any) -> NDArray[np.float64]:  # noqa: N803
        """Return the probability of each class, shape `(rows, classes)`.

        Args:
            X: Numbers, shape `(rows, columns)`.
        """
        outputs = self._outputs(X).astype(np.float64)
        if outputs.shape[1] == 1:
            return np.concatenate([1.0 - outputs, outputs], axis=1)
        return outputs / outputs.sum(axis=1, keepdims=True)

    def predict(self, X: Any) -> NDArray[Any]:  # noqa: N803
        """Return the most probable class of each row, shape `(rows,)`.

        Args:
            X: Numbers, shape `(rows, columns)`.
        """
        probabilities = self.predict_proba(X)
        return self.classes_[probabilities.argmax(axis=1)]


class GoodfitRegressor(RegressorMixin, _Estimator):
    """The quick start for numbers: an MLP that scales inputs and targets and stops early.

    It takes numbers, missing ones as NaN, and one target or several.
    Every setting left at None is what the quick start chooses for these rows; `run_.why(name)`
    tells the reason of each.

    Args:
        units: Units of each hidden layer.
        activation: Activation of the hidden layers.
        dropout: Share of units dropped between hidden layers.
        l2: Weight of the L2 penalty.
        batch_normalization: Whether each hidden layer is followed by batch normalization.
        loss: Name of the loss.
        optimizer: Name of the optimizer.
        learning_rate: Step size of the optimizer.
        batch_size: Rows per update.
        epochs: At most this many epochs.
        early_stopping_patience: Epochs without a better validation loss before stopping.
        class_weights: `balanced` to weigh rare classes up, or `none`.
        validation_fraction: Share of the rows held out to watch.
        random_state: A whole number for the same result each time; None for another each time.

    Attributes:
        run_: The `Run`: config, history, findings.
        n_iter_: Epochs trained.

    Guide: QS-1, QS-2, QS-3.

    Examples:
        >>> from sklearn.datasets import load_diabetes
        >>> x, y = load_diabetes(return_X_y=True)
        >>> GoodfitRegressor(epochs=10, random_state=0).fit(x, y).score(x, y) > 0.3
        True
    """

    def fit(self, X: Any, y: Any) -> Self:  # noqa: N803
        """Train on numbers and targets.

        Args:
            X: Numbers, shape `(rows, columns)`; NaN is missing.
            y: Targets, shape `(rows,)` or `(rows, targets)`.

        Returns:
            This estimator.
        """
        X, y = validate_data(  # noqa: N806
            self,
            X,
            y,
            dtype=np.float32,
            ensure_all_finite="allow-nan",
            multi_output=True,
            y_numeric=True,
        )
        self._one_target = y.ndim == 1
        labels = y.astype(np.float64).reshape(len(y), -1)
        names = tuple(f"y{position}" for position in range(labels.shape[1]))
        self._train(X, labels, Task("regression", names))
        return self

    def predict(self, X: Any) -> NDArray[np.float64]:  # noqa: N803
        """Return the predicted targets, shape `(rows,)` or `(rows, targets)` as in `fit`.

        Args:
            X: Numbers, shape `(rows, columns)`.
        """
        outputs = self._outputs(X).astype(np.float64)
        return outputs[:, 0] if self._one_target else outputs

    def __sklearn_tags__(self) -> Any:
        """Tell scikit-learn that several targets are welcome."""
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        tags.target_tags.single_output = True
        return tags


def _inner_splits(
    x: NDArray[Any], labels: NDArray[Any], task: Task, fraction: float, seed: int
) -> Splits:
    """Return training and validation rows of what `fit` was given; the caller holds the test."""
    column = Column("x", "number", x.shape[1])
    features = {"x": x if x.shape[1] > 1 else x[:, 0]}
    data = Dataset(features, labels, (column,), task, task.names if labels.ndim > 1 else ("y",))
    rows = np.arange(len(data))
    train = validation = rows
    if len(rows) >= LEAST_ROWS_TO_SPLIT:
        counts = np.bincount(labels) if task.is_classification else np.array([len(rows)])
        held_out = int(np.ceil(fraction * len(rows)))
        fits = task.is_classification and counts.min() >= 2 and held_out >= len(counts)
        parts = train_test_split(
            rows,
            test_size=held_out,
            random_state=seed,
            stratify=labels if fits else None,
        )
        train, validation = (np.asarray(part) for part in parts)
    method = Choice("held out", "PH-1c", {"rows": len(validation)}, "Early stopping watches it.")
    sealed = SealedTest(data.take(rows[:0]))
    return Splits(data.take(train), data.take(validation), sealed, method, seed)
