"""What an output is asked for: its targets, and what sort they are. No Keras is needed."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from ..evidence import Evidence
from ..findings import Finding, Severity
from ..gathering.facts import ArrayFacts, OutputFacts

__all__ = [
    "BINARY",
    "CATEGORICAL",
    "ELEMENTWISE",
    "HINGE",
    "REGRESSION",
    "SPARSE",
    "Head",
    "Verdict",
    "heads_of",
    "judged",
    "strongest",
]

REGRESSION = frozenset(
    (
        "huber",
        "log_cosh",
        "mean_absolute_error",
        "mean_absolute_percentage_error",
        "mean_squared_error",
        "mean_squared_logarithmic_error",
    )
)
BINARY = frozenset(("binary_crossentropy", "binary_focal_crossentropy"))
CATEGORICAL = frozenset(("categorical_crossentropy", "categorical_focal_crossentropy"))
SPARSE = frozenset(("sparse_categorical_crossentropy",))
HINGE = frozenset(("hinge", "squared_hinge"))
ELEMENTWISE = REGRESSION | BINARY | HINGE | {"cosine_similarity", "kl_divergence", "poisson"}

# More whole numbers than this are rather counts or ages than classes.
MOST_CLASSES = 20


# Severity, cause, remedy and confidence; None where nothing is wrong.
Verdict = tuple[Severity, str, str, float] | None


@dataclass(frozen=True)
class Head:
    """One output, and the targets it is compared with.

    Args:
        output: The output.
        target: Its targets among the training rows; None where they are not known.
        held: Its targets among the validation rows, likewise.
        shown: Whether the shape of the output is known.
        repeats_input: Whether the targets are an input, as of an autoencoder.
    """

    output: OutputFacts
    target: ArrayFacts | None = None
    held: ArrayFacts | None = None
    shown: bool = True
    repeats_input: bool = False

    @property
    def width(self) -> int:
        """Units of the output; 0 where they are not known."""
        if not self.shown:
            return 0
        return (self.output.shape[-1] or 0) if self.output.shape else 1

    @property
    def label_width(self) -> int:
        """Numbers in the last axis of a target; 1 for a plain column; 0 where not known."""
        if self.target is None:
            return 0
        return (self.target.shape[-1] or 0) if self.target.shape else 1

    @property
    def values(self) -> tuple[float, ...]:
        """Distinct values of the targets, where they are few; not the places of one-hot rows."""
        if self.target is None:
            return ()
        return (0.0, 1.0) if self.target.one_hot else self.target.values

    @property
    def is_one_hot(self) -> bool:
        """Whether the targets are one-hot rows."""
        return self.target is not None and self.target.one_hot

    @property
    def is_numbered(self) -> bool:
        """Whether each target is one whole number for a row or step of the output."""
        if self.target is None or not self.target.whole or self.target.one_hot:
            return False
        shape = self.target.shape
        short = len(shape) < len(self.output.shape) or (bool(shape) and shape[-1] == 1)
        return short or not shape

    @property
    def is_multilabel(self) -> bool:
        """Whether targets are rows of zeros and ones: not one-hot, nor one for each step."""
        return (
            self.target is not None
            and len(self.target.shape) >= len(self.output.shape)
            and not self.target.one_hot
            and self.label_width > 1
            and set(self.target.values) <= {0.0, 1.0}
            and len(self.target.values) == 2
        )

    @property
    def labels_per_row(self) -> float:
        """How much the numbers of a target row add up to, on average; NaN where not known."""
        if self.target is None or not self.target.means:
            return math.nan
        return sum(self.target.means)

    @property
    def classes(self) -> int:
        """How many classes the targets number from 0 on; 0 if they do not look like classes."""
        values = self.values
        if self.is_one_hot or len(values) < 2 or not self.is_numbered:
            return 0
        counted = values == tuple(map(float, range(len(values))))
        return len(values) if counted and len(values) <= MOST_CLASSES else 0

    @property
    def is_continuous(self) -> bool:
        """Whether the targets are rather measured numbers than labels of any sort."""
        target = self.target
        if target is None or target.dtype == "string" or math.isnan(target.minimum):
            return False
        many = not target.values or len(target.values) > max(MOST_CLASSES, 2 * self.width)
        return many and not target.whole

    @property
    def is_judged_by_accuracy(self) -> bool:
        """Whether a metric counts right answers."""
        return any("accuracy" in name for name in self.output.metrics)

    @property
    def told(self) -> str:
        """What the sentences of findings call the output."""
        return f"The output '{self.output.layer or self.output.name}'"


def heads_of(evidence: Evidence) -> list[Head]:
    """Return the outputs of the model with their targets, matched by name, else by order."""
    model, data = evidence.model, evidence.data
    if model is None:
        return []
    shown = any(layer.calls for layer in model.layers)
    targets = data.targets if data else ()
    held = data.validation_targets if data else ()
    heads = []
    for place, output in enumerate(model.outputs):
        target = _matching(targets, output.name, place, len(model.outputs))
        beside = _matching(held, output.name, place, len(model.outputs))
        inputs = data.inputs if data else ()
        repeats = target is not None and any(_alike(target, each) for each in inputs)
        heads.append(Head(output, target, beside, shown or bool(output.shape), repeats))
    return heads


def judged(
    fault: str, rule: str, evidence: Evidence, verdict: Callable[[Head], Verdict]
) -> Finding | None:
    """Return the strongest of the verdicts on the outputs, as a finding."""
    findings = []
    for head in heads_of(evidence):
        said = verdict(head)
        if said is not None:
            severity, cause, remedy, confidence = said
            figures: dict[str, float | int | str] = {
                "loss": head.output.loss,
                "activation": head.output.activation,
                "units": head.width,
            }
            if head.target is not None:
                figures |= {"minimum": head.target.minimum, "maximum": head.target.maximum}
            where = (head.output.layer or head.output.name,)
            findings.append(
                Finding(fault, rule, severity, cause, remedy, None, figures, confidence, where)
            )
    return strongest(findings)


def strongest(findings: list[Finding]) -> Finding | None:
    """Return the finding that counts most, with the outputs of all that are like it."""
    order: dict[Severity, int] = {"error": 0, "warning": 1, "info": 2}
    findings = sorted(findings, key=lambda each: (order[each.severity], -each.confidence))
    return findings[0] if findings else None


def _matching(
    arrays: tuple[ArrayFacts, ...], name: str, place: int, outputs: int
) -> ArrayFacts | None:
    by_name = {each.name: each for each in arrays}
    if name in by_name:
        return by_name[name]
    return arrays[place] if len(arrays) == outputs else None


def _alike(target: ArrayFacts, given: ArrayFacts) -> bool:
    """Return whether two arrays may be the same: an autoencoder's target is its input."""
    if target.shape != given.shape or target.dtype == "string":
        return False
    pairs = zip(
        (*target.means, *target.deviations), (*given.means, *given.deviations), strict=False
    )
    return all(math.isclose(a, b, rel_tol=0.1, abs_tol=0.05) for a, b in pairs)
