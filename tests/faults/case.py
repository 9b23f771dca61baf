"""What a case of the suite is: a training with a known fault, or with none, and its repaired twin.

The suite has three parts with the same sorts of cases: `open_half` is what rules may be tried and
thresholds set on; `kept_half` was kept from that until its first complete run was published;
`new_cases` came later, written without reading the rules, and were kept likewise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

FAMILIES = ("mlp", "simple_rnn", "lstm", "gru", "transformer")
FAULTS = (
    "lr_too_high",
    "lr_too_low",
    "too_few_epochs",
    "vanishing_gradient",
    "exploding_gradient",
    "dead_relu",
    "saturated_activation",
    "bad_init",
    "overfitting",
    "underfitting",
    "over_regularised",
    "missing_activation",
    "wrong_loss",
    "wrong_output_activation",
    "label_shape_mismatch",
    "bad_labels",
    "unnormalised_input",
    "unnormalised_target",
    "nan_input",
    "degenerate_input",
    "class_collapse",
    "imbalanced",
    "oscillating_loss",
    "nan_loss",
    "no_validation",
    "bad_split",
    "leakage",
)


@dataclass
class Training:
    """A compiled model and what its `fit` is given.

    Args:
        model: Compiled, its weights just made.
        x: What `fit` gets as x: arrays, a dict, a tf.data.Dataset, a generator, a PyDataset.
        y: The targets; None where `x` yields them.
        fit: Further arguments of `fit`: epochs, batch_size, validation_data, class_weight, ...
        score: Scores any model that answers as the repaired twin does, on clean rows that no
            training sees; higher is better. None where no such score says anything.
    """

    model: Any
    x: Any
    y: Any = None
    fit: dict[str, Any] = field(default_factory=dict)
    score: Callable[[Any], float] | None = None

    def run(self, *callbacks: Any) -> Any:
        """Train with these callbacks beside; return what `fit` returns."""
        beside = [*self.fit.get("callbacks", ()), *callbacks]
        options = {"verbose": 0, **self.fit, "callbacks": beside}
        if self.y is None:
            return self.model.fit(self.x, **options)
        return self.model.fit(self.x, self.y, **options)


@dataclass(frozen=True)
class Case:
    """A training, the fault in it, and the same training without the fault.

    Args:
        name: Unique, lower case, in words with underscores.
        family: One of `FAMILIES`, by the model.
        make: From a seed, the training.
        fault: The root, one of `FAULTS`; empty for a healthy training.
        also: Other names that are right as well, beside the root: a person who knows the cause
            would nod. What names anything else is a false alarm.
        twin: From a seed, the training without the fault; None for healthy ones.
        repairable: Whether software could mend it from what `fit` was given (shuffled labels
            cannot be).
        architecture: Whether the fault lies in the architecture, so that a repair may change it.
        why: One sentence: what is wrong, or why what looks wrong is right.
        runs: Whether `fit` runs at all; some faults end it with an error, and are found before.
    """

    name: str
    family: str
    make: Callable[[int], Training]
    fault: str = ""
    also: tuple[str, ...] = ()
    twin: Callable[[int], Training] | None = None
    repairable: bool = True
    architecture: bool = False
    why: str = ""
    runs: bool = True
