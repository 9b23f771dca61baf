"""The errors goodfit raises, and the words they share. No Keras is needed to import this file."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Iterable
from dataclasses import dataclass
from types import ModuleType

__all__ = [
    "BadInput",
    "GoodfitError",
    "MissingExtra",
    "Problem",
    "bad_input",
    "did_you_mean",
    "require",
]


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with what a person gave: what, expected, received, what to do.

    Args:
        kind: A short name a script can test, such as `target_missing`.
        message: One sentence that names file, column and row where it can.
        expected: What would have been accepted.
        received: What was found instead.
        remedy: What to do about it, as an instruction.

    Examples:
        >>> print(Problem("seed_invalid", "The seed is not usable", "a whole number", "'x'"))
        The seed is not usable. Expected a whole number, received 'x'.
    """

    kind: str
    message: str
    expected: str = ""
    received: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        """Return the problem as one or more sentences."""
        parts = [self.message.rstrip(".") + "."]
        if self.expected and self.received:
            parts.append(f"Expected {self.expected}, received {self.received}.")
        elif self.expected:
            parts.append(f"Expected {self.expected}.")
        elif self.received:
            parts.append(f"Received {self.received}.")
        if self.remedy:
            end = "" if self.remedy.endswith("?") else "."
            parts.append(self.remedy.rstrip(".") + end)
        return " ".join(parts)


class GoodfitError(Exception):
    """Something went wrong that goodfit can explain; the command line exits with 1."""

    exit_code = 1
    kind = "failed"


class BadInput(GoodfitError, ValueError):
    """What was given cannot be used: carries every `Problem` found, not just the first.

    The command line prints all of them and exits with 2.

    Args:
        problems: At least one problem.

    Examples:
        >>> error = BadInput(Problem("a", "One"), Problem("b", "Two"))
        >>> print(error)
        2 problems:
          1. One.
          2. Two.
    """

    exit_code = 2

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__(*problems)

    @property
    def kind(self) -> str:  # pyright: ignore[reportIncompatibleVariableOverride]
        """The kind of the first problem."""
        return self.problems[0].kind if self.problems else "bad_input"

    def __str__(self) -> str:
        """Return all problems, numbered when there are several."""
        if len(self.problems) == 1:
            return str(self.problems[0])
        lines = [f"  {number}. {problem}" for number, problem in enumerate(self.problems, 1)]
        return "\n".join([f"{len(self.problems)} problems:", *lines])


def bad_input(
    kind: str, message: str, *, expected: str = "", received: str = "", remedy: str = ""
) -> BadInput:
    """Return a `BadInput` with one `Problem`; see `Problem` for the arguments.

    Examples:
        >>> str(bad_input("file_missing", "There is no file data.csv", remedy="Check the path"))
        'There is no file data.csv. Check the path.'
    """
    return BadInput(Problem(kind, message, expected, received, remedy))


class MissingExtra(GoodfitError, ImportError):
    """A package that an optional part of goodfit needs is not installed."""

    exit_code = 2
    kind = "package_missing"


def require(module: str, extra: str) -> ModuleType:
    """Import and return `module`, or say which extra installs it.

    Args:
        module: The dotted name to import, such as `pandas`.
        extra: The extra of goodfit that brings it, such as `recipes`.

    Raises:
        MissingExtra: The module is not installed.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] != module.split(".")[0]:
            raise
        package = module.split(".")[0]
        raise MissingExtra(
            f"{package} is not installed. Install it with: pip install 'goodfit[{extra}]'"
        ) from error


def did_you_mean(name: str, options: Iterable[str]) -> str:
    """Return a question that names the closest option, or the options themselves if few.

    Args:
        name: What was received.
        options: What would have been accepted.

    Examples:
        >>> did_you_mean("acuracy", ["accuracy", "recall"])
        "Did you mean 'accuracy'?"
        >>> did_you_mean("zzz", ["accuracy", "recall"])
        "Choose one of 'accuracy', 'recall'."
        >>> did_you_mean("lr", ["learning_rate", "loss"])
        "Did you mean 'learning_rate'?"
    """
    name = str(name)
    choices = sorted(set(map(str, options)))
    by_lower = {choice.lower(): choice for choice in choices}
    initials = [c for c in choices if "".join(w[:1] for w in c.lower().split("_")) == name.lower()]
    if "_" not in name and len(initials) == 1 and len(name) > 1:
        return f"Did you mean '{initials[0]}'?"
    close = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.6)
    if close:
        return f"Did you mean '{by_lower[close[0]]}'?"
    shown = ", ".join(f"'{choice}'" for choice in choices[:12])
    if not choices:
        return ""
    return f"Choose one of {shown}{', …' if len(choices) > 12 else ''}."
