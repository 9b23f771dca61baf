"""Runs anybody's script as Python would, as `__main__`, with something attached."""

from __future__ import annotations

import runpy
import sys
import traceback
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...zoo.errors import bad_input, did_you_mean

__all__ = ["FitReached", "ScriptEnd", "run_script"]

OURS = str(Path(__file__).parent)


class FitReached(BaseException):
    """Ends a script at its first `fit`; no `except Exception` of the script holds it up."""


@dataclass(frozen=True)
class ScriptEnd:
    """How a script ended.

    Args:
        exit_code: What the process would have ended with.
        error: The exception that ended it; None where none did, or it was `SystemExit`.
    """

    exit_code: int
    error: BaseException | None = None


def run_script(path: str | Path, arguments: Sequence[str] = ()) -> ScriptEnd:
    r"""Run a Python script as `python SCRIPT ARGUMENTS` would, in this process.

    It runs as `__main__`, sees its own arguments in `sys.argv`, its own folder first in
    `sys.path`, and the warnings that Python shows by default. An exception that ends it is written
    to standard error as Python writes it, without the lines that only running it here adds.

    Args:
        path: The script.
        arguments: The words after it.

    Raises:
        BadInput: There is no such script, or it cannot be read.

    Examples:
        >>> script = getfixture("tmp_path") / "hello.py"
        >>> _ = script.write_text("import sys\nprint(__name__, sys.argv[1])\nsys.exit(3)")
        >>> run_script(script, ["you"]).exit_code
        __main__ you
        3
    """
    script = _readable(Path(path))
    kept = sys.argv, sys.path, sys.excepthook, sys.modules.get("__main__")
    sys.argv = [str(path), *arguments]
    safe = getattr(sys.flags, "safe_path", False)
    sys.path = sys.path if safe else [str(script.parent.resolve()), *sys.path[1:]]
    try:
        with warnings.catch_warnings():
            _warn_as_python_does()
            runpy.run_path(str(path), run_name="__main__")
        return ScriptEnd(0)
    except FitReached:
        return ScriptEnd(0)
    except SystemExit as end:
        return ScriptEnd(_exit_code(end.code))
    except KeyboardInterrupt as error:
        _show(error, str(path))
        return ScriptEnd(130, error)
    except Exception as error:  # noqa: BLE001 - it is the script's own, and shown as Python would
        _show(error, str(path))
        return ScriptEnd(1, error)
    finally:
        _flush()
        sys.argv, sys.path, sys.excepthook = kept[:3]
        if kept[3] is not None:
            sys.modules["__main__"] = kept[3]


def _readable(script: Path) -> Path:
    near = script.parent.glob("*.py") if script.parent.is_dir() else ()
    if not script.is_file():
        raise bad_input(
            "script_missing",
            f"There is no script {script}",
            expected="the path of a Python file",
            remedy=did_you_mean(script.name, [path.name for path in near]),
        )
    try:
        with script.open("rb") as file:
            file.read(1)
    except OSError as error:
        raise bad_input(
            "script_unreadable",
            f"The script {script} cannot be read",
            expected="a file with read permission",
            received=error.strerror or str(error),
        ) from error
    return script


def _warn_as_python_does() -> None:
    """Undo what a command did to the warnings, unless the user asked Python for others."""
    if sys.warnoptions:
        return
    warnings.resetwarnings()
    for kind in (ResourceWarning, ImportWarning, PendingDeprecationWarning, DeprecationWarning):
        warnings.simplefilter("ignore", kind)
    warnings.filterwarnings("default", category=DeprecationWarning, module="__main__")


def _exit_code(code: Any) -> int:
    if code is None:
        return 0
    if isinstance(code, int):
        return code
    print(code, file=sys.stderr)  # what Python does with sys.exit("a message")
    return 1


def _show(error: BaseException, script: str) -> None:
    """Write an exception as Python does, from the script's first line on."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename != script:
        trace = trace.tb_next
    _flush()
    if sys.excepthook is not sys.__excepthook__:  # a script may bring a way of its own
        sys.excepthook(type(error), error, trace)
        return
    shown = traceback.TracebackException(type(error), error, trace)
    _cut(shown, set())
    print("".join(shown.format()), end="", file=sys.stderr, flush=True)


def _cut(shown: traceback.TracebackException, seen: set[int]) -> None:
    """Take out the lines of what runs scripts and wraps `fit`, also from causes."""
    if id(shown) in seen:
        return
    seen.add(id(shown))
    kept = [
        frame for frame in shown.stack if not frame.filename.startswith((OURS, "<frozen runpy"))
    ]
    shown.stack = traceback.StackSummary.from_list(kept)
    others = (shown.__cause__, shown.__context__, *(shown.exceptions or ()))
    for other in others:
        if other is not None:
            _cut(other, seen)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
