"""Lines that repeat, but for a number, as a loop."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .writing import literal

__all__ = ["with_loops"]

_TOKEN = re.compile(r'"[^"]*"|\d+\.\d+(?:e-?\d+)?|\d+|\w+|.')
_COUNTED = {"Dense": "units", "Conv2D": "filters", "Conv1D": "filters"}
MOST_LINES = 12
"""Of one turn of a loop."""


def with_loops(lines: Sequence[str]) -> list[str]:
    r"""Return lines in which groups that repeat are written once, in a loop.

    Groups may differ in the number of the layers' names, which goes up by one, and in one more
    number, such as the units.

    Args:
        lines: Assignments, one on each line.

    Examples:
        >>> lines = [f'x = layers.Dense({n}, name="h_{i}")(x)' for i, n in ((1, 8), (2, 4))]
        >>> print(*with_loops(lines), sep="\n")
        for number, units in enumerate((8, 4), 1):
            x = layers.Dense(units, name=f"h_{number}")(x)
    """
    found: list[str] = []
    place = 0
    while place < len(lines):
        loop = None
        for size in range(1, min(MOST_LINES, (len(lines) - place) // 2) + 1):
            loop = _loop(lines[place:], size)
            if loop is not None:
                break
        if loop is None:
            found.append(lines[place])
            place += 1
        else:
            found += loop[0]
            place += loop[1]
    return found


def _loop(lines: Sequence[str], size: int) -> tuple[list[str], int] | None:
    """Return the loop that begins at the first line with turns of `size` lines, and its lines."""
    first = _tokens(lines[:size])
    turns = [first]
    start: int | None = None
    varied: dict[int, list[str]] = {}
    numbered: dict[int, str] = {}
    while len(turns) * size + size <= len(lines):
        turn = len(turns)
        other = _tokens(lines[turn * size : turn * size + size])
        if len(other) != len(first):
            break
        changes, names, begins = {}, {}, start
        for place, (one, two) in enumerate(zip(first, other, strict=True)):
            if one == two:
                continue
            if one.startswith('"') and two.startswith('"'):
                begins, names[place] = _numbered(one, two, turn, begins)
                if not names[place]:
                    return _written(size, turns, start, varied, numbered)
            elif re.match(r"\d", one) and re.match(r"\d", two):
                changes[place] = two
            else:
                return _written(size, turns, start, varied, numbered)
        same = set(names) == set(numbered) or turn == 1
        if not same or len(set(changes.values())) > 1 or begins is None:
            break
        if turn > 1 and not set(changes) <= set(varied) and varied:
            break
        for place in changes:
            varied.setdefault(place, [first[place]] * turn)
        for place, values in varied.items():
            values.append(other[place])
        start, numbered = begins, names
        turns.append(other)
    return _written(size, turns, start, varied, numbered)


def _written(
    size: int,
    turns: Sequence[Sequence[str]],
    start: int | None,
    varied: dict[int, list[str]],
    numbered: dict[int, str],
) -> tuple[list[str], int] | None:
    count = len(turns)
    columns = {tuple(values) for values in varied.values()}
    if count < 2 or start is None or not numbered or len(columns) > 1:
        return None
    tokens = list(turns[0])
    kind = re.search(r"layers\.(\w+)", "".join(tokens))
    word = _COUNTED.get(kind.group(1) if kind else "", "size")
    for place, text in numbered.items():
        tokens[place] = text
    for place in varied:
        tokens[place] = word
    body = "".join(tokens).split("\n")
    if columns:
        values = tuple(float(v) if "." in v else int(v) for v in next(iter(columns)))
        head = f"for number, {word} in enumerate({literal(values)}, {start}):"
    else:
        head = f"for number in range({start}, {start + count}):"
    return [head, *(f"    {line}" for line in body)], count * size


def _tokens(lines: Sequence[str]) -> list[str]:
    tokens: list[str] = []
    for line in lines:
        tokens += [*(["\n"] if tokens else []), *_TOKEN.findall(line)]
    return tokens


def _numbered(one: str, two: str, turn: int, start: int | None) -> tuple[int | None, str]:
    """Return the first number of a name that counts the turns, and the name with it open."""
    parts, others = re.split(r"(\d+)", one), re.split(r"(\d+)", two)
    differ = [p for p, (a, b) in enumerate(zip(parts, others, strict=False)) if a != b]
    if len(parts) != len(others) or len(differ) != 1 or not parts[differ[0]].isdigit():
        return start, ""
    place = differ[0]
    begin = int(parts[place])
    if int(others[place]) != begin + turn or (start is not None and start != begin):
        return start, ""
    return begin, "f" + "".join([*parts[:place], "{number}", *parts[place + 1 :]])
