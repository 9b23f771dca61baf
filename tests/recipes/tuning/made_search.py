"""Searches whose trials take no time: what a trial comes to is told by a function of its values."""

import math
from collections import deque

import numpy as np
import pandas as pd
from goodfit.recipes import Config, load, split
from goodfit.recipes.tuning.assignments import TrialResult
from goodfit.recipes.tuning.dimensions import Dimension
from goodfit.recipes.tuning.driving import Driver, Limits
from goodfit.recipes.tuning.journal import Journal
from goodfit.recipes.tuning.oracles import Decider
from goodfit.recipes.tuning.space import Space

CONFIG = Config(learning_rate=0.001, dropout=0.2, optimizer="adam", epochs=9)
SPACE = Space(
    (
        Dimension("learning_rate", "float", 1e-4, 1e-2, log=True),
        Dimension("dropout", "choice", options=(0.0, 0.2, 0.4)),
        Dimension("optimizer", "choice", options=("adam", "adamw")),
        Dimension("weight_decay", "float", 1e-3, 1e-1, log=True, when=("optimizer", ("adamw",))),
    )
)
FEW = Space(
    (
        Dimension("dropout", "choice", options=(0.0, 0.2, 0.4)),
        Dimension("optimizer", "choice", options=("adam", "adamw")),
        Dimension("weight_decay", "choice", options=(0.01, 0.1), when=("optimizer", ("adamw",))),
    )
)


def world(values, seed):
    """Return a score that depends on values and seed; less is better."""
    rate = values.get("learning_rate", 1e-3)
    score = abs(math.log10(rate) + 3.3) + abs(values["dropout"] - 0.2)
    return score + 0.1 * (values["optimizer"] == "adam") + (seed % 7) * 1e-4


class MadeExecutor:
    """Ends trials at once; with several slots the last that was handed in ends first.

    Args:
        slots: How many are under way at once.
        fails: Names of trials that come to nothing.
        twice: Whether each result comes twice.
        broken: The name of a trial at which an error is raised that concerns every trial.
    """

    error = KeyboardInterrupt

    def __init__(self, slots=1, fails=(), twice=False, broken=None):
        self.slots, self.fails, self.twice, self.broken = slots, fails, twice, broken
        self.waiting, self.ran, self.closed = deque(), [], False

    def submit(self, assignment):
        self.waiting.append(assignment)
        assert len(self.waiting) <= self.slots

    def results(self, timeout):
        given = self.waiting.pop()
        if given.trial == self.broken:
            raise self.error
        self.ran.append(given)
        if given.trial in self.fails or self.fails == "all":
            made = TrialResult(*given.key, "failed", reason="It diverged.", seconds=1.0)
        else:
            scores = tuple(world(given.values, given.seed + place) for place in given.places)
            made = TrialResult(*given.key, "completed", scores, seconds=1.0)
        return [made, made] if self.twice else [made]

    def close(self):
        self.closed = True


def carried_out(path=None, method="random", trials=6, executor=None, space=SPACE, **options):
    """Carry a search out, or on from where its journal ends; return journal, executor, reason."""
    journal = Journal(path)
    executor = executor or MadeExecutor()
    chosen = {"deadline": None, "places": 2, "seed": 0, "less_is_better": True} | options
    decider = Decider(
        method,
        space,
        CONFIG,
        less_is_better=chosen["less_is_better"],
        seed=chosen["seed"],
        epochs=9,
    )
    told = []
    limits = Limits(trials, **chosen)
    listener = lambda kind, data: told.append(data)  # noqa: E731
    driver = Driver(
        journal, decider, executor, "key", limits, tell=lambda trial: None, listener=listener
    )
    executor.told = told
    return journal, executor, driver.carry_out()


def facts(journal):
    """Return what counts of each trial, in order."""
    return [
        (trial.name, dict(trial.values), trial.epochs, trial.seed, trial.status, trial.score)
        for trial in journal.trials.values()
    ]


def made_splits(rows=90):
    """Return three numbers a row, of which two say the class."""
    generator = np.random.default_rng(3)
    frame = pd.DataFrame(generator.normal(size=(rows, 3)), columns=["a", "b", "c"])
    return split(load(frame.assign(y=np.where(frame.a + frame.b > 0, "yes", "no")), "y"))
