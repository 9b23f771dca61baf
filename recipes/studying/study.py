"""A study: the run of the config that was kept, and the ledger of how it came about."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...callbacks.findings import Finding
from ...zoo.errors import bad_input, did_you_mean, require
from ..config import Choice, Config
from ..rereading import reread
from ..training.runs import Run, open_run
from .ledger import Ledger

if TYPE_CHECKING:
    import keras
    import pandas as pd
    from matplotlib.figure import Figure

    from .more_data import MoreData

__all__ = ["LEDGER", "Study", "open_study"]

LEDGER = "ledger.jsonl"


@dataclass(frozen=True)
class Study:
    """What `five_phases` leaves.

    Args:
        best: The run of the config that was kept, trained last and tested once.
        ledger: Everything that was tried, and what came of it.

    Guide: BP-2, CHK-3.
    """

    best: Run
    ledger: Ledger

    @property
    def config(self) -> Config:
        """The config that was kept."""
        return self.best.config

    @property
    def model(self) -> keras.Model:
        """The trained model, which takes raw rows."""
        return self.best.model

    @property
    def folder(self) -> Path | None:
        """Where it is kept; None for a study in memory."""
        return self.best.folder

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found in the data and in the last training."""
        return self.best.findings

    @property
    def outcome(self) -> Mapping[str, Any]:
        """How it ended: scores, looks at the validation rows, optimism, time; plain data."""
        ends = self.ledger.entries("end")
        return ends[-1] if ends else {}

    def frame(self) -> pd.DataFrame:
        """Return the ledger as a data frame, one row for each change that was tried."""
        return self.ledger.frame()

    def how_much_more_data(self, goal: float | None = None, *, minutes: float = 5.0) -> MoreData:
        """Say how many training rows a goal needs with the kept config, or that more will not help.

        Args:
            goal: The score to reach; None asks what doubling the rows would bring.
            minutes: The trainings end after so many.

        Raises:
            BadInput: The goal cannot be used, or the data changed or cannot be reread.

        Guide: LVL-3.
        """
        from .more_data import how_much_more_data

        splits = self.best.splits or reread(self.best)[1]
        metric = self.ledger.entries("study")[0]["metric"]["value"]
        deadline = time.monotonic() + 60 * minutes
        return how_much_more_data(
            goal, config=self.config, splits=splits, metric=metric, deadline=deadline
        )

    def why(self, setting: str) -> Choice:
        """Return the value of a setting in the kept config, and what was tried of it.

        Args:
            setting: A name such as `dropout`.

        Raises:
            BadInput: There is no such setting.
        """
        if setting not in Config.setting_names():
            raise bad_input(
                "setting_unknown",
                f"There is no setting '{setting}'",
                remedy=did_you_mean(setting, Config.setting_names()),
            )
        choice = self.config.why(setting)
        tried = [
            entry
            for entry in self.ledger.entries("step")
            if setting in entry["difference"] or entry["change"]["setting"] == setting
        ]
        words = [
            f"Step {entry['number']} tried {_words(entry['change'])}: "
            f"{entry['verdict']['verdict']}. {entry['verdict']['sentence']}"
            for entry in tried
        ]
        return Choice(choice.value, choice.rule, choice.figures, " ".join([choice.reason, *words]))

    def plot(self) -> Figure:
        """Return a picture of every change with its interval, and of what stayed.

        Raises:
            MissingExtra: matplotlib is not installed.
        """
        from .drawing import draw_study

        require("matplotlib", "report")
        return draw_study(self.ledger)

    def _repr_html_(self) -> str:
        """Return the study for a notebook: the outline, and a table of what was tried."""
        from .notebook import study_html

        return study_html(self.ledger)

    def __repr__(self) -> str:
        """Return the kept run, the number of changes and how many stayed."""
        steps = self.ledger.entries("step")
        kept = sum(entry["verdict"]["stays"] == "after" for entry in steps)
        return f"Study({self.best!r}; {len(steps)} changes tried, {kept} stayed)"


def open_study(folder: str | Path) -> Study:
    """Return the study that a folder keeps.

    Args:
        folder: The folder that `five_phases` made.

    Raises:
        BadInput: There is no such folder, or it holds no finished study.
    """
    run = open_run(folder)
    path = Path(folder) / LEDGER
    if not path.exists():
        raise bad_input(
            "study_missing",
            f"The folder {folder} holds a run, but no study",
            expected=f"a folder with {LEDGER}, as `goodfit fit` leaves it",
            remedy="Make one: goodfit fit data.csv --target NAME",
        )
    return Study(run, Ledger(path))


def _words(change: Mapping[str, Any]) -> str:
    from .changes import Change

    return Change.from_dict(change).name
