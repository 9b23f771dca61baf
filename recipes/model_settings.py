"""Which settings of a config belong to the chosen model, and what is wrong with the others."""

from __future__ import annotations

from typing import Any

from ..zoo.errors import BadInput, Problem
from .config import Config, is_yours

__all__ = ["builder_settings", "known_settings", "taken_settings"]


def known_settings(model: str) -> tuple[str, ...]:
    """Return the settings of a config that the builder of a model takes; none if it is unknown.

    Examples:
        >>> known_settings("transformer_encoder")
        ('dropout', 'embedding_width', 'layers', 'heads')
    """
    return _by_model().get(model, ())


def taken_settings() -> frozenset[str]:
    """Return the settings of a config that the builder of any model takes."""
    return frozenset(name for names in _by_model().values() for name in names)


def builder_settings(config: Config) -> dict[str, Any]:
    """Return what the builder of the model is to be called with.

    Raises:
        BadInput: A setting that another model takes was changed, and this model does not know it.
    """
    by_model = _by_model()
    known = by_model.get(config.model, ())
    if config.model in by_model:
        problems = []
        for name in Config.setting_names():
            takers = [model for model, names in by_model.items() if name in names]
            changed = getattr(config, name) != getattr(Config, name) or is_yours(config, name)
            if takers and name not in known and changed:
                problems.append(
                    Problem(
                        "setting_unknown",
                        f"The model {config.model} has no setting '{name}'",
                        "one of " + ", ".join(known),
                        f"{name}={getattr(config, name)!r}",
                        f"Leave it out, or take {' or '.join(takers)}",
                    )
                )
        if problems:
            raise BadInput(*problems)
    return {name: getattr(config, name) for name in known}


def _by_model() -> dict[str, tuple[str, ...]]:
    from ..zoo import list_models

    names = Config.setting_names()
    return {
        card.name: tuple(name for name in names if name in card.settings) for card in list_models()
    }
