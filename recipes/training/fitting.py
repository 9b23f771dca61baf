"""One function trains every config: build, fit, save, record."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...callbacks.findings import Finding
from ...zoo.errors import GoodfitError
from ...zoo.tasks import Task
from ..augmenting.figures import check_augmentation
from ..augmenting.samples import augmented_samples
from ..augmenting.synonyms import SynonymSource, keep_synonyms, training_synonyms
from ..config import Choice, Config
from ..dataset import Splits
from ..reading.wording import plural
from ..scoring.scores import decide
from ..scoring.thresholds import choose_threshold
from .batches import answers
from .building import category_examples
from .charting import chart_answers, chart_writers
from .checkpoints import load_checkpoint
from .compiling import TargetScale, check_names
from .loop import run_epochs
from .preparing import prepared
from .recording import CHECKPOINT, make_record, open_folder
from .runs import Run, peak_memory, write_history
from .saving import LoadedModel, save
from .state import TrainingState

if TYPE_CHECKING:
    from .reusing import TracedReuse

__all__ = ["Interrupted", "Listener", "TrainingFailed", "train"]

Listener = Callable[[str, Any], None]
"""Receives `("step", text)` and `("epoch", logs)` while a run goes on."""


class Interrupted(GoodfitError):
    """Ctrl-C ended a training; the best so far is saved, and `resume` goes on.

    Args:
        run: What there is of the run.
    """

    exit_code = 130
    kind = "interrupted"

    def __init__(self, run: Run) -> None:
        self.run = run
        place = f"the run is kept in {run.folder}" if run.folder else "the run was in memory"
        best = run.record["best_epoch"]
        kept = f"the best so far is epoch {best}" if best else "no epoch was completed"
        done = plural(run.record["epochs"], "epoch")
        super().__init__(f"Interrupted after {done}: {kept}; {place}.")


class TrainingFailed(GoodfitError):
    """The loss was never finite, so that there is no model.

    Args:
        run: What there is of the run.
        message: What happened, and what to do.
    """

    def __init__(self, run: Run, message: str) -> None:
        self.run = run
        super().__init__(message)


def train(
    config: Config,
    splits: Splits,
    folder: str | Path | None = None,
    *,
    callbacks: Sequence[Any] = (),
    findings: Sequence[Finding] = (),
    baseline: Mapping[str, Any] | None = None,
    listener: Listener | None = None,
    resume: bool = False,
    deadline: float | None = None,
    least_epochs: int = 0,
    synonyms: SynonymSource = None,
    reuse: TracedReuse | None = None,
) -> Run:
    """Build the model of a config, train it on the splits, diagnose it, save it.

    Inputs are adapted on the training rows only. The weights kept are those of the epoch with
    the lowest validation loss. The same config, splits and versions give the same weights, bit
    for bit, on one machine.

    Args:
        config: The settings.
        splits: The data; the test rows stay sealed.
        folder: A new folder for the run; None keeps the run in memory.
        callbacks: More Keras callbacks. One with batch hooks makes epochs slower.
        findings: What is known of the data already, kept in the record.
        baseline: Scores of naive answers on the validation rows, by metric, to compare with.
        listener: Told of steps and epochs.
        resume: Go on with the unfinished run in `folder`.
        deadline: Reading of `time.monotonic` at which the training ends with what it has.
        least_epochs: So many epochs are finished whatever the deadline says.
        synonyms: For the augmentation of texts: a mapping from words to lists of words, a function
            of a word, or the path of a file; what the config says if left out.
        reuse: What is kept from one training to the next, so that the next begins sooner.

    Returns:
        The run, with the trained model.

    Raises:
        BadInput: A setting does not fit the task, or the folder holds another run.
        Interrupted: Ctrl-C was pressed; the run holds the best so far.
        TrainingFailed: The loss was never finite, so that there is no model.

    Guide: PH-1d, BP-4, MIS-4.
    """
    from ...callbacks import Diagnose

    check_names(config, splits.task)
    check_augmentation(config, splits.train.columns, splits.task)
    words = training_synonyms(config, splits.train, synonyms, folder if resume else None)
    started = time.perf_counter()
    tell = listener or (lambda _kind, _data: None)
    tell("step", "building the model")
    with prepared(config, splits, words, callbacks, None if resume else reuse) as ready:
        tell("step", f"training {ready.parameters:,} parameters")
        # Only now, so that data that no model can be built on leave no folder behind.
        place = open_folder(folder, config, splits, findings, resume)
        keep_synonyms(place, words)
        state = TrainingState()
        checkpoint = place / CHECKPOINT if place else None
        if resume and checkpoint and checkpoint.exists():
            ready.engine.validate()  # makes the metrics' variables, which the checkpoint then sets
            load_checkpoint(checkpoint, ready.trunk, state)
        watcher = Diagnose(baseline=baseline, verbose=0)
        planned = {"epochs": config.epochs, "patience": config.early_stopping_patience}
        writers = chart_writers(place, resume, watcher, findings, config, splits.task)
        state = run_epochs(
            ready.trunk,
            ready.engine,
            config,
            len(splits.train),
            state=state,
            callbacks=[*callbacks, watcher, *writers],
            checkpoint=checkpoint,
            listener=lambda logs: tell("epoch", {**logs, **planned}),
            units=_units(config, ready.scale),
            deadline=deadline,
            least_epochs=least_epochs,
        )
        # Nothing below reads the outputs of sequences, which may be large.
        sequence = splits.task.is_sequence
        outputs = np.empty((0, 0)) if sequence else answers(ready.trunk, ready.encoded)
        found = (*findings, *_diagnosed(config, splits.task, state, outputs, baseline))
        record = make_record(config, splits, state, found, time.perf_counter() - started)
        record["parameters"] = ready.parameters
        threshold = _threshold(config, splits, outputs)
        if state.best_weights:
            held = ready.encoded, splits.validation
            shown = (outputs, threshold.value, state.best_epoch)
            chart_answers(writers, ready.trunk, *held, *shown, ready.model)
        record |= {"threshold": threshold.value, "threshold_choice": threshold.to_dict()}
        if ready.refresh is not None:
            samples = augmented_samples(splits, config, synonyms=words)
            record["augmentation"] = [sample.to_dict() for sample in samples]
        run = Run(config, record, tuple(state.history), found, place, splits=splits)
        if place is None and ready.model is None:
            run = replace(run, making=ready.making(), held_out=ready.held_out(outputs))
        else:
            run = replace(run, trained=ready.model or ready.making()())
    return _finish(run, state)


def _units(config: Config, scale: TargetScale | None) -> dict[str, float]:
    """Return factors that bring metrics of one standardised target back to its unit."""
    if scale is None or len(scale.scale) != 1:
        return {}
    return {name: float(scale.scale[0]) for name in config.metrics if name in ("mae", "rmse")}


def _diagnosed(
    config: Config,
    task: Task,
    state: TrainingState,
    outputs: NDArray[Any],
    baseline: Mapping[str, Any] | None,
) -> list[Finding]:
    """Return what the whole history and the predictions on the validation rows say."""
    from ...callbacks import History, diagnose

    if not state.history:
        return []
    columns = {name: [logs.get(name) for logs in state.history] for name in state.history[0]}
    columns.pop("seconds", None)
    shares = None
    if task.kind in ("binary", "multiclass") and np.isfinite(outputs).all():
        classes = decide(outputs, task)
        shares = np.bincount(classes, minlength=len(task.names)) / len(classes)
    history = History.read(columns, planned_epochs=config.epochs)
    return diagnose(
        history,
        baseline=baseline,
        prediction_shares=None if shares is None else shares.tolist(),
        restored_epoch=state.best_epoch or None,
    )


def _threshold(config: Config, splits: Splits, outputs: NDArray[Any]) -> Choice:
    """Return the probability above which the answer is yes, by what the two errors cost.

    Guide: MET-7.
    """
    labels = splits.validation.labels
    if splits.task.kind != "binary" or labels is None or not np.isfinite(outputs).all():
        return Choice(0.5, reason="It is the middle.")
    if config.cost_false_alarm == config.cost_missed:
        return Choice(0.5, "MET-7", reason="Both errors cost the same, as far as was said.")
    return choose_threshold(
        labels,
        outputs[:, 0],
        cost_false_alarm=config.cost_false_alarm,
        cost_missed=config.cost_missed,
    )


def _finish(run: Run, state: TrainingState) -> Run:
    """Save model, history and record; raise if the training was cut short or has no model."""
    started = time.perf_counter()
    if run.folder is not None:
        write_history(run.folder, state.history)
        if state.best_weights and run.trained is not None and run.splits is not None:
            data = run.splits.train
            loaded = LoadedModel(
                run.trained,
                data.columns,
                run.splits.task,
                data.target,
                threshold=run.record["threshold"],
                options=data.options,
                examples=category_examples(data),
            )
            sample = run.splits.validation.features
            difference = save(loaded, run.folder / "model.keras", sample)
            seconds = {**run.record["seconds"], "save": time.perf_counter() - started}
            run = run.updated(saved_difference=difference, seconds=seconds)
        run = run.updated(peak_memory_bytes=peak_memory())
        if state.status == "finished" and run.folder is not None:
            shutil.rmtree(run.folder / CHECKPOINT.parent, ignore_errors=True)
    if state.status == "interrupted":
        raise Interrupted(run)
    if state.status == "failed":
        where = f" The run is kept in {run.folder}." if run.folder else ""
        raise TrainingFailed(
            run,
            f"Training failed: {state.stopped_by}, so there is no model.{where} Divide the "
            f"learning rate {run.config.learning_rate:g} by 10 (DX-1).",
        )
    return run
