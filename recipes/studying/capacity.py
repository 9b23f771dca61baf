"""Steps of capacity: what a model is given while it underfits, and what is taken away again."""

from __future__ import annotations

from collections.abc import Sequence

from ..config import Config
from ..model_settings import known_settings
from .changes import Change

__all__ = ["capacity_steps", "smaller_steps"]

MOST_UNITS = 2048
MOST_LAYERS = 12
LEAST_UNITS = 4
EPOCHS_FACTOR = 3
NARROWEST = {"units": 32, "filters": 16, "embedding_width": 16}
"""The widest layer is not made narrower than this: the guide's smallest has 32 units."""
WIDTHS = tuple(NARROWEST)
WIDER = "Twice the width lets it learn what it cannot hold now."


def capacity_steps(config: Config, *, out_of_epochs: bool = False) -> tuple[Change, ...]:
    """Return what gives a model more capacity, in the guide's order.

    Twice the units, one layer more, more epochs, batch normalization; of these what the model
    knows. Where training ended because the epochs were used up, more epochs come first: they
    cost no weights.

    Args:
        config: The config that underfits.
        out_of_epochs: Whether its trainings used all their epochs and were still getting better.

    Guide: PH-3, WHEN-1, DX-4, ARC-2, ARC-3, ARC-4, REG-6.

    Examples:
        >>> [change.name for change in capacity_steps(Config(units=(16, 8)))]
        ['units 32,16', 'units 16,16,8', 'epochs 600', 'batch_normalization true']
    """
    known = known_settings(config.model)
    steps: list[Change] = []
    if config.model != "linear_forecast":
        steps += _wider(config, known)
        steps += _deeper(config, known)
    more = Change(
        "epochs",
        config.epochs * EPOCHS_FACTOR,
        "It was still getting better when the epochs were used up.",
        "PH-3, EPO-1",
        3,
    )
    steps.insert(0 if out_of_epochs else len(steps), more)
    if "batch_normalization" in known and not config.batch_normalization:
        steps.append(
            Change(
                "batch_normalization",
                True,
                "Layers whose inputs keep their scale learn faster and more steadily.",
                "PH-3, REG-6",
                3,
            )
        )
    return tuple(steps)


def smaller_steps(config: Config) -> tuple[Change, ...]:
    """Return what takes capacity away from a model that learns by heart, unless it has little.

    Guide: ARC-2, ARC-4, BP-1.

    Examples:
        >>> [change.name for change in smaller_steps(Config(units=(1024, 512)))]
        ['units 256,128']
    """
    known = known_settings(config.model)
    for setting in WIDTHS:
        width = getattr(config, setting)
        if setting not in known or max(_all(width)) < 4 * NARROWEST[setting]:
            continue
        return (
            Change(
                setting,
                _times(width, 0.25),
                "A quarter of the width cannot learn the rows by heart.",
                "ARC-2, ARC-4",
                4,
                simpler=True,
            ),
        )
    return ()


def _wider(config: Config, known: Sequence[str]) -> list[Change]:
    for setting in WIDTHS:
        width = getattr(config, setting)
        if setting in known and 2 * max(_all(width)) <= MOST_UNITS:
            return [Change(setting, _times(width, 2), WIDER, "PH-3, WHEN-1, ARC-3", 3)]
    return []


def _deeper(config: Config, known: Sequence[str]) -> list[Change]:
    for setting in ("units", "filters"):
        widths = getattr(config, setting)
        if setting in known and len(widths) < MOST_LAYERS:
            return [
                Change(
                    setting,
                    (widths[0], *widths),
                    "One layer more can put together what the others find.",
                    "PH-3, ARC-1",
                    3,
                )
            ]
    if "layers" in known and config.layers < MOST_LAYERS:
        why = "One layer more can put together what the others find."
        return [Change("layers", config.layers + 1, why, "PH-3, ARC-1", 3)]
    return []


def _all(width: int | tuple[int, ...]) -> tuple[int, ...]:
    return width if isinstance(width, tuple) else (width,)


def _times(width: int | tuple[int, ...], factor: float) -> int | tuple[int, ...]:
    if isinstance(width, tuple):
        return tuple(max(LEAST_UNITS, round(each * factor)) for each in width)
    return max(LEAST_UNITS, round(width * factor))
