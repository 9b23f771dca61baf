"""The guide's whole methodology: prepare, baseline, capacity, regularization, fine-tuning, test.

    goodfit fit breast_cancer --minutes 2

At every step one change is made for a stated reason, measured against noise, kept only if it
helps, and written down. Read `five_phases` from top to bottom: it is the whole recipe.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..callbacks.findings import Finding
from ..zoo.errors import bad_input
from .auditing.audits import audit
from .choosing.configuring import choose_config
from .completing import Clock, carry_out
from .config import Choice, Config, is_yours
from .dataset import Dataset, Splits
from .model_settings import known_settings
from .quick_start import assignments, dated_folder
from .reading.loading import load
from .splitting.parts import split
from .studying.beginning import begin_ledger, begun_before, finished_before
from .studying.budget import Budget
from .studying.course import Course, Limits
from .studying.ending import advise, end_entry
from .studying.final_seed import best_seed
from .studying.measuring import choose_measure
from .studying.places import MOST_PLACES
from .studying.study import Study
from .studying.trials import Trials
from .training.fitting import Listener

__all__ = ["choose_baseline", "five_phases", "resume_study"]

LEAKS = ("target_leak",)


def five_phases(
    source: Any,
    target: str | Sequence[str] | None = None,
    *,
    minutes: float = 10.0,
    output: str | Path | None = None,
    seeds: int = MOST_PLACES,
    trials: int | None = None,
    metric: str | None = None,
    seed: int = 0,
    settings: Sequence[str] | Mapping[str, Any] = (),
    test: bool = True,
    progress: Listener | None = None,
    started: float | None = None,
    **reading: Any,
) -> Study:
    """Find a config that is neither underfit nor overfit, one change at a time, and test it once.

    Args:
        source: What `load` takes: a file, a folder, a data frame, arrays, or a bundled set.
        target: What to predict; inferred, and said, when left out.
        minutes: Wall-clock time for everything.
        output: A new folder; a dated one under `runs` when left out.
        seeds: At most so many pairs of trainings decide about a change.
        trials: At most so many changes are tried; None leaves it to the time.
        metric: What decides, a name from `evaluate`; chosen when left out.
        seed: Decides the split, the folds, the first weights and the order of rows.
        settings: Texts such as `model=gru`, or a dict, that the baseline begins with.
        test: Open the sealed test set at the end, once.
        progress: Told of phases, changes, verdicts and epochs.
        started: Reading of `time.monotonic` from which on the minutes count; now when left out.
        reading: Further arguments of `load`, such as `types`, `ignore`, `time` or `group`.

    Returns:
        The study: the kept run, and the ledger.

    Raises:
        BadInput: The data or a setting cannot be used; every problem is named.
        Interrupted: Ctrl-C was pressed; `resume_study` goes on.

    Guide: PH-1a, PH-1b, PH-1c, PH-2, PH-3, PH-4, PH-5, BP-1, BP-2, MIS-2, MIS-5.
    """
    spent = 0.0 if started is None else time.monotonic() - started
    clock, budget = Clock(progress), Budget(60.0 * _checked(minutes), spent=spent)
    assigned = assignments(settings)
    wanted = Config().override(f"seed={seed}", *assigned)

    # 1. Prepare: read, leave out what gives the answer away, seal the test rows.
    clock.step("load", "reading the data")
    dataset = load(source, target, **reading)
    clock.step("prepare", "auditing and splitting")
    dataset, left_out = _without_leaks(dataset, source, target, reading)
    splits = _split(dataset, wanted)

    # 2. Baseline: as simple as the guide says.
    baseline = choose_baseline(splits, seed=wanted.seed, overrides=assigned)
    measure = choose_measure(splits.task, splits.train.labels, metric)
    folder = Path(output) if output is not None else dated_folder(dataset)
    ledger = begin_ledger(
        folder,
        splits,
        baseline,
        measure,
        left_out,
        {"minutes": minutes, "seeds": seeds, "trials": trials, "seed": wanted.seed, "test": test},
    )
    return _carried_out(ledger, folder, dataset, splits, baseline, measure, clock, budget)


def resume_study(
    folder: str | Path, *, progress: Listener | None = None, started: float | None = None
) -> Study:
    """Go on with a study that Ctrl-C or a crash cut short, where it was.

    What the ledger holds is not done again: neither a training nor a decision.

    Args:
        folder: The folder of the study.
        progress: Told of phases, changes, verdicts and epochs.
        started: Reading of `time.monotonic` from which on the minutes count; now when left out.

    Returns:
        The finished study.

    Raises:
        BadInput: There is no unfinished study, or its data changed or cannot be reread.
        Interrupted: Ctrl-C was pressed again.
    """
    clock = Clock(progress)
    clock.step("load", "reading the data again")
    begun = begun_before(Path(folder))
    spent = 0.0 if started is None else time.monotonic() - started
    budget = Budget(60.0 * begun.limits["minutes"], spent=begun.spent + spent)
    return _carried_out(
        begun.ledger,
        Path(folder),
        begun.dataset,
        begun.splits,
        begun.baseline,
        begun.measure,
        clock,
        budget,
    )


def choose_baseline(splits: Splits, *, seed: int = 0, overrides: Sequence[str] = ()) -> Config:
    """Choose the simple config that a study begins with: the quick start, not regularized.

    Args:
        splits: The data; its training rows decide.
        seed: Decides everything random.
        overrides: Settings of yours; they win.

    Guide: PH-2, BP-1, ARC-4.
    """
    config = choose_config(splits, seed=seed, overrides=overrides)
    known = known_settings(config.model)
    plain = Choice(0.0, "PH-2, LVL-4", {}, "A baseline has no regularization but early stopping.")
    narrow = Choice((128, 64), "PH-2, ARC-2", {}, "A baseline has one or two layers of 64 to 128.")
    simple = {"dropout": plain} | ({"units": narrow} if config.model == "mlp" else {})
    changes: dict[str, Any] = {
        name: choice
        for name, choice in simple.items()
        if name in known and not is_yours(config, name)
    }
    return config.replace(**changes)


def _carried_out(
    ledger: Any,
    folder: Path,
    dataset: Dataset,
    splits: Splits,
    baseline: Config,
    measure: Choice,
    clock: Clock,
    budget: Budget,
) -> Study:
    """Carry out phases 2 to 5, train the kept config, and open the test set."""
    limits = ledger.entries("study")[0]["limits"]
    if clock.listener is not None:
        about = {"folder": str(folder), "metric": measure.value.name, "minutes": limits["minutes"]}
        clock.listener("study", about)
    clock.step("train", "loading Keras")
    with budget.pace():
        import keras  # noqa: F401  (now, so that no training is charged for it)

    trials = Trials(
        splits,
        measure.value,
        seeds=limits["seeds"],
        seed=limits["seed"],
        ledger=ledger,
        folder=folder / "answers",
        deadline=budget.deadline,
        listener=clock.listener,
    )
    course = Course(
        trials,
        ledger,
        budget,
        splits.task,
        splits.train.columns,
        limits=Limits(limits["trials"]),
        listener=clock.listener,
    )
    config, reason = course.carry_out(baseline)
    clock.step("final", "training the config that stays")
    config, seconds = best_seed(config, splits, trials, budget, ledger)
    advise(course, config, splits, budget, ledger, seconds)
    run = finished_before(folder, config, tested=limits["test"]) or carry_out(
        config,
        dataset,
        splits,
        folder,
        clock=clock,
        test=limits["test"],
        resume=(folder / "run.json").exists(),
        deadline=budget.last_deadline(),
    )
    end = end_entry(course, config, run, reason, budget, ledger)
    ledger.add(end)
    return Study(run.updated(study=end), ledger)


def _split(dataset: Dataset, config: Config) -> Splits:
    return split(
        dataset,
        validation_fraction=config.validation_fraction,
        test_fraction=config.test_fraction,
        seed=config.seed,
    )


def _without_leaks(
    dataset: Dataset, source: Any, target: Any, reading: Mapping[str, Any]
) -> tuple[Dataset, list[Finding]]:
    """Return the data without the columns that give the answer away, and the findings.

    Such a column makes every score a lie: it will not be there when it counts. So it is left out
    whatever it would gain. One that alone tells nearly every class, but not by its very values,
    stays where a person set its type: then it was looked at.
    """
    classes = dataset.task is not None and dataset.task.is_classification
    seen = set(reading.get("types") or {})
    leaks = [
        finding
        for finding in audit(dataset)
        if finding.fault in LEAKS
        and (finding.severity == "error" or (classes and not seen.intersection(finding.where)))
    ]
    names = [name for finding in leaks for name in finding.where]
    if not names or len(names) >= len(dataset.columns):
        return dataset, []
    ignore = [*reading.get("ignore", ()), *names]
    return load(source, target, **{**reading, "ignore": tuple(ignore)}), leaks


def _checked(minutes: float) -> float:
    if not minutes > 0:
        raise bad_input(
            "minutes_invalid",
            "A study needs time",
            expected="a number of minutes above 0",
            received=repr(minutes),
            remedy="Give it some, such as minutes=10",
        )
    return float(minutes)
