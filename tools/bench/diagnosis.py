"""What the diagnosis says of trainings whose fault is known, and of healthy ones.

    python tools/bench/diagnosis.py --half open [--repair] [--only NAME] [--write docs/FILE.md]

The cases stand in `tests/faults`. Thresholds may be set on the open half; the kept half is for
reporting alone. One line is printed for each case: D detected, N root named, F root first, P
nothing named that is not so; for a healthy training ok, W or E. Then come the table and every miss.
`--scores` shows the scores of each broken training and its twin instead, without any diagnosis.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
import time
import warnings
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

SUITE = Path(__file__).parents[2] / "tests" / "faults"

TEXT = """# What the diagnosis finds

Trainings with a known fault, each with a twin without it, and healthy trainings that look ill by
some fixed threshold. Thresholds were set on the open half; none was set on the kept half. Run a
half again with

```text
python tools/bench/diagnosis.py --half kept --repair --write docs/diagnosis_numbers.md
```

A root is named where it is a finding or stands among the consequences of one, and first where it is
the first finding. Precision is the share of the warnings and errors on broken trainings that are
right. A repair closes the share of the gap between the score of the broken training and its twin's.
"""


def table(rows: list[dict[str, str]]) -> str:
    """Return rows as a table."""
    heads = list(rows[0])
    lines = ["| " + " | ".join(heads) + " |", "| " + " | ".join("---" for _ in heads) + " |"]
    lines += ["| " + " | ".join(row.get(head, "–") for head in heads) + " |" for row in rows]
    return "\n".join(lines)


def write(path: Path, half: str, row: dict[str, str], misses: list[str]) -> None:
    """Write the page; the other half's figures are kept beside it, as JSON."""
    kept = path.with_suffix(".json")
    known: dict[str, Any] = json.loads(kept.read_text("utf-8")) if kept.exists() else {}
    known[half] = {"row": row, "misses": misses}
    known = {name: known[name] for name in sorted(known)}
    kept.write_text(json.dumps(known, indent=1, ensure_ascii=False) + "\n", "utf-8")
    text = [TEXT, table([each["row"] for each in known.values()])]
    for name, each in known.items():
        text += ["", f"## Misses of the {name} half", ""]
        text += [f"- {miss}" for miss in each["misses"]] or ["None."]
    path.write_text("\n".join(text) + "\n", "utf-8")


def scores(cases: Any, seed: int) -> None:
    """Print the scores of each training and of its twin."""
    import keras

    for case in cases:
        shown = []
        for make in (case.make, case.twin):
            if make is None:
                continue
            keras.utils.clear_session()
            training = make(seed)
            if make is case.make and not case.runs:
                shown.append("ends with an error")
                continue
            began = time.perf_counter()
            training.run()
            seconds = time.perf_counter() - began
            value = f"{training.score(training.model):.3f}" if training.score else "no score"
            shown.append(f"{value} in {seconds:.1f} s")
        print(f"{case.name:36} {case.fault or 'healthy':24} " + " | ".join(shown), flush=True)


def main() -> int:
    """Run the cases asked for, print what is said of each, the table and the misses."""
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n")[0])
    parser.add_argument("--half", choices=("open", "kept"), default="open")
    parser.add_argument("--only", default="", help="parts of names, separated by commas")
    parser.add_argument("--fault", default="", help="only the cases of this fault")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--repair", action="store_true", help="also repair each and score it")
    parser.add_argument("--scores", action="store_true", help="show scores, without diagnosis")
    parser.add_argument("--write", type=Path, help="the page that keeps the table")
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore")
    sys.path.insert(0, str(SUITE))
    grading = importlib.import_module("grading")
    cases = importlib.import_module("loading").cases(arguments.half, arguments.only)
    if arguments.fault:
        cases = [case for case in cases if case.fault == arguments.fault]
    if arguments.scores:
        scores(cases, arguments.seed)
        return 0
    if arguments.repair and not grading.can_repair():
        print("goodfit.callbacks has no repair", file=sys.stderr)
        return 2
    grades, mended = [], []
    for case in cases:
        grades.append(grading.grade(case, arguments.seed))
        print(grades[-1].line(), flush=True)
        if arguments.repair:
            done = grading.mend(case, grades[-1], arguments.seed)
            if done is not None:
                mended.append(done)
                print(done.line(), flush=True)
    summary = grading.Summary(arguments.half, grades, mended)
    misses = summary.misses()
    print("\n" + table([summary.row()]) + "\n\n" + "\n".join(misses))
    if arguments.write:
        write(arguments.write, arguments.half, summary.row(), misses)
    return 0


if __name__ == "__main__":
    sys.exit(main())
