"""The rules in one list, and which fault explains which. No Keras is needed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..evidence import Evidence
from ..findings import Finding
from ..thresholds import Thresholds
from .rules_capacity import narrow_model, outdone
from .rules_cells import faint_past, linear_cells, sigmoid_cells, unbounded_cells
from .rules_classes import imbalanced
from .rules_data import degenerate_input, nan_input, unnormalised_input, unnormalised_target
from .rules_fit import hardly_begun, no_validation, overfitting, stopped_too_soon, too_few_epochs
from .rules_head import wrong_loss
from .rules_labels import bad_labels, label_shape_mismatch
from .rules_layers import (
    hidden_sigmoid,
    hidden_softmax,
    long_memory,
    missing_activation,
    steep_activation,
)
from .rules_output import unfitting_metric, wrong_output_activation
from .rules_pace import steps_too_large, steps_too_small
from .rules_rate import (
    learning_rate_too_high,
    learning_rate_too_low,
    nan_loss,
    too_slow,
)
from .rules_relation import other_relation, unrelated_labels
from .rules_settings import no_early_stopping, rate_out_of_range, unknown_monitor
from .rules_signal import (
    exploding_at_start,
    exploding_gradient,
    hidden_nan,
    same_answer,
    vanishing_gradient,
)
from .rules_skill import class_collapse, underfitting
from .rules_split import bad_split, leakage, validation_missing
from .rules_start import bad_start
from .rules_strength import dropout_after_output, over_regularised, shrunk
from .rules_summed import summed_loss
from .rules_swings import oscillating_loss, rolling_past, swinging
from .rules_units import (
    dead_at_start,
    dead_relu,
    saturated_activation,
    saturated_at_start,
)
from .rules_weights import class_by_class, pulled_by_weights

__all__ = ["EXPLAINS", "RULES", "Rule"]


@dataclass(frozen=True)
class Rule:
    """One rule: a pure function, and when it may speak.

    Args:
        fault: The fault that it finds.
        check: Evidence and thresholds to a finding, or None.
        final: Whether it needs a finished training: in the middle, every loss still falls.
        needs: The fields of the evidence without which it cannot be asked.
    """

    fault: str
    check: Callable[[Evidence, Thresholds], Finding | None]
    final: bool = False
    needs: tuple[str, ...] = ("recorded",)

    def apply(self, evidence: Evidence, thresholds: Thresholds, final: bool) -> Finding | None:
        """Return what the rule finds, or None where it finds nothing or cannot be asked."""
        known = all(getattr(evidence, name) not in (None, ()) for name in self.needs)
        if not known or (self.final and not final):
            return None
        return self.check(evidence, thresholds)


PROBES = ("recorded", "probes")

# In the order of causes: what stands first is rather the root of what stands below.
RULES: tuple[Rule, ...] = (
    Rule("nan_input", nan_input, needs=("data",)),
    Rule("degenerate_input", degenerate_input, needs=("data",)),
    Rule("unnormalised_input", unnormalised_input, needs=("data", "model")),
    Rule("unnormalised_target", unnormalised_target, needs=("data", "model")),
    Rule("imbalanced", imbalanced, needs=("data",)),
    Rule("class_collapse", pulled_by_weights, needs=("data",)),
    Rule("class_collapse", class_by_class, needs=("data",)),
    Rule("bad_split", bad_split, needs=("data",)),
    Rule("bad_split", other_relation, needs=("data",)),
    Rule("leakage", leakage, needs=("data",)),
    Rule("wrong_loss", wrong_loss, needs=("model",)),
    Rule("wrong_output_activation", wrong_output_activation, needs=("model",)),
    Rule("bad_labels", bad_labels, needs=("model", "data")),
    Rule("label_shape_mismatch", label_shape_mismatch, needs=("model", "data")),
    Rule("missing_activation", missing_activation, needs=("model",)),
    Rule("bad_init", bad_start, needs=("model",)),
    Rule("over_regularised", dropout_after_output, needs=("model",)),
    Rule("over_regularised", over_regularised, needs=("model",)),
    Rule("over_regularised", shrunk, needs=("model", *PROBES)),
    Rule("vanishing_gradient", hidden_sigmoid, needs=("model",)),
    Rule("vanishing_gradient", long_memory, needs=("model",)),
    Rule("vanishing_gradient", sigmoid_cells, needs=("model",)),
    Rule("saturated_activation", hidden_softmax, needs=("model",)),
    Rule("saturated_activation", steep_activation, needs=("model",)),
    Rule("oscillating_loss", rolling_past, needs=("recorded", "model")),
    Rule("lr_too_high", rate_out_of_range, needs=("model",)),
    Rule("saturated_activation", saturated_at_start, needs=PROBES),
    Rule("exploding_gradient", exploding_at_start, needs=PROBES),
    Rule("exploding_gradient", summed_loss, needs=("recorded", "model")),
    Rule("exploding_gradient", unbounded_cells, needs=("recorded", "model")),
    Rule("missing_activation", linear_cells, needs=("model",)),
    Rule("dead_relu", dead_at_start, needs=PROBES),
    Rule("nan_loss", nan_loss),
    Rule("nan_loss", hidden_nan, needs=("probes",)),
    Rule("oscillating_loss", swinging),
    Rule("lr_too_high", steps_too_large, needs=PROBES),
    Rule("lr_too_high", learning_rate_too_high),
    Rule("vanishing_gradient", faint_past, needs=PROBES),
    Rule("vanishing_gradient", vanishing_gradient, needs=PROBES),
    Rule("saturated_activation", saturated_activation, needs=PROBES),
    Rule("dead_relu", dead_relu, needs=PROBES),
    Rule("exploding_gradient", exploding_gradient, needs=PROBES),
    Rule("lr_too_low", steps_too_small, needs=PROBES),
    Rule("bad_labels", unrelated_labels),
    Rule("lr_too_low", learning_rate_too_low),
    Rule("lr_too_low", too_slow),
    Rule("oscillating_loss", oscillating_loss),
    Rule("class_collapse", same_answer, needs=PROBES),
    Rule("class_collapse", class_collapse),
    Rule("too_few_epochs", hardly_begun, final=True, needs=("recorded", "model")),
    Rule("too_few_epochs", stopped_too_soon, final=True, needs=("recorded", "model")),
    Rule("too_few_epochs", too_few_epochs, final=True),
    Rule("underfitting", outdone, final=True),
    Rule("overfitting", overfitting),
    Rule("underfitting", underfitting, final=True),
    Rule("underfitting", narrow_model, final=True, needs=("recorded", "model")),
    Rule("no_validation", validation_missing, needs=("data",)),
    Rule("no_validation", no_validation, final=True),
    Rule("unfitting_metric", unfitting_metric, needs=("model",)),
    Rule("unknown_monitor", unknown_monitor, needs=("model",)),
    Rule("no_early_stopping", no_early_stopping, needs=("model",)),
)

# What a training shows that was set up wrongly from the start.
SYMPTOMS = (
    "nan_loss",
    "lr_too_high",
    "lr_too_low",
    "oscillating_loss",
    "class_collapse",
    "vanishing_gradient",
    "exploding_gradient",
    "dead_relu",
    "saturated_activation",
    "too_few_epochs",
    "overfitting",
    "underfitting",
)
NOT_LEARNED = ("lr_too_low", "class_collapse", "too_few_epochs", "underfitting")

# Fault: what it brings about, and what therefore is no finding of its own beside it.
EXPLAINS: dict[str, tuple[str, ...]] = {
    "wrong_loss": (
        "wrong_output_activation",
        "bad_labels",
        "label_shape_mismatch",
        "unfitting_metric",
        *SYMPTOMS,
    ),
    "wrong_output_activation": ("label_shape_mismatch", "unfitting_metric", *SYMPTOMS),
    "bad_labels": ("label_shape_mismatch", "unfitting_metric", *SYMPTOMS),
    "label_shape_mismatch": ("wrong_loss", "unfitting_metric", *SYMPTOMS),
    "missing_activation": ("bad_labels", *NOT_LEARNED),
    "bad_init": ("bad_labels", *SYMPTOMS),
    "over_regularised": (
        "bad_labels",
        "vanishing_gradient",
        "exploding_gradient",
        "dead_relu",
        "saturated_activation",
        *NOT_LEARNED,
    ),
    "exploding_gradient": (
        "bad_labels",
        "nan_loss",
        "lr_too_high",
        "saturated_activation",
        "dead_relu",
        "oscillating_loss",
        *NOT_LEARNED,
    ),
    "dead_relu": ("bad_labels", "lr_too_high", "vanishing_gradient", *NOT_LEARNED),
    "vanishing_gradient": (
        "bad_labels",
        "saturated_activation",
        "dead_relu",
        "overfitting",
        *NOT_LEARNED,
    ),
    "saturated_activation": (
        "bad_labels",
        "vanishing_gradient",
        "exploding_gradient",
        *NOT_LEARNED,
    ),
    "nan_input": ("unnormalised_input", "unnormalised_target", "bad_split", *SYMPTOMS),
    "degenerate_input": ("unnormalised_input", "leakage", "bad_split", *SYMPTOMS),
    "unnormalised_input": ("bad_init", *SYMPTOMS),
    "unnormalised_target": SYMPTOMS,
    "imbalanced": ("class_collapse", "lr_too_low", "underfitting"),
    "bad_split": ("overfitting", "oscillating_loss", "class_collapse", "underfitting"),
    "nan_loss": (
        "bad_labels",
        "lr_too_high",
        "lr_too_low",
        "oscillating_loss",
        "class_collapse",
        "too_few_epochs",
        "overfitting",
        "underfitting",
    ),
    "lr_too_high": (
        "bad_labels",
        "lr_too_low",
        "dead_relu",
        "exploding_gradient",
        "saturated_activation",
        "vanishing_gradient",
        "oscillating_loss",
        "class_collapse",
        "too_few_epochs",
        "overfitting",
        "underfitting",
    ),
    "lr_too_low": ("bad_labels", "class_collapse", "too_few_epochs", "underfitting"),
    "oscillating_loss": (
        "lr_too_high",
        "dead_relu",
        "saturated_activation",
        "too_few_epochs",
        "overfitting",
        "underfitting",
    ),
    "class_collapse": (
        "lr_too_low",
        "oscillating_loss",
        "too_few_epochs",
        "overfitting",
        "underfitting",
    ),
    "too_few_epochs": ("underfitting",),
}
