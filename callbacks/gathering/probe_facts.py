"""What a fixed batch of rows shows of a model after an epoch. No Keras is needed."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LayerProbe", "ProbeFacts"]


@dataclass(frozen=True)
class LayerProbe:
    """One layer on the probe rows, after an epoch.

    Args:
        name: Its name.
        kind: Its class.
        activation: Its activation; empty where it has none.
        zero_units: Share of units that are zero on every probe row (rectifiers only; else 0).
        flat_units: Share of units on a flat end of their activation, as of sigmoid or tanh, on more
            than half of the rows.
        spread: Mean over units of the standard deviation over probe rows of its output.
        gradient_norm: L2 norm of the gradient of its kernel; NaN where it has none.
        weight_norm: L2 norm of the kernel.
        moved: L2 norm of what changed of the kernel since the probe before, divided by
            `weight_norm`.
        hidden: Whether it is none of the output layers.
        size: Numbers in the kernel; 0 where it has none.
        steps: Steps of the sequence that a recurrent layer reads; 0 for others.
        reach: How strongly the loss depends on the far end of that sequence, as a share of the
            steps on which it depends most; NaN for others, and where steps are masked.
    """

    name: str
    kind: str
    activation: str = ""
    zero_units: float = 0.0
    flat_units: float = 0.0
    spread: float = float("nan")
    gradient_norm: float = float("nan")
    weight_norm: float = float("nan")
    moved: float = float("nan")
    hidden: bool = True
    size: int = 0
    steps: int = 0
    reach: float = float("nan")


@dataclass(frozen=True)
class ProbeFacts:
    """What a fixed batch of rows shows of the model after an epoch.

    Args:
        epoch: The epoch, counted from 1; 0 is before the first step.
        layers: The layers in the order of the forward pass.
        loss: The loss on the probe rows, without dropout.
        not_finite: Where NaN or infinity was found: `inputs`, `targets`, `loss`, `output NAME`,
            `weights LAYER`, `gradient LAYER`, `activation LAYER`, and `input LAYER` for a layer
            that is handed it.
        output_spread: For each output, the mean standard deviation of the predictions over rows.
        class_shares: For a classifier, the share of each class among the predictions on validation
            rows (probe rows where there are none).
        label_shares: The same of the labels of those rows.
        steps: Batches since the probe before; 0 where it is not known.
        batch_losses: Loss of each batch of the epoch, in order; empty where it is not known.
        penalty: The part of the loss that does not come from predictions: L1, L2, `add_loss`.
        epochs: Epochs since the probe before: not every short epoch has one.
    """

    epoch: int
    layers: tuple[LayerProbe, ...] = ()
    loss: float = float("nan")
    not_finite: tuple[str, ...] = ()
    output_spread: tuple[float, ...] = ()
    class_shares: tuple[float, ...] = ()
    label_shares: tuple[float, ...] = ()
    steps: int = 0
    batch_losses: tuple[float, ...] = ()
    penalty: float = 0.0
    epochs: int = 1
