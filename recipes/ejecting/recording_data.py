"""The part of a script that reads recordings: by class, or with a table of what is said in each."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from ..reading.metadata import FILES, metadata_of
from .plan import Plan, cannot
from .writing import call, listed, literal

__all__ = ["recording_data"]

_FORMS = ("{name}", "{name}.wav", "wavs/{name}", "wavs/{name}.wav")
"""Where a recording may be that a table names."""


def recording_data(plan: Plan) -> list[str]:
    """Return the lines that read WAV files: by class, or with a table of what each holds.

    Args:
        plan: Of a run on a folder of recordings.
    """
    from scipy.io import wavfile

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
    ]
    return [
        *lines,
        *_answers(plan),
        "sounds = [samples(path) for path in paths]",
        "longest = max(map(len, sounds))",
        'block = np.full((len(sounds), longest), np.nan, "float32")  # NaN after the end',
        "for row, sound in enumerate(sounds):",
        "    block[row, : len(sound)] = sound",
        'features = {"recording": block}',
    ]


def _answers(plan: Plan) -> list[str]:
    """Return the lines that leave `paths` and `labels`."""
    folder, (target,), kind = Path(plan.dataset.source), plan.dataset.target, plan.task.kind
    classes = listed(plan.task.names, before="CLASSES = ")
    listing = metadata_of(folder, target)
    if listing is None:
        told = "path.relative_to(DATA).parts[0]"
        made = f"float({told})" if kind == "regression" else f"CLASSES.index({told})"
        return [
            *(classes if kind != "regression" else []),
            'paths = [path for path in Path(DATA).rglob("*") if path.suffix.lower() == ".wav"]',
            "paths.sort()",
            f"labels = np.array([{made} for path in paths])",
        ]
    frame, file, name, text = _table(folder, listing.paths, target)
    lines = [*frame, f"paths = [Path(DATA) / {name} for name in frame[{file}]]"]
    if kind == "speech":
        symbols = listed(plan.task.names, before="SYMBOLS = ")
        return [*symbols, *lines, f'labels = {text}.str.split().str.join(" ").to_numpy(object)']
    if kind == "regression":
        return [*lines, f"labels = {text}.to_numpy(float)"]
    told = f'{text}.str.split().str.join(" ")'
    return [*classes, *lines, f"labels = np.array([CLASSES.index(each) for each in {told}])"]


def _table(folder: Path, paths: Sequence[Path], target: str) -> tuple[list[str], str, str, str]:
    """Return the lines that read a table of recordings, and its columns and file names as text."""
    names = ("metadata.csv", "metadata.txt", "metadata.tsv")
    table = next(folder / name for name in names if (folder / name).is_file())
    first = table.read_text(encoding="utf-8-sig").split("\n", 1)[0]
    sign = max("|\t,;", key=first.count)
    header = [name.strip() for name in next(csv.reader([first], delimiter=sign))]
    column = next((name for name in header if name.lower() in FILES), None)
    arguments = [f"Path(DATA) / {literal(table.name)}", f"sep={literal(sign)}", "dtype=str"]
    arguments += ["keep_default_na=False", 'encoding="utf-8-sig"']
    if sign == ",":
        arguments.remove('sep=","')
    file, text = literal(column), f"frame[{literal(target)}]"
    if column is None:  # no header: a name first, its text last
        arguments += ["header=None", "quoting=3"]
        file, text = "0", "frame.iloc[:, -1]"
    told = _column(table, sign, column)
    for form in _FORMS:
        if [Path(form.format(name=each)) for each in told] == [
            p.relative_to(folder) for p in paths
        ]:
            named = "name" if form == "{name}" else f'f"{form}"'
            return call("pd.read_csv", arguments, before="frame = "), file, named, text
    raise cannot("A run on recordings named in several ways", "one way, such as 7.wav")


def _column(table: Path, sign: str, name: str | None) -> list[str]:
    """Return the files that a table names; the first column where it has no header."""
    lines = [line for line in table.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
    if name is None:
        return [line.split(sign)[0] for line in lines]
    return [
        row[key] or ""
        for row in csv.DictReader(lines, delimiter=sign)
        for key in row
        if key is not None and key.strip() == name
    ]
