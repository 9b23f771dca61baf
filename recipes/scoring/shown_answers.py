"""A few answers that nobody chose, kept with a run so that a person sees what the model says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.errors import BadInput
from ...zoo.tasks import Task
from ..answering.methods import method_of
from ..answering.translation_answers import join_punctuation
from ..dataset import Dataset

__all__ = ["shown_answers", "written_sample"]

WINDOWS, ROWS = 3, 5
MOST_STEPS = 240
"""Points of one line of a forecast; of a longer one every second, third … step is kept."""
LONGEST_TEXT = 400
SEASONS_BACK, LEAST_BACK = 2, 24
SAMPLE_LENGTH, TEMPERATURE = 200, 0.7
_PROMPT_WORDS = 4


def shown_answers(
    labels: Any, answers: Any, naive: Mapping[str, Any], rows: Dataset, seed: int = 0
) -> dict[str, Any]:
    """Return some answers to show, plain data for JSON; nothing for tasks with one for each row.

    Args:
        labels: Of the rows, as `Task` describes them.
        answers: The model's answers, in the form of the task.
        naive: Naive answers for the same rows, by name.
        rows: Rows with their task.
        seed: Decides which rows are drawn.

    Returns:
        For forecasts `target` and `windows`, evenly spaced, each with `row`, `time` (of the first
        step ahead), `series`, `stride` (steps between two points), `past`, `truth`, `forecast` and
        `naive` by name. For other sequences `rows`, drawn at random, each with `row`, `true` and
        `predicted`, and the `input` where it is text. A language model answers no single row.

    Guide: MIS-8.
    """
    task = rows.task
    if task is None or not task.is_sequence or not len(rows):
        return {}
    if task.kind == "forecasting":
        places = np.unique(np.linspace(0, len(rows) - 1, WINDOWS + 2).astype(int)[1:-1]).tolist()
        windows = [_window(place, labels, answers, naive, rows, task) for place in places]
        return {"target": task.names[0], "windows": windows}
    if task.kind == "next_token":
        return {}
    count = min(ROWS, len(rows))
    places = np.sort(np.random.default_rng(seed).choice(len(rows), count, replace=False)).tolist()
    shown = method_of(task).shown
    found = []
    for place in places:
        item: dict[str, Any] = {"row": int(rows.rows[place])}
        asked = [str(rows.features[c.name][place]) for c in rows.columns if c.kind == "text"]
        if asked:
            # A translation also reads its own answer so far, which is no question.
            is_translation = task.kind == "translation"
            shown_input = join_punctuation(asked[0]) if is_translation else " | ".join(asked)
            item["input"] = _cut(shown_input)
        item["true"] = _cut(shown(labels[place], task))
        item["predicted"] = _cut(shown(answers[place], task))
        found.append(item)
    return {"rows": found}


def written_sample(model: Any, rows: Dataset, seed: int = 0) -> dict[str, Any]:
    """Return a short text that a language model writes after the beginning of a passage.

    Args:
        model: A language model.
        rows: Training passages, whose signs it knows; the first one gives its first words.
        seed: Decides what is drawn.

    Returns:
        `prompt`, `text`, `temperature`; nothing where the model cannot go on from these words.

    Guide: SEQ-8.
    """
    from ...zoo import generate

    passage = rows.features[rows.columns[0].name][0]
    prompt = " ".join(passage.split()[:_PROMPT_WORDS]) or passage[:1]
    try:
        text = generate(model, prompt, length=SAMPLE_LENGTH, temperature=TEMPERATURE, seed=seed)
    except BadInput:  # words parted by what the model reads as something else, such as a tab
        return {}
    return {"prompt": prompt, "text": text, "temperature": TEMPERATURE}


def _window(
    place: int, labels: Any, answers: Any, naive: Mapping[str, Any], rows: Dataset, task: Task
) -> dict[str, Any]:
    """Return the first target of one window, before and after the moment of the forecast."""
    past = rows.features[rows.columns[0].name][place][:-1, 0]
    back = max(SEASONS_BACK * task.season, task.horizon, LEAST_BACK)
    past = past[-back:]
    stride = max(1, -(-max(len(past), task.horizon) // MOST_STEPS))
    time, series = (rows.extras.get(name) for name in ("time", "series"))
    return {
        "row": int(rows.rows[place]),
        "time": None if time is None else str(time[place]),
        "series": None if series is None else str(series[place]),
        "stride": stride,
        "past": _numbers(past[::-1][::stride][::-1]),  # the last one is kept
        "truth": _numbers(labels[place][::stride, 0]),
        "forecast": _numbers(answers[place][::stride, 0]),
        "naive": {name: _numbers(each[place][::stride, 0]) for name, each in naive.items()},
    }


def _numbers(values: NDArray[Any]) -> list[float | None]:
    """Return numbers of five figures, None where one is unknown."""
    return [float(f"{value:.5g}") if np.isfinite(value) else None for value in values]


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"
