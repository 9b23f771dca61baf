"""Trials that train nothing: what a config comes to is told by a function, and a clock goes on."""

import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
from goodfit.callbacks.findings import Finding
from goodfit.recipes import Config, load, split
from goodfit.recipes.studying.budget import Budget
from goodfit.recipes.studying.course import Course, Limits
from goodfit.recipes.studying.ledger import Ledger
from goodfit.recipes.studying.measuring import Measure
from goodfit.recipes.studying.trials import Outcome, OutOfTime, Trials, config_key

BASELINE = Config(units=(64, 32), dropout=0.0, augmentation="none")


def made_splits(rows=60):
    generator = np.random.default_rng(0)
    frame = pd.DataFrame(generator.normal(size=(rows, 2)), columns=["a", "b"])
    return split(load(frame.assign(y=np.where(frame.a > 0, "yes", "no")), "y"))


def found(*faults):
    return tuple(Finding(fault, "DX-6", "warning", "It is.", "Mend it.") for fault in faults)


def outcome_of(loss, *faults, gap=1.0, epochs=40.0, best=20.0, failed="", place=0, key="k"):
    """Return an outcome; `loss` is its score and its validation loss."""
    figures = {"epochs": epochs, "best_epoch": best, "planned_epochs": 200.0, "parameters": 9.0}
    if not failed:
        figures |= {"loss": loss / gap, "val_loss": loss}
    score = math.nan if failed else loss
    return Outcome(key, place, score, found(*faults), figures, 1.0, 0, failed)


class MadeTrials(Trials):
    """Trials whose trainings come from `world(config, place)`: arguments of `outcome_of`.

    Args:
        world: From a config and a number of a place to the arguments of `outcome_of`.
        clock: A namespace whose `now` goes on by `seconds` with each training.
        noise: Standard deviation of a score from place to place.
        ends: When `now` passes it, a training is out of time.
        luck: Seeds the noise.
    """

    def __init__(
        self, world, *, clock=None, seconds=1.0, noise=0.002, ends=math.inf, luck=0, **options
    ):
        self.trained = []
        self._world, self._noise, self._seconds, self._ends = world, noise, seconds, ends
        self._clock, self._luck = clock or SimpleNamespace(now=0.0), luck
        super().__init__(made_splits(), Measure("log_loss", True), **options)

    def _trained(self, config, place):
        key = config_key(config)
        self._clock.now += self._seconds
        if self._clock.now > self._ends:
            raise OutOfTime("The time was up before this training ended.")
        self.trained.append((key, place.number))
        wanted = dict(self._world(config, place.number))
        faults = wanted.pop("faults", ())
        seed = [place.number, int(key[:6], 16), self._luck]
        wanted["loss"] += self._noise * np.random.default_rng(seed).normal()
        made = outcome_of(wanted.pop("loss"), *faults, **wanted, place=place.number, key=key)
        return Outcome(**{**vars(made), "seconds": self._seconds})

    def draws(self, config, place):
        score = self.outcome(config, place).score
        return np.r_[score, score + self._noise * np.random.default_rng(place).normal(size=40)]


def made_course(world, *, ledger=None, limits=None, clock=None, minutes=1e6, told=None, **options):
    """Return a course over made trials; its ledger, trials and clock are its attributes."""
    clock = clock or SimpleNamespace(now=0.0)
    ledger = Ledger() if ledger is None else ledger
    trials = MadeTrials(world, ledger=ledger, clock=clock, **options)
    budget = Budget(60.0 * minutes, clock=lambda: clock.now)
    splits = made_splits()
    shared = (trials, ledger, budget, splits.task, splits.train.columns)
    course = Course(*shared, limits=limits or Limits(), listener=told)
    return SimpleNamespace(course=course, ledger=ledger, trials=trials, clock=clock, budget=budget)


def names(ledger):
    """Return the changes that were tried, in order."""
    return [f"{e['change']['setting']} {e['change']['value']}" for e in ledger.entries("step")]
