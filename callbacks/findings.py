"""A finding: what is wrong, by which figures, why, and what to do. No Keras is needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

__all__ = ["SEVERITIES", "Finding", "Severity"]

Severity = Literal["info", "warning", "error"]
SEVERITIES: tuple[str, ...] = ("info", "warning", "error")


@dataclass(frozen=True)
class Finding:
    """One diagnosis of a training or of the data it is given.

    Args:
        fault: The name of what is wrong, such as `overfitting` or `missing_values`.
        rule: The id of the guide's rule that it follows, such as `DX-6`; empty where it has none.
        severity: `info`, `warning` or `error`.
        cause: The likely cause, one sentence with the figures in it.
        remedy: What to do, one sentence.
        epoch: The epoch, counted from 1, at which it was first seen; None before training.
        figures: The numbers that triggered it, by name.
        confidence: How sure the rule is, from 0 to 1.
        where: The columns, rows or layers concerned, as a person would name them.
        consequences: Other faults that showed at the same time and that this cause explains, by
            name; they have no finding of their own.

    Examples:
        >>> finding = Finding("nan_loss", "DX-1", "error", "The loss is NaN.", "Divide by 10.", 3)
        >>> print(finding)
        error nan_loss (DX-1, epoch 3): The loss is NaN. Divide by 10.
    """

    fault: str
    rule: str
    severity: Severity
    cause: str
    remedy: str
    epoch: int | None = None
    figures: Mapping[str, float | int | str] = field(default_factory=dict)
    confidence: float = 1.0
    where: tuple[str, ...] = ()
    consequences: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Freeze the figures and check the severity."""
        if self.severity not in SEVERITIES:
            raise ValueError(f"severity must be one of {SEVERITIES}, received {self.severity!r}")
        object.__setattr__(self, "figures", MappingProxyType(dict(self.figures)))

    def __str__(self) -> str:
        """Return the finding in one line."""
        details = [part for part in (self.rule, self.epoch and f"epoch {self.epoch}") if part]
        detail = f" ({', '.join(details)})" if details else ""
        return f"{self.severity} {self.fault}{detail}: {self.cause} {self.remedy}"

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and pickle despite the frozen figures."""
        return (Finding.from_dict, (self.to_dict(),))

    def to_dict(self) -> dict[str, Any]:
        """Return the finding as plain data for JSON."""
        return {
            "fault": self.fault,
            "rule": self.rule,
            "severity": self.severity,
            "epoch": self.epoch,
            "cause": self.cause,
            "remedy": self.remedy,
            "figures": dict(self.figures),
            "confidence": self.confidence,
            "where": list(self.where),
            "consequences": list(self.consequences),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Finding:
        """Return the finding that `to_dict` described."""
        tuples = {name: tuple(data.get(name, ())) for name in ("where", "consequences")}
        return cls(**{**data, **tuples})
