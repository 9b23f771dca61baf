"""A process that a test can kill: `search METHOD FOLDER [ADDRESS]` tunes, `toy ADDRESS` only runs.

What `search` did stands in its journal; `toy` prints a line of JSON for each result.
"""

import functools
import json
import os
import sys
import time

from goodfit.recipes.tuning.assignments import Assignment, TrialResult
from goodfit.recipes.tuning.ray_executor import RayExecutor

TOY_TRIALS = 60


class Toy:
    """A job that takes a moment and says where it ran."""

    def run(self, assignment):
        time.sleep(0.2)
        return TrialResult(*assignment.key, "completed", (1.0,), worker=f"toy:{os.getpid()}")


def toy(address):
    """Run trials that need no Keras, and print each result."""
    executor = RayExecutor(Toy(), workers=2, address=address)
    for number in range(TOY_TRIALS):
        executor.submit(Assignment("5ea", f"trial-{number:04}", 1, {}, (0,), None, number))
    found = 0
    while found < TOY_TRIALS:
        for result in executor.results(1.0):
            found += 1
            print(json.dumps(result.to_dict()), flush=True)
    executor.close()


def search(method, folder, address=None):
    """Tune a tiny network, or go on with that."""
    from goodfit.recipes import choose_config, load, split
    from goodfit.recipes.tuning.dimensions import Dimension
    from goodfit.recipes.tuning.space import Space
    from goodfit.recipes.tuning.tuner import tune

    splits = split(load("iris"))
    config = choose_config(splits, overrides=["epochs=12", "units=16", "dropout=0.1"])
    space = Space(
        (
            Dimension("learning_rate", "choice", options=(0.0003, 0.001, 0.003, 0.01)),
            Dimension("dropout", "choice", options=(0.0, 0.1, 0.3)),
        )
    )
    found = tune(
        config,
        splits,
        method=method,
        space=space,
        trials=12,
        seeds=1,
        output=folder,
        resume=any(os.scandir(folder)),
        executor=address and functools.partial(RayExecutor, workers=2, address=address),
    )
    print(json.dumps({"best": found.best.name, "folder": str(found.folder)}), flush=True)


if __name__ == "__main__":
    {"toy": toy, "search": search}[sys.argv[1]](*sys.argv[2:])
