"""What a search may change: settings with their limits, as data, in TOML and for keras-tuner."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...zoo.errors import BadInput, Problem, bad_input, require
from ..config import Choice, Config
from ..model_settings import known_settings, taken_settings
from ..studying.changes import written
from ..training.compiling import ADAMW_WEIGHT_DECAY
from .dimensions import Dimension

__all__ = ["Space"]

FOUND = "A search around the kept config found it."


@dataclass(frozen=True)
class Space:
    """All that a search may change; `to_toml` and `from_toml` keep one in a file.

    Args:
        dimensions: One for each setting; what a `when` names comes before it.

    Raises:
        BadInput: A setting comes twice, or a `when` names nothing that comes before it.

    Guide: PH-5.

    Examples:
        >>> space = Space((Dimension("dropout", "float", 0.0, 0.5),))
        >>> space.apply(Config(), {"dropout": 0.2}).dropout
        0.2
        >>> Space.from_toml(space.to_toml()) == space
        True
    """

    dimensions: tuple[Dimension, ...]

    def __post_init__(self) -> None:
        """Check what one dimension says of another."""
        problems, seen = [], {}
        for each in self.dimensions:
            if each.setting in seen:
                message = f"The space has two dimensions {each.setting}"
                problems.append(Problem("space_invalid", message, "one for each setting"))
            parent = seen.get(each.when[0]) if each.when else None
            if each.when and (parent is None or not all(map(parent.holds, each.when[1]))):
                message = f"The dimension {each.setting} depends on what is not there"
                expected = "a dimension before it, and values of that"
                received = f"{each.when[0]} = {list(each.when[1])}"
                problems.append(Problem("space_invalid", message, expected, received))
            seen[each.setting] = each
        if not self.dimensions:
            problems.append(Problem("space_invalid", "The space has no dimension"))
        if problems:
            raise BadInput(*problems)

    def __len__(self) -> int:
        """Return the number of dimensions."""
        return len(self.dimensions)

    def __iter__(self) -> Iterator[Dimension]:
        """Yield the dimensions."""
        return iter(self.dimensions)

    @property
    def key(self) -> str:
        """A hash of what can be drawn, whatever the reasons."""
        plain = {
            each.setting: {n: v for n, v in each.to_dict().items() if n not in ("rule", "reason")}
            for each in self.dimensions
        }
        return hashlib.sha256(json.dumps(list(plain.items())).encode()).hexdigest()

    def to_toml(self) -> str:
        """Return the space as TOML, a table for each setting; `from_toml` reads it back equal.

        Raises:
            MissingExtra: The package tomli-w is not installed.
        """
        plain = {each.setting: each.to_dict() for each in self.dimensions}
        return require("tomli_w", "recipes").dumps(plain)

    @classmethod
    def from_toml(cls, source: str | Path) -> Space:
        """Return the space that a TOML text, or the TOML file at a `Path`, describes.

        Raises:
            BadInput: It cannot be read, is no TOML, or a dimension cannot be used.
        """
        try:
            text = source.read_text(encoding="utf-8") if isinstance(source, Path) else source
            tables = tomllib.loads(text)
        except (OSError, ValueError) as error:
            raise bad_input(
                "space_unreadable",
                f"The space {source if isinstance(source, Path) else ''} cannot be read",
                expected="a file of TOML with a table for each setting",
                received=str(error),
                remedy="Write one to begin with: goodfit tune RUN --write-space space.toml",
            ) from error
        return cls.from_dict(tables)

    def to_dict(self) -> dict[str, Any]:
        """Return the space as plain data: what is to be known of each setting, by its name."""
        return {each.setting: each.to_dict() for each in self.dimensions}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Space:
        """Return the space that `to_dict` described; raises as `from_toml`."""
        names = set(Dimension.__dataclass_fields__) - {"setting"}
        dimensions, problems = [], []
        for setting, table in data.items():
            given = dict(table) if isinstance(table, Mapping) else {"": table}
            when = given.pop("when", None) or {}
            if set(given) - names or "kind" not in given or len(when) > 1:
                message = f"The dimension {setting} of the space cannot be used"
                expected = "a table with kind, and " + ", ".join(sorted(names - {"kind"}))
                received = ", ".join(sorted(set(given) - names)) or str(when or table)
                problems.append(Problem("space_invalid", message, expected, received))
                continue
            for name, values in when.items():
                given["when"] = (name, tuple(values))
            try:
                dimensions.append(Dimension(setting, **given))
            except BadInput as error:
                problems += error.problems
        if problems:
            raise BadInput(*problems)
        return cls(tuple(dimensions))

    def declare(self, hp: Any, config: Config | None = None) -> dict[str, Any]:
        """Tell a `keras_tuner.HyperParameters` of every dimension, and return its values.

        Args:
            hp: The hyperparameters.
            config: What it has is the default, where that lies within the limits.
        """
        own = {} if config is None else {d.setting: _own(config, d) for d in self.dimensions}
        for each in self.dimensions:
            shared: dict[str, Any] = {}
            if each.setting in own and each.holds(own[each.setting]):
                shared["default"] = own[each.setting]
            if each.when:
                shared |= {"parent_name": each.when[0], "parent_values": list(each.when[1])}
            if each.kind == "boolean":
                hp.Boolean(each.setting, **shared)
            elif each.kind == "choice":
                hp.Choice(each.setting, list(each.options), **shared)
            else:
                make = hp.Int if each.kind == "integer" else hp.Float
                sampling = "log" if each.log else "linear"
                make(each.setting, each.low, each.high, each.step, sampling, **shared)
        return self.active(hp.values)

    def active(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return those values that are of this space and matter beside the others."""
        found: dict[str, Any] = {}
        for each in self.dimensions:
            if each.setting in values and each.active(found):
                found[each.setting] = values[each.setting]
        return found

    def own_values(self, config: Config) -> dict[str, Any] | None:
        """Return what a config has already; None where that lies outside the space."""
        values = self.active({each.setting: _own(config, each) for each in self.dimensions})
        inside = all(each.holds(values[each.setting]) for each in self if each.setting in values)
        return values if inside else None

    def apply(self, config: Config, values: Mapping[str, Any]) -> Config:
        """Return the config with the values of a trial.

        A setting that does not matter beside the others goes back to its default.

        Raises:
            BadInput: A value cannot be used.
        """
        active = self.active(values)
        changes: dict[str, Any] = {}
        for each in self.dimensions:
            if each.setting in active:
                changes[each.setting] = active[each.setting]
            elif each.when:
                changes[each.setting] = getattr(Config, each.setting)
        if changes.get("optimizer", "adamw") != "adamw" and config.weight_decay:
            changes.setdefault("weight_decay", 0.0)  # no other optimizer takes it
        if changes.get("model", config.model) != config.model:
            known = known_settings(changes["model"])
            for name in taken_settings():
                if name not in known:  # what the kept model took, this one refuses
                    changes[name] = getattr(Config, name)
        rules = {each.setting: each.rule for each in self.dimensions}
        before = {name: _own(config, each) for name, each in self._named().items()}
        changed: dict[str, Any] = {
            name: Choice(value, rules.get(name, ""), {}, FOUND)
            for name, value in changes.items()
            if name not in before or before[name] != value
        }
        return config.replace(**changed)

    def check(self, config: Config) -> None:
        """Check that every value can be a setting of a config.

        Raises:
            BadInput: A setting is unknown, is not of this model, or cannot have its limits.
        """
        problems: list[Problem] = []
        taken = taken_settings()
        for each in self.dimensions:
            of_model = each.when is not None and each.when[0] == "model"
            models = each.when[1] if each.when and of_model else (config.model,)
            strangers = [name for name in models if each.setting not in known_settings(name)]
            if each.setting in taken and strangers:
                message = f"The model {strangers[0]} has no setting '{each.setting}'"
                expected = "one of " + ", ".join(known_settings(strangers[0]))
                problems.append(Problem("space_invalid", message, expected))
                continue
            for value in each.ends():
                given: dict[str, Any] = {each.setting: value}
                try:
                    config.replace(**given)
                except BadInput as error:
                    problems += error.problems
        if problems:
            raise BadInput(*dict.fromkeys(problems))

    def _named(self) -> dict[str, Dimension]:
        return {each.setting: each for each in self.dimensions}


def _own(config: Config, dimension: Dimension) -> Any:
    """Return what a config has, in the form in which a dimension holds it."""
    value = getattr(config, dimension.setting, None)
    if dimension.setting == "weight_decay" and config.optimizer == "adamw":
        return value or ADAMW_WEIGHT_DECAY
    return written(value) if isinstance(value, tuple) else value
