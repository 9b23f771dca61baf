"""The one loop of every training: epochs, the best weights, early stopping, Ctrl-C, checkpoints."""

from __future__ import annotations

import contextlib
import math
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..config import Config
from .checkpoints import save_checkpoint
from .engines import Engine, epoch_order
from .state import TrainingState
from .warming import full_rate

if TYPE_CHECKING:
    import keras

__all__ = ["LEARNING_RATE_FLOOR", "OUT_OF_TIME", "run_epochs"]

LEARNING_RATE_FACTOR = 0.5
LEARNING_RATE_FLOOR = 1e-7
SECONDS_BETWEEN_CHECKPOINTS = 60.0
OUT_OF_TIME = "the time is up"

EpochListener = Callable[[dict[str, Any]], None]


def run_epochs(
    model: keras.Model,
    engine: Engine,
    config: Config,
    rows: int,
    *,
    state: TrainingState,
    callbacks: Sequence[Any] = (),
    checkpoint: Path | None = None,
    listener: EpochListener | None = None,
    units: Mapping[str, float] | None = None,
    deadline: float | None = None,
    least_epochs: int = 0,
) -> TrainingState:
    """Train until early stopping, the last epoch, a loss that is not finite, Ctrl-C, or a deadline.

    The best weights are those with the lowest validation loss; they are in `model` at the end.
    After Ctrl-C the checkpoint holds the exact place, and a second Ctrl-C ends at once.

    Args:
        model: The compiled model that `engine` trains.
        engine: How an epoch is run.
        config: Epochs, patience, seed.
        rows: Number of training rows.
        state: Where to begin; changed in place.
        callbacks: Keras callbacks; they see epochs, with `learning_rate` in the logs.
        checkpoint: File for the place of an unfinished training.
        listener: Called after every epoch with its logs and the best epoch so far.
        units: Factors by metric name that bring a metric to the unit of the target.
        deadline: Reading of `time.monotonic` after which no further rows are trained on.
        least_epochs: So many epochs are finished whatever the deadline says.

    Returns:
        The state, with `status` and `stopped_by`.

    Guide: REG-1, REG-7, BP-4.
    """
    import keras

    hooks = keras.callbacks.CallbackList(
        list(callbacks), model=model, epochs=config.epochs, verbose=0, steps=None
    )
    # Keras adds its own History when asked to; ours is in the state.
    model.stop_training = False
    hooks.on_train_begin()
    saved_at = time.monotonic()
    with _ctrl_c() as pressed:
        while state.status == "unfinished" and state.epoch < config.epochs:
            started = time.perf_counter()
            if state.row == 0:
                hooks.on_epoch_begin(state.epoch)
            order = epoch_order(config.seed, state.epoch, rows)
            for done in engine.train(order, state.row):
                state.row = done
                late = state.epoch >= least_epochs and _is_over(deadline)
                if (pressed() or late) and done < rows:
                    break
            if state.row < rows:
                if pressed():
                    state.status, state.stopped_by = "interrupted", "Ctrl-C"
                else:
                    state.status, state.stopped_by = "finished", OUT_OF_TIME
                break
            logs = engine.logs() | engine.validate()
            for name, factor in (units or {}).items():
                logs[name] *= factor
                logs[f"val_{name}"] *= factor
            logs["learning_rate"] = float(np.asarray(model.optimizer.learning_rate))
            hooks.on_epoch_end(state.epoch, logs)
            logs["seconds"] = time.perf_counter() - started
            state.epoch, state.row = state.epoch + 1, 0
            state.history.append({name: float(value) for name, value in logs.items()})
            _judge(model, config, state, logs)
            if listener is not None:
                listener({"epoch": state.epoch, "best_epoch": state.best_epoch, **logs})
            if state.status == "unfinished" and pressed():
                state.status, state.stopped_by = "interrupted", "Ctrl-C"
            late = state.epoch >= least_epochs and _is_over(deadline)
            if state.status == "unfinished" and late:
                state.status, state.stopped_by = "finished", OUT_OF_TIME
            if checkpoint and time.monotonic() - saved_at > SECONDS_BETWEEN_CHECKPOINTS:
                save_checkpoint(checkpoint, model, state)
                saved_at = time.monotonic()
    if state.status == "unfinished":
        state.status, state.stopped_by = "finished", f"all {config.epochs} epochs are done"
    if state.status == "interrupted" and checkpoint:
        save_checkpoint(checkpoint, model, state)
    hooks.on_train_end(state.history[-1] if state.history else {})
    if state.best_weights:
        model.set_weights(state.best_weights)
    return state


def _is_over(deadline: float | None) -> bool:
    return deadline is not None and time.monotonic() > deadline


def _judge(
    model: keras.Model, config: Config, state: TrainingState, logs: dict[str, float]
) -> None:
    """Keep the best weights, lower the rate, or stop, after one epoch."""
    value = logs["val_loss"]
    if value < state.best_value:
        state.best_epoch, state.best_value = state.epoch, value
        state.best_weights = model.get_weights()
        state.waiting = state.waiting_at_rate = 0
    else:
        state.waiting += 1
        state.waiting_at_rate += 1
    if not math.isfinite(logs["loss"]) or not math.isfinite(value):
        state.status = "finished" if state.best_weights else "failed"
        state.stopped_by = f"the loss is not finite in epoch {state.epoch}"
    elif config.early_stopping_patience and state.waiting >= config.early_stopping_patience:
        state.status = "finished"
        state.stopped_by = f"{state.waiting} epochs without a better validation loss"
    elif model.stop_training:
        state.status, state.stopped_by = "finished", "a callback stopped it"
    patience = config.reduce_learning_rate_patience
    if patience and state.waiting_at_rate >= patience:
        rate = full_rate(model.optimizer)
        model.optimizer.learning_rate = max(rate * LEARNING_RATE_FACTOR, LEARNING_RATE_FLOOR)
        state.waiting_at_rate = 0


@contextlib.contextmanager
def _ctrl_c() -> Iterator[Callable[[], bool]]:
    """Yield a function that tells whether Ctrl-C was pressed; the second press raises."""
    before = signal.getsignal(signal.SIGINT)
    # In the background, as `nohup` starts it, a program is to ignore Ctrl-C.
    if threading.current_thread() is not threading.main_thread() or before is signal.SIG_IGN:
        yield lambda: False
        return
    presses: list[int] = []

    def handler(number: int, _frame: Any) -> None:
        presses.append(number)
        if len(presses) > 1:
            raise KeyboardInterrupt

    signal.signal(signal.SIGINT, handler)
    try:
        yield lambda: bool(presses)
    finally:
        signal.signal(signal.SIGINT, before)
