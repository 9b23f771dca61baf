"""The zoo on real data, beside what others published: one row for each set, kept in docs.

    python tools/bench/zoo.py --data FOLDER --sets atis,mr [--write docs/zoo_numbers.md]

Each file in `sets` holds some sets; a set is a function from the folder of the data to a `Row`. A
set that is run again replaces its row; the others stay as they were last run. Scores are of rows
that no choice was made on: where a set has an official test set, it is looked at once, by the model
that the validation rows chose.
"""

from __future__ import annotations

import argparse
import json
import os
import runpy
import sys
import time
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
SETS = Path(__file__).parent / "sets"


@dataclass
class Row:
    """What one set showed.

    Args:
        data: The set.
        measure: What is measured, with its unit.
        ours: What we measured, as it is to be printed.
        published: What others published, and who.
        aim: What we aim at.
        reached: `yes`, `no`, or why it was not run.
        how: The model, its parameters and what was set.
        note: What else one must know: the protocol, the spread over seeds, other models.
    """

    data: str
    measure: str
    ours: str
    published: str
    aim: str
    reached: str
    how: str
    note: str = ""
    seconds: float = 0.0
    hardware: str = ""
    day: str = ""


def found_sets() -> dict:
    """Return the functions of all files in `sets`, by the name of the set."""
    sys.modules.setdefault("zoo_bench", sys.modules[__name__])
    found = {}
    for path in sorted(SETS.glob("*.py")):
        found |= runpy.run_path(str(path))["SETS"]
    return found


def table(rows: dict[str, dict]) -> str:
    """Return the rows as a Markdown table."""
    names = ("data", "measure", "ours", "published", "aim", "reached", "how", "seconds", "note")
    lines = ["| " + " | ".join(names) + " |", "| " + " | ".join("---" for _ in names) + " |"]
    for row in rows.values():
        cells = {**row, "seconds": f"{row['seconds']:.0f}"}
        lines.append("| " + " | ".join(str(cells[name]) for name in names) + " |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description="The zoo on real data.")
    parser.add_argument("--data", type=Path, required=True, help="the folder of the data sets")
    parser.add_argument("--sets", default="", help="names, with commas; all if left out")
    parser.add_argument("--write", type=Path, help="a page of docs; its .json beside it is kept")
    arguments = parser.parse_args()
    known = found_sets()
    wanted = [name for name in arguments.sets.split(",") if name] or list(known)
    if unknown := [name for name in wanted if name not in known]:
        parser.error(f"no set {', '.join(unknown)}; there are {', '.join(known)}")
    store = arguments.write.with_suffix(".json") if arguments.write else None
    for name in wanted:
        started = time.perf_counter()
        row = known[name](arguments.data)
        row.seconds, row.day = time.perf_counter() - started, date.today().isoformat()
        row.hardware = row.hardware or f"{os.cpu_count()} CPU cores"
        print(table({name: asdict(row)}), flush=True)
        if store is not None:
            # Read again now: another set may have ended while this one ran.
            kept = json.loads(store.read_text(encoding="utf-8")) if store.exists() else {}
            kept[name] = asdict(row)
            kept = {key: kept[key] for key in known if key in kept}
            store.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
            page = arguments.write.read_text(encoding="utf-8")
            head, _, rest = page.partition("<!-- table -->")
            _, _, tail = rest.partition("<!-- end of table -->")
            text = f"{head}<!-- table -->\n\n{table(kept)}\n\n<!-- end of table -->{tail}"
            arguments.write.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
