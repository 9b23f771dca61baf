"""A study as a notebook shows it: its outline, and a table of what was tried."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from .steps import steps_of
from .story import outline
from .telling import score_text

__all__ = ["study_html"]

HEADER = ("", "change", "verdict", "before", "after", "gain", "95 % interval", "trainings")


def study_html(entries: Iterable[Mapping[str, Any]]) -> str:
    """Return a study as HTML without styles, everything from data escaped.

    Args:
        entries: A `Ledger`, or its entries.

    Examples:
        >>> study_html([])
        '<table><tr><th>changes</th><td>none was tried</td></tr>\
<tr><th>end</th><td>the study was cut short</td></tr></table>'
    """
    known = list(entries)
    parts = ["<table>", *(_row([label], [text]) for label, text in outline(known)), "</table>"]
    steps = steps_of(known)
    if steps:
        parts += ["<table>", _row(HEADER, [])]
        for step in steps:
            name = f"<b>{escape(step.name)}</b>" if step.stayed else escape(step.name)
            figures = [score_text(step.before), score_text(step.after), score_text(step.gain)]
            interval = f"{score_text(step.low)} to {score_text(step.high)}"
            cells = [str(step.number), name, escape(step.verdict), *figures, interval]
            cells.append(str(step.trainings))
            parts.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
        parts.append("</table>")
    return "".join(parts)


def _row(heads: Iterable[str], cells: Iterable[str]) -> str:
    found = [f"<th>{escape(head)}</th>" for head in heads]
    return "<tr>" + "".join([*found, *(f"<td>{escape(cell)}</td>" for cell in cells)]) + "</tr>"
