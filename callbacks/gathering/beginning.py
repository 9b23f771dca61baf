"""What is gathered before the first step of a training: data, model, naive scores, a probe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import keras

from .batch_losses import BatchLosses
from .data_facts import data_facts
from .facts import DataFacts, ModelFacts
from .given_data import GivenData
from .model_facts import model_facts
from .naive import naive_scores
from .probing import Probe
from .references import reference_scores, rehearsed_scores
from .seeing import given_rows, see_fit

__all__ = ["Beginning", "begin"]


@dataclass
class Beginning:
    """What is known before the first step, and what looks on from there.

    Args:
        given: What `fit` was given; let go after the training.
        model: Facts of the model.
        data: Facts of the data.
        naive: What naive answers score on the validation data.
        references: The same of answers that know much without training.
        rehearsed: What these score on training rows that they are not shown.
        probe: Looks at the layers; None where there is no model.
        batch_losses: Notes the loss of each batch.
    """

    given: GivenData = field(default_factory=GivenData)
    model: ModelFacts | None = None
    data: DataFacts | None = None
    naive: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    probe: Probe | None = None
    batch_losses: BatchLosses = field(default_factory=BatchLosses)
    references: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    rehearsed: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def __deepcopy__(self, memo: dict[int, Any]) -> Beginning:
        """Return a copy of the facts: data are not copied, and a copy looks at nothing."""
        return Beginning(
            model=self.model,
            data=self.data,
            naive=self.naive,
            references=self.references,
            rehearsed=self.rehearsed,
        )

    @property
    def unseen(self) -> tuple[str, ...]:
        """What cannot be seen, in sentences."""
        probed = self.probe.unseen if self.probe else []
        known = (*self.given.unseen, *(self.model.unseen if self.model else ()), *probed)
        return tuple(dict.fromkeys(known))

    def let_go(self) -> None:
        """Keep the facts, and no longer the data."""
        self.given = replace(GivenData(), unseen=self.unseen)
        self.probe = None


def begin(
    model: Any,
    watcher: Any,
    params: Mapping[str, Any],
    probe: tuple[Any, ...] | None = None,
    validation: tuple[Any, ...] | None = None,
) -> Beginning:
    """Return what can be known inside `on_train_begin`.

    Args:
        model: The model that is trained, or None.
        watcher: The callback that asks.
        params: The `params` of a Keras callback.
        probe: Training rows, for where those of `fit` cannot be seen.
        validation: Validation rows, likewise.
    """
    if not isinstance(model, keras.Model) or not model.compiled:
        return Beginning()
    given = given_rows(probe, validation, see_fit(model, watcher))
    given = replace(
        given,
        epochs=given.epochs or params.get("epochs"),
        steps=given.steps or params.get("steps"),
    )
    facts = model_facts(model, given)
    names = tuple(each.name for each in facts.outputs)
    naive = naive_scores(given, facts.outputs)
    begun = Beginning(given, facts, data_facts(given, facts.inputs, names), naive)
    begun.references = reference_scores(given, facts.outputs)
    begun.rehearsed = rehearsed_scores(given, facts.outputs) if begun.references else {}
    begun.probe = Probe(model, given, facts.outputs)
    # A train_step of somebody's own may log the loss of the batch instead of the mean so far.
    begun.batch_losses.running = type(model).train_step is keras.Model.train_step
    return begun
