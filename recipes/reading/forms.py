"""Sources that are more than a table of rows: which form a source has, and which file reads it."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...zoo.errors import BadInput, Problem, did_you_mean
from ...zoo.tasks import Column, Task
from ..dataset import Dataset, Splits

__all__ = ["FORMS", "Form", "form_named", "form_of", "read_form"]

# The file of each form, beside this one; each has a `FORM`. The first that fits is taken.
FORMS: dict[str, str] = {
    "spans": "spans",
    "tagging": "tagging",
    "series": "series",
    "arrays": "array_rows",
    "passages": "passages",
    "pairs": "pairs",
    "pictures": "pictures",
    "recordings": "recordings",
    "word_passages": "word_passages",
}

Splitter = Callable[[Dataset, float, float, int, Path | None], Splits]


@dataclass(frozen=True)
class Form:
    """How sources of one form are read.

    Args:
        fits: From a source, the name of the task that was set (or None) and the options that were
            set to whether the source has this form. It opens no file for longer than a glance.
        read: From a source, target, task and options to the rows to train on. The options of the
            rows are those that read them again, with `form` among them.
        read_rows: From a source, the columns of a model and the options of its training rows to
            rows to predict.
        options: Names of the options of `load` that this form takes.
        split: From rows, shares to watch and to seal, a seed and a log to the three parts; None
            where rows are divided as those of a table are.
    """

    fits: Callable[[Any, str | None, Mapping[str, Any]], bool]
    read: Callable[[Any, Any, str | Task | None, Mapping[str, Any]], Dataset]
    read_rows: Callable[[Any, Sequence[Column], Mapping[str, Any]], Dataset]
    options: tuple[str, ...] = ()
    split: Splitter | None = None


def form_named(name: str | None) -> Form | None:
    """Return the form of this name; None for a table, which has no name."""
    if name is None:
        return None
    if name not in FORMS:
        hint = did_you_mean(name, FORMS)
        expected = "one of " + ", ".join(FORMS)
        message = "There is no form of this name"
        raise BadInput(Problem("form_unknown", message, expected, repr(name), hint))
    return importlib.import_module(f".{FORMS[name]}", __package__).FORM


def form_of(source: Any, task: str | Task | None, options: Mapping[str, Any]) -> str | None:
    """Return the name of the form of a source; None for a table.

    Args:
        source: What `load` takes.
        task: The task that was set, if any.
        options: The options that were set, by name; `form` settles it.
    """
    if options.get("form"):
        form_named(options["form"])
        return options["form"]
    kind = task.kind if isinstance(task, Task) else task
    for name in FORMS:
        form = form_named(name)
        if form is not None and form.fits(source, kind, options):
            return name
    return None


def read_form(
    name: str, source: Any, target: Any, task: str | Task | None, options: Mapping[str, Any]
) -> Dataset:
    """Return the rows of a source that has the form `name`.

    Raises:
        BadInput: An option has no meaning for this form, or the source cannot be read.
    """
    form = form_named(name)
    if form is None:
        raise KeyError(name)
    unknown = [option for option in options if option not in (*form.options, "form")]
    if unknown:
        raise BadInput(
            *(
                Problem(
                    "option_unsuited",
                    f"The option {option} has no meaning for a source of the form {name}",
                    "one of " + ", ".join(form.options) if form.options else "no option",
                    repr(options[option]),
                    "Leave it out",
                )
                for option in unknown
            )
        )
    return form.read(source, target, task, {**options, "form": name})
