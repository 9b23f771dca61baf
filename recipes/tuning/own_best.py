"""The best of a builder of the user's own, trained once more and saved."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..config import Config
from ..dataset import Splits
from ..files import write_atomically, write_json
from ..studying.measuring import Measure
from ..studying.outcomes import place_baseline
from ..studying.places import Place
from .journal import Trial
from .own_models import config_or_model, model_outcome

if TYPE_CHECKING:
    from ..training.fitting import Listener

__all__ = ["MODEL", "set_aside", "train_own_best"]

MODEL, RECORD = "model.keras", "model.json"


def train_own_best(
    folder: Path,
    builder: Any,
    best: Trial,
    config: Config,
    splits: Splits,
    measure: Measure,
    listener: Listener | None,
) -> Path | None:
    """Train a model of the user's by the values of the best trial, and save it with its figures.

    Args:
        folder: Where to; what another trial left there is set aside.
        builder: The builder.
        best: The trial.
        config: Where epochs, batch size and patience come from where the builder has none.
        splits: The rows; those of validation are watched, the test rows stay sealed.
        measure: The metric that decided.
        listener: Told of every epoch.

    Returns:
        The path of the model; None where the training came to none.
    """
    about = {"trial": best.name, "values": dict(best.values), "seed": best.seed}
    if (folder / RECORD).is_file() and (folder / MODEL).is_file():
        known: Mapping[str, Any] = json.loads((folder / RECORD).read_text("utf-8"))
        if {name: known[name] for name in about} == json.loads(json.dumps(about)):
            return folder / MODEL
    set_aside(folder)
    model, hp = config_or_model(builder, best.values, best.seed)
    place = Place(0, best.seed, splits)
    outcome = model_outcome(
        builder,
        hp,
        model,
        config,
        place,
        measure,
        key=best.name,
        baseline=place_baseline(place),
        listener=listener,
        deadline=None,
    )
    if outcome.failed:
        return None
    folder.mkdir()
    write_atomically(folder / MODEL, model.save)
    found = {"metric": measure.name, **outcome.to_dict()}
    write_json(folder / RECORD, found | about)
    return folder / MODEL


def set_aside(folder: Path) -> None:
    """Give a folder that is there another name, so that nothing in it is lost."""
    if folder.exists():
        number = 1 + sum(1 for _ in folder.parent.glob(f"{folder.name}-before-*"))
        folder.rename(folder.with_name(f"{folder.name}-before-{number}"))
