"""How to use a saved model in plain Keras: code true to the raw inputs of that very model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["usage_snippet"]

LONGEST_EXAMPLE = 80
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
    columns = record["columns"]
    examples = {p.get("name"): p for p in record.get("audit_profile") or ()}
    lines = [
        "import keras",
        "import tensorflow as tf",
        "",
        f"model = keras.models.load_model({_text(record.get('model') or 'model.keras')})",
    ]
    if len(columns) <= MOST_LITERAL:
        lines.append("row = {")
        for column in columns:
            value = _value(column, examples.get(column["name"]) or {})
            lines.append(f"    {_text(column['name'])}: {value},")
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
    return [f"answer = dict(zip([{names}], output))"]


def _value(column: Mapping[str, Any], profile: Mapping[str, Any]) -> str:
    kind, width = column["kind"], int(column.get("width") or 1)
    if width > 1:
        return f"tf.zeros([1, {width}])"
    example = profile.get("example")
    if kind in ("category", "date", "text"):
        text = "" if example is None or len(str(example)) > LONGEST_EXAMPLE else example
        return f"tf.constant([[{_text(text)}]])"
    number = float(example) if isinstance(example, int | float) else 0.0
    return f"tf.constant([[{number!r}]])"


def _text(value: Any) -> str:
    """Return a Python string literal in double quotes, whatever the text holds."""
    import json

    text = json.dumps(str(value), ensure_ascii=False)
    # JSON leaves these as they are; in Python source they would end the line or be invisible.
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)
