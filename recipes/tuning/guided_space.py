"""The space that the guide's fifth phase means: what to vary around a kept config, how far, why."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from ...zoo.errors import BadInput, Problem, did_you_mean
from ..choosing.selection import RECURRENT, VISION
from ..config import Config
from ..model_settings import known_settings
from ..studying.changes import written
from ..studying.fine_tuning import LEAST_BATCH, MOST_BATCH
from ..training.compiling import ADAMW_WEIGHT_DECAY
from .dimensions import Dimension
from .space import Space

__all__ = ["coarse", "default_space"]

DECADE = 10.0
MOST_DROPOUT = 0.5
L2_OPTIONS = (0.0, 0.0001, 0.001, 0.01)
FIXED = ("model", "loss", "metrics", "seed", "validation_fraction", "test_fraction", "jit_compile")
"""Settings that make another task, another division or another program, not a better model."""


def default_space(config: Config, more: Sequence[str] = ()) -> Space:
    """Return what is worth varying around a config: rate, batch size, dropout, optimizer.

    Args:
        config: The config that was kept.
        more: Further settings by name, such as `units`, `layers` or `l2`.

    Raises:
        BadInput: A further setting is unknown, is not of this model, or is none to search over.

    Guide: PH-5, LR-1, BAT-1, REG-2, OPT-4, OPT-5, ARC-2, ARC-3, REG-3.

    Examples:
        >>> [each.setting for each in default_space(Config())]
        ['learning_rate', 'batch_size', 'dropout', 'optimizer', 'weight_decay']
        >>> default_space(Config(), ["l2"]).dimensions[-1].options
        (0.0, 0.0001, 0.001, 0.01)
    """
    dimensions = [_learning_rate(config), _batch_size(config)]
    if "dropout" in known_settings(config.model):
        dimensions.append(_dropout(config))
    dimensions += _optimizer(config)
    problems = _problems(config, more)
    if problems:
        raise BadInput(*problems)
    there = {each.setting for each in dimensions}
    for name in dict.fromkeys(more):
        if name == "layers" and name not in known_settings(config.model):
            continue  # the number of layers is that of the units, which know of it
        if name not in there:
            dimensions.append(_further(config, name, deeper="layers" in more))
    if "layers" in more and "layers" not in known_settings(config.model) and "units" not in more:
        dimensions.append(_further(config, "units", deeper=True, wider=False))
    return Space(tuple(dimensions))


def coarse(space: Space, config: Config) -> Space:
    """Return a space with few values of each setting, as a grid needs it.

    Args:
        space: A space with numbers that can take any value.
        config: What it has comes among the values.

    Examples:
        >>> few = coarse(default_space(Config()), Config())
        >>> few.dimensions[0].options
        (0.0001, 0.001, 0.01)
    """
    return Space(tuple(_coarse(each, getattr(config, each.setting, None)) for each in space))


def _coarse(dimension: Dimension, own: Any) -> Dimension:
    low, high = dimension.low, dimension.high
    if dimension.kind not in ("float", "integer") or low is None or high is None or dimension.step:
        return dimension
    middle = (low * high) ** 0.5 if dimension.log else (low + high) / 2
    whole = dimension.kind == "integer"
    values = [round(middle) if whole else _rounded(middle)]
    if isinstance(own, int | float) and low < own < high:
        values = [own]
    options = tuple(dict.fromkeys((low, *values, high)))
    changes: dict[str, Any] = {"kind": "choice", "low": None, "high": None, "log": False}
    return dataclasses.replace(dimension, **changes, options=options)


def _learning_rate(config: Config) -> Dimension:
    rate = config.learning_rate
    reason = "It matters most: one decade each way of the kept rate, each factor alike."
    low, high = _rounded(rate / DECADE), _rounded(rate * DECADE)
    return Dimension(
        "learning_rate", "float", low, high, log=True, rule="PH-5, LR-1", reason=reason
    )


def _batch_size(config: Config) -> Dimension:
    size = config.batch_size
    sizes = {size // 2, size, size * 2, size * 4}
    options = tuple(sorted(s for s in sizes if s == size or LEAST_BATCH <= s <= MOST_BATCH))
    reason = "Small batches generalize better, large ones are steadier and faster."
    return Dimension("batch_size", "choice", options=options, rule="PH-5, BAT-1", reason=reason)


def _dropout(config: Config) -> Dimension:
    reason = "From none, over light (0.2), to what is standard in large layers (0.5)."
    high = max(MOST_DROPOUT, config.dropout)
    return Dimension("dropout", "float", 0.0, high, rule="PH-5, REG-2", reason=reason)


def _optimizer(config: Config) -> list[Dimension]:
    names = [config.optimizer, "adam", "adamw"]
    reasons = ["Adam is the default, AdamW decays weights without bending the steps"]
    rules = ["PH-5", "OPT-3", "OPT-4"]
    if config.model in RECURRENT:
        names.append("rmsprop")
        reasons.append("RMSprop suits recurrent layers")
        rules.append("OPT-5")
    if config.model in VISION:
        names.append("sgd_momentum")
        reasons.append("SGD with momentum can generalize best on pictures")
        rules.append("OPT-2")
    options = tuple(dict.fromkeys(names))
    decay = config.weight_decay or ADAMW_WEIGHT_DECAY
    return [
        Dimension(
            "optimizer",
            "choice",
            options=options,
            rule=", ".join(rules),
            reason="; ".join(reasons) + ".",
        ),
        Dimension(
            "weight_decay",
            "float",
            _rounded(decay / DECADE),
            _rounded(decay * DECADE),
            log=True,
            when=("optimizer", ("adamw",)),
            rule="PH-5, OPT-4",
            reason="One decade each way of what AdamW has; no other optimizer takes it.",
        ),
    ]


def _further(config: Config, name: str, *, deeper: bool, wider: bool = True) -> Dimension:
    value = getattr(config, name)
    limits = Config.__dataclass_fields__[name].metadata["limits"]
    if name == "l2":
        options = tuple(sorted({*L2_OPTIONS, config.l2}))
        reason = "From none, over light (0.001), to moderate (0.01)."
        return Dimension(name, "choice", options=options, rule="PH-5, REG-3", reason=reason)
    if isinstance(value, tuple):
        shapes = (
            [tuple(max(1, int(u * f)) for u in value) for f in (1, 0.5, 2)] if wider else [value]
        )
        if deeper:
            shapes += [(*shape, max(1, shape[-1] // 2)) for shape in shapes]
            shapes += [shape[:-1] for shape in shapes[:3] if len(shape) > 1]
        options = tuple(dict.fromkeys(map(written, shapes)))
        reason = "Half and twice as wide" if wider else "As wide as it is"
        reason += ", with a layer more or less." if deeper else "."
        return Dimension(name, "choice", options=options, rule="PH-5, ARC-2, ARC-3", reason=reason)
    if isinstance(value, bool):
        reason = "It is a yes or no that the guide leaves to the data."
        return Dimension(name, "boolean", rule="PH-5", reason=reason)
    if "options" in limits:
        reason = "Each of its values has data that it suits best."
        return Dimension(name, "choice", options=limits["options"], rule="PH-5", reason=reason)
    if isinstance(value, int):
        low = max(int(limits.get("least", 1)), value // 2, 1)
        high = max(value * 2, low)
        reason = "From half to twice what was kept."
        return Dimension(name, "integer", low, high, log=True, rule="PH-5, ARC-4", reason=reason)
    low, high = _rounded(value / DECADE), _rounded(value * DECADE)
    reason = "One decade each way of what was kept."
    return Dimension(name, "float", low, high, log=True, rule="PH-5", reason=reason)


def _problems(config: Config, more: Sequence[str]) -> list[Problem]:
    known = known_settings(config.model)
    open_names = [name for name in Config.setting_names() if name not in FIXED]
    problems = []
    for name in more:
        value = getattr(config, name, None)
        through_units = name == "layers" and "units" in known
        message = ""
        if name not in open_names:
            message = f"There is no setting '{name}' to search over"
        elif not through_units and name not in known and _of_a_model(name):
            message = f"The model {config.model} has no setting '{name}'"
            open_names = list(known)
        elif isinstance(value, str) and "options" not in _limits(name):
            message = f"The setting '{name}' has no list of values to search over"
        elif isinstance(value, float) and value == 0 and name not in ("l2", "dropout"):
            message = f"The setting '{name}' is 0, from where no decade leads anywhere"
        if message:
            remedy = did_you_mean(name, open_names) if name not in open_names else ""
            remedy = remedy or "Write the limits into a space of your own: --write-space FILE"
            problems.append(Problem("space_invalid", message, remedy=remedy))
    return problems


def _of_a_model(name: str) -> bool:
    from ..model_settings import taken_settings

    return name in taken_settings()


def _limits(name: str) -> Any:
    return Config.__dataclass_fields__[name].metadata["limits"]


def _rounded(value: float) -> float:
    """Return a limit as a person writes it: 0.0001, not 0.00009999999999999999."""
    return float(f"{value:.6g}")
