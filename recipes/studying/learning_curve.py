"""How the score grows with the rows: what was measured, and what power laws make of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.errors import bad_input
from ..reading.wording import plural
from ..scoring.intervals import Estimate
from .extrapolation import PowerLaws, fit_power_laws, noise_of_means

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LearningCurve"]

Scores = tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class LearningCurve:
    """The scores of one config by the number of training rows.

    Args:
        metric: What is scored, a name from `evaluate`.
        less_is_better: Whether it is an error.
        perfect: Its best value.
        rows: Numbers of training rows, rising.
        scores: For each number the score of each training on the validation rows; NaN for one
            that failed or for which there was no time.
        noise: The covariance of the mean scores over resampled validation rows.
        training_rows: All training rows there are.
        validation_rows: Rows that every score is taken on.
        seconds: What the trainings took.
        out_of_epochs: How many trainings were still getting better at their last epoch.
        naive: The score of an answer that looks at no input, such as the commonest class; None
            where it is not known.

    Guide: LVL-3.
    """

    metric: str
    less_is_better: bool
    perfect: float
    rows: tuple[int, ...]
    scores: Scores
    noise: Scores
    training_rows: int
    validation_rows: int
    seconds: float = 0.0
    out_of_epochs: int = 0
    naive: float | None = None

    @property
    def means(self) -> tuple[float, ...]:
        """The mean score for each number of rows."""
        return tuple(float(np.nanmean(each)) for each in self.scores)

    @property
    def spreads(self) -> tuple[float, ...]:
        """The standard deviation between the trainings on each number of rows; NaN for one."""
        known = [[value for value in each if np.isfinite(value)] for each in self.scores]
        return tuple(float(np.std(v, ddof=1)) if len(v) > 1 else float("nan") for v in known)

    @property
    def repeats(self) -> int:
        """The largest number of trainings on one number of rows."""
        return max(sum(np.isfinite(each)) for each in self.scores)

    def errors_of(self, scores: Any) -> NDArray[np.float64]:
        """Return how far scores are from perfect; what is below stays below."""
        distance = np.asarray(scores, float) - self.perfect
        return distance if self.less_is_better else -distance

    def scores_of(self, errors: Any) -> NDArray[np.float64]:
        """Return the scores that are so far from perfect."""
        distance = np.asarray(errors, float)
        return self.perfect + (distance if self.less_is_better else -distance)

    def laws(self, seed: int = 0) -> PowerLaws:
        """Return the power laws that the curve allows, weighed; see `fit_power_laws`.

        Raises:
            BadInput: There are fewer than three numbers of rows.
        """
        if len(self.rows) < 3:
            raise bad_input(
                "curve_too_short",
                "A learning curve is carried on from three numbers of rows at least",
                received=plural(len(self.rows), "number"),
                remedy="Allow more time, or name more sizes",
            )
        errors = self.errors_of(self.scores)
        # No error in so few rows is no proof that there is none.
        least = 0.5 / self.validation_rows if self.perfect == 1 and not self.less_is_better else 0.0
        noise = noise_of_means(self.rows, errors, np.asarray(self.noise) + least**2)
        means = np.maximum(np.nanmean(errors, axis=1), least)
        return fit_power_laws(self.rows, means, noise, seed=seed)

    def score_at(self, rows: float, confidence: float = 0.9) -> Estimate:
        """Return the score to be expected with so many training rows.

        Args:
            rows: Any number; beyond ten times those that were measured it is a guess.
            confidence: Share that the interval aims to cover.

        Returns:
            The median of the power laws, with the interval.
        """
        errors = self.laws().errors_at(rows)
        tail = (1 - confidence) / 2
        value, low, high = self.scores_of(np.quantile(errors, [0.5, tail, 1 - tail]))
        return Estimate(float(value), float(min(low, high)), float(max(low, high)))

    def frame(self) -> pd.DataFrame:
        """Return one row for each training: `rows`, `repeat` and the score."""
        import pandas as pd

        return pd.DataFrame(
            [
                {"rows": rows, "repeat": repeat, self.metric: score}
                for rows, scores in zip(self.rows, self.scores, strict=True)
                for repeat, score in enumerate(scores)
                if np.isfinite(score)
            ]
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the curve as plain data for strict JSON."""
        data = {item.name: getattr(self, item.name) for item in fields(self)}
        scores = [[value if np.isfinite(value) else None for value in v] for v in self.scores]
        return data | {
            "rows": list(self.rows),
            "scores": scores,
            "noise": [list(line) for line in self.noise],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> LearningCurve:
        """Return the curve that `to_dict` described."""
        scores = tuple(tuple(float("nan") if v is None else v for v in s) for s in data["scores"])
        noise = tuple(tuple(line) for line in data["noise"])
        return cls(**{**data, "rows": tuple(data["rows"]), "scores": scores, "noise": noise})
