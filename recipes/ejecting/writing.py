"""Python as text, laid out as ruff would: values, calls, lists and comments within 100 columns."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

__all__ = [
    "WIDTH",
    "assigned",
    "call",
    "comment",
    "first_sentence",
    "identifier",
    "listed",
    "literal",
    "mapping",
    "noted",
    "wrapped",
]

WIDTH = 100
"""Of a line, as wide as goodfit's own."""


def literal(value: Any) -> str:
    r"""Return a value as Python writes it, texts in double quotes.

    Args:
        value: A number, text, truth value, None, slice, or a tuple, list or mapping of such.

    Examples:
        >>> literal(("a", 1.5, None)), literal([slice(None), slice(1, None)]), literal('say "b"')
        ('("a", 1.5, None)', '[:, 1:]', '\'say "b"\'')
    """
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, str):
        return (
            repr(value)
            if '"' in value and "'" not in value
            else json.dumps(value, ensure_ascii=False)
        )
    if isinstance(value, slice):
        start, stop = ("" if end is None else literal(end) for end in (value.start, value.stop))
        return f"{start}:{stop}" + ("" if value.step is None else f":{literal(value.step)}")
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{literal(k)}: {literal(v)}" for k, v in value.items()) + "}"
    if isinstance(value, tuple):
        inner = ", ".join(map(literal, value))
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    return repr(value)


def call(
    name: str, arguments: Sequence[str], *, before: str = "", after: str = "", indent: int = 0
) -> list[str]:
    """Return a call as lines: on one line, else its arguments on one, else on one each.

    Args:
        name: What is called.
        arguments: As text.
        before: What stands before it, such as `x = `.
        after: What follows the closing bracket.
        indent: Blanks before each line.

    Examples:
        >>> call("f", ["1", "two=2"], before="x = ")
        ['x = f(1, two=2)']
    """
    blank, inner = " " * indent, ", ".join(arguments)
    whole = f"{blank}{before}{name}({inner}){after}"
    if len(whole) <= WIDTH or not arguments:
        return [whole]
    middle = [f"{blank}    {inner}"]
    if len(middle[0]) > WIDTH:
        middle = [f"{blank}    {each}," for each in arguments]
    return [f"{blank}{before}{name}(", *middle, f"{blank}){after}"]


def listed(
    items: Iterable[Any], *, before: str = "", brackets: str = "[]", indent: int = 0
) -> list[str]:
    """Return a list, tuple or set of values as lines: on one line, else on one each.

    Args:
        items: The values.
        before: What stands before it, such as `NAMES = `.
        brackets: The opening and the closing one.
        indent: Blanks before each line.

    Examples:
        >>> listed(["a", "b"], before="NAMES = ")
        ['NAMES = ["a", "b"]']
    """
    texts, blank = [literal(item) for item in items], " " * indent
    only = "," if brackets == "()" and len(texts) == 1 else ""
    whole = f"{blank}{before}{brackets[0]}{', '.join(texts)}{only}{brackets[1]}"
    if len(whole) <= WIDTH or not texts:
        return [whole]
    middle = [f"{blank}    {text}," for text in texts]
    return [f"{blank}{before}{brackets[0]}", *middle, f"{blank}{brackets[1]}"]


def assigned(name: str, value: Any, why: str = "") -> list[str]:
    """Return `name = value` with a comment above it that says why.

    Examples:
        >>> assigned("RATE", 0.1, "It is usual.")
        ['RATE = 0.1  # It is usual.']
    """
    line = f"{name} = {literal(value)}"
    if not why:
        return [line]
    if len(line) + len(why) + 4 <= WIDTH:
        return [f"{line}  # {why}"]
    return [*comment(why), line]


def noted(lines: list[str], note: str) -> list[str]:
    """Return the lines of an assignment with a remark behind it, or above where it is too long.

    Examples:
        >>> noted(["SIZE = 3"], "of each")
        ['SIZE = 3  # of each']
    """
    if len(lines) == 1 and len(lines[0]) + len(note) + 4 <= WIDTH:
        return [f"{lines[0]}  # {note}"]
    return [*comment(f"{note[:1].upper()}{note[1:]}."), *lines]


def comment(text: str, indent: int = 0) -> list[str]:
    """Return a text as lines of comment.

    Examples:
        >>> comment("So it is.", indent=4)
        ['    # So it is.']
    """
    lead = " " * indent + "# "
    return textwrap.wrap(
        text, WIDTH, initial_indent=lead, subsequent_indent=lead, break_on_hyphens=False
    )


def first_sentence(text: str, most: int = 190) -> str:
    """Return what a text says first, without what was measured beside it.

    Examples:
        >>> first_sentence("the guide says 15; measured on yacht, 30 is better. And so on.", 40)
        'The guide says 15.'
    """
    plain = re.split(r"(?<=[.!?]) (?=[A-Z])", " ".join(text.split()))[0]
    for parting in (r"[;:] measured\b", r"[;:] "):
        if len(plain) > most:
            plain = re.split(parting, plain)[0]
    plain = plain[:1].upper() + plain[1:]
    return plain if plain.endswith((".", "!", "?")) else f"{plain}."


def identifier(name: str) -> str:
    """Return a name that Python accepts, near to the given one.

    Examples:
        >>> identifier("image_0_convolution_1"), identifier("2nd try")
        ('image_0_convolution_1', 'value_2nd_try')
    """
    plain = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_").lower()
    return plain if plain[:1].isalpha() else f"value_{plain}"


def wrapped(line: str) -> list[str]:
    """Return one line of a script as several where it is too long.

    A layer that is made and called at once is then made first, and called on a line of its own.

    Args:
        line: An assignment of a call, as text.

    Examples:
        >>> wrapped("x = f(1)")
        ['x = f(1)']
    """
    if len(line) <= WIDTH:
        return [line]
    indent = len(line) - len(line.lstrip())
    name, _, text = line.strip().partition(" = ")
    callee, arguments, rest = _first_call(text)
    if rest.startswith("("):
        blank = " " * indent
        return [
            *call(callee, arguments, before="layer = ", indent=indent),
            f"{blank}{name} = layer{rest}",
        ]
    return call(callee, arguments, before=f"{name} = ", after=rest, indent=indent)


def _first_call(text: str) -> tuple[str, list[str], str]:
    """Return what is called, its arguments, and what follows the call."""
    opening = text.index("(")
    depth, quoted, start, arguments = 0, False, opening + 1, []
    for place, sign in enumerate(text[opening:], opening):
        if sign == '"':
            quoted = not quoted
        if quoted:
            continue
        depth += (sign in "([{") - (sign in ")]}")
        if (sign == "," and depth == 1) or depth == 0:
            arguments.append(text[start:place].strip())
            start = place + 1
        if depth == 0:
            return text[:opening], [each for each in arguments if each], text[place + 1 :]
    return text, [], ""


def mapping(name: str, values: Mapping[str, Any], why: str = "") -> list[str]:
    """Return a dictionary as lines: on one, else an entry on each.

    Args:
        name: The variable.
        values: The entries.
        why: A comment above.

    Examples:
        >>> mapping("SIZES", {"a": 1})
        ['SIZES = {"a": 1}']
    """
    head = comment(why) if why else []
    whole = f"{name} = {literal(values)}"
    if len(whole) <= WIDTH:
        return [*head, whole]
    return [*head, f"{name} = {{", *_entries(values, 4), "}"]


def _entries(values: Mapping[str, Any], indent: int) -> list[str]:
    """Return an entry on each line, and of one that is too long its own entries."""
    blank, lines = " " * indent, []
    for key, value in values.items():
        line = f"{blank}{literal(key)}: {literal(value)},"
        if len(line) > WIDTH and isinstance(value, Mapping):
            lines += [f"{blank}{literal(key)}: {{", *_entries(value, indent + 4), f"{blank}}},"]
        else:
            lines.append(line)
    return lines
