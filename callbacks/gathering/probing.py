"""A probe: what a fixed batch of rows shows of a model after an epoch, in one TensorFlow call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from .facts import LayerProbe, OutputFacts, ProbeFacts
from .given_data import GivenData
from .probing_layers import (
    Figures,
    Seen,
    any_bad,
    as_float,
    described,
    floats,
    is_kernel,
    kernels_of,
    layer_figures,
    reach,
    recording,
    spread,
    told,
)
from .probing_rows import Classes, classes_of, finite, fixed_rows, forward, tensors

__all__ = ["Probe"]

PROBE_ROWS = 256
VALIDATION_ROWS = 1024


class Probe:
    """Looks at a model with rows that stay the same, so that epochs can be compared.

    Weights, random states, moving averages and metrics are left as they are. All figures come
    from one compiled function, traced at the first look, and one transfer.

    Args:
        model: A compiled and built Keras model.
        given: What `fit` was given; without training rows there is nothing to look with.
        outputs: The outputs of the model as compiled; without them the shares of classes among
            the answers are not seen.
    """

    def __init__(self, model: Any, given: GivenData, outputs: tuple[OutputFacts, ...] = ()) -> None:
        self._model = model
        self._given = given
        self._outputs = outputs
        self._learns = True
        self._function: Callable[[], Any] | None = None
        self._slots: list[tuple[str, str]] = []
        self._layers: list[LayerProbe] = []
        self._classes: Classes | None = None
        self._last: tuple[int, float] | None = None
        refusal = _refusal(model, given)
        self._broken = bool(refusal)
        self.unseen: list[str] = [refusal] if refusal else []

    def __deepcopy__(self, memo: dict[int, Any]) -> Probe:
        """Return itself: a compiled function cannot be copied."""
        return self

    def look(self, epoch: int, batch_losses: Sequence[float] = ()) -> ProbeFacts | None:
        """Return what the rows show after this epoch, counted from 1; 0 is before training.

        None where nothing can be seen; `unseen` says why.
        """
        if self._broken:
            return None
        try:
            if self._function is None:
                self._function = self._prepared()
            values = np.asarray(self._function())
        except _failures() as error:
            reason = " ".join(str(error).split())[:160].rstrip(". ") or type(error).__name__
            self._function = None
            if self._learns:
                self._learns = False  # without the loss there are no gradients, but still layers
                self.unseen.append(f"Gradients on probe rows cannot be seen: {reason}.")
                return self.look(epoch, batch_losses)
            self._broken = True
            self.unseen[-1] = f"What the layers do cannot be seen: {reason}."
            return None
        return self._read(epoch, values, tuple(batch_losses))

    def _prepared(self) -> Callable[[], Any]:
        """Take the rows, copy the kernels, and return the function that looks."""
        import tensorflow as tf

        model, given = self._model, self._given
        rows = fixed_rows(given.train, PROBE_ROWS, model)  # pyright: ignore[reportArgumentType]
        self._x, self._y, self._weight = tensors(rows, given.class_weight)
        parts = (("inputs", rows.x), ("targets", rows.y))
        self._spoilt = [name for name, part in parts if part is not None and not finite(part)]
        held = given.validation or given.train
        held = fixed_rows(held, VALIDATION_ROWS, model)  # pyright: ignore[reportArgumentType]
        self._classes = classes_of(self._outputs, held.y)
        self._held = tensors(held, None)[0] if self._classes else None
        self._variables = list(model.trainable_variables)
        self._before = {
            place: tf.Variable(variable.value, trainable=False)
            for place, variable in enumerate(self._variables)
            if is_kernel(variable)
        }
        own = type(model).train_step is not keras.Model.train_step
        if own and self._learns:
            self.unseen.append(
                "The model has a train_step of its own: the probe sees its forward pass and the"
                " loss of compile(), not what that step does."
            )
        eager = bool(getattr(model, "run_eagerly", False))
        if eager:
            return self._figures
        look = tf.function(self._figures, autograph=False)
        # One trace for each training is meant; TensorFlow would warn of the fifth in a process.
        look._omit_frequent_tracing_warning = True
        return look

    def _figures(self) -> Any:
        """Return all figures in one vector, `(figures,)`, and note which is which."""
        import tensorflow as tf

        model, found = self._model, Figures()
        values = [tf.convert_to_tensor(variable.value) for variable in self._variables]
        kernels = {place: values[place] for place in self._before}
        # No variable can be changed in the scope; regularizers read their weights from it.
        pairs = list(zip(self._variables, values, strict=True))
        scope = keras.StatelessScope(pairs, collect_losses=True)
        loss, factor = None, 1.0
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch([*kernels.values(), *floats(keras.tree.flatten(self._x))])
            with scope, recording(model) as seen:
                predicted = forward(model, self._x)
                if self._learns:
                    penalties = [as_float(each) for each in model.losses]
                    found.add("penalty", "", tf.add_n(penalties) if penalties else tf.zeros(()))
                    loss = _loss(model, self._x, self._y, predicted, self._weight)
                    found.add("loss", "", loss)
                    factor = model.optimizer.scale_loss(1.0)
                    loss = model.optimizer.scale_loss(loss)
        kernels_of(seen, self._variables)
        answers = keras.tree.flatten(predicted)
        seen = told(seen, answers)
        gradients: dict[int, Any] = {}
        if loss is not None:
            read = {each.name: each.sequence for each in seen if each.sequence is not None}
            slopes = tape.gradient(loss, [*kernels.values(), *read.values()])
            for place, slope in zip(kernels, slopes, strict=False):
                if slope is not None:
                    gradients[place] = as_float(tf.convert_to_tensor(slope)) / as_float(factor)
            for name, slope in zip(read, slopes[len(kernels) :], strict=True):
                if slope is not None:
                    found.add("reach", name, reach(as_float(slope)))
        self._layers = _layers(seen, answers, kernels)
        for each in seen:
            layer_figures(found, each, kernels, gradients, self._before)
        for place, answer in enumerate(floats(answers)):
            name = self._outputs[place].name if place < len(self._outputs) else str(place)
            found.add("output_spread", name, spread(answer))
            found.add("answer_bad", name, any_bad([answer]))
        found.add("iterations", "", model.optimizer.iterations)
        self._slots = found.slots
        parts = [tf.stack(found.values)]
        if self._classes is not None:
            with keras.StatelessScope():
                parts.append(self._classes.count(forward(model, self._held)))
        result = tf.concat(parts, 0)
        # The copies are made anew only after all differences were taken.
        with tf.control_dependencies([] if tf.executing_eagerly() else [result]):
            for place, before in self._before.items():
                before.assign(kernels[place])
        return result

    def _read(
        self, epoch: int, values: NDArray[Any], batch_losses: tuple[float, ...]
    ) -> ProbeFacts:
        known = len(self._slots)
        figures = dict(zip(self._slots, values[:known].astype(float).tolist(), strict=True))
        steps = figures[("iterations", "")]
        earlier = self._last or (epoch, steps)
        layers = [_measured(each, figures, self._last is None) for each in self._layers]
        self._last = (epoch, steps)
        bad = [name for kind, name in _BAD for name in _named(figures, kind, name)]
        loss = figures.get(("loss", ""), 0.0)
        counts = values[known:]
        shares = counts / max(1.0, counts.sum())
        return ProbeFacts(
            epoch,
            tuple(layers),
            figures.get(("loss", ""), np.nan),
            (*self._spoilt, *(() if np.isfinite(loss) else ("loss",)), *bad),
            tuple(value for (kind, _), value in figures.items() if kind == "output_spread"),
            tuple(map(float, shares)),
            self._classes.labels if self._classes else (),
            max(0, int(steps - earlier[1])),
            batch_losses,
            figures.get(("penalty", ""), 0.0),
            max(1, epoch - earlier[0]),
        )


# Kind of figure: how `ProbeFacts.not_finite` calls it, in the order of causes.
_BAD = (
    ("input_bad", "input"),
    ("weights_bad", "weights"),
    ("bad", "activation"),
    ("answer_bad", "output"),
    ("gradient_bad", "gradient"),
)


def _named(figures: dict[tuple[str, str], float], kind: str, what: str) -> list[str]:
    return [f"{what} {name}" for (mine, name), value in figures.items() if mine == kind and value]


def _measured(layer: LayerProbe, figures: dict[tuple[str, str], float], first: bool) -> LayerProbe:
    """Return the layer with its figures."""

    def figure(kind: str, otherwise: float = float("nan")) -> float:
        return figures.get((kind, layer.name), otherwise)

    norm = figure("weights") ** 0.5
    moved = float("nan") if first else figure("moved") ** 0.5
    return LayerProbe(
        layer.name,
        layer.kind,
        layer.activation,
        figure("zero", 0.0),
        figure("flat", 0.0),
        figure("spread"),
        figure("gradient") ** 0.5,
        norm,
        moved / norm if norm else moved,
        layer.hidden,
        layer.size,
        layer.steps,
        figure("reach"),
    )


def _layers(seen: list[Seen], answers: list[Any], kernels: dict[int, Any]) -> list[LayerProbe]:
    """Return what is known of the layers without figures; the last one gives the answer."""
    layers = [described(each, answers, kernels) for each in seen]
    if layers and all(layer.hidden for layer in layers):
        layers[-1] = replace(layers[-1], hidden=False)
    return layers


def _loss(model: Any, x: Any, y: Any, predicted: Any, weight: Any) -> Any:
    # Models older than the argument `training` are served by Keras's own detour.
    compute = getattr(model, "_compute_loss", model.compute_loss)
    return as_float(compute(x=x, y=y, y_pred=predicted, sample_weight=weight, training=False))


def _refusal(model: Any, given: GivenData) -> str:
    """Return why a probe is not possible; empty where it is."""
    backend = keras.backend.backend()
    if backend != "tensorflow":
        return f"Layers and gradients are not seen on the backend '{backend}', only on TensorFlow."
    if given.train is None:
        return (
            "Layers and gradients cannot be seen, since the training rows cannot: pass some as"
            " Diagnose(probe=(x, y))."
        )
    if not getattr(model, "built", False) or getattr(model, "optimizer", None) is None:
        return "Layers and gradients are not seen: the model is not built and compiled."
    strategy = getattr(model, "distribute_strategy", None)
    if strategy is not None and strategy.num_replicas_in_sync > 1:
        return "Layers and gradients are not seen while several devices train one model."
    return ""


def _failures() -> tuple[type[Exception], ...]:
    """Return what code of a user's can raise while it is traced: no training may end by that."""
    import tensorflow as tf

    return (
        ArithmeticError,
        AttributeError,
        LookupError,
        NotImplementedError,
        RuntimeError,
        TypeError,
        ValueError,
        tf.errors.OpError,
    )
