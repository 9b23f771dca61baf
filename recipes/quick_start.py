"""The guide's quick start: from a table to a trained, diagnosed, evaluated and saved model.

    goodfit train breast_cancer

It takes about ten seconds on two CPU cores, most of them for importing TensorFlow. The scores
seen are in `docs/benchmarks.md`. Read `quickstart` from top to bottom: it is the whole recipe,
made to be copied.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from ..zoo.errors import GoodfitError, bad_input
from ..zoo.tasks import Task
from .auditing.audits import audit, profile
from .choosing.configuring import choose_config
from .config import Config
from .dataset import Dataset, Splits
from .reading.loading import load
from .scoring.evaluation import evaluate
from .scoring.naive import compare_with_naive, naive_answers
from .scoring.worst import worst_errors
from .splitting.parts import split
from .training.fitting import Listener, train
from .training.recording import check_resumable
from .training.runs import Run, open_run

__all__ = ["evaluate_test", "quickstart", "resume"]

Answers = dict[str, NDArray[Any]]
Scores = dict[str, dict[str, Any]]


def quickstart(
    source: Any,
    target: str | Sequence[str] | None = None,
    *,
    output: str | Path | None = None,
    epochs: int | None = None,
    seed: int = 0,
    settings: Sequence[str] = (),
    config: Config | None = None,
    test: bool = False,
    verify: bool = False,
    progress: Listener | None = None,
    **reading: Any,
) -> Run:
    """Load, audit, split, choose, train, evaluate and save, as the guide's quick start says.

    Args:
        source: A CSV, TSV, Parquet or npz file, a data frame, a pair `(x, y)` of arrays, or the
            name of a bundled set such as `breast_cancer`.
        target: What to predict; inferred, and said, when left out.
        output: A new folder for the run; a dated one under `runs` when left out.
        epochs: At most this many epochs instead of the guide's.
        seed: Decides the split, the first weights and the order of the rows.
        settings: Texts such as `learning_rate=0.01` that override what was chosen.
        config: A whole config instead of the chosen one; `epochs` and `settings` still override.
        test: Open the sealed test set at the end. It is meant to be opened once.
        verify: Also reopen the saved file in a process in which goodfit cannot be imported.
        progress: Told of steps and epochs.
        reading: Further arguments of `load`, such as `types`, `ignore`, `time` or `group`.

    Returns:
        The run. `run.model` takes raw rows; `run.record` holds everything that was measured.

    Raises:
        BadInput: The data or a setting cannot be used; every problem is named.
        Interrupted: Ctrl-C was pressed; the best so far is saved, and `resume` goes on.

    Guide: QS-1, QS-2, QS-3, BP-1, CHK-1, CHK-3, MIS-1.

    Examples:
        >>> run = quickstart("iris", epochs=2, output="runs/iris")
        >>> run.record["rows"]
        {'train': 105, 'validation': 22, 'test': 23}
    """
    clock = _Clock(progress)
    settings = [*settings, *([] if epochs is None else [f"epochs={epochs}"])]
    wanted = (config or Config()).override(f"seed={seed}", *settings)

    clock.step("load", "reading the data")
    dataset = load(source, target, **reading)

    clock.step("prepare", "auditing and splitting")
    splits = split(
        dataset,
        validation_fraction=wanted.validation_fraction,
        test_fraction=wanted.test_fraction,
        seed=wanted.seed,
    )
    findings = audit(dataset, splits)
    if config is None:
        # A fraction or seed among the settings has divided the rows already.
        wanted = choose_config(splits, seed=wanted.seed, overrides=settings)
    answers = naive_answers(splits.train, splits.validation)

    clock.step("train", "loading Keras")
    folder = Path(output) if output is not None else _dated_folder(dataset)
    run = train(
        wanted,
        splits,
        folder,
        findings=findings,
        baseline=_baseline(answers, splits.validation),
        listener=progress,
    )
    return _evaluated(run, dataset, answers, clock, test, verify)


def resume(folder: str | Path, *, progress: Listener | None = None) -> Run:
    """Go on with a run that Ctrl-C or a crash cut short, to the numbers of an undisturbed one.

    Args:
        folder: The folder of the run.
        progress: Told of steps and epochs.

    Returns:
        The finished run.

    Raises:
        BadInput: The run is finished, has no checkpoint, or its data changed or cannot be reread.
        Interrupted: Ctrl-C was pressed again.
    """
    run = open_run(folder)
    clock = _Clock(progress)
    clock.step("load", "reading the data again")
    dataset, splits = _reread(run)
    check_resumable(run, splits.train.fingerprint())
    answers = naive_answers(splits.train, splits.validation)
    clock.step("train", "loading Keras")
    run = train(
        run.config,
        splits,
        folder,
        findings=audit(dataset, splits),
        baseline=_baseline(answers, splits.validation),
        listener=progress,
        resume=True,
    )
    return _evaluated(run, dataset, answers, clock, test=False, verify=False)


def evaluate_test(
    run: Run | str | Path, splits: Splits | None = None, *, progress: Listener | None = None
) -> Run:
    """Open the sealed test set of a finished run, score the model on it, and count the look.

    Without `splits` the data are read and split again as the run's record says, and must be those
    that were sealed. A second look makes the figure optimistic, so every opening is counted.

    Args:
        run: A run, or its folder.
        splits: The splits it was trained on, when they are at hand.
        progress: Told of steps.

    Returns:
        The run, with `test` in its record.

    Raises:
        BadInput: There is no such run, it is unfinished, or its data changed or cannot be reread.

    Guide: MIS-2, CHK-3.
    """
    run = run if isinstance(run, Run) else open_run(run)
    clock = _Clock(progress)
    if run.record["status"] != "finished":
        raise bad_input(
            "run_unfinished",
            f"The run in {run.folder} is {run.record['status']}",
            remedy=f"Finish it first: goodfit train --resume {run.folder}",
        )
    splits = splits or run.splits
    if splits is None:
        clock.step("load", "reading the data again")
        _, splits = _reread(run)
    if splits.test.seal != run.record["split"]["seal"]:
        raise bad_input(
            "data_changed",
            f"The data of the run in {run.folder} changed since it was made",
            expected=f"test rows with seal {run.record['split']['seal'][:12]}",
            received=splits.test.seal[:12],
            remedy="Restore the file, or start a new run",
        )
    clock.step("evaluate", "opening the test set")
    rows = splits.test.open(f"evaluate the model of {run.folder or 'a run in memory'}")
    answers = naive_answers(splits.train, rows)
    scores, compared, _ = _scores(run, rows, answers)
    return run.updated(
        test=scores,
        naive={**(run.record["naive"] or {}), "test": _naive_scores(answers, rows, run.config)},
        comparisons={**run.record["comparisons"], "test": compared},
        test_openings=splits.test.openings,
    )


def _evaluated(
    run: Run, dataset: Dataset, answers: Answers, clock: _Clock, test: bool, verify: bool
) -> Run:
    """Score a trained run on validation and, if asked, on the test set; complete its record."""
    splits = run.splits
    if splits is None:
        raise GoodfitError("This run has no data to be scored on.")
    clock.step("evaluate", "evaluating")
    rows = splits.validation
    scores, compared, worst = _scores(run, rows, answers)
    run = run.updated(
        validation=scores,
        naive={"validation": _naive_scores(answers, rows, run.config), "test": None},
        comparisons={"validation": compared, "test": None},
        worst_errors=worst,
        audit_profile=profile(dataset),
    )
    if test:
        run = evaluate_test(run)
    if verify:
        from .training.saving import verify as verify_file

        clock.step("verify", "opening the saved file in plain Keras")
        run = run.updated(verified_difference=verify_file(run.model_path, splits.train.features))
    return run.updated(seconds=clock.seconds(run.record["seconds"].get("save", 0.0)))


def _scores(
    run: Run, rows: Dataset, answers: Answers
) -> tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]]]:
    """Return the model's scores, whether it beats the naive answers, and its worst errors."""
    from .training.saving import raw_outputs

    labels, task = _labelled(rows)
    outputs = raw_outputs(run.model, rows.features, rows.columns)
    shared = {"seed": run.config.seed, "threshold": run.record["threshold"]}
    scores = evaluate(labels, outputs, task, **shared)
    compared = compare_with_naive(labels, outputs, answers, task, **shared)
    worst = worst_errors(labels, outputs, task, rows=rows.rows, threshold=shared["threshold"])
    return scores.to_dict(), {name: each.to_dict() for name, each in compared.items()}, worst


def _naive_scores(answers: Answers, rows: Dataset, config: Config) -> Scores:
    """Return the scores of naive answers on some rows, by answer and metric."""
    labels, task = _labelled(rows)
    scores: Scores = {}
    for name, outputs in answers.items():
        found = evaluate(labels, outputs, task, seed=config.seed).metrics
        scores[name] = {metric: estimate.to_dict() for metric, estimate in found.items()}
    return scores


def _baseline(answers: Answers, rows: Dataset) -> Scores:
    """Return what naive answers score, with the cross-entropy under its name in a history."""
    labels, task = _labelled(rows)
    scores: Scores = {}
    for name, outputs in answers.items():
        found = evaluate(labels, outputs, task, samples=1).metrics
        scores[name] = {metric: estimate.value for metric, estimate in found.items()}
        if "log_loss" in scores[name]:
            scores[name]["loss"] = scores[name]["log_loss"]
    return scores


def _labelled(rows: Dataset) -> tuple[NDArray[Any], Task]:
    if rows.labels is None or rows.task is None:
        raise GoodfitError("These rows have no labels, so nothing can be scored on them.")
    return rows.labels, rows.task


def _reread(run: Run) -> tuple[Dataset, Splits]:
    """Return the data of a run, read and split again as its record says."""
    record = run.record
    dataset = load(record["source"], record["target"], **record["options"])
    config = run.config
    splits = split(
        dataset,
        validation_fraction=config.validation_fraction,
        test_fraction=config.test_fraction,
        seed=config.seed,
        log=None if run.folder is None else run.folder / "test_openings.jsonl",
    )
    return dataset, splits


def _dated_folder(dataset: Dataset) -> Path:
    """Return a folder under `runs` that does not exist yet."""
    stem = Path(dataset.source).name.split(".")[0] or "run"
    base = Path("runs") / f"{stem}-{datetime.now():%Y%m%d-%H%M%S}"
    place, number = base, 2
    while place.exists():
        place, number = base.with_name(f"{base.name}-{number}"), number + 1
    return place


class _Clock:
    """Measures the steps of a run and tells the listener of each."""

    def __init__(self, listener: Listener | None) -> None:
        self._listener = listener
        self._started = time.perf_counter()
        self._steps: list[tuple[str, float]] = []

    def step(self, name: str, text: str) -> None:
        self._steps.append((name, time.perf_counter()))
        if self._listener is not None:
            self._listener("step", text)

    def seconds(self, save: float) -> dict[str, float]:
        """Return seconds by step, saving apart from training, and in total."""
        now = time.perf_counter()
        ends = [start for _, start in self._steps[1:]] + [now]
        spent = {name: end - start for (name, start), end in zip(self._steps, ends, strict=True)}
        spent["train"] = max(spent["train"] - save, 0.0)
        return {"total": now - self._started, **spent, "save": save}
