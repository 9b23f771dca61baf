"""The guide's quick start: from a table to a trained, diagnosed, evaluated and saved model.

    goodfit train breast_cancer

It takes about ten seconds on two CPU cores, most of them for importing TensorFlow. The scores
seen are in `docs/benchmarks.md`. Read `quickstart` from top to bottom: it is the whole recipe,
made to be copied.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from .choosing.configuring import choose_config
from .completing import Clock, carry_out
from .config import Config
from .dataset import Dataset
from .reading.loading import load
from .splitting.parts import split
from .training.fitting import Listener
from .training.runs import Run

__all__ = ["quickstart"]


def quickstart(
    source: Any,
    target: str | Sequence[str] | None = None,
    *,
    output: str | Path | None = None,
    epochs: int | None = None,
    seed: int = 0,
    settings: Sequence[str] | Mapping[str, Any] = (),
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
        settings: Texts such as `learning_rate=0.01`, or a dict, that override what was chosen.
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
    clock = Clock(progress)
    settings = assignments(settings) + ([] if epochs is None else [f"epochs={epochs}"])
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
    if config is None:
        # A fraction or seed among the settings has divided the rows already.
        wanted = choose_config(splits, seed=wanted.seed, overrides=settings)

    # Audited, trained, and scored beside the answers that need no network.
    folder = Path(output) if output is not None else dated_folder(dataset)
    return carry_out(wanted, dataset, splits, folder, clock=clock, test=test, verify=verify)


def assignments(settings: Sequence[str] | Mapping[str, Any]) -> list[str]:
    """Return settings as texts such as `units=64,32`, from texts, one text or a dict."""
    if isinstance(settings, str):
        return [settings]
    if not isinstance(settings, Mapping):
        return list(settings)
    lists = {n: v if isinstance(v, list | tuple) else [v] for n, v in settings.items()}
    return [f"{name}={','.join(map(str, values))}" for name, values in lists.items()]


def dated_folder(dataset: Dataset) -> Path:
    """Return a folder under `runs` that does not exist yet."""
    stem = Path(dataset.source).name.split(".")[0] or "run"
    base = Path("runs") / f"{stem}-{datetime.now():%Y%m%d-%H%M%S}"
    place, number = base, 2
    while place.exists():
        place, number = base.with_name(f"{base.name}-{number}"), number + 1
    return place
