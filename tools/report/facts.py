"""What the checklists look at: the record of a run, its losses, and what its model file holds."""

from __future__ import annotations

import math
import zipfile
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ...recipes.studying.steps import Step
    from ...recipes.training.runs import Run

__all__ = ["TRAINING_FAULTS", "Facts"]

TRAINING_FAULTS = frozenset(
    {
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
        "class_collapse",
        "oscillating_loss",
        "nan_loss",
        "no_validation",
    }
)
"""Faults of a training; every other fault is one of the data."""


class Facts:
    """What the checks look at, read once."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.record = run.record
        self.config = run.config
        self.kind: str = run.record["task"]["kind"]
        self.rows: dict[str, int] = {n: int(v or 0) for n, v in run.record["rows"].items()}
        self.faults = {finding.fault for finding in run.findings}
        self.metrics = set((run.record.get("validation") or {}).get("metrics") or ())
        losses = [(logs.get("loss"), logs.get("val_loss")) for logs in run.history]
        self.train = [math.nan if a is None else a for a, _ in losses]
        self.validation = [math.nan if b is None else b for _, b in losses]

    @cached_property
    def layers(self) -> str | None:
        """The saved model's configuration as text, or None when there is no model to read."""
        if self.run.folder is None:
            return None
        try:
            with zipfile.ZipFile(self.run.folder / "model.keras") as archive:
                return archive.read("config.json").decode("utf-8")
        except (OSError, KeyError, ValueError, zipfile.BadZipFile):
            return None

    def has_layer(self, *names: str) -> bool:
        """Whether the saved model holds a layer of one of these classes."""
        return any(f'"class_name": "{name}"' in (self.layers or "") for name in names)

    @cached_property
    def entries(self) -> list[Mapping[str, Any]]:
        """The ledger of the study that the run came from; empty where there was none."""
        from ...recipes.studying.ledger import Ledger
        from ...recipes.studying.study import LEDGER

        path = None if self.run.folder is None else self.run.folder / LEDGER
        return [] if path is None or not path.is_file() else list(Ledger(path))

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The changes that the study tried."""
        from ...recipes.studying.steps import steps_of

        return steps_of(self.entries)

    @property
    def data_errors(self) -> list[str]:
        """Faults of the data that are errors."""
        return [
            finding.fault
            for finding in self.run.findings
            if finding.severity == "error" and finding.fault not in TRAINING_FAULTS
        ]
