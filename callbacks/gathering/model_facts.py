"""Facts of a compiled Keras model: its layers, its outputs, and how it is to be trained."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import keras
import numpy as np

from ...zoo.errors import bad_input
from .arrays import named_arrays
from .compiled import expects_logits, losses_of, metric_name, metrics_of, optimizer_of
from .facts import ModelFacts, OutputFacts
from .forward_pass import ForwardPass, is_leaf, layer_names, tracing_errors, walk
from .given_data import GivenData
from .layer_facts import OutputEnd, facts_of_layers, output_end, scaled_inputs

__all__ = ["model_facts"]

# Callbacks that change the learning rate.
RATE_CALLBACKS = ("LearningRateScheduler", "OneCycle", "ReduceLROnPlateau", "WarmupCosine")


def model_facts(model: Any, given: GivenData | None = None) -> ModelFacts:
    """Return what can be known of a compiled model before it is trained.

    The model is called once with placeholders, as Keras does when it builds one: no numbers are
    computed, and weights and random states stay as they are. One that is not built yet is built.

    Args:
        model: A compiled Keras model of any sort.
        given: What `fit` is given, as far as it is known. A subclassed model that was never called
            needs it.

    Returns:
        The facts; what could not be read is told in `unseen`.

    Raises:
        BadInput: It is no Keras model, or it is not compiled.

    Examples:
        >>> import keras
        >>> head = keras.layers.Dense(1, activation="sigmoid")
        >>> model = keras.Sequential([keras.Input((4,)), head])
        >>> model.compile("adam", "binary_crossentropy")
        >>> facts = model_facts(model)
        >>> facts.outputs[0].activation, facts.outputs[0].loss, facts.optimizer
        ('sigmoid', 'binary_crossentropy', 'adam')
    """
    if not isinstance(model, keras.Model):
        raise bad_input(
            "model_invalid",
            "This is no Keras model",
            expected="a compiled keras.Model",
            received=type(model).__name__,
        )
    if not model.compiled:
        raise bad_input(
            "model_not_compiled",
            "The model is not compiled: neither its loss nor its optimizer is known",
            remedy="Call model.compile(...) first",
        )
    given = given or GivenData()
    unseen: list[str] = []
    specs, inputs = _inputs(model, given)
    passed = _passed(model, specs, inputs, unseen)
    names = layer_names(model)
    layers = list({id(layer): layer for layer in _told_layers(model)}.values())
    if passed is not None:
        order = {id(step.layer): at for at, step in reversed(list(enumerate(passed.steps)))}
        layers.sort(key=lambda layer: order.get(id(layer), len(order) + len(passed.steps)))
    ends, outputs = _outputs(model, passed, names, unseen)
    return ModelFacts(
        facts_of_layers(layers, names, ends, passed),
        tuple(outputs),
        parameters=sum(int(np.prod(each.shape)) for each in model.trainable_variables),
        scaled_inputs=scaled_inputs(passed, inputs) if passed else inputs,
        inputs=inputs,
        log_names=_log_names(model, [each.name for each in outputs]),
        unseen=tuple(unseen),
        **_training(model, given),
    )


def _inputs(model: Any, given: GivenData) -> tuple[Any, tuple[str, ...]]:
    """Return the inputs as placeholders, and a name for each; (None, ()) where not known."""
    rows = None if given.train is None else given.train.x
    own = getattr(model, "_inputs_struct", None)
    if own is None:
        own = getattr(model, "inputs", None) or None
    if own is not None:
        flat = keras.tree.flatten(own)
        if isinstance(own, (list, tuple)) and len(flat) == 1:
            own = flat[0]
        specs = keras.tree.map_structure(
            lambda each: keras.KerasTensor(each.shape, each.dtype, sparse=each.sparse), own
        )
        if isinstance(own, Mapping):
            return specs, tuple(sorted(map(str, own)))
        named = [name for name, _ in named_arrays(rows, "x")] or ["x"]
        return specs, tuple(named if len(named) == len(flat) else [each.name for each in flat])
    if rows is not None:
        named = dict(named_arrays(rows, "x"))
        specs = keras.tree.map_structure(_spec, rows)
        return specs, tuple(sorted(named) if isinstance(rows, Mapping) else named)
    shapes = getattr(model, "_build_shapes_dict", None) or {}
    shape = next(iter(shapes.values()), None) if len(shapes) == 1 else None
    if isinstance(shape, tuple) and all(size is None or isinstance(size, int) for size in shape):
        return keras.KerasTensor(shape, model.compute_dtype), ("x",)
    return None, ()


def _spec(array: Any) -> Any:
    array = np.asarray(array)
    dtype = str(array.dtype)
    if array.dtype.kind in "USOT":
        dtype = "string"
    elif array.dtype.kind == "f":
        dtype = keras.config.floatx()  # as `fit` casts it
    # Keras makes a column of plain rows.
    return keras.KerasTensor((None, *(array.shape[1:] or (1,))), dtype)


def _passed(
    model: Any, specs: Any, inputs: tuple[str, ...], unseen: list[str]
) -> ForwardPass | None:
    reason = "its inputs are not known"
    if specs is not None:
        try:
            return walk(model, specs, inputs)
        except tracing_errors() as error:
            reason = " ".join(f"{type(error).__name__}: {error}".split())[:160]
    unseen.append(
        "The model could not be called without numbers, so which layer makes its output is not"
        f" known ({reason.rstrip('. ')})."
    )
    return None


def _told_layers(layer: Any) -> Iterator[Any]:
    """Yield the layers worth telling: no models, inputs, or parts of a built-in layer."""
    for inner in layer._layers:
        if isinstance(inner, keras.Model) or not is_leaf(inner):
            yield from _told_layers(inner)
        elif not isinstance(inner, keras.layers.InputLayer):
            yield inner
            if isinstance(inner, keras.layers.Wrapper) and isinstance(inner.layer, keras.Model):
                yield from _told_layers(inner.layer)


def _outputs(
    model: Any, passed: ForwardPass | None, layer_names: Mapping[int, str], unseen: list[str]
) -> tuple[list[OutputEnd], list[OutputFacts]]:
    if passed is not None:
        names, shapes = passed.output_names, [shape[1:] for shape in passed.output_shapes]
        ends = [output_end(passed, sources, layer_names) for sources in passed.outputs]
    else:
        names = tuple(getattr(model, "output_names", None) or ("output",))
        known = [tuple(each.shape[1:]) for each in getattr(model, "outputs", None) or ()]
        shapes = known if len(known) == len(names) else [()] * len(names)
        ends = [OutputEnd() for _ in names]
    losses, unread = losses_of(model, names)
    metrics, more = metrics_of(model, names)
    unseen += [*unread, *more]
    facts = []
    for name, shape, end, loss, beside in zip(names, shapes, ends, losses, metrics, strict=True):
        told = {metric_name(each): each for each in beside.values()}
        told.pop("", None)
        kind = loss.name
        if kind == "crossentropy" and shape and shape[-1] == 1:
            kind = "binary_crossentropy"  # as Keras takes it; else the targets decide
        facts.append(
            OutputFacts(
                name,
                end.layer,
                tuple(shape),
                end.activation,
                kind,
                loss.from_logits,
                tuple(told),
                tuple(each for each, metric in told.items() if expects_logits(metric)),
                end.after,
                loss.ignored,
                loss.reduction,
            )
        )
    return ends, facts


def _training(model: Any, given: GivenData) -> dict[str, Any]:
    """Return how the model is to be trained, by the names that `ModelFacts` has for it."""
    known = optimizer_of(model)
    beside = [type(each).__name__ for each in given.callbacks]
    stopping = [each for each in given.callbacks if isinstance(each, keras.callbacks.EarlyStopping)]
    monitors = [
        (type(each).__name__, each.monitor)
        for each in given.callbacks
        if isinstance(getattr(each, "monitor", None), str)
    ]
    return known | {
        "scheduled": known.get("scheduled", False) or bool(set(beside) & set(RATE_CALLBACKS)),
        "epochs": given.epochs,
        "steps": given.steps,
        "callbacks": tuple(beside),
        "monitors": tuple(monitors),
        "patience": min((int(each.patience) for each in stopping), default=None),
        "class_weighted": given.class_weight is not None or given.sample_weighted,
    }


def _log_names(model: Any, outputs: list[str]) -> tuple[str, ...]:
    """Return the names in the logs of an epoch; none where the model writes its own."""
    loss = losses_of(model, outputs)[1]
    metrics, unread = metrics_of(model, outputs)
    if unread or any("in code of its own" in each for each in loss):
        return ()
    names = ["loss", *(name for each in metrics for name in each)]
    if len(outputs) > 1:
        names += [f"{name}_loss" for name in outputs]
    compiled = (model._loss_tracker, model._compile_metrics, model._compile_loss)
    inner = getattr(model._compile_loss, "metrics", [])
    own = [each for each in model.metrics if not any(each is one for one in (*compiled, *inner))]
    return tuple(dict.fromkeys([*names, *(each.name for each in own)]))
