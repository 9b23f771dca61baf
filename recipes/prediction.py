"""New rows through a saved model: one answer per row, in the same order."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..zoo.errors import BadInput, GoodfitError, Problem, bad_input
from ..zoo.tasks import Task
from .answering.methods import method_of
from .dataset import Dataset
from .files import write_atomically
from .reading.loading import load_rows
from .scoring.scores import decide
from .training.runs import Run
from .training.saving import LoadedModel, load_model, raw_outputs

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["predict", "predict_file", "prediction_frame"]


def predict(model: LoadedModel | Run | str | Path, source: Any) -> pd.DataFrame:
    """Return one prediction per row of a file, data frame or array, in the same order.

    Args:
        model: A model from `load_model`, a run with a folder, or the path of a saved model or run.
        source: Rows with the columns that the model was trained on, in any order; more columns
            are ignored.

    Returns:
        A frame with `prediction` and, for classification, `probability_<class>`; for several
        targets `prediction_<target>`; for a folder of pictures or recordings `file` first.

    Raises:
        BadInput: A column is missing, renamed or of another type; or the file cannot be read.
    """
    loaded = model if isinstance(model, LoadedModel) else load_model(_model_path(model))
    rows = load_rows(source, loaded.columns, options=loaded.options or {})
    _check_categories(rows, loaded)
    if loaded.task.is_sequence:
        method = method_of(loaded.task)
        return _named(method.frame(method.answer(loaded.model, rows), loaded.task, rows), rows)
    outputs = raw_outputs(loaded.model, rows.features, loaded.columns)
    if not np.isfinite(outputs).all():
        bad = rows.rows[~np.isfinite(outputs).all(axis=1)][:5].tolist()
        raise GoodfitError(f"The model's answer is not finite for rows {bad}.")
    return _named(prediction_frame(outputs, loaded.task, loaded.target, loaded.threshold), rows)


def _named(frame: pd.DataFrame, rows: Dataset) -> pd.DataFrame:
    """Return a frame with the file of each row first, where each row is a file of its own."""
    if "file" in rows.extras and "file" not in frame:
        frame.insert(0, "file", rows.extras["file"])
    return frame


def _model_path(model: Run | str | Path) -> Path:
    """Return where the model of a run, of its folder, or of a path is saved."""
    if isinstance(model, Run):
        return model.model_path
    inside = Path(model) / "model.keras"
    return inside if inside.is_file() else Path(model)


def _check_categories(rows: Dataset, loaded: LoadedModel) -> None:
    """Refuse a category column that holds numbers only, where it held words in training.

    Values never seen are welcome one by one; a whole column of another type is a mistake.
    """
    problems = []
    for name, examples in (loaded.examples or {}).items():
        values = [value for value in rows.features[name].tolist() if value]
        words_expected = bool(examples) and not any(map(_is_number, examples))
        if words_expected and values and all(map(_is_number, values)):
            message = f"Column '{name}' holds numbers where it held words in training"
            expected = "words such as " + ", ".join(map(repr, examples[:3]))
            problems.append(Problem("column_type", message, expected, repr(values[0])))
    if problems:
        raise BadInput(*problems)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def prediction_frame(
    outputs: NDArray[Any], task: Task, target: tuple[str, ...], threshold: float = 0.5
) -> pd.DataFrame:
    """Return a model's outputs as named columns.

    Args:
        outputs: Probabilities or values, shape `(rows, outputs)`.
        task: What they mean.
        target: Names of the target columns.
        threshold: Probability above which a binary or multilabel answer is positive.

    Returns:
        A frame with one row per row of `outputs`.
    """
    import pandas as pd

    if task.kind == "regression":
        if task.outputs == 1:
            return pd.DataFrame({"prediction": outputs[:, 0]})
        return pd.DataFrame({f"prediction_{n}": outputs[:, i] for i, n in enumerate(target)})
    names = np.array(task.names, object)
    if task.kind == "binary":
        positive = outputs[:, 0].astype(np.float64)
        probabilities = np.stack([1.0 - positive, positive], axis=1)
        answers = {"prediction": names[decide(outputs, task, threshold)]}
    elif task.kind == "multiclass":
        probabilities = outputs
        answers = {"prediction": names[decide(outputs, task)]}
    else:
        probabilities = outputs
        chosen = decide(outputs, task, threshold)
        joined = [";".join(names[row.astype(bool)]) for row in chosen]
        answers = {"prediction": joined}
        answers |= {f"prediction_{name}": chosen[:, i] for i, name in enumerate(task.names)}
    shares = {f"probability_{name}": probabilities[:, i] for i, name in enumerate(task.names)}
    return pd.DataFrame({**answers, **shares})


def predict_file(
    model: str | Path, source: Any, output: str | Path, *, force: bool = False
) -> dict[str, Any]:
    """Write predictions for the rows of a file to a CSV, whole or not at all.

    Args:
        model: The path of a saved model.
        source: A file of rows.
        output: The CSV to write.
        force: Replace the CSV if there is one.

    Returns:
        `model`, `output`, `rows` and the names of the `columns` written.

    Raises:
        BadInput: As `predict`; or the output exists, or cannot be written.
    """
    output = Path(output)
    if output.is_dir() or (output.exists() and not force):
        raise bad_input(
            "output_exists",
            f"{output} is {'a folder' if output.is_dir() else 'there already'}",
            expected="a new file",
            remedy="Choose another name, or give --force to replace it",
        )
    if not output.parent.is_dir():
        raise bad_input("folder_missing", f"There is no folder {output.parent}")
    frame = predict(model, source)
    write_atomically(output, lambda place: frame.to_csv(place, index=False))
    return {
        "model": str(model),
        "output": str(output),
        "rows": len(frame),
        "columns": list(frame.columns),
    }
