"""Whether a study takes the right step first where it is known which step is right.

    python tools/bench/decisions.py --results FILE.json [--only small,high] [--seeds 40] [--write]
    python tools/bench/decisions.py --results FILE.json --only good [--seeds 40] [--write]

Each case is a generated table and a baseline config with one thing wrong that was put there:

small   A wave in two numbers; the baseline has an eighth of the guide's units (16 and 8 for 128 and
        64), too few to bend so often. Right: more units or layers.
large   300 rows, of whose 20 numbers the answer is one sum, a tenth of the labels flipped; the
        baseline has eight times the units (1024 and 512) and learns every row by heart. Right:
        whatever the guide has against that: dropout, a penalty on weights, a quarter of the units.
high    An easy table and four layers; the learning rate is 30 times the standard. Right: a smaller
        rate.
low     An easy table; the rate is a hundredth of the standard. Right: a larger rate.
leak    The same, and a column that tells the answer. Right: it is left out before anything.
rare    1 % of the rows are of the class that is asked for, and they overlap with the others, so
        that the likelier answer is no for every row. Right: rows of the rare class weigh more.
noise   A fifth of the labels of 400 rows are flipped: what is learned beyond the rule is learned by
        heart. Right: as for `large`.
good    Two numbers are 0 or 1, and each of their four pairs has a chance of its own to be yes. With
        a thousand rows of each pair the baseline knows these chances, and there is nothing else to
        know. No change can help, so what stays after some were tried is to be the baseline, or
        something simpler.

Cases are run in turn, seed by seed, so that a bench that is cut short has some of each. For the
first `--kept` seeds the first change is carried out as well, and it is said whether it was kept.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parent))
from keeping import Kept, table, write_part

BASE = {"units": (128, 64), "batch_size": 64}
LEAST = 0.95
"""Of the seeds of a case, so many are to be decided rightly."""
Made = tuple[pd.DataFrame, dict[str, Any]]


def framed(x: np.ndarray, yes: np.ndarray) -> pd.DataFrame:
    """Return numbers and answers as a table."""
    frame = pd.DataFrame(x, columns=[f"x{place}" for place in range(x.shape[1])])
    return frame.assign(y=np.where(yes, "yes", "no"))


def ruled(generator: np.random.Generator, rows: int, width: int = 8, bends: int = 3) -> Any:
    """Return numbers, and answers by a rule that bends a few times."""
    x = generator.normal(size=(rows, width))
    inner = generator.normal(size=(width, bends))
    score = np.tanh(x @ inner) @ generator.choice([-1.0, 1.0], bends)
    return x, score > np.median(score)


def small(generator: np.random.Generator) -> Made:
    x = generator.uniform(-1, 1, size=(2000, 2))
    waves = np.sin(2.5 * np.pi * x + generator.uniform(0, 6, 2))
    frame = pd.DataFrame(x, columns=["a", "b"])
    settings = {"units": (16, 8), "learning_rate": 0.005, "early_stopping_patience": 8}
    return frame.assign(y=waves.prod(axis=1) + generator.normal(size=len(x)) * 0.05), settings


def large(generator: np.random.Generator) -> Made:
    x, yes = ruled(generator, 300, width=20, bends=1)
    return framed(x, yes ^ (generator.random(300) < 0.1)), {"units": (1024, 512)}


def high(generator: np.random.Generator) -> Made:
    deep = {"units": (128,) * 4, "learning_rate": 0.03}
    return framed(*ruled(generator, 1000)), BASE | deep


def low(generator: np.random.Generator) -> Made:
    return framed(*ruled(generator, 1000)), BASE | {"learning_rate": 1e-5, "epochs": 60}


def leak(generator: np.random.Generator) -> Made:
    frame = framed(*ruled(generator, 600))
    code = np.where(frame.y == "yes", 1.0, 2.0) + generator.normal(size=600) * 1e-3
    return frame.assign(code=code), BASE | {"epochs": 3}


def rare(generator: np.random.Generator) -> Made:
    x = generator.normal(size=(4000, 6))
    score = x[:, 0] + x[:, 1] + generator.normal(size=len(x)) * 1.5
    return framed(x, score > np.quantile(score, 0.99)), BASE


def noise(generator: np.random.Generator) -> Made:
    x, yes = ruled(generator, 400, width=12, bends=2)
    return framed(x, yes ^ (generator.random(400) < 0.2)), BASE


def good(generator: np.random.Generator) -> Made:
    x = generator.integers(0, 2, size=(4000, 2))
    chances = generator.permutation([0.1, 0.35, 0.65, 0.9])[2 * x[:, 0] + x[:, 1]]
    return framed(x.astype(float), generator.random(4000) < chances), BASE


def more_capacity(change: Any, config: Any) -> bool:
    old = config.units
    return change.setting == "units" and (sum(change.value) > sum(old))


def against_heart(change: Any, config: Any) -> bool:
    if change.setting == "units":
        return sum(change.value) < sum(config.units)
    return change.setting in ("dropout", "l2") and change.value > getattr(config, change.setting)


def smaller_rate(change: Any, config: Any) -> bool:
    return change.setting == "learning_rate" and change.value < config.learning_rate


def larger_rate(change: Any, config: Any) -> bool:
    return change.setting == "learning_rate" and change.value > config.learning_rate


def weights(change: Any, _config: Any) -> bool:
    return change.setting == "class_weights" and change.value == "balanced"


@dataclass(frozen=True)
class Case:
    """A generated task, and what is the right first step there."""

    make: Callable[[np.random.Generator], Made]
    words: str
    right: Callable[[Any, Any], bool] | None = None


CASES = {
    "small": Case(small, "an eighth of the units: more", more_capacity),
    "large": Case(large, "8 times the units, 300 rows: regularize", against_heart),
    "high": Case(high, "rate 30 times too high: lower", smaller_rate),
    "low": Case(low, "rate 100 times too low: higher", larger_rate),
    "leak": Case(leak, "a column leaks: left out"),
    "rare": Case(rare, "1 % positives: weights", weights),
    "noise": Case(noise, "20 % of labels flipped: regularize", against_heart),
    "good": Case(good, "nothing to gain: the baseline stays"),
}


def prepared(name: str, seed: int) -> tuple[Any, Any, Any]:
    """Return the splits, the baseline and the measure of a case, as `five_phases` makes them."""
    from goodfit.recipes import load, split
    from goodfit.recipes.phases import choose_baseline
    from goodfit.recipes.studying.measuring import choose_measure

    frame, settings = made(name, seed)
    splits = split(load(frame, "y"), seed=seed)
    config = choose_baseline(splits, seed=seed).replace(**settings)
    return splits, config, choose_measure(splits.task, splits.train.labels).value


def made(name: str, seed: int) -> Made:
    """Return the table and the settings of a case."""
    return CASES[name].make(np.random.default_rng([list(CASES).index(name), seed]))


def first_step(name: str, seed: int, carried_out: bool) -> dict[str, Any]:
    """Return the first change of a study, and whether it is the right one."""
    splits, config, measure = prepared(name, seed)
    course, ledger, trials = course_of(splits, measure, seed, 1 if carried_out else 0)
    course.carry_out(config)
    from goodfit.recipes.studying.changes import Change
    from goodfit.recipes.studying.deciding import next_changes, state_of

    outcomes = [trials.outcome(config, place) for place in range(3)]
    state = state_of(outcomes, config)
    steps = ledger.entries("step")
    if steps:
        change = Change.from_dict(steps[0]["change"])
    else:
        change = next_changes(state, config, splits.task, splits.train.columns)[0]
    right = CASES[name].right
    return {
        "change": change.name,
        "right": bool(right is not None and right(change, config)),
        "verdict": steps[0]["verdict"]["verdict"] if steps else "",
        "cause": state.cause,
        "reason": state.reason,
        "scores": [each.score for each in outcomes],
    }


def course_of(splits: Any, measure: Any, seed: int, changes: int) -> tuple[Any, Any, Any]:
    """Return a course that tries so many changes, its ledger and its trials."""
    from goodfit.recipes.studying.budget import Budget
    from goodfit.recipes.studying.course import Course, Limits
    from goodfit.recipes.studying.ledger import Ledger
    from goodfit.recipes.studying.trials import Trials

    ledger = Ledger()
    trials = Trials(splits, measure, seed=seed, ledger=ledger)
    shared = (trials, ledger, Budget(1e6), splits.task, splits.train.columns)
    return Course(*shared, limits=Limits(changes)), ledger, trials


def without_leak(seed: int) -> dict[str, Any]:
    """Return which columns a study left out before its first training."""
    from goodfit.recipes import five_phases

    frame, settings = made("leak", seed)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "study"
        study = five_phases(
            frame, "y", minutes=30, output=place, seeds=1, trials=0, seed=seed, settings=settings
        )
    left_out = study.ledger.entries("study")[0]["left_out"]
    found = [where for each in left_out for where in each["where"]]
    shown = f"left out {', '.join(found) or 'nothing'}"
    return {"change": shown, "right": found == ["code"], "verdict": "", "cause": "leak"}


def stayed(seed: int, changes: int) -> dict[str, Any]:
    """Return whether the baseline, or something simpler, stays where nothing can help."""
    splits, config, measure = prepared("good", seed)
    course, ledger, _ = course_of(splits, measure, seed, changes)
    kept, reason = course.carry_out(config)
    steps = ledger.entries("step")
    worse = [
        step["change"]["setting"] + " " + str(step["change"]["value"])
        for step in steps
        if step["verdict"]["stays"] == "after" and not step["change"]["simpler"]
    ]
    return {
        "change": ", ".join(worse) or "the baseline stays",
        "right": not worse,
        "verdict": "",
        "cause": reason,
        "tried": len(steps),
        "difference": {n: list(map(str, pair)) for n, pair in kept.difference(config).items()},
        "verdicts": [
            [step["change"]["setting"], step["verdict"]["verdict"], step["verdict"]["gain"]]
            for step in steps
        ],
    }


def run(name: str, seed: int, given: argparse.Namespace) -> dict[str, Any]:
    """Return what a study does in a case."""
    import keras

    keras.utils.clear_session()
    if name == "leak":
        return without_leak(seed)
    if name == "good":
        return stayed(seed, given.changes)
    return first_step(name, seed, seed < given.kept)


def summary(kept: Kept) -> tuple[list[dict[str, str]], list[dict[str, str]], list[str]]:
    """Return the table of first steps, that of the good baseline, and each miss."""
    rows, still, misses = [], [], []
    for name, case in CASES.items():
        found = kept.starting(f"{name} ")
        if not found:
            continue
        right = [each["right"] for each in found.values()]
        tried = [each["verdict"] for each in found.values() if each["verdict"]]
        row = {
            "what is wrong, what is right": case.words,
            "seeds": str(len(right)),
            "right first": f"{np.mean(right):.0%}",
        }
        if name == "good":
            changes = sum(each["tried"] for each in found.values())
            wrongly = sum(
                verdict == "kept" for each in found.values() for _, verdict, _ in each["verdicts"]
            )
            row |= {"changes tried": str(changes), "kept wrongly": str(wrongly)}
            still.append({head.replace("right first", "stays"): v for head, v in row.items()})
        else:
            if tried:
                row["kept"] = f"{sum(v == 'kept' for v in tried)} of {len(tried)}"
            rows.append(row)
        misses += [
            f"{which}: {each['change']} ({each['cause']})"
            for which, each in found.items()
            if not each["right"]
        ]
    return rows, still, misses


def main() -> int:
    """Run the cases asked for, and print the tables and every miss."""
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n")[0])
    parser.add_argument("--only", default="", help="names of cases, separated by commas")
    parser.add_argument("--seeds", type=int, default=40)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--kept", type=int, default=5, help="seeds whose change is carried out")
    parser.add_argument("--changes", type=int, default=8, help="tried on the good baseline")
    parser.add_argument("--results", type=Path, help="the JSON file that keeps each result")
    parser.add_argument("--table", action="store_true", help="only the tables of what is there")
    parser.add_argument("--write", action="store_true", help="put the tables into the docs")
    given = parser.parse_args()
    warnings.filterwarnings("ignore")
    wanted = given.only.split(",") if given.only else list(CASES)
    unknown = set(wanted) - set(CASES)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(CASES)}")
    kept = Kept(given.results)
    for seed in range(given.first, given.first if given.table else given.first + given.seeds):
        for name in wanted:
            if kept.has(f"{name} {seed}"):
                continue
            began = time.perf_counter()
            result = run(name, seed, given)
            kept.keep(f"{name} {seed}", result)
            shown = "right" if result["right"] else "WRONG"
            seconds = time.perf_counter() - began
            print(
                f"{name:6} {seed:3} {shown}  {result['change']}  {result['verdict']}"
                f"  [{result['cause']}]  {seconds:.0f} s",
                flush=True,
            )
    rows, still, misses = summary(kept)
    for each in (rows, still):
        print("\n" + table(each) if each else "")
    print("\n".join(misses))
    if given.write:
        if rows:
            write_part("decisions", rows, [miss for miss in misses if not miss.startswith("good ")])
        if still:
            write_part("good", still, [miss for miss in misses if miss.startswith("good ")])
    return 0


if __name__ == "__main__":
    sys.exit(main())
