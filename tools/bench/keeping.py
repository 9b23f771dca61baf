"""What the benches of a study share: results that outlive a cut, and one page in the docs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

__all__ = ["Kept", "table", "write_part"]

PAGE = Path(__file__).parents[2] / "docs" / "study_numbers.md"
HEAD = """# How a study decides

Measured by the scripts in `tools/bench`; each table says which.
"""
PARTS = {
    "decisions": (
        "The first step",
        """Generated tasks whose best first change is known, because it was built in: see
`tools/bench/decisions.py`. "Right first" counts the tasks of which the first change tried is that
one; "kept" those of which it was kept as well, where changes were carried out.

```text
python tools/bench/decisions.py --results decisions.json --write
```
""",
    ),
    "good": (
        "A baseline that is as good as can be",
        """No change can help there, because the baseline reaches the noise of the labels. What
stays at the end should be the baseline, or something simpler.
""",
    ),
    "intervals": (
        "The interval of the test score",
        """Whole quick studies on generated rows, each with its own test rows; the truth is the
score of the saved model on 50,000 fresh rows. A 95 % interval should hold it in 92 to 98 % of them.
The test sets have 45, 90 and 180 rows in turn. RMSE falls short: it hangs on rare large errors,
which so few rows may not hold (a studentized bootstrap of the same answers held 91.5 %).

```text
python tools/bench/intervals.py --results intervals.json --write
```
""",
    ),
    "study": (
        "Beside others, with the same seconds",
        """Test scores of `fit` and of other ways to spend the same seconds, on the same rows: 60
seconds, three divisions of the rows of each set, one core for each way, on a machine that did
nothing else. Aim: the first mean rank of the networks, and never more than one standard deviation
below the quick start. Neither is reached: `fit` comes after our own quick start, and before the
searches and the grid. In so short a time hardly any change can be told from noise, so what stays is
often the plain baseline of the second phase, where the quick start regularizes from the start. Who
has a minute should take the quick start; `fit` says why a model is what it is.

Tried and left: at the end of a study, to compare what stayed with the quick start as a whole, and
to take the better mean where there is a gap. The mean rank over the thirty divisions was 3.05 with
it and 2.98 without: no difference can be shown, so the simpler stays.

```text
python tools/bench/study.py --data FOLDER --results study.json --write
```
""",
    ),
}


class Kept:
    """Results by name, in a file that is whole whenever the bench is cut.

    Args:
        path: The JSON file; None keeps nothing beyond this run.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.known: dict[str, Any] = {}
        if path is not None and path.exists():
            self.known = json.loads(path.read_text("utf-8"))

    def has(self, name: str) -> bool:
        """Return whether there is a result of this name."""
        return name in self.known

    def keep(self, name: str, result: Any) -> None:
        """Keep a result at once."""
        self.known[name] = result
        if self.path is not None:
            beside = self.path.with_name(self.path.name + ".part")
            beside.write_text(json.dumps(self.known, default=float) + "\n", "utf-8")
            beside.replace(self.path)

    def starting(self, beginning: str) -> dict[str, Any]:
        """Return the results whose names begin so."""
        return {name: each for name, each in self.known.items() if name.startswith(beginning)}


def table(rows: list[dict[str, str]]) -> str:
    """Return rows as a table."""
    heads = list(rows[0])
    lines = ["| " + " | ".join(heads) + " |", "| " + " | ".join("---" for _ in heads) + " |"]
    lines += ["| " + " | ".join(row.get(head, "–") for head in heads) + " |" for row in rows]
    return "\n".join(lines)


def write_part(name: str, rows: list[dict[str, str]], notes: list[str]) -> None:
    """Write one part of the page; the other parts are kept beside it, as JSON."""
    beside = PAGE.with_suffix(".json")
    known: dict[str, Any] = json.loads(beside.read_text("utf-8")) if beside.exists() else {}
    known[name] = {"rows": rows, "notes": notes}
    known = {part: known[part] for part in PARTS if part in known}
    beside.write_text(json.dumps(known, indent=1, ensure_ascii=False) + "\n", "utf-8")
    text = [HEAD]
    for part, each in known.items():
        title, words = PARTS[part]
        text += [f"## {title}", "", words, table(each["rows"]), ""]
        text += [f"- {note}" for note in each["notes"]] + [""] * bool(each["notes"])
    PAGE.write_text("\n".join(text).rstrip("\n") + "\n", "utf-8")
