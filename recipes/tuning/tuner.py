"""Phase 5: search around a kept config with keras-tuner, and train the best of it.

    goodfit tune runs/best --trials 50

Read `tune` from top to bottom: it is the whole recipe.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ...zoo.errors import bad_input
from ..completing import Clock, carry_out
from ..config import Config
from ..dataset import Splits
from ..studying.beginning import finished_before
from ..studying.measuring import choose_measure
from ..studying.places import joined_rows
from ..training.fitting import Interrupted, Listener
from ..training.runs import Run, open_run
from .asking import (
    check_asked,
    chosen_executor,
    chosen_places,
    chosen_space,
    divisions_key,
    longest,
)
from .assignments import Job
from .beginning import Subject, begin_search, subject_of
from .driving import Driver, Limits
from .executors import Executor
from .journal import Trial
from .oracles import Decider
from .own_best import set_aside, train_own_best
from .own_models import config_or_model
from .search import BEST, Search, SearchInterrupted, open_search
from .space import Space
from .storage import Storage
from .trial_charts import TrialCharts

__all__ = ["TRIALS", "resume_search", "tune"]

TRIALS = 30
"""Trials of a search that was given neither a number nor a time."""


def tune(
    source: Any,
    splits: Splits | None = None,
    *,
    trials: int | None = None,
    minutes: float | None = None,
    method: str = "bayesian",
    space: Space | str | Path | None = None,
    more: Sequence[str] = (),
    builder: Any = None,
    metric: str | None = None,
    seeds: int | None = None,
    epochs: int | None = None,
    seed: int | None = None,
    workers: int = 1,
    executor: Callable[[Job], Executor] | None = None,
    output: str | Path | None = None,
    storage: str | None = None,
    resume: bool = False,
    listener: Listener | None = None,
) -> Search:
    """Search around a kept config, and train the best of what was found.

    Every event is on disk before anything follows from it: after a crash at any moment
    `resume=True` goes on, with no trial lost and none counted twice. The test rows stay sealed.

    Args:
        source: A run or its folder, or a `Config`.
        splits: The data of a config; those of a run are read again.
        trials: At most so many; without `minutes` 30, or the whole of a grid, or on going on what
            was asked for then.
        minutes: Wall-clock time for this call, the last training included.
        method: `bayesian`, `random`, `hyperband` or `grid`.
        space: What may be changed: a `Space`, TOML, or the path of a TOML file; that of the guide
            when left out.
        more: Settings that the guide's space is to have as well, such as `units`, `layers`, `l2`.
        builder: A builder of your own: `build(hp)`, which returns a compiled model or a `Config`,
            or a `keras_tuner.HyperModel`. Its hyperparameters are the space.
        metric: What decides, a name from `evaluate`; that of the study, or chosen, when left out.
        seeds: In how many places each trial is trained; 5 folds of a small set when left out, else
            once.
        epochs: At most so many a trial; those of the config when left out.
        seed: Decides what is drawn, and the seeds of the trials; the config's when left out.
        workers: How many trials at once; more than one need the extra `ray`.
        executor: Makes what runs the trials; decides instead of `workers`.
        output: The folder that is to hold the search; beside the run when left out.
        storage: An address that fsspec knows, such as `s3://bucket/searches`, where the search is
            copied to as it goes on, and from where another machine can go on with it.
        resume: Go on with this very search.
        listener: Told of `step`, `search`, `trial` and `epoch`.

    Returns:
        The search: its trials, the best, and the run that was trained by it.

    Raises:
        BadInput: Something cannot be used, the search is there already, or the data changed.
        MissingExtra: keras-tuner, or with several workers Ray, is not installed.
        SearchInterrupted: Ctrl-C was pressed; `resume` goes on.

    Guide: PH-5, BP-4, MIS-2.
    """
    started = time.time()
    check_asked(
        method=method, trials=trials, minutes=minutes, seeds=seeds, epochs=epochs, workers=workers
    )
    clock = Clock(listener)

    # 1. What is searched: a config, its data, a space around it, and what decides.
    clock.step("load", "reading the data again")
    subject = subject_of(source, splits)
    if epochs is not None:
        subject = replace(subject, config=subject.config.replace(epochs=epochs))
    config, splits = subject.config, subject.splits
    measure = choose_measure(splits.task, splits.train.labels, metric or subject.metric).value
    first = config.seed if seed is None else seed
    places = chosen_places(splits, seeds, first)
    clock.step("prepare", "loading Keras")
    found = chosen_space(space, config, more, builder, method)

    # 2. A folder of its own, which carries the hash of all this.
    choices = {
        "method": method,
        "metric": measure.name,
        "less_is_better": measure.less_is_better,
        "seed": first,
        "places": len(places),
        "divisions": divisions_key(places),
        "epochs": config.epochs,
    }
    kept = None if storage is None else Storage(storage)
    asked = {"trials": trials, "minutes": minutes}
    if trials is None and minutes is None and method != "grid":
        asked["trials"] = TRIALS
    begun = begin_search(
        subject,
        found,
        choices,
        limits=asked,
        builder=builder,
        output=output,
        storage=kept,
        resume=resume,
    )

    # 3. keras-tuner decides, the executor trains, the journal keeps.
    if trials is None and minutes is None:
        before = (begun.journal.head or {})["limits"]
        trials, minutes = before["trials"], before["minutes"]
    deadline = None if minutes is None else started + 60.0 * minutes
    limits = Limits(trials, deadline, len(places), first, measure.less_is_better)
    job = Job(config, splits, found, measure, places, deadline, builder)
    search = Search(begun.folder, begun.journal, measure)
    charts = TrialCharts(begun.folder / "tensorboard", measure.name, found, begun.journal)

    def draw(trial: Trial) -> None:
        charts.write(trial, None if builder is not None else search.config(trial))

    def tell(trial: Trial) -> None:
        draw(trial)
        if kept is not None:
            kept.keep(begun.folder, journal_only=True)
        if listener is not None and trial.result is not None:
            told = trial.result.to_dict() | {"values": dict(trial.values)}
            listener("trial", told | {"score": trial.score, "spread": trial.result.spread})

    runner: Executor | None = None
    try:
        decider = Decider(
            method,
            found,
            None if builder is not None else config,
            less_is_better=measure.less_is_better,
            seed=first,
            epochs=longest(subject, config),
        )
        if listener is not None:
            about = {"folder": str(begun.folder), "metric": measure.name, "method": method}
            listener("begin", about | {"space": found.to_dict(), "places": len(places)})
        clock.step("search", "searching")
        for trial in charts.missing():
            draw(trial)
        runner = chosen_executor(executor, workers, job, listener)
        driver = Driver(
            begun.journal, decider, runner, begun.key, limits, tell=tell, listener=listener
        )
        reason = driver.carry_out()

        # 4. The best once more, into a folder of its own.
        best, run = search.best, None
        if best is not None:
            clock.step("train", "training the best")
            final = _final_config(search, best, config, builder)
            if final is not None:
                run = _trained(search, final, subject, clock)
            else:
                place = search.folder / BEST
                train_own_best(place, builder, best, config, splits, measure, listener)
        begun.journal.finish(reason, best, time.time() - started)
        if kept is not None:
            kept.keep(begun.folder)
    except (Interrupted, KeyboardInterrupt):
        done = sum(trial.result is not None for trial in search.trials)
        raise SearchInterrupted(begun.folder, done) from None
    finally:
        if runner is not None:
            runner.close()
        begun.lock.close()
    return Search(begun.folder, begun.journal, measure, run)


def resume_search(
    folder: str | Path,
    *,
    trials: int | None = None,
    minutes: float | None = None,
    workers: int = 1,
    executor: Callable[[Job], Executor] | None = None,
    storage: str | None = None,
    listener: Listener | None = None,
) -> Search:
    """Go on with the search in a folder, with the space and the choices it began with.

    Args:
        folder: The folder that `tune` made.
        trials: At most so many, those of before included.
        minutes: Wall-clock time for this call.
        workers: How many trials at once.
        executor: Makes what runs the trials; decides instead of `workers`.
        storage: Where it is copied to as it goes on.
        listener: Told of `step`, `search`, `trial` and `epoch`.

    Raises:
        BadInput: There is no search, its data changed, or they were in memory only.
        SearchInterrupted: Ctrl-C was pressed again.
    """
    search = open_search(folder)
    head = search.journal.head or {}
    if not head.get("run") or head.get("builder"):
        raise bad_input(
            "source_in_memory",
            f"The search in {folder} was given its data or a builder in Python",
            expected="a search around the folder of a run",
            remedy="Call tune() as before, with resume=True",
        )
    return tune(
        head["run"],
        trials=trials,
        minutes=minutes,
        method=head["method"],
        space=search.space,
        metric=head["metric"],
        seeds=head["places"],
        epochs=head["epochs"],
        seed=head["seed"],
        workers=workers,
        executor=executor,
        output=search.folder.parent,
        storage=storage,
        resume=True,
        listener=listener,
    )


def _trained(search: Search, config: Config, subject: Subject, clock: Clock) -> Run:
    """Train the config of the best trial, unless that is done; another's run is set aside."""
    folder, splits = search.folder / BEST, subject.splits
    looks = search.looks + 1 + (0 if subject.run is None else subject.run.looks)
    run = finished_before(folder, config, tested=False)
    if run is None:
        begun = (folder / "run.json").exists() and open_run(folder).config == config
        if not begun:
            set_aside(folder)
        rows = subject.dataset or joined_rows(splits.train, splits.validation)
        run = carry_out(config, rows, splits, folder, clock=clock, resume=begun)
    return run.updated(looks=looks)


def _final_config(search: Search, best: Trial, config: Config, builder: Any) -> Config | None:
    """Return the config of the best trial, with all its epochs, where Hyperband gave few.

    None where the builder made a model.
    """
    if builder is None:
        return search.config(replace(best, epochs=None))
    made, _ = config_or_model(builder, best.values, best.seed)
    if not isinstance(made, Config):
        return None
    return made.replace(seed=best.seed, epochs=min(made.epochs, config.epochs))
