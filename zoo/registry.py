"""The list of builders: what each is for, and how to call one by name. No Keras is needed."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from .errors import BadInput, Problem, bad_input, did_you_mean
from .tasks import TASK_KINDS, Task

if TYPE_CHECKING:
    import keras

__all__ = ["ModelCard", "build", "list_models", "register"]

# The modules whose builders register themselves. None of them imports Keras at its top.
_MODULES = (
    "builders.convolution",
    "builders.decoders",
    "builders.encoder_decoders",
    "builders.encoders",
    "builders.forecasting",
    "builders.perceptron",
    "builders.recurrent",
    "builders.recurrent_translation",
)
_CARDS: dict[str, ModelCard] = {}

Builder = TypeVar("Builder", bound=Callable[..., Any])


@dataclass(frozen=True)
class ModelCard:
    """What a builder is for.

    Args:
        name: The name by which `build` knows it.
        tasks: The kinds of task it can be built for.
        inputs: The kinds of input it takes, such as `table`.
        best_for: When to choose it, one sentence.
        rules: The guide's rules on it.
        summary: The first line of the builder's docstring.
        settings: The settings it accepts, with their defaults.
        builder: The function itself.
    """

    name: str
    tasks: tuple[str, ...]
    inputs: tuple[str, ...]
    best_for: str
    rules: tuple[str, ...]
    summary: str
    settings: dict[str, Any]
    builder: Callable[..., keras.Model] = field(repr=False, compare=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the card as plain data for JSON, without the function."""
        names = ("name", "tasks", "inputs", "best_for", "rules", "summary", "settings")
        values = {name: getattr(self, name) for name in names}
        return {n: list(v) if isinstance(v, tuple) else v for n, v in values.items()}


def register(
    name: str,
    *,
    tasks: tuple[str, ...],
    inputs: tuple[str, ...],
    best_for: str,
    rules: tuple[str, ...] = (),
) -> Callable[[Builder], Builder]:
    """Return a decorator that puts a builder on the list.

    The builder takes `(preprocessor, task, **settings)` and returns an uncompiled Keras model that
    takes raw rows; every setting is a keyword with a default.

    Args:
        name: The name by which `build` will know it.
        tasks: The kinds of task it can be built for.
        inputs: The kinds of input it takes.
        best_for: When to choose it, one sentence.
        rules: The guide's rules on it.

    Raises:
        ValueError: The name is taken by another builder, or a kind of task is unknown.
    """

    def decorate(builder: Builder) -> Builder:
        if name in _CARDS:
            raise ValueError(f"A model named {name!r} is registered already.")
        unknown = sorted(set(tasks) - set(TASK_KINDS))
        if unknown:
            raise ValueError(f"{name!r} names kinds of task that do not exist: {unknown}")
        _, _, *settings = inspect.signature(builder).parameters.values()
        _CARDS[name] = ModelCard(
            name,
            tuple(tasks),
            tuple(inputs),
            best_for,
            tuple(rules),
            (inspect.getdoc(builder) or "").split("\n")[0],
            {item.name: item.default for item in settings},
            builder,
        )
        return builder

    return decorate


def list_models() -> list[ModelCard]:
    """Return the card of every builder, by name.

    Examples:
        >>> [card.name for card in list_models() if "next_token" in card.tasks]
        ['gru', 'lstm', 'simple_rnn', 'transformer_decoder']
    """
    for module in _MODULES:
        importlib.import_module(f".{module}", __package__)
    return [_CARDS[name] for name in sorted(_CARDS)]


def build(name: str, preprocessor: keras.Model, task: Task, **settings: Any) -> keras.Model:
    """Return an uncompiled model by the name of its builder.

    Args:
        name: One of the names in `list_models()`.
        preprocessor: The adapted inputs, as `model_inputs` returns them.
        task: What is to be predicted.
        settings: Keyword arguments of the builder.

    Raises:
        BadInput: The name or a setting is unknown ("did you mean"), the builder is not for this
            kind of task, or it refuses a setting's value.
    """
    cards = {card.name: card for card in list_models()}
    if name not in cards:
        raise bad_input(
            "model_unknown",
            "There is no model of this name",
            expected="one of " + ", ".join(cards),
            received=repr(name),
            remedy=did_you_mean(str(name), cards),
        )
    card = cards[name]
    problems = [
        Problem(
            "setting_unknown",
            f"The model {name} has no setting '{setting}'",
            "one of " + ", ".join(card.settings),
            repr(setting),
            did_you_mean(setting, card.settings),
        )
        for setting in settings
        if setting not in card.settings
    ]
    if task.kind not in card.tasks:
        message = f"The model {name} is not for this task"
        fitting = [other.name for other in cards.values() if task.kind in other.tasks]
        remedy = f"For {task.kind} take {', '.join(fitting)}" if fitting else ""
        expected = "one of " + ", ".join(card.tasks)
        problems.append(Problem("model_task", message, expected, task.kind, remedy))
    if problems:
        raise BadInput(*problems)
    return card.builder(preprocessor, task, **settings)
