"""Trials of a search by two workers beside one, and beside the process itself.

The same trials (learning rate, dropout and seed drawn anew for each) on the same generated rows,
in blocks that take turns: one after the other in this process, as `goodfit tune` runs them; one at
a time, and as many at a time as there are workers, by Ray's workers on this machine, each with one
core. All have traced their functions before; what starting takes is told apart.

    python tools/bench/workers.py [--workers 2] [--rounds 8] [--trials 12]

Needs the extra `goodfit[ray]`. Ratios are those of blocks next to each other; on a machine with
fewer free cores than workers they say nothing.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

sys.path.insert(0, str(Path(__file__).parent))
from keeping import table

ROWS, COLUMNS, EPOCHS = 3000, 20, 8
RATES, DROPOUTS = (-4.0, -2.0), (0.0, 0.5)


def job() -> Any:
    """Return what is the same for all trials."""
    from goodfit.recipes import choose_config, load, split
    from goodfit.recipes.studying.measuring import choose_measure
    from goodfit.recipes.studying.places import places_of
    from goodfit.recipes.tuning.assignments import Job
    from goodfit.recipes.tuning.guided_space import default_space
    from sklearn.datasets import make_classification

    rows = make_classification(ROWS, COLUMNS, n_informative=COLUMNS // 2, random_state=0)
    splits = split(load(rows))
    config = choose_config(splits, overrides=[f"epochs={EPOCHS}"])
    measure = choose_measure(splits.task, splits.train.labels).value
    places, _ = places_of(splits, seeds=1, seed=0)
    return Job(config, splits, default_space(config), measure, places)


def drawn() -> Iterator[Any]:
    """Yield assignments without end."""
    from goodfit.recipes.tuning.assignments import Assignment

    draw, number = random.Random(0), 0
    while True:
        number += 1
        values = {
            "learning_rate": 10 ** draw.uniform(*RATES),
            "dropout": draw.uniform(*DROPOUTS),
            "batch_size": 32,
        }
        yield Assignment("bench", f"trial-{number}", 1, values, (0,), None, number)


def block(executor: Any, wanted: Iterator[Any], count: int, at_once: int) -> tuple[float, set[str]]:
    """Run so many trials, so many at once; return the seconds for each, and who ran them."""
    began, sent, done = time.perf_counter(), 0, 0
    workers: set[str] = set()
    while done < count:
        while sent < count and sent - done < at_once:
            executor.submit(next(wanted))
            sent += 1
        for result in executor.results(5.0):
            if result.status != "completed":
                raise SystemExit(f"{result.trial} is {result.status}: {result.reason}")
            workers.add(result.worker)
            done += 1
    return (time.perf_counter() - began) / count, workers


def warmed(executor: Any, wanted: Iterator[Any], workers: int) -> None:
    """Run trials until every worker has had its first, with what it traces."""
    seen: set[str] = set()
    while len(seen) < workers:
        seen |= block(executor, wanted, 2 * workers, workers)[1]


def main() -> int:
    """Run the blocks in turn, and print the table."""
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n")[0])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--trials", type=int, default=12, help="in each block")
    given = parser.parse_args()
    from goodfit.recipes.tuning.executors import InProcess
    from goodfit.recipes.tuning.ray_executor import RayExecutor

    wanted, shared = drawn(), job()
    here = InProcess(shared)
    warmed(here, wanted, 1)
    began = time.perf_counter()
    there = RayExecutor(shared, workers=given.workers, cpus_per_trial=1)
    try:
        warmed(there, wanted, given.workers)
        started = time.perf_counter() - began
        many = f"{given.workers} workers"
        ways = {"this process": (here, 1), "1 worker": (there, 1), many: (there, given.workers)}
        seconds: dict[str, list[float]] = {way: [] for way in ways}
        for number in range(given.rounds):
            for way, (executor, at_once) in ways.items():
                seconds[way].append(block(executor, wanted, given.trials, at_once)[0])
            told = {way: f"{found[-1]:.3f} s" for way, found in seconds.items()}
            print(number, told, f"load {os.getloadavg()[0]:.1f}", file=sys.stderr, flush=True)
    finally:
        there.close()
    rows = []
    for way, found in seconds.items():
        row = {"way": way, "seconds for a trial": f"{median(found):.3f}"}
        for other in ("this process", "1 worker"):
            pairs = zip(seconds[other], found, strict=True)
            ratios = sorted(theirs / ours for theirs, ours in pairs)
            spread = f"{median(ratios):.2f} [{ratios[0]:.2f}–{ratios[-1]:.2f}]"
            row[f"times {other}"] = spread
        rows.append(row)
    print(table(rows))
    print(f"\nStarting Ray and the workers, until each had its first trial: {started:.0f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
