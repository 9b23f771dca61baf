"""What is known of a model, of its data, and of both after an epoch. No Keras is needed.

Facts are plain numbers and names. Whoever has a model and data gathers them; whoever has only the
facts, such as a test, can judge.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .probe_facts import LayerProbe, ProbeFacts

__all__ = [
    "ArrayFacts",
    "DataFacts",
    "LayerFacts",
    "LayerProbe",
    "ModelFacts",
    "OutputFacts",
    "ProbeFacts",
]


@dataclass(frozen=True)
class LayerFacts:
    """One layer as it was built, before any training.

    Args:
        name: Its name in the model.
        kind: Its class, such as `Dense`.
        activation: The activation's name, `linear` for none; empty where the layer has no such
            setting.
        units: Width of its output, or channels; 0 where it has none.
        hidden: Whether it is none of the output layers.
        fan_in: Numbers that one unit adds up; 0 where it has no kernel.
        kernel_deviation: Standard deviation of the kernel; NaN where it has none.
        kernel_constant: Whether all numbers of the kernel are equal.
        l1: Strength of the L1 penalty of its kernel.
        l2: Strength of the L2 penalty of its kernel.
        dropout: Share that it drops (also the `dropout` of recurrent layers).
        settings: Other settings by name, such as `return_sequences` or `negative_slope`; of an
            activation of the user's own, `flat_at_usual` is the share of numbers of unit deviation
            for which it is flat.
        takes: What it is handed, as far as that is known: names of layers, `input NAME` for inputs
            of the model, `operation Mul` for what came through an operation that is no layer;
            reshaping is not named.
        feeds: What takes its output: names of layers, `operation Mul`, `output` for the model's.
        input_shape: Shape of what it is handed, without the rows; None for a length that varies.
        calls: How often it is called in one pass; 0 where that is not known.
    """

    name: str
    kind: str
    activation: str = ""
    units: int = 0
    hidden: bool = True
    fan_in: int = 0
    kernel_deviation: float = float("nan")
    kernel_constant: bool = False
    l1: float = 0.0
    l2: float = 0.0
    dropout: float = 0.0
    settings: Mapping[str, float | int | str | bool] = field(default_factory=dict)
    takes: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()
    input_shape: tuple[int | None, ...] = ()
    calls: int = 0


@dataclass(frozen=True)
class OutputFacts:
    """One output of a model: what it can say, and how that is compared with the targets.

    Args:
        name: The output's name.
        layer: The layer with the weights that makes it; empty where it cannot be told.
        shape: Its shape without the rows; None for a length that varies.
        activation: What the last layer ends in, such as `softmax`; empty where it cannot be told.
        loss: Snake-case name of the loss, such as `binary_crossentropy`; empty for a function of
            the user's own.
        from_logits: Whether the loss expects logits; None where it has no such setting.
        metrics: Snake-case names of the metrics of this output; those of the user's own are left
            out.
        logit_metrics: Those of them that were told to expect logits.
        after: Names of the layers after `layer`, such as an Activation or a Dropout, in order.
        ignored_label: The label that the loss leaves out; None where it counts them all.
        reduction: How the loss joins the rows of a batch, such as `sum`; empty where not told.
    """

    name: str
    layer: str = ""
    shape: tuple[int | None, ...] = ()
    activation: str = ""
    loss: str = ""
    from_logits: bool | None = None
    metrics: tuple[str, ...] = ()
    logit_metrics: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    ignored_label: int | None = None
    reduction: str = ""


@dataclass(frozen=True)
class ModelFacts:
    """A compiled model, and how it is to be trained.

    Args:
        layers: All layers with a name, in the order of the forward pass where that is known.
        outputs: The outputs, in the model's order.
        optimizer: Snake-case name of the optimizer, such as `adam`.
        learning_rate: Its learning rate at the start; None where it has none.
        scheduled: Whether a schedule or a callback changes the rate.
        momentum: Of SGD and RMSprop.
        clipped: Whether gradients are clipped.
        parameters: Numbers that are trained.
        scaled_inputs: Names of the inputs that the model itself scales or embeds: they pass a
            Normalization, Rescaling, BatchNormalization, LayerNormalization, Embedding or other
            preprocessing first, or a layer or operation of which that cannot be told.
        epochs: Epochs that are planned; None where it is not known.
        steps: Batches of an epoch, where it is known.
        callbacks: Class names of the callbacks beside.
        monitors: What the callbacks beside look at: pairs of class name and the name monitored.
        class_weighted: Whether `class_weight` or sample weights were given.
        unseen: What could not be read, in sentences for the user.
        inputs: Names of the inputs, in the model's order: as the data name them, or as the model
            does.
        weight_decay: Of AdamW and the like.
        trained_steps: Steps that the optimizer has taken.
        log_names: Names that the logs of an epoch will hold, without the `val_` ones; empty where
            that cannot be told.
        patience: Epochs without improvement after which an EarlyStopping ends the training; None
            without one.
    """

    layers: tuple[LayerFacts, ...] = ()
    outputs: tuple[OutputFacts, ...] = ()
    optimizer: str = ""
    learning_rate: float | None = None
    scheduled: bool = False
    momentum: float = 0.0
    clipped: bool = False
    parameters: int = 0
    scaled_inputs: tuple[str, ...] = ()
    epochs: int | None = None
    steps: int | None = None
    callbacks: tuple[str, ...] = ()
    monitors: tuple[tuple[str, str], ...] = ()
    class_weighted: bool = False
    unseen: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    weight_decay: float = 0.0
    trained_steps: int = 0
    log_names: tuple[str, ...] = ()
    patience: int | None = None

    def layer(self, name: str) -> LayerFacts | None:
        """Return the layer of that name, or None."""
        return next((each for each in self.layers if each.name == name), None)


@dataclass(frozen=True)
class ArrayFacts:
    """One input or target, from the rows that were looked at.

    Args:
        name: Its name; `x` or `y` where it has none.
        shape: Its shape without the rows; None for a length that varies.
        dtype: Its type, such as `float32` or `string`.
        rows: Rows that were looked at.
        minimum: Lowest finite value; NaN for texts.
        maximum: Highest finite value.
        means: Mean of each feature (last axis) over rows and steps.
        deviations: Standard deviation of each feature.
        not_finite: Share of rows with NaN or infinity.
        same_rows: Share of rows that equal the first one.
        whole: Whether all values are whole numbers.
        values: Distinct values, rising, where there are at most 1,000; of one-hot rows, the places.
        shares: Share of each of these values.
        one_hot: Whether each row holds zeros and a single one.
        zeros: Share of the numbers that are exactly 0, as of padding, counts and one-hot columns.
        distinct_rows: How many of the rows looked at differ; 0 where they were not compared.
    """

    name: str
    shape: tuple[int | None, ...] = ()
    dtype: str = "float32"
    rows: int = 0
    minimum: float = float("nan")
    maximum: float = float("nan")
    means: tuple[float, ...] = ()
    deviations: tuple[float, ...] = ()
    not_finite: float = 0.0
    same_rows: float = 0.0
    whole: bool = False
    values: tuple[float, ...] = ()
    shares: tuple[float, ...] = ()
    one_hot: bool = False
    zeros: float = 0.0
    distinct_rows: int = 0


@dataclass(frozen=True)
class DataFacts:
    """The rows that a training is given.

    Args:
        inputs: The inputs of the training rows.
        targets: The targets of the training rows; empty where there are none.
        validation_inputs: The same of the validation rows; empty where none were given.
        validation_targets: The same of the validation rows.
        rows: Training rows in all; None where it is not known.
        validation_rows: Validation rows in all; None where it is not known, 0 where none are given.
        shared_rows: Share of the validation rows looked at that stand among the training rows too.
        input_drift: Largest difference of a feature's mean between training and validation, in
            standard deviations of the training rows beyond what chance makes.
        label_drift: Share of the labels that would have to change for the class shares to agree,
            beyond what chance makes.
        unseen: What could not be seen, in sentences for the user.
        has_validation: Whether validation data are given; None where it is not known.
        weighted: Whether class weights or sample weights are given.
        shape_drift: Largest distance between the distributions of a feature in training and
            validation (Kolmogorov and Smirnov's, 0 to 1), beyond what chance makes.
        target_drift: Difference of the mean of a numeric target, in standard deviations of the
            training rows, beyond what chance makes; where there are several, the largest.
        repeated_rows: Share of the training rows looked at that stand there more than once; only
            counted where there are shared rows.
        in_order: Whether neighbouring training rows are alike, as windows of one series are.
        rich_rows: Whether the inputs can take so many values that equal rows are no coincidence.
        evenly: Whether the training rows were drawn from the whole source; else they are its first
            ones, which may be of one class.
        class_weights: Pairs of class and weight, as given, or the mean weight of the rows of each
            class; empty without any.
        lone_batches: Share of the batches that hold a single class, beyond what chance makes, where
            `fit` takes the rows in their own order; else 0.
        name_drift: Share of the names in an input of whole numbers, such as words, that would have
            to change for training and validation to agree, beyond what chance makes.
    """

    inputs: tuple[ArrayFacts, ...] = ()
    targets: tuple[ArrayFacts, ...] = ()
    validation_inputs: tuple[ArrayFacts, ...] = ()
    validation_targets: tuple[ArrayFacts, ...] = ()
    rows: int | None = None
    validation_rows: int | None = None
    shared_rows: float = 0.0
    input_drift: float = 0.0
    label_drift: float = 0.0
    unseen: tuple[str, ...] = ()
    has_validation: bool | None = None
    weighted: bool = False
    shape_drift: float = 0.0
    target_drift: float = 0.0
    repeated_rows: float = 0.0
    in_order: bool = False
    rich_rows: bool = False
    evenly: bool = True
    class_weights: tuple[tuple[int, float], ...] = ()
    lone_batches: float = 0.0
    name_drift: float = 0.0
