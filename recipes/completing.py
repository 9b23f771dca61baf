"""What follows the training of a recipe: scores, the sealed test, and going on after a break."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from ..zoo.errors import GoodfitError
from ..zoo.tasks import Task
from .answering.methods import answers_of
from .auditing.audits import audit, profile
from .config import Config
from .dataset import Dataset, Splits
from .rereading import check_finished, check_unchanged, reread
from .scoring.evaluation import evaluate
from .scoring.naive import compare_with_naive, naive_answers
from .scoring.shown_answers import shown_answers, written_sample
from .scoring.worst import worst_errors
from .training.fitting import Listener, train
from .training.recording import check_resumable
from .training.runs import Run, open_run

__all__ = ["Clock", "baseline_scores", "carry_out", "complete_run", "evaluate_test", "resume"]

Answers = dict[str, NDArray[Any]]
Scores = dict[str, dict[str, Any]]


def carry_out(
    config: Config,
    dataset: Dataset,
    splits: Splits,
    output: str | Path | None = None,
    *,
    clock: Clock,
    test: bool = False,
    verify: bool = False,
    resume: bool = False,
    deadline: float | None = None,
) -> Run:
    """Audit the data, train as a config says, and score the model beside naive answers.

    It is what every recipe ends with, once the data are split and the settings chosen.

    Args:
        config: The settings.
        dataset: All rows.
        splits: Their three parts.
        output: A new folder for the run; in memory when left out.
        clock: Measures the steps; its listener is told of them.
        test: Whether to open the sealed test set when done.
        verify: Whether to reopen the saved file in a process without goodfit.
        resume: Go on with the unfinished run in `output`.
        deadline: Reading of `time.monotonic` at which the training ends with what it has, but not
            before its first epoch.

    Returns:
        The run, with everything that was measured in its record.

    Raises:
        BadInput: A setting does not fit the data, or the folder holds another run.
        Interrupted: Ctrl-C was pressed; the best so far is saved, and `resume` goes on.

    Guide: CHK-1, CHK-3, MET-2.
    """
    findings = audit(dataset, splits)
    answers = naive_answers(splits.train, splits.validation)
    clock.step("train", "loading Keras")
    run = train(
        config,
        splits,
        output,
        findings=findings,
        baseline=baseline_scores(answers, splits.validation),
        listener=clock.listener,
        resume=resume,
        deadline=deadline,
        least_epochs=1,
    )
    return complete_run(run, dataset, answers, clock, test, verify)


def complete_run(
    run: Run, dataset: Dataset, answers: Answers, clock: Clock, test: bool, verify: bool
) -> Run:
    """Score a trained run on validation and, if asked, on the test set; complete its record.

    Args:
        run: The run that `train` returned.
        dataset: All rows, for the profile of the columns.
        answers: Outputs of naive answers for the validation rows, by name.
        clock: Measures the steps.
        test: Whether to open the test set.
        verify: Whether to reopen the saved file in a process without goodfit.
    """
    splits = run.splits
    if splits is None:
        raise GoodfitError("This run has no data to be scored on.")
    clock.step("evaluate", "evaluating")
    rows = splits.validation
    scores, compared, worst, examples = _scores(run, rows, answers)
    if rows.task is not None and rows.task.kind == "next_token":
        sample = written_sample(run.model, splits.train, run.config.seed)
        examples = {"sample": sample} if sample else {}
    run = run.updated(
        validation=scores,
        naive={"validation": _naive_scores(answers, rows, run.config), "test": None},
        comparisons={"validation": compared, "test": None},
        worst_errors=worst,
        examples=examples,
        audit_profile=profile(dataset),
    )
    if test:
        run = evaluate_test(run)
    if verify:
        from .training.saving import verify as verify_file

        clock.step("verify", "opening the saved file in plain Keras")
        run = run.updated(verified_difference=verify_file(run.model_path, splits.train.features))
    return run.updated(seconds=clock.seconds(run.record["seconds"].get("save", 0.0)))


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
    clock = Clock(progress)
    check_finished(run)
    splits = splits or run.splits
    if splits is None:
        clock.step("load", "reading the data again")
        _, splits = reread(run)
    check_unchanged(run, splits)
    clock.step("evaluate", "opening the test set")
    rows = splits.test.open(f"evaluate the model of {run.folder or 'a run in memory'}")
    answers = naive_answers(splits.train, rows)
    scores, compared, _, _ = _scores(run, rows, answers)
    return run.updated(
        test=scores,
        naive={**(run.record["naive"] or {}), "test": _naive_scores(answers, rows, run.config)},
        comparisons={**run.record["comparisons"], "test": compared},
        test_openings=splits.test.openings,
    )


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
    clock = Clock(progress)
    clock.step("load", "reading the data again")
    dataset, splits = reread(run)
    check_resumable(run, splits.train.fingerprint())
    return carry_out(run.config, dataset, splits, folder, clock=clock, resume=True)


def _scores(
    run: Run, rows: Dataset, answers: Answers
) -> tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]], dict[str, Any]]:
    """Return scores, whether they beat the naive answers, the worst errors, and some answers."""
    labels, task = _labelled(rows)
    outputs = answers_of(run.model, rows, task)
    shared = {"seed": run.config.seed, "threshold": run.record["threshold"]}
    scores = evaluate(labels, outputs, task, **shared)
    compared = compare_with_naive(labels, outputs, answers, task, **shared)
    worst = worst_errors(labels, outputs, task, rows=rows.rows, threshold=shared["threshold"])
    examples = shown_answers(labels, outputs, answers, rows, run.config.seed)
    said = {name: each.to_dict() for name, each in compared.items()}
    return scores.to_dict(), said, worst, examples


def _naive_scores(answers: Answers, rows: Dataset, config: Config) -> Scores:
    """Return the scores of naive answers on some rows, by answer and metric."""
    labels, task = _labelled(rows)
    scores: Scores = {}
    for name, outputs in answers.items():
        found = evaluate(labels, outputs, task, seed=config.seed).metrics
        scores[name] = {metric: estimate.to_dict() for metric, estimate in found.items()}
    return scores


def baseline_scores(answers: Answers, rows: Dataset) -> Scores:
    """Return what naive answers score, with the cross-entropy under its name in a history."""
    labels, task = _labelled(rows)
    scores: Scores = {}
    for name, outputs in answers.items():
        found = evaluate(labels, outputs, task, samples=1).metrics
        scores[name] = {metric: estimate.value for metric, estimate in found.items()}
        for metric in ("log_loss", "cross_entropy"):
            if metric in scores[name]:
                scores[name]["loss"] = scores[name][metric]
        if task.kind == "forecasting":
            # A history counts in spreads of the window, these in the unit of the target.
            for metric in ("mae", "mse", "rmse"):
                scores[name].pop(metric, None)
    return scores


def _labelled(rows: Dataset) -> tuple[NDArray[Any], Task]:
    if rows.labels is None or rows.task is None:
        raise GoodfitError("These rows have no labels, so nothing can be scored on them.")
    return rows.labels, rows.task


class Clock:
    """Measures the steps of a run and tells the listener of each."""

    def __init__(self, listener: Listener | None) -> None:
        self.listener = listener
        self._started = time.perf_counter()
        self._steps: list[tuple[str, float]] = []

    def step(self, name: str, text: str) -> None:
        """Begin a step of this name; `text` is for the listener."""
        self._steps.append((name, time.perf_counter()))
        if self.listener is not None:
            self.listener("step", text)

    def seconds(self, save: float) -> dict[str, float]:
        """Return seconds by step, saving apart from training, and in total."""
        now = time.perf_counter()
        ends = [start for _, start in self._steps[1:]] + [now]
        spent = {name: end - start for (name, start), end in zip(self._steps, ends, strict=True)}
        spent["train"] = max(spent["train"] - save, 0.0)
        return {"total": now - self._started, **spent, "save": save}
