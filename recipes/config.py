"""Configuration is data: every value of a training, and why it is what it is."""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ..zoo.errors import BadInput, Problem, did_you_mean

__all__ = ["Choice", "Config", "is_yours"]

_YOURS = "you set it"


@dataclass(frozen=True)
class Choice:
    """A value with the rule and the figures that led to it.

    Args:
        value: What was chosen.
        rule: The guide's rule or rules, such as `LOSS-7`; empty where the guide is silent.
        figures: What was measured, by name.
        reason: One sentence that a person can read alone.

    Examples:
        >>> print(Choice("mse", "LOSS-1", {"outliers": 0.0}, "No outliers were found."))
        mse: No outliers were found. [LOSS-1; outliers 0.0]
    """

    value: Any
    rule: str = ""
    figures: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""

    def __post_init__(self) -> None:
        """Freeze the figures."""
        object.__setattr__(self, "figures", MappingProxyType(dict(self.figures)))

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and pickle despite the frozen figures."""
        return (Choice, (self.value, self.rule, dict(self.figures), self.reason))

    def __str__(self) -> str:
        """Return value, reason, rule and figures in one line."""
        sources = [self.rule] if self.rule else []
        sources += [f"{name} {value}" for name, value in self.figures.items()]
        source = f" [{'; '.join(sources)}]" if sources else ""
        return f"{self.value}: {self.reason}{source}"

    def to_dict(self) -> dict[str, Any]:
        """Return the choice as plain data for JSON or TOML."""
        value = list(self.value) if isinstance(self.value, tuple) else self.value
        return {
            "value": value,
            "rule": self.rule,
            "figures": dict(self.figures),
            "reason": self.reason,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Choice:
        """Return the choice that `to_dict` described."""
        value = tuple(data["value"]) if isinstance(data["value"], list) else data["value"]
        return cls(value, data["rule"], data["figures"], data["reason"])


def _setting(default: Any, note: str, **limits: Any) -> Any:
    """Declare a field with its meaning and limits: `least`, `most`, `above`, `below`, `options`."""
    return field(default=default, metadata={"note": note, "limits": limits})


@dataclass(frozen=True)
class Config:
    """Every setting of one training, frozen; each knows why it is what it is.

    The defaults are the guide's quick start. `why` explains a value, `replace` makes a changed
    copy, `difference` compares two, and `to_toml` and `from_toml` keep one in a file.

    Raises:
        BadInput: A value is of the wrong type or out of its limits; all are named at once.

    Guide: QS-1, QS-2, QS-3, BP-2.

    Examples:
        >>> config = Config().replace(dropout=0.5)
        >>> config.difference(Config())
        {'dropout': (0.3, 0.5)}
    """

    model: str = _setting("mlp", "name of a builder; see `goodfit models`")
    units: tuple[int, ...] = _setting((128, 64), "units of each hidden layer", least=1, most=65536)
    filters: tuple[int, ...] = _setting(
        (32, 64, 128), "filters of each convolution", least=1, most=65536
    )
    activation: str = _setting("relu", "activation of the hidden layers")
    dropout: float = _setting(
        0.3, "share of units dropped between hidden layers", least=0.0, below=1.0
    )
    l2: float = _setting(0.0, "weight of the L2 penalty on kernels", least=0.0)
    batch_normalization: bool = _setting(False, "batch normalization after each hidden layer")
    text_length: int = _setting(
        256, "words read of each text, from its beginning", least=1, most=65536
    )
    text_level: str = _setting(
        "word",
        "how texts are taken apart: word, token (also punctuation) or character",
        options=("word", "token", "character"),
    )
    sequence_length: int = _setting(
        1024, "steps read of each sequence, from its beginning", least=1, most=2**20
    )
    embedding_width: int = _setting(
        64, "width of the vector for a word, where a text is read in order", least=1, most=65536
    )
    cell: str = _setting(
        "gru",
        "kind of recurrent cell: gru, lstm or simple_rnn",
        options=("gru", "lstm", "simple_rnn"),
    )
    bidirectional: bool = _setting(True, "whether recurrent layers read backwards as well")
    layers: int = _setting(2, "layers of a Transformer", least=1, most=100)
    heads: int = _setting(8, "heads of each attention, at most", least=1, most=65536)
    mix_variables: bool = _setting(
        False, "whether hidden layers see all variables of a series at once"
    )
    loss: str = _setting("auto", "loss to minimise; auto belongs to the task")
    optimizer: str = _setting("adam", "name of the optimizer")
    learning_rate: float = _setting(0.001, "step size of the optimizer", above=0.0)
    weight_decay: float = _setting(0.0, "decoupled weight decay (AdamW)", least=0.0)
    warmup_steps: int = _setting(
        0, "updates in which the learning rate rises to its full size; 0 begins with it", least=0
    )
    batch_size: int = _setting(32, "rows per update", least=1)
    epochs: int = _setting(200, "at most this many passes over the training rows", least=1)
    early_stopping_patience: int = _setting(
        15, "epochs without a better validation loss before stopping; 0 never stops", least=0
    )
    reduce_learning_rate_patience: int = _setting(
        0, "epochs without a better validation loss before halving the rate; 0 never", least=0
    )
    jit_compile: bool = _setting(
        False, "compile each step with XLA first: slow to begin, then up to twice as fast"
    )
    class_weights: str = _setting("none", "weights of rows by class", options=("none", "balanced"))
    augmentation: str = _setting(
        "none",
        "how much training rows are changed, anew in each epoch: none, light or standard",
        options=("none", "light", "standard"),
    )
    augmentation_flip: bool = _setting(
        False, "whether augmentation may swap left and right of pictures"
    )
    synonyms: str = _setting("", "file of synonyms to augment texts; empty: a small English list")
    cost_false_alarm: float = _setting(
        1.0, "what a wrong yes costs, beside `cost_missed`; decides the threshold", above=0.0
    )
    cost_missed: float = _setting(
        1.0, "what a missed yes costs; equal costs keep the threshold at 0.5", above=0.0
    )
    metrics: tuple[str, ...] = _setting((), "metrics shown during training; empty: by task")
    validation_fraction: float = _setting(0.15, "share of rows to watch", above=0.0, below=0.5)
    test_fraction: float = _setting(0.15, "share of rows sealed", above=0.0, below=0.5)
    seed: int = _setting(0, "one number that decides everything random", least=0, most=2**31 - 1)
    reasons: Mapping[str, Choice] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Bring values to their types and check their limits, all at once."""
        problems = []
        for item in fields(self):
            if item.name == "reasons":
                continue
            try:
                object.__setattr__(self, item.name, _coerced(item, getattr(self, item.name)))
            except ValueError as error:
                expected, value = str(error), getattr(self, item.name)
                message = f"The setting {item.name} ({item.metadata['note']}) cannot be used"
                problems.append(Problem("setting_invalid", message, expected, repr(value)))
        if problems:
            raise BadInput(*problems)
        object.__setattr__(self, "reasons", MappingProxyType(dict(self.reasons)))

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and pickle despite the frozen reasons."""
        return (Config.from_dict, (self.to_dict(),))

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Config:
        """Return the config that `to_dict` described.

        Raises:
            BadInput: A name is unknown or a value cannot be used.
        """
        values = {name: value for name, value in data.items() if name != "reasons"}
        _check_names(values)
        reasons = {name: Choice.from_dict(item) for name, item in data.get("reasons", {}).items()}
        return cls(**values, reasons=reasons)

    @classmethod
    def setting_names(cls) -> tuple[str, ...]:
        """Return the names that `replace` and `--set` accept."""
        return tuple(item.name for item in fields(cls) if item.name != "reasons")

    def replace(self, *, reason: str = _YOURS, **changes: Any) -> Config:
        """Return a copy with these settings changed, each remembering `reason`.

        A `Choice` given as a value brings its own reason.

        Raises:
            BadInput: A name is unknown ("did you mean") or a value cannot be used.
        """
        problems = _name_problems(changes)
        reasons = dict(self.reasons)
        values = {}
        for name, value in changes.items():
            if name not in self.setting_names():
                continue
            choice = value if isinstance(value, Choice) else Choice(value, reason=f"{reason}.")
            values[name] = choice.value
            reasons[name] = choice
        try:
            changed = dataclasses.replace(self, **values, reasons=reasons)
        except BadInput as error:
            raise BadInput(*problems, *error.problems) from None
        if problems:
            raise BadInput(*problems)
        return changed

    def override(self, *assignments: str) -> Config:
        """Return a copy changed by texts such as `learning_rate=0.01` or `units=256,128`.

        Raises:
            BadInput: A text is no assignment, a name is unknown or a value cannot be used.

        Examples:
            >>> Config().override("units=256,128", "batch_normalization=true").units
            (256, 128)
        """
        changes: dict[str, Any] = {}
        problems = []
        for text in assignments:
            name, equals, value = text.partition("=")
            if not equals:
                problems.append(
                    Problem("setting_invalid", "This is no setting", "name=value", repr(text))
                )
            changes[name.strip()] = value.strip()
        if problems:
            raise BadInput(*problems)
        return self.replace(**changes)

    def why(self, name: str) -> Choice:
        """Return the value of a setting with the reason for it.

        Raises:
            BadInput: There is no such setting.
        """
        _check_names({name: None})
        if name in self.reasons:
            return self.reasons[name]
        default = "It is the default: " + self.__dataclass_fields__[name].metadata["note"] + "."
        return Choice(getattr(self, name), reason=default)

    def difference(self, other: Config) -> dict[str, tuple[Any, Any]]:
        """Return `{name: (value of other, value of self)}` for every setting that differs."""
        pairs = {n: (getattr(other, n), getattr(self, n)) for n in self.setting_names()}
        return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}

    def to_dict(self) -> dict[str, Any]:
        """Return settings and reasons as plain data."""
        values = {name: getattr(self, name) for name in self.setting_names()}
        plain = {n: list(v) if isinstance(v, tuple) else v for n, v in values.items()}
        return plain | {"reasons": {n: choice.to_dict() for n, choice in self.reasons.items()}}

    def to_toml(self) -> str:
        """Return the config as TOML; `from_toml` reads it back equal.

        Raises:
            MissingExtra: The package tomli-w is not installed.
        """
        from ..zoo.errors import require

        return require("tomli_w", "recipes").dumps(self.to_dict())

    @classmethod
    def from_toml(cls, source: str | Path) -> Config:
        """Return the config that a TOML text, or the TOML file at a `Path`, describes.

        Raises:
            BadInput: It is no TOML, or a setting is unknown or cannot be used.
        """
        text = source.read_text(encoding="utf-8") if isinstance(source, Path) else source
        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise BadInput(
                Problem("config_unreadable", "The config is no TOML", "name = value", str(error))
            ) from error
        return cls.from_dict(data)


def is_yours(config: Config, name: str) -> bool:
    """Return whether a person set this setting, even if to its default."""
    return name in config.reasons and config.reasons[name].reason == f"{_YOURS}."


def _check_names(changes: Mapping[str, Any]) -> None:
    problems = _name_problems(changes)
    if problems:
        raise BadInput(*problems)


def _name_problems(changes: Mapping[str, Any]) -> list[Problem]:
    names = Config.setting_names()
    return [
        Problem(
            "setting_unknown", f"There is no setting '{name}'", remedy=did_you_mean(name, names)
        )
        for name in changes
        if name not in names
    ]


def _coerced(item: dataclasses.Field[Any], value: Any) -> Any:
    """Return `value` in the type of the setting, or raise ValueError with what was expected."""
    limits = item.metadata["limits"]
    kind = type(item.default)
    if kind is tuple:
        parts = value.split(",") if isinstance(value, str) else value
        if not isinstance(parts, list | tuple):
            raise ValueError("a list")
        number = item.name in ("units", "filters")
        values = tuple(_scalar(int if number else str, part) for part in parts if part != "")
        if number and not values:
            raise ValueError("at least one whole number")
        for part in values if number else ():
            _check_limits(part, limits)
        return values
    scalar = _scalar(kind, value)
    _check_limits(scalar, limits)
    return scalar


def _scalar(kind: type, value: Any) -> Any:
    words = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}
    error = ValueError(words[kind])
    if hasattr(value, "item"):  # a numpy scalar
        value = value.item()
    text = value.strip().lower() if isinstance(value, str) else None
    if kind is bool:
        if isinstance(value, bool):
            return value
        if text in ("true", "false"):
            return text == "true"
        raise error
    if kind is str:
        if isinstance(value, str):
            return value.strip()
        raise error
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise error
    try:
        number = float(value)
    except ValueError:
        raise error from None
    if number != number or number in (float("inf"), float("-inf")):
        raise error
    if kind is int:
        if number != int(number):
            raise error
        return int(number)
    return number


def _check_limits(value: Any, limits: Mapping[str, Any]) -> None:
    if "options" in limits and value not in limits["options"]:
        raise ValueError("one of " + ", ".join(limits["options"]))
    if "least" in limits and value < limits["least"]:
        raise ValueError(f"at least {limits['least']}")
    if "most" in limits and value > limits["most"]:
        raise ValueError(f"at most {limits['most']}")
    if "above" in limits and value <= limits["above"]:
        raise ValueError(f"more than {limits['above']}")
    if "below" in limits and value >= limits["below"]:
        raise ValueError(f"less than {limits['below']}")
