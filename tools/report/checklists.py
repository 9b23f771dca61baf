"""The guide's checklists and common mistakes, ticked from the record of a run and never by hand.

Every item is computed from what the run left behind, and says which figures decided it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from . import checks, mistakes
from .checks import Answer, State
from .facts import Facts

if TYPE_CHECKING:
    from ...recipes.training.runs import Run

__all__ = ["CHECKLISTS", "Checklist", "Item", "fill_checklists"]


@dataclass(frozen=True)
class Item:
    """One line of a checklist.

    Args:
        title: What should have been done.
        state: Whether it was.
        evidence: The figures that say so, as one or two sentences.
    """

    title: str
    state: State
    evidence: str


@dataclass(frozen=True)
class Checklist:
    """A filled checklist of the guide, or the list of mistakes.

    Args:
        rule: Its id in the guide; the mistakes have one each.
        title: What it is about.
        items: Its lines, each with the id of its rule.
    """

    rule: str
    title: str
    items: tuple[tuple[str, Item], ...]

    @property
    def done(self) -> int:
        """How many items are done."""
        return sum(item.state == "done" for _, item in self.items)

    @property
    def applicable(self) -> int:
        """How many items apply to this run."""
        return sum(item.state != "not applicable" for _, item in self.items)


def fill_checklists(run: Run) -> tuple[Checklist, ...]:
    """Return the checklists before, during and after training, and the eight mistakes.

    Args:
        run: A run with its folder.

    Guide: CHK-1, CHK-2, CHK-3, MIS-1, MIS-2, MIS-3, MIS-4, MIS-5, MIS-6, MIS-7, MIS-8.
    """
    facts = Facts(run)
    filled = []
    for rule, title, items in CHECKLISTS:
        lines = [(own or rule, Item(name, *check(facts))) for own, name, check in items]
        filled.append(Checklist(rule, title, tuple(lines)))
    return tuple(filled)


Check: TypeAlias = Callable[[Facts], Answer]

CHECKLISTS: tuple[tuple[str, str, tuple[tuple[str, str, Check], ...]], ...] = (
    (
        "CHK-1",
        "Before training",
        (
            ("PH-1a", "Data explored", checks.explored),
            ("PH-1b", "Data cleaned", checks.cleaned),
            ("PH-1c", "Split made", checks.split),
            ("PH-1d", "Preprocessing inside the model", checks.preprocessed),
            ("ARC-1", "Architecture chosen", checks.architecture),
            ("QS-2", "Hyperparameters chosen", checks.hyperparameters),
            ("REG-1", "Early stopping set", checks.early_stopping),
            ("MET-9", "Metrics chosen", checks.metrics_chosen),
        ),
    ),
    (
        "CHK-2",
        "During training",
        (
            ("", "Training watched against validation", checks.watched),
            ("", "Loss decreasing", checks.decreasing),
            ("", "Training stable", checks.stable),
            ("BP-4", "Best weights saved", checks.best_saved),
        ),
    ),
    (
        "CHK-3",
        "After training",
        (
            ("", "Test set evaluated", checks.tested),
            ("", "Errors analysed", checks.errors_analysed),
            ("MET-9", "All metrics computed", checks.all_metrics),
            ("", "Results documented", checks.documented),
            ("", "Final model saved", checks.model_saved),
        ),
    ),
    (
        "",
        "Common mistakes avoided",
        (
            ("MIS-1", "Rows split", mistakes.parted),
            ("MIS-2", "Test rows not looked at again and again", mistakes.looks),
            ("MIS-3", "Inputs scaled and encoded", checks.preprocessed),
            ("MIS-4", "Stopped early", mistakes.stopped_early),
            ("MIS-5", "One change at a time", mistakes.one_change),
            ("MIS-6", "Learning rate fits", mistakes.rate),
            ("MIS-7", "Curves drawn", mistakes.visualised),
            ("MIS-8", "Errors looked at", checks.errors_analysed),
        ),
    ),
)
