"""One function trains every config: build, fit, save, record."""

from __future__ import annotations

import contextlib
import random
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...callbacks.findings import Finding
from ...zoo.errors import GoodfitError, MissingExtra, bad_input
from ...zoo.tasks import Task
from ..config import Config
from ..dataset import Dataset, Splits
from ..files import new_folder, write_text
from .checkpoints import load_checkpoint
from .compiling import TargetScale, check_names, compile_model, keras_labels
from .engines import choose_engine
from .loop import TrainingState, run_epochs
from .runs import Run, hardware, peak_memory, versions, write_history

if TYPE_CHECKING:
    import keras

__all__ = ["Interrupted", "Listener", "build_model", "encode", "train"]

Listener = Callable[[str, Any], None]
"""Receives `("step", text)` and `("epoch", logs)` while a run goes on."""

CHECKPOINT = Path("checkpoint") / "state.npz"
BUILDER_SETTINGS = ("units", "activation", "dropout", "l2", "batch_normalization")


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
        super().__init__(f"Interrupted after {run.record['epochs']} epochs: {kept}; {place}.")


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

    Returns:
        The run, with the trained model.

    Raises:
        BadInput: A setting does not fit the task, or the folder holds another run.
        Interrupted: Ctrl-C was pressed; the run holds the best so far.
        GoodfitError: The loss was never finite, so that there is no model.

    Guide: PH-1d, BP-4, MIS-4.
    """
    from ...callbacks import Diagnose

    check_names(config, splits.task)
    started = time.perf_counter()
    place = _open_folder(folder, config, splits, findings, resume)
    tell = listener or (lambda _kind, _data: None)
    tell("step", "building the model")
    model, scale = build_model(config, splits)
    trunk = _compiled_trunk(model, config, splits)
    tell("step", f"training {model.count_params():,} parameters")
    train_data = _encoded(model, splits.train, config, scale, weighted=True)
    validation_data = _encoded(model, splits.validation, config, scale, weighted=False)
    engine = choose_engine(trunk, train_data, validation_data, config.batch_size, callbacks)
    state = TrainingState()
    checkpoint = place / CHECKPOINT if place else None
    if resume and checkpoint:
        engine.validate()  # makes the metrics' variables, which the checkpoint then sets
        load_checkpoint(checkpoint, trunk, state)
    watcher = Diagnose(baseline=baseline, verbose=0)
    planned = {"epochs": config.epochs, "patience": config.early_stopping_patience}
    state = run_epochs(
        trunk,
        engine,
        config,
        len(splits.train),
        state=state,
        callbacks=[*callbacks, watcher, *_writers(place, resume, watcher, findings)],
        checkpoint=checkpoint,
        listener=lambda logs: tell("epoch", {**logs, **planned}),
        units=_units(config, scale),
    )
    outputs = np.asarray(trunk(validation_data[0], training=False))
    found = (*findings, *_diagnosed(config, splits.task, state, outputs, baseline))
    record = _record(config, splits, state, found, time.perf_counter() - started)
    record["parameters"] = model.count_params()
    run = Run(config, record, tuple(state.history), found, place, model, splits)
    return _finish(run, state)


def build_model(config: Config, splits: Splits) -> tuple[keras.Model, TargetScale | None]:
    """Return the untrained model of a config, inputs adapted on the training rows only.

    Args:
        config: The settings; its seed decides the first weights.
        splits: The data.

    Returns:
        The model, which takes raw rows, and the scale of a regression target.

    Guide: PH-1d, MIS-3.
    """
    from ... import zoo

    scale = None
    settings: dict[str, Any] = {name: getattr(config, name) for name in BUILDER_SETTINGS}
    if splits.task.kind == "regression":
        scale = TargetScale(_labels(splits.train))
        settings |= {"target_mean": scale.mean, "target_scale": scale.scale}
    with seeded(config.seed):
        preprocessor = zoo.tabular_inputs(splits.train.columns, splits.train.features)
        model = zoo.build(config.model, preprocessor, splits.task, **settings)
    return model, scale


def encode(model: keras.Model, dataset: Dataset) -> dict[str, NDArray[Any]]:
    """Return what the trunk of a model is given for raw rows, computed once.

    Args:
        model: A model of the zoo.
        dataset: Raw rows.

    Returns:
        Arrays by name of the trunk's inputs, each with one row per row.
    """
    from ... import zoo

    preprocessor = zoo.parts(model).preprocessor
    pieces = []
    for start in range(0, len(dataset), 8192):
        rows = {name: v[start : start + 8192] for name, v in dataset.features.items()}
        encoded = preprocessor(zoo.to_tensors(rows, dataset.columns), training=False)
        pieces.append({name: np.asarray(values) for name, values in encoded.items()})
    return {name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0]}


@contextlib.contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Seed Keras inside the block; Python's and numpy's random state are put back after it."""
    import keras

    before = random.getstate(), np.random.get_state()
    keras.utils.set_random_seed(seed)
    try:
        yield
    finally:
        random.setstate(before[0])
        np.random.set_state(before[1])


def _labels(dataset: Dataset) -> NDArray[Any]:
    if dataset.labels is None:
        raise GoodfitError("These rows have no labels, so nothing can be trained on them.")
    return dataset.labels


def _compiled_trunk(model: keras.Model, config: Config, splits: Splits) -> keras.Model:
    from ... import zoo

    trunk = zoo.parts(model).trunk
    compile_model(trunk, config, splits.task)
    trunk.optimizer.build(trunk.trainable_variables)
    return trunk


def _encoded(
    model: keras.Model, dataset: Dataset, config: Config, scale: TargetScale | None, weighted: bool
) -> tuple[dict[str, NDArray[Any]], NDArray[Any], NDArray[Any] | None]:
    """Return encoded inputs, labels for the loss, and weights of the rows, if any."""
    from ..choosing.weighting import sample_weights

    labels, task = _labels(dataset), dataset.task
    if task is None:
        raise GoodfitError("These rows have no task, so nothing can be trained on them.")
    weights = None
    if weighted and config.class_weights == "balanced":
        weights = sample_weights(labels, task).astype(np.float32)
    return encode(model, dataset), keras_labels(labels, task, config, scale), weights


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
        answers = outputs.argmax(1) if task.kind == "multiclass" else outputs[:, 0] > 0.5
        shares = np.bincount(answers.astype(int), minlength=len(task.names)) / len(answers)
    history = History.read(columns, planned_epochs=config.epochs)
    return diagnose(
        history,
        baseline=baseline,
        prediction_shares=None if shares is None else shares.tolist(),
        restored_epoch=state.best_epoch or None,
    )


def _writers(
    place: Path | None, resume: bool, watcher: Any, findings: Sequence[Finding]
) -> list[Any]:
    """Return the TensorBoard writer of a run that has a folder and of a machine that has it."""
    from ...callbacks import TensorBoardWriter

    if place is None:
        return []
    try:
        return [
            TensorBoardWriter(
                place / "tensorboard", diagnose=watcher, findings=findings, append=resume
            )
        ]
    except MissingExtra:
        return []


def _open_folder(
    folder: str | Path | None,
    config: Config,
    splits: Splits,
    findings: Sequence[Finding],
    resume: bool,
) -> Path | None:
    """Return the run's folder with what a later process needs to go on from it."""
    if folder is None:
        return None
    if resume:
        return Path(folder)
    place = new_folder(folder)
    splits.test.log = place / "test_openings.jsonl"
    write_text(place / "config.toml", config.to_toml())
    write_history(place, [])
    record = _record(config, splits, TrainingState(), tuple(findings), 0.0)
    Run(config, record, (), tuple(findings), place).updated()
    return place


def _record(
    config: Config,
    splits: Splits,
    state: TrainingState,
    findings: tuple[Finding, ...],
    seconds: float,
) -> dict[str, Any]:
    data = splits.train
    return {
        "goodfit": versions().get("goodfit", ""),
        "status": state.status,
        "stopped_by": state.stopped_by,
        "model": "model.keras",
        "task": splits.task.to_dict(),
        "target": list(data.target),
        "source": data.source,
        "options": dict(data.options),
        "rows": splits.sizes,
        "columns": [{"name": c.name, "kind": c.kind, "width": c.width} for c in data.columns],
        "choices": {name: choice.to_dict() for name, choice in data.choices.items()},
        "seed": config.seed,
        "fingerprint": data.fingerprint(),
        "split": {"method": splits.method.to_dict(), "seal": splits.test.seal},
        "versions": versions(),
        "hardware": hardware(),
        "parameters": 0,
        "epochs": state.epoch,
        "best_epoch": state.best_epoch,
        "findings": [finding.to_dict() for finding in findings],
        "validation": None,
        "test": None,
        "naive": None,
        "comparisons": {},
        "worst_errors": [],
        "test_openings": splits.test.openings,
        "seconds": {"train": seconds},
        "peak_memory_bytes": peak_memory(),
        "threshold": 0.5,
        "saved_difference": None,
        "audit_profile": [],
    }


def _finish(run: Run, state: TrainingState) -> Run:
    """Save model, history and record; raise if the training was cut short or has no model."""
    from .saving import LoadedModel, save

    started = time.perf_counter()
    if run.folder is not None:
        write_history(run.folder, state.history)
        if state.best_weights and run.trained is not None and run.splits is not None:
            data = run.splits.train
            loaded = LoadedModel(
                run.trained, data.columns, run.splits.task, data.target, options=data.options
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
        raise GoodfitError(
            f"Training failed: {state.stopped_by}, so there is no model.{where} Divide the "
            f"learning rate {run.config.learning_rate:g} by 10 (DX-1)."
        )
    return run


def check_resumable(run: Run, fingerprint: str) -> None:
    """Check that a run can go on with the data as it is now.

    Raises:
        BadInput: It is finished, it has no checkpoint, or the data changed.
    """
    folder = run.folder or Path()
    if run.record["status"] == "finished":
        raise bad_input(
            "run_finished", f"The run in {folder} is finished", remedy="Start a new one"
        )
    if not (folder / CHECKPOINT).exists():
        raise bad_input(
            "checkpoint_missing",
            f"The run in {folder} has no checkpoint",
            remedy="Start it again in a new folder",
        )
    if run.record["fingerprint"] != fingerprint:
        raise bad_input(
            "data_changed",
            f"The data of the run in {folder} changed since it began",
            expected=f"training rows with fingerprint {run.record['fingerprint'][:12]}",
            received=fingerprint[:12],
            remedy="Restore the file, or start a new run",
        )
