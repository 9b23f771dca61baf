"""A trial: how to build, compile and fit a model once more, as plain values. No Keras is needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from .pool import Pool
    from .subject import Subject

from ..findings import Finding

__all__ = ["Change", "Remedy", "Trial"]


@dataclass(frozen=True)
class Change:
    """One thing that a repair changed.

    Args:
        what: What was done, one sentence.
        setting: The place of the change, such as `optimizer.learning_rate` or
            `layer dense_1: activation`.
        before: What it was.
        after: What it is now.

    Examples:
        >>> print(Change("The learning rate is divided by 10.", "optimizer.learning_rate", 1, 0.1))
        The learning rate is divided by 10. (optimizer.learning_rate: 1 -> 0.1)
    """

    what: str
    setting: str
    before: Any = None
    after: Any = None

    def __str__(self) -> str:
        """Return the change in one line."""
        return f"{self.what} ({self.setting}: {_shown(self.before)} -> {_shown(self.after)})"

    def to_dict(self) -> dict[str, Any]:
        """Return the change as plain data for JSON."""
        return {
            "what": self.what,
            "setting": self.setting,
            "before": _plain(self.before),
            "after": _plain(self.after),
        }


@dataclass(frozen=True, eq=False)
class Trial:
    """How to build, compile and fit the user's model, with all that is changed of it.

    Args:
        pool: The rows, and who uses which.
        epochs: Epochs at most.
        batch_size: Rows of a batch.
        layers: Changed settings by layer name.
        kinds: Another class by layer name, such as `GRU` for a `SimpleRNN`.
        added: New layers behind a layer, by its name: pairs of class name and settings.
        ahead: New layers before a layer, likewise.
        removed: Layers that are left out, in Sequential models.
        fresh: Layers that get new initial weights; `*` for all.
        scaling: Mean and variance by which an input is standardised inside the model, by its name.
        target_scale: Mean and deviation of targets that are standardised while training.
        optimizer: Changed settings of the optimizer.
        losses: Another loss, by the place of the output.
        metrics: Other metrics; None where the user's own stay.
        patience: Epochs without improvement after which it stops; None for no early stopping.
        restore_best: Whether the weights of the best epoch are kept.
        reduce_on_plateau: Whether the learning rate is halved where validation stalls (REG-7).
        balanced: Whether it is judged with every class weighing the same.
        renamed: The class numbers that labels are now, by what they were.
        changes: All that was changed, in order.
    """

    pool: Pool
    epochs: int = 1
    batch_size: int = 32
    layers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    added: Mapping[str, tuple[tuple[str, Mapping[str, Any]], ...]] = field(default_factory=dict)
    ahead: Mapping[str, tuple[tuple[str, Mapping[str, Any]], ...]] = field(default_factory=dict)
    removed: frozenset[str] = frozenset()
    fresh: frozenset[str] = frozenset()
    scaling: Mapping[str, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)
    target_scale: tuple[np.ndarray, np.ndarray] | None = None
    optimizer: Mapping[str, Any] = field(default_factory=dict)
    losses: Mapping[int, str] = field(default_factory=dict)
    metrics: tuple[str, ...] | None = None
    patience: int | None = None
    restore_best: bool = False
    reduce_on_plateau: bool = False
    balanced: bool = False
    renamed: Mapping[float, int] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()

    def with_(self, *changes: Change, **values: Any) -> Trial:
        """Return the trial with these values, and with the changes told."""
        return replace(self, changes=(*self.changes, *changes), **values)

    def set_layer(self, name: str, /, *, fresh: bool = False, **settings: Any) -> Trial:
        """Return the trial with settings of one layer changed, and new weights if asked."""
        layers = {**self.layers, name: {**self.layers.get(name, {}), **settings}}
        return replace(self, layers=layers, fresh=self.fresh | {name} if fresh else self.fresh)

    def add_behind(self, name: str, kind: str, /, **settings: Any) -> Trial:
        """Return the trial with one more layer behind a layer."""
        behind = (*self.added.get(name, ()), (kind, settings))
        return replace(self, added={**self.added, name: behind})

    def add_ahead(self, name: str, kind: str, /, **settings: Any) -> Trial:
        """Return the trial with one more layer right before a layer that has one input."""
        ahead = (*self.ahead.get(name, ()), (kind, settings))
        return replace(self, ahead={**self.ahead, name: ahead})

    def now_set(self, name: str, setting: str, settings: Mapping[str, Any]) -> Any:
        """Return a setting of a layer: as it was changed, else as it was."""
        return self.layers.get(name, {}).get(setting, settings.get(setting))

    @property
    def rebuilds(self) -> bool:
        """Whether another model than the user's has to be built."""
        changed = self.layers or self.kinds or self.removed or self.scaling
        return bool(changed or self.added or self.ahead) or self.target_scale is not None

    def differs_only_in_restoring(self, other: Trial) -> bool:
        """Return whether this is the other training with its best epoch restored at the end."""
        left = replace(self, restore_best=other.restore_best, changes=other.changes)
        names = [name for name in Trial.__dataclass_fields__ if name != "changes"]
        same = all(getattr(left, name) is getattr(other, name) for name in names)
        return same and self.restore_best and not other.restore_best


@dataclass(frozen=True)
class Remedy:
    """One remedy for a fault: a pure function of a trial, and what it does in words.

    Args:
        name: A short name, unique.
        apply: Trial, model and finding to the changed trial; None where it does not apply.
        words: What it does.
        judged: Whether it must prove itself. Some only make the judgement honest, such as rows
            that are left out of validation because they are training rows.
        must_gain: Whether it is kept for a better score alone: what takes several times as long
            is not worth it because a finding is gone.
        certain: Whether what it mends is wrong whatever the score says, if the finding is an
            error: it is then kept for now, and judged together with what follows.
        level: What makes it another remedy when it is applied again, such as the learning rate
            that it lowers; None where once is enough.
    """

    name: str
    apply: Callable[[Trial, Subject, Finding], Trial | None]
    words: str
    judged: bool = True
    must_gain: bool = False
    certain: bool = False
    level: Callable[[Trial, Subject], float | None] | None = None


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(each) for each in value]
    tolist = getattr(value, "tolist", None)
    if tolist is not None:
        return tolist()
    return value if isinstance(value, (bool, int, float, str, type(None))) else str(value)
