"""From a run to one standalone Keras script that trains the same model to the same score."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

from ...zoo.errors import BadInput, bad_input
from ...zoo.tasks import ROW_TASKS
from ..augmenting.synonyms import further_words, training_synonyms
from ..dataset import Dataset, Splits
from ..files import write_text
from ..reading.bundled import BUNDLED
from ..reading.wording import some
from ..rereading import check_finished, check_unchanged, reread
from ..training.building import build_model
from ..training.runs import Run, open_run
from .array_data import array_data
from .checked import check_reading
from .division import division
from .fitting_lines import joined, settings, training
from .graphs import graph_lines
from .paired_texts import answered_data, translated_data
from .picture_data import picture_data
from .plan import Plan, cannot
from .preparing import preparing
from .recording_data import recording_data
from .scoring_lines import scored, scoring
from .sequence_answers import SEQUENCE_ANSWERS
from .series_data import series_data, series_division
from .table_data import table_data
from .text_data import passage_data, passage_division, tagged_data
from .writing import WIDTH, call, comment, literal

__all__ = ["eject", "script_of"]

NAME = "train_model.py"
HELP = "the same data in another place"
TASKS = (*ROW_TASKS, "forecasting", *SEQUENCE_ANSWERS)
IMPORTS = {
    "import argparse": r"\bargparse\.",
    "import base64": r"\bbase64\.",
    "import collections": r"\bcollections\.",
    "import itertools": r"\bitertools\.",
    "import math": r"\bmath\.",
    "import re": r"\bre\.",
    "import string": r"\bstring\.",
    "import zlib": r"\bzlib\.",
    "from pathlib import Path": r"\bPath\(",
    "": "",
    "import keras": r"\bkeras\.",
    "import numpy as np": r"\bnp\.",
    "import pandas as pd": r"\bpd\.",
    "from keras import layers": r"\blayers\.",
    "from keras import ops": r"\bops\.",
    "from numpy.lib.stride_tricks import sliding_window_view": r"\bsliding_window_view\(",
    "from PIL import Image": r"\bImage\.",
    "from PIL import ImageOps": r"\bImageOps\.",
    "from sacrebleu.metrics import BLEU": r"\bBLEU\(",
    "from sacrebleu.metrics import CHRF": r"\bCHRF\(",
    "from scipy.io import wavfile": r"\bwavfile\.",
    "from sklearn import datasets": r"\bdatasets\.",
    "from sklearn import metrics": r"(?<!keras\.)\bmetrics\.",
}


def eject(
    run: Run | str | Path,
    output: str | Path | None = None,
    *,
    data: str | Path | None = None,
) -> Path:
    """Write one standalone Keras script that rebuilds, trains and scores the model of a run.

    The script imports nothing of goodfit. It reads the same data, divides them into the same rows,
    prepares them, builds the same network with the same first weights, trains it on the same rows
    in the same order, and prints its scores beside those of the run.

    Args:
        run: A finished run on a file or a bundled set, or its folder.
        output: A new file; `train_model.py` in the folder of the run when left out.
        data: The file that holds its rows now, where they moved or were in memory only: then save
            them first, as with `frame.to_csv("rows.csv", index=False)`. They have to be the same.

    Returns:
        The file.

    Raises:
        BadInput: There is no such run, its data changed, or were in memory and no file is given,
            the file to write exists, or the run is of a kind that no script is written of yet.

    Guide: BP-3, CHK-3.

    Examples:
        >>> from goodfit.recipes import quickstart
        >>> run = quickstart("iris", epochs=1, output="runs/to_eject")
        >>> eject(run).name
        'train_model.py'
    """
    run = run if isinstance(run, Run) else open_run(run)
    path = Path(output) if output is not None else (run.folder or Path()) / NAME
    if path.exists():
        raise bad_input(
            "file_exists",
            f"{path} exists already, and is not overwritten",
            expected="a new file",
            remedy="Name another with --output",
        )
    return write_text(path, script_of(run, data))


def script_of(run: Run, data: str | Path | None = None) -> str:
    """Return the text of the script that `eject` writes; raises as `eject`.

    Args:
        run: A finished run.
        data: The file that holds its rows now.
    """
    check_finished(run)
    kind = run.record["task"]["kind"]
    if kind not in TASKS:
        raise cannot(f"A run of the task {kind}", "a run of " + ", ".join(TASKS))
    dataset, splits = _read_again(run, data)
    check_unchanged(run, splits)
    synonyms = training_synonyms(run.config, splits.train, None, run.folder)
    model, _ = build_model(run.config, splits, further_words(synonyms))
    plan = Plan(run, dataset, splits, model, synonyms=synonyms)
    prepared = preparing(plan)
    network, functions = graph_lines(plan.trunk, "given", run.config.seed)
    read, divided = _data(plan)
    reading = [f"DATA = {literal(dataset.source)}", f"SEED = {run.config.seed}", *read, *divided]
    check_reading(plan, "\n".join([_imports("\n".join(reading)), *reading]))
    train_lines, later = training(plan)
    shapes = [
        "    name: keras.Input(tensor.shape[1:], dtype=tensor.dtype, name=name)",
        "    for name, tensor in encoded.items()",
    ]
    if kind == "next_token":  # a text may go on for ever
        shapes = [f"    {' '.join(map(str.strip, shapes))}".replace("tensor.shape[1:]", "(None,)")]
    body = [
        *_heading(1, "Settings"),
        *_source(plan),
        *settings(plan),
        *_heading(2, "Data"),
        *([""] if read[0].startswith("def ") else []),
        *read,
        *_heading(3, "Rows to train on, to watch, and to test on once"),
        *divided,
        *_heading(4, "Preparation, learnt from the training rows alone"),
        *_defined(plan.helpers),
        *prepared,
        *_heading(5, f"Network: {run.config.model}"),
        *_defined(functions),
        *comment("Seeded, so that the first weights are those of the run."),
        "keras.utils.set_random_seed(SEED)",
        "given = {  # what the preparation gives",
        *shapes,
        "}",
        *network,
        'network = keras.Model(given, output, name="trunk")',
        *_heading(6, "Training"),
        *_defined(later),
        *train_lines,
        "",
        *joined(plan),
        *_heading(7, "Scores"),
        *scoring(plan),
    ]
    text = "\n".join(body)
    return f"{_docstring(plan)}\n\n{_imports(text)}\n{text}\n"


def _read_again(run: Run, data: str | Path | None) -> tuple[Dataset, Splits]:
    """Return the data of a run, and say where they were in memory how they become a file."""
    try:
        return reread(run, data)
    except BadInput as error:
        if error.kind != "source_in_memory":
            raise
        raise bad_input(
            "source_in_memory",
            f"The run in {run.folder} was trained on {run.record['source']}, and a script reads a "
            "file",
            expected="the file that holds these rows",
            received="none",
            remedy='Save them, as with frame.to_csv("rows.csv", index=False), and name the file: '
            f"goodfit eject {run.folder} --data rows.csv",
        ) from error


def _data(plan: Plan) -> tuple[list[str], list[str]]:
    """Return the lines that read the data, and those that divide the rows."""
    form = plan.options.get("form")
    readers = {"pictures": picture_data, "arrays": array_data, "recordings": recording_data}
    if form == "series":
        return series_data(plan), series_division(plan)
    if form in ("passages", "word_passages"):
        return passage_data(plan), passage_division(plan)
    if plan.task.kind == "next_token":
        raise cannot("A run on many texts", "one long text")
    by_task = {
        "sequence_labelling": tagged_data,
        "translation": translated_data,
        "span": answered_data,
    }
    if plan.task.kind in by_task:
        return by_task[plan.task.kind](plan), division(plan)
    if form is not None and form not in readers:
        raise cannot(f"A run on {form}", "tables, texts, series, recordings, images or arrays")
    if form is None and plan.dataset.source.endswith(".npz"):
        raise cannot("A run on a table in an npz file", "a CSV or Parquet file")
    return readers.get(form or "", table_data)(plan), division(plan)


def _heading(number: int, text: str) -> list[str]:
    line = f"# {number}. {text} "
    return ["", line + "-" * (100 - len(line)), ""]


def _defined(functions: list[str]) -> list[str]:
    """Return functions as lines, parted from what follows as a formatter would."""
    if not functions:
        return []
    return ["", *(line for each in functions for line in (*each.split("\n"), "", ""))]


def _source(plan: Plan) -> list[str]:
    source = plan.dataset.source
    if source in BUNDLED:
        return []
    return [
        "parser = argparse.ArgumentParser(description=__doc__)",
        *call(
            "parser.add_argument",
            ['"--data"', f"default={literal(source)}", f"help={literal(HELP)}"],
        ),
        "DATA = parser.parse_args().data",
        "",
    ]


def _imports(text: str) -> str:
    lines = [line for line, used in IMPORTS.items() if not line or re.search(used, text)]
    found: dict[str, str] = {}
    for line in lines:  # several names of one package on one line
        head, _, name = line.rpartition(" ")
        known = found.get(head) if line.startswith("from ") else None
        found[head if line.startswith("from ") else line] = f"{known}, {name}" if known else line
    return "\n".join(found.values()).strip()


def _docstring(plan: Plan) -> str:
    task, sizes, record = plan.task, plan.splits.sizes, plan.run.record
    figures = ", ".join(f"{name} {value:.4f}" for name, value in scored(plan, "validation").items())
    asked = some([f"'{name}'" for name in plan.dataset.target], 3)
    asked = asked or "what comes next"
    more = "sacrebleu" if task.kind == "translation" else "scikit-learn"
    verb = {"forecasting": "Forecast", "regression": "Predict"}.get(task.kind, "Tell")
    version = record["versions"].get("keras", "3")
    told = (
        f"Written by `goodfit eject` from a run on {Path(plan.dataset.source).name}, of which "
        f"{sizes['train']} rows were trained on. On the {sizes['validation']} rows for validation "
        f"it scored {figures}. This script comes to the same scores, without goodfit; on another "
        f"machine, or with another Keras than {version}, to nearly the same."
    )
    text = [
        f"{verb} {asked} with the model {plan.run.config.model}.",
        "",
        *textwrap.wrap(told, WIDTH, break_on_hyphens=False),
        "",
        f"Run it with `python {NAME}`. It needs tensorflow, keras, pandas and {more}.",
    ]
    plain = [line.replace("\\", "/").replace('"', "'") for line in text]
    return "\n".join([f'"""{plain[0]}', *plain[1:], '"""'])
