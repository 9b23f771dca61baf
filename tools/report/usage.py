"""How to use a saved model in plain Keras: code true to the raw inputs of that very model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...zoo.tasks import SEQUENCE_TASKS

__all__ = ["usage_snippet"]

LONGEST_EXAMPLE = 80
_STEPS = 8  # of a made up row
MOST_LITERAL = 40  # longer rows are written as a loop over the names


def usage_snippet(record: Mapping[str, Any]) -> str:
    """Return Python code that opens a run's model with Keras alone and asks it about one row.

    Args:
        record: The record of a run: its columns, task, threshold and profile.

    Guide: PH-1d.

    Examples:
        >>> columns = [{"name": "age", "kind": "number", "width": 1}]
        >>> task = {"kind": "regression", "names": ["price"]}
        >>> print(usage_snippet({"columns": columns, "task": task, "model": "model.keras"}))
        import keras
        import tensorflow as tf
        <BLANKLINE>
        model = keras.models.load_model("model.keras")
        row = {
            "age": tf.constant([[0.0]]),
        }
        output = model(row).numpy()[0]
        answer = dict(zip(["price"], output))
    """
    if record["task"]["kind"] == "translation":
        return _asked_of_goodfit(record)
    columns = record["columns"]
    examples = {p.get("name"): p for p in record.get("audit_profile") or ()}
    lines = [
        "import keras",
        *(["import numpy as np"] if record["task"]["kind"] == "span" else []),
        "import tensorflow as tf",
        "",
        f"model = keras.models.load_model({_text(record.get('model') or 'model.keras')})",
    ]
    if len(columns) <= MOST_LITERAL:
        lines.append("row = {")
        for column in columns:
            value = _value(column, examples.get(column["name"]) or {}, record)
            value, hash_sign, remark = value.partition("  # ")
            lines.append(f"    {_text(column['name'])}: {value},{hash_sign}{remark}")
        lines.append("}")
    else:
        texts = [c["name"] for c in columns if c["kind"] in ("category", "date", "text")]
        numbers = {c["name"]: c["width"] for c in columns if c["name"] not in texts}
        lines += ["# Put your values here: NaN is a missing number.", "row = {}"]
        lines += _loop("numbers", list(numbers), "tf.zeros([1, 1])")
        wide = {name: width for name, width in numbers.items() if width > 1}
        lines += [f"row[{_text(n)}] = tf.zeros([1, {width}])" for n, width in wide.items()]
        lines += _loop("texts", texts, 'tf.constant([[""]])')
    lines.append("output = model(row).numpy()[0]")
    return "\n".join([*lines, *_reading(record)])


def _loop(name: str, names: list[str], value: str) -> list[str]:
    if not names:
        return []
    listed = [f"    {_text(item)}," for item in names]
    return [f"{name} = [", *listed, "]", f"row |= {{name: {value} for name in {name}}}"]


def _reading(record: Mapping[str, Any]) -> list[str]:
    """Return the lines that turn the output of one row into an answer."""
    kind = record["task"]["kind"]
    names = ", ".join(_text(name) for name in record["task"]["names"])
    if kind == "binary":
        no, yes = (_text(name) for name in record["task"]["names"])
        threshold = float(record.get("threshold") or 0.5)
        return [
            f"probability = float(output[0])  # of {yes}",
            f"answer = {yes} if probability > {threshold:g} else {no}",
        ]
    if kind == "multiclass":
        return [f"names = [{names}]", "answer = names[output.argmax()]"]
    if kind in SEQUENCE_TASKS:
        first = record["columns"][0]["name"]
        return [line.format(names=names, first=_text(first)) for line in _SEQUENCES[kind]]
    return [f"answer = dict(zip([{names}], output))"]


# How the output of a task whose answer is a sequence is read.
_SEQUENCES: dict[str, tuple[str, ...]] = {
    "sequence_labelling": (
        "names = [{names}]",
        "answer = [names[number] for number in output.argmax(axis=1)]  # and the padding's",
    ),
    "forecasting": ("answer = dict(zip([{names}], output.T.tolist()))  # steps ahead of each",),
    "next_token": (
        'preprocessor = model.get_layer("preprocessor")',
        'vocabulary = preprocessor.get_layer("encode_text_0").get_layer("words")',
        'tokens = int((preprocessor(row)["text_0"].numpy()[0] != 0).sum())',
        "# What is likeliest to come next; goodfit.zoo.generate writes on.",
        "answer = vocabulary.get_vocabulary()[output[max(tokens - 1, 0)].argmax()]",
    ),
    "speech": (
        'symbols = ["", {names}]  # 0 is the blank',
        "best = output.argmax(axis=1).tolist()",
        "changes = [b for a, b in zip([0, *best], best) if b != a]",
        'answer = "".join(symbols[number] for number in changes)  # greedy: the likeliest sign',
    ),
    "span": (
        "first, last = output  # of each word the probability to be it",
        "# The likeliest pair in order, at most 31 words long.",
        "pairs = np.tril(np.triu(first[:, None] * last), 30)",
        "start, end = divmod(int(pairs.argmax()), len(last))",
        "answer = (start, end)  # numbers of words of {first}, from 0",
    ),
}


def _asked_of_goodfit(record: Mapping[str, Any]) -> str:
    """Return code for an answer that is searched for word by word, which goodfit does."""
    columns = [column["name"] for column in record["columns"]]
    examples = {p.get("name"): p for p in record.get("audit_profile") or ()}
    rows = [f"    {_text(n)}: [{_text(_example(examples.get(n) or {}))}]," for n in columns]
    path = _text(record.get("model") or "model.keras")
    return "\n".join(
        [
            "import pandas as pd",
            "from goodfit.recipes import predict",
            "",
            "# The answer grows word by word, each asked for after the last.",
            "rows = pd.DataFrame({",
            *rows,
            "})",
            f'answer = predict({path}, rows)["prediction"][0]',
        ]
    )


def _value(column: Mapping[str, Any], profile: Mapping[str, Any], record: Mapping[str, Any]) -> str:
    kind, width = column["kind"], int(column.get("width") or 1)
    shape = [int(side) for side in column.get("shape") or ()]
    if kind == "sequence":
        return f"tf.zeros([1, {_steps(record)}, {width}])  # one row of steps"
    if kind == "audio":
        return f"tf.zeros([1, {int(column.get('rate') or 8_000)}])  # one second"
    if kind in ("image", "frames"):
        sides = [1, *([_STEPS] if kind == "frames" else []), *shape]
        return f"tf.zeros({sides})  # 0 is black, 255 white"
    if width > 1:
        return f"tf.zeros([1, {width}])"
    if kind in ("category", "date", "text"):
        return f"tf.constant([[{_text(_example(profile))}]])"
    example = profile.get("example")
    number = float(example) if isinstance(example, int | float) else 0.0
    return f"tf.constant([[{number!r}]])"


def _example(profile: Mapping[str, Any]) -> Any:
    example = profile.get("example")
    return "" if example is None or len(str(example)) > LONGEST_EXAMPLE else example


def _steps(record: Mapping[str, Any]) -> int:
    """Return the steps of a sequence: those of a window where it is one, which are fixed."""
    window = (record.get("choices") or {}).get("lookback") or {}
    lookback = (record.get("options") or {}).get("lookback") or window.get("value")
    return int(lookback) + 1 if lookback else _STEPS


def _text(value: Any) -> str:
    """Return a Python string literal in double quotes, whatever the text holds."""
    import json

    text = json.dumps(str(value), ensure_ascii=False)
    # JSON leaves these as they are; in Python source they would end the line or be invisible.
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)
