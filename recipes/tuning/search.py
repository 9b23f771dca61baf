"""What a search leaves: its trials, the best of them, and the run that was trained by it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...zoo.errors import GoodfitError, bad_input
from ..config import Config
from ..studying.changes import written
from ..studying.measuring import Measure
from ..studying.telling import score_text
from ..training.runs import Run, open_run
from .driving import best_of
from .journal import JOURNAL, Journal, Trial
from .own_best import MODEL
from .space import Space

if TYPE_CHECKING:
    import pandas as pd

    from .importance import Importance

__all__ = ["BEST", "Search", "SearchInterrupted", "open_search"]

BEST = "best"


@dataclass(frozen=True)
class Search:
    """What `tune` leaves.

    Args:
        folder: Where it is kept.
        journal: Everything that was tried, and what came of it.
        measure: The metric that decided.
        run: The run of the best trial's config, trained last; None where no trial came to a model,
            or a builder of your own made it. `model` has the model of either.

    Guide: PH-5, BP-2.
    """

    folder: Path
    journal: Journal
    measure: Measure
    run: Run | None = None

    @property
    def trials(self) -> tuple[Trial, ...]:
        """All trials, in the order in which they were created."""
        return tuple(self.journal.trials.values())

    @property
    def best(self) -> Trial | None:
        """The completed trial with the best mean score; None where none is completed."""
        return best_of(self.journal, self.measure.less_is_better)

    @property
    def model(self) -> Any:
        """The Keras model of the best trial, trained last: of the run, or of your own builder.

        Layers of your own have to be registered with Keras, so that their file can be opened.

        Raises:
            BadInput: No trial came to a model, or the search is not finished.
        """
        if self.run is not None:
            return self.run.model
        path = self.folder / BEST / MODEL
        if not path.is_file():
            raise bad_input(
                "model_missing",
                f"The search in {self.folder} has no model",
                expected="a finished search in which a trial came to a model",
                remedy="Go on with it: tune(..., resume=True)",
            )
        import keras

        return keras.models.load_model(path)

    @property
    def kept(self) -> Trial | None:
        """The trial of the config itself that compares with the best; None where there is none.

        Of Hyperband's short rounds and long ones only those of as many epochs compare.
        """
        base, best = self._base, self.best
        own = None if base is None else self.space.own_values(base)
        epochs = None if best is None else best.epochs
        same = (t for t in self.trials if dict(t.values) == own and t.epochs in (epochs, None))
        return next(same, None)

    @property
    def looks(self) -> int:
        """How many trainings were scored on validation rows.

        Guide: MIS-2.
        """
        return sum(len(each.result.scores) for each in self.trials if each.result is not None)

    @property
    def gain(self) -> float:
        """How much better the best is than the config itself; NaN where that is not known."""
        best, kept = self.best, self.kept
        if best is None or kept is None:
            return math.nan
        return float(self.measure.gain(kept.score, best.score))

    @property
    def space(self) -> Space:
        """What could be tried."""
        return Space.from_dict((self.journal.head or {})["space"])

    @property
    def outcome(self) -> Mapping[str, Any]:
        """Why the search ended, and after how many seconds; plain data."""
        return self.journal.end or {}

    def config(self, trial: Trial | str | None = None) -> Config:
        """Return the config of a trial, with the seed of its first place.

        Args:
            trial: The trial or its name; the best when left out.

        Raises:
            BadInput: There is no such trial, or its values cannot be used.
        """
        chosen = self.journal.trials.get(trial) if isinstance(trial, str) else trial or self.best
        base = self._base
        if chosen is None or base is None:
            raise bad_input(
                "trial_missing",
                f"There is no trial {trial}" if trial else "No trial of this search is completed",
                expected="one of " + ", ".join(list(self.journal.trials)[:5]),
            )
        changes: dict[str, Any] = {"seed": chosen.seed}
        if chosen.epochs is not None:
            changes["epochs"] = min(chosen.epochs, base.epochs)
        return self.space.apply(base, chosen.values).replace(
            reason="It is what the trial was given", **changes
        )

    def importance(self, *, seed: int = 0) -> Importance:
        """Return which settings the scores depend on, as `draw_importance` shows it.

        Args:
            seed: Of the forest that tells it.

        Raises:
            BadInput: Too few trials are completed.
        """
        from .importance import importance

        return importance(self, seed=seed)

    def frame(self) -> pd.DataFrame:
        """Return the trials as a data frame, one row for each, with every score."""
        import pandas as pd

        rows = []
        for trial in self.trials:
            row: dict[str, Any] = {"trial": trial.name, "status": trial.status}
            result = trial.result
            if result is not None:
                row |= {"score": result.score, "spread": result.spread}
            row |= {each.setting: trial.values.get(each.setting) for each in self.space}
            row |= {"seed": trial.seed, "attempts": trial.attempts}
            if result is not None:
                row |= {"scores": result.scores, "seconds": result.seconds}
                row |= {"findings": tuple(finding.fault for finding in result.findings)}
                row |= {"reason": result.reason, "worker": result.worker}
            rows.append(row)
        return pd.DataFrame(rows)

    @property
    def _base(self) -> Config | None:
        head = self.journal.head
        return None if head is None else Config.from_dict(head["config"])

    def _repr_html_(self) -> str:
        """Return the search for a notebook: how it ended, and a table of its trials."""
        names = [each.setting for each in self.space]
        best = self.best
        head = ["trial", self.measure.name.replace("_", " "), "spread", *names, "what came of it"]
        cells = "".join(f"<th>{escape(name)}</th>" for name in head)
        rows = []
        for trial in _ranked(self.trials, self.measure.less_is_better):
            result = trial.result
            score = "" if math.isnan(trial.score) else score_text(trial.score)
            spread = "" if result is None or math.isnan(result.spread) else result.spread
            told = trial.status if result is None or not result.reason else result.reason
            values = (written(trial.values[n]) if n in trial.values else "" for n in names)
            texts = [trial.name, score, spread and score_text(spread), *values, told]
            mark = " style='font-weight:bold'" if best is not None and trial is best else ""
            row = "".join(f"<td>{escape(str(text))}</td>" for text in texts)
            rows.append(f"<tr{mark}>{row}</tr>")
        reason = escape(str(self.outcome.get("reason", "The search is not finished.")))
        return f"<p>{reason}</p><table><tr>{cells}</tr>{''.join(rows)}</table>"

    def __repr__(self) -> str:
        """Return the number of trials, the best score and the folder."""
        done = sum(trial.result is not None for trial in self.trials)
        best = self.best
        score = "none completed" if best is None else f"best {best.name} {best.score:.4g}"
        return f"Search({done} trials, {self.measure.name}: {score}; {self.folder})"


class SearchInterrupted(GoodfitError):
    """Ctrl-C ended a search; every trial that ended is kept, and `resume=True` goes on.

    Args:
        folder: Where it is kept.
        done: How many trials ended.
    """

    exit_code = 130
    kind = "interrupted"

    def __init__(self, folder: Path, done: int) -> None:
        self.folder, self.done = folder, done
        super().__init__(
            f"Interrupted after {done} trial{'' if done == 1 else 's'}, which are kept in "
            f"{folder}. Go on with: goodfit tune {folder} --resume"
        )


def open_search(folder: str | Path) -> Search:
    """Return the search that a folder keeps, finished or not.

    Args:
        folder: The folder that `tune` made.

    Raises:
        BadInput: There is no search.
    """
    folder = Path(folder)
    journal = Journal(folder / JOURNAL) if (folder / JOURNAL).is_file() else None
    if journal is None or journal.head is None:
        raise bad_input(
            "search_missing",
            f"There is no search in {folder}",
            expected=f"a folder with {JOURNAL}, as `goodfit tune` leaves it",
            remedy="Make one: goodfit tune RUN",
        )
    head = journal.head
    measure = Measure(head["metric"], head["less_is_better"])
    run = open_run(folder / BEST) if (folder / BEST / "run.json").is_file() else None
    return Search(folder, journal, measure, run)


def _ranked(trials: tuple[Trial, ...], less_is_better: bool) -> list[Trial]:
    """Return the trials, the best first, those without a score last."""

    def place(trial: Trial) -> float:
        if math.isnan(trial.score):
            return math.inf
        return trial.score if less_is_better else -trial.score

    return sorted(trials, key=place)
