"""All that a rule may look at. No Keras is needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .gathering.facts import DataFacts, ModelFacts, ProbeFacts
from .gathering.history import History

__all__ = ["Evidence"]


@dataclass(frozen=True)
class Evidence:
    """All that a rule may look at: one field more for each new kind of evidence.

    A rule says what it needs, and is asked only where that is there.

    Args:
        recorded: The figures of the training; None before its first epoch.
        naive: What naive answers score on the validation data: name of the answer (such as
            `majority`) to metric name to score.
        prediction_shares: The share of each class in the predictions on the validation data.
        model: The compiled model; None where only a history is known.
        data: The rows that the training is given.
        probes: What a fixed batch showed, epoch by epoch; the first one is from before training.
        references: Scores like `naive`, of answers that know much without training, such as
            `neighbours`.
        rehearsed: What these score on training rows that they are not shown; and, as `plain`, what
            an answer does there that knows nothing of a row.
    """

    recorded: History | None = None
    naive: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    prediction_shares: tuple[float, ...] = ()
    model: ModelFacts | None = None
    data: DataFacts | None = None
    probes: tuple[ProbeFacts, ...] = ()
    references: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    rehearsed: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    @property
    def history(self) -> History:
        """The figures of the training, for rules that need them.

        Raises:
            LookupError: There are none yet.
        """
        if self.recorded is None:
            raise LookupError("there is no history: the rule does not say that it needs one")
        return self.recorded
