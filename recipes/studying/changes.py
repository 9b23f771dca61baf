"""A change: one setting of a config, the reason for trying it, and the rule that says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from ..config import Choice, Config

__all__ = ["RATE_FACTORS", "Change", "written"]

RATE_FACTORS = (1.0, 0.3, 3.0)
"""Factors of the learning rate at which a change that moves the best rate is tried."""
# A change of these moves the best learning rate, and would be judged wrongly at the old one.
MOVES_RATE = frozenset(
    ["units", "filters", "layers", "embedding_width", "batch_size", "batch_normalization"]
)


@dataclass(frozen=True)
class Change:
    """One setting that gets another value, and what is hoped for.

    Args:
        setting: The field of `Config`.
        value: Its new value.
        hypothesis: What is hoped for and why, one sentence that can turn out wrong.
        rule: The guide's rule or rules.
        phase: The phase of the guide that it belongs to, 1 to 5.
        figures: What was measured that led to it, by name.
        simpler: Whether the changed config is the simpler of the two: fewer weights or less
            regularization. Where no difference can be shown, the simpler one stays.
        smoother: Whether the changed config is the more regularized of the two, against a gap
            between training and validation. Where no difference can be shown, it stays if its mean
            is better.

    Guide: BP-2, MIS-5.

    Examples:
        >>> change = Change("dropout", 0.3, "Less is learned by heart.", "REG-2, LVL-1", 4)
        >>> change.apply(Config(dropout=0.0)).dropout, change.name
        (0.3, 'dropout 0.3')
    """

    setting: str
    value: Any
    hypothesis: str
    rule: str = ""
    phase: int = 5
    figures: Mapping[str, Any] = field(default_factory=dict)
    simpler: bool = False
    smoother: bool = False

    def __post_init__(self) -> None:
        """Freeze the figures."""
        object.__setattr__(self, "figures", MappingProxyType(dict(self.figures)))

    @property
    def name(self) -> str:
        """The change in two or three words, such as `dropout 0.3`."""
        return f"{self.setting} {written(self.value)}"

    @property
    def moves_rate(self) -> bool:
        """Whether the best learning rate may be another after it, so that it is looked for."""
        return self.setting in MOVES_RATE

    def apply(self, config: Config) -> Config:
        """Return the config with the one setting changed; it remembers why."""
        changed: dict[str, Any] = {
            self.setting: Choice(self.value, self.rule, self.figures, self.hypothesis)
        }
        return config.replace(**changed)

    def difference(self, config: Config) -> dict[str, tuple[Any, Any]]:
        """Return `{setting: (old, new)}`; empty where the config has the value already."""
        return self.apply(config).difference(config)

    def to_dict(self) -> dict[str, Any]:
        """Return the change as plain data for JSON."""
        return {
            "setting": self.setting,
            "value": list(self.value) if isinstance(self.value, tuple) else self.value,
            "hypothesis": self.hypothesis,
            "rule": self.rule,
            "phase": self.phase,
            "figures": dict(self.figures),
            "simpler": self.simpler,
            "smoother": self.smoother,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Change:
        """Return the change that `to_dict` described."""
        value = data["value"]
        return cls(**{**data, "value": tuple(value) if isinstance(value, list) else value})


def written(value: Any) -> str:
    """Return a value of a setting as `--set` takes it.

    Examples:
        >>> written((128, 64)), written(0.001), written(True)
        ('128,64', '0.001', 'true')
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple | list):
        return ",".join(map(written, value))
    return f"{value:.4g}" if isinstance(value, float) else str(value)
