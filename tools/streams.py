"""Standard output as scripts need it, and errors as people need them."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from types import TracebackType
from typing import Any, TextIO

from ..zoo.errors import BadInput, Problem
from .quiet_import import import_quietly
from .terminal import printable

__all__ = ["Streams", "error_data", "plain_data", "print_problems"]

PROBLEMS_SHOWN = 12


class Streams:
    """Keep standard output for one JSON object: whatever else is printed goes to standard error.

    Without `as_json` nothing is changed. The guard works on the file descriptor, so that prints of
    C libraries are turned away too.

    Args:
        as_json: Whether standard output is promised to hold one JSON object.
        program: Whether the process is this command and nothing else. Then the guard stays up to
            the end, for what libraries print at exit, and TensorFlow is imported quietly.
    """

    def __init__(self, as_json: bool, program: bool = False) -> None:
        self.as_json = as_json
        self._program = program
        self._python: TextIO = sys.stdout
        self._saved: int | None = None

    def __enter__(self) -> Streams:
        """Turn standard output away."""
        self._python = sys.stdout
        if self._program and _is_descriptor(sys.stderr, 2):
            # Our own messages get a descriptor of their own, so that 2 can be silenced.
            errors = os.fdopen(os.dup(2), "w", encoding=sys.stderr.encoding, errors="replace")
            errors.reconfigure(line_buffering=True)
            sys.stderr = errors
            import_quietly("tensorflow")
        if self.as_json:
            sys.stdout.flush()
            sys.stderr.flush()
            if _is_descriptor(sys.stdout, 1):
                self._saved = os.dup(1)
                os.dup2(2, 1)
            sys.stdout = sys.stderr
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Bring standard output back, unless the process is about to end."""
        if self.as_json and not self._program:
            sys.stdout = self._python
            if self._saved is not None:
                os.dup2(self._saved, 1)
        if self._saved is not None:
            os.close(self._saved)
            self._saved = None

    def write_json(self, data: Mapping[str, Any]) -> None:
        """Write `data` as the one line of standard output."""
        import json

        # ASCII, so that no encoding of a terminal or a pipe can break it.
        text = json.dumps(plain_data(data), allow_nan=False) + "\n"
        if self._saved is None:
            self._python.write(text)
            self._python.flush()
            return
        rest = text.encode()
        while rest:
            rest = rest[os.write(self._saved, rest) :]

    def discard(self) -> None:
        """Send what is still buffered nowhere, after the reader of a pipe has gone."""
        if _is_descriptor(self._python, 1):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 1)
            os.close(nowhere)


def plain_data(value: Any) -> Any:
    """Return `value` as JSON can hold it: paths as text, NaN and infinity as null.

    Examples:
        >>> plain_data({"auc": float("nan"), "units": (128, 64)})
        {'auc': None, 'units': [128, 64]}
    """
    if isinstance(value, Mapping):
        return {str(key): plain_data(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain_data(item) for item in value]
    if hasattr(value, "tolist"):  # numpy
        return plain_data(value.tolist())
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if value is None or isinstance(value, bool | int | str):
        return value
    return str(value)


def error_data(problems: tuple[Problem, ...]) -> dict[str, Any]:
    """Return the JSON object of a failure: the first problem, and all of them.

    Examples:
        >>> error_data((Problem("file_missing", "No file", "a table", "none"),))["error"]
        {'kind': 'file_missing', 'message': 'No file.', 'expected': 'a table', 'received': 'none'}
    """
    entries = [
        {
            "kind": problem.kind,
            "message": _message(problem),
            "expected": problem.expected,
            "received": problem.received,
        }
        for problem in problems
    ]
    return {"error": entries[0], "problems": entries}


def print_problems(problems: tuple[Problem, ...], stream: TextIO) -> None:
    """Write every problem to `stream`: what, expected, received, what to do."""
    colour = stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    red, strong, end = ("\033[31m", "\033[1m", "\033[0m") if colour else ("", "", "")
    several = len(problems) > 1
    more = len(problems) - PROBLEMS_SHOWN
    shown = [_printable(problem) for problem in problems[:PROBLEMS_SHOWN]]
    if several:
        stream.write(f"{red}error:{end} {strong}{len(problems)} problems{end}\n")
    for number, problem in enumerate(shown, 1):
        head = f"  {number}." if several else f"{red}error:{end}"
        indent = " " * (len(str(number)) + 4 if several else 7)
        stream.write(f"{head} {strong}{_sentence(problem.message)}{end}\n")
        details = [f"expected {problem.expected}"] if problem.expected else []
        details += [f"received {problem.received}"] if problem.received else []
        details += [_sentence(problem.remedy)] if problem.remedy else []
        following = shown[number] if number < len(shown) else None
        # What several problems have in common is said once, after the last of them.
        if following is None or replace(following, message=problem.message) != problem:
            stream.writelines(f"{indent}{detail}\n" for detail in details)
    if more > 0:
        stream.write(f"  and {more} more; --json tells all\n")
    stream.flush()


def problems_of(error: BaseException, kind: str = "failed") -> tuple[Problem, ...]:
    """Return what went wrong as problems, whatever the error."""
    if isinstance(error, BadInput) and error.problems:
        return error.problems
    return (Problem(getattr(error, "kind", kind), str(error) or type(error).__name__),)


def _printable(problem: Problem) -> Problem:
    return replace(problem, **{n: printable(text) for n, text in vars(problem).items()})


def _message(problem: Problem) -> str:
    parts = [problem.message, problem.remedy] if problem.remedy else [problem.message]
    return " ".join(_sentence(part) for part in parts)


def _sentence(text: str) -> str:
    # A full stop after a command would be copied with it.
    ends = text.endswith((".", "?", "!", "…", ":")) or ": goodfit " in text or ": pip " in text
    return text if ends else f"{text}."


def _is_descriptor(stream: TextIO, number: int) -> bool:
    try:
        return stream.fileno() == number
    except (AttributeError, OSError, ValueError):
        return False
