"""The part of a script that reads arrays from an npz file, or recordings from a folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..reading.arrays import FEATURE_NAMES, TARGET_ARRAY_NAMES
from .plan import Plan, cannot
from .writing import listed, literal

__all__ = ["array_data", "recording_data"]

_DIVIDED = """
ends = stored[{ends}]  # the rows lie end to end
longest = np.diff(ends).max()
block = np.full((len(ends) - 1, longest, {shape}), np.nan, "float32")  # NaN after the end
for row, (start, end) in enumerate(itertools.pairwise(ends)):
    block[row, : end - start] = rows[start:end].reshape(-1, {shape})
features = {{"{key}": block}}
"""


def array_data(plan: Plan) -> list[str]:
    """Return the lines that read rows of sequences, images or films from an npz file."""
    (column,) = plan.dataset.columns
    with np.load(plan.dataset.source, allow_pickle=False) as stored:
        names = {name.lower(): name for name in reversed(stored.files)}
        answer = next((names[n] for n in TARGET_ARRAY_NAMES if n in names), plan.dataset.target[0])
        answer = plan.dataset.target[0] if plan.dataset.target[0] in stored.files else answer
        wanted = ("values", *FEATURE_NAMES)
        feature = next(names[n] for n in wanted if n in names and names[n] != answer)
        divided = names.get("offsets")
        shape, labels = stored[feature].shape, stored[answer]
    key = f"{column.kind}_0"
    step = ", ".join(map(str, column.step_shape))
    lines = ["stored = np.load(DATA)", f'rows = stored[{literal(feature)}].astype("float32")']
    if divided:
        divided_rows = _DIVIDED.format(ends=literal(divided), key=key, shape=step)
        lines += divided_rows.strip().split("\n")
    else:
        inner = step if column.kind == "image" else f"{shape[1]}, {step}"
        lines.append(f'features = {{"{key}": rows.reshape(-1, {inner})}}')
    return [*lines, *_answers(plan, f"stored[{literal(answer)}]", labels)]


def _answers(plan: Plan, text: str, labels: np.ndarray) -> list[str]:
    if plan.task.kind == "regression":
        return [f"labels = {text}.astype(float)"]
    if plan.task.kind == "multilabel" or labels.ndim > 1:
        raise cannot("A run on arrays with several answers", "one answer for each row")
    lines = listed(plan.task.names, before="CLASSES = ")
    shown = "str(each)" if labels.dtype.kind not in "fb" else 'f"{each:g}"'
    return [*lines, f"labels = np.array([CLASSES.index({shown}) for each in {text}.tolist()])"]


def recording_data(plan: Plan) -> list[str]:
    """Return the lines that read a folder of WAV files by class."""
    from scipy.io import wavfile

    if (Path(plan.dataset.source) / "metadata.csv").exists():
        raise cannot("A run on recordings with a table", "recordings in a folder for each class")
    (column,) = plan.dataset.columns
    found = {
        (wavfile.read(path)[0], wavfile.read(path)[1].dtype.kind)
        for path in map(Path, plan.dataset.extras["file"])
    }
    if {rate for rate, _ in found} != {column.rate}:
        raise cannot("A run on recordings of several rates", "recordings of one rate")
    lines = [
        "def samples(path):",
        '    """Return a recording as numbers from -1 to 1, several channels as their mean."""',
        "    _, data = wavfile.read(path)",
    ]
    kinds = {kind for _, kind in found}
    if "u" in kinds:
        lines += [
            '    if data.dtype.kind == "u":',
            '        data = (data.astype("float32") - 128) / 128',
        ]
    if "i" in kinds:
        lines += [
            '    if data.dtype.kind == "i":',
            "        data = data / 2.0 ** (8 * data.itemsize - 1)",
        ]
    lines += [
        '    data = data.astype("float32")',
        '    return data if data.ndim == 1 else data.mean(axis=1, dtype="float32")',
        *("", ""),
        *listed(plan.task.names, before="CLASSES = "),
    ]
    return [
        *lines,
        'paths = sorted(path for path in Path(DATA).rglob("*") if path.suffix.lower() == ".wav")',
        "sounds = [samples(path) for path in paths]",
        "longest = max(map(len, sounds))",
        'block = np.full((len(sounds), longest), np.nan, "float32")  # NaN after the end',
        "for row, sound in enumerate(sounds):",
        "    block[row, : len(sound)] = sound",
        'features = {"recording": block}',
        "labels = np.array([CLASSES.index(path.relative_to(DATA).parts[0]) for path in paths])",
    ]
