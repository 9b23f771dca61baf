"""The command `goodfit`. Nothing heavy is imported before a command needs it."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import os
import signal
import sys
import threading
import traceback
import warnings
from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

from ..zoo.errors import BadInput, GoodfitError, Problem, bad_input, did_you_mean
from .commands import COMMANDS, Result
from .streams import Streams, error_data, print_problems, problems_of

__all__ = ["main"]

TRACEBACK = "GOODFIT_TRACEBACK"
AFTER_DASHES = "Put the script's own words after --"
DONE, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130

_DESCRIPTION = "Keras models that are neither underfit nor overfit, and why."
_EPILOG = f"""\
examples:
  goodfit audit data.csv                     what is wrong with a table
  goodfit fit data.csv --target price        a model that fits, found and tested in ten minutes
  goodfit train data.csv --target price      one training, diagnosed and reported
  goodfit predict runs/NAME new.csv --output predictions.csv
  goodfit COMMAND --help                     options and examples of a command

exit codes: 0 done, 1 failed, 2 bad input, 130 interrupted
With --json a command prints exactly one JSON object on standard output.
{TRACEBACK}=1 in the environment shows the traceback of an unexpected error.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command of `goodfit` and return its exit code.

    Args:
        argv: The words after `goodfit`; those of the process by default.

    Returns:
        0 done, 1 failed, 2 bad input, 130 interrupted.

    Examples:
        >>> main(["--version"])  # doctest: +ELLIPSIS
        goodfit ...
        0
    """
    words = list(sys.argv[1:] if argv is None else argv)
    streams = Streams("--json" in _before_dashes(words), program=argv is None)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # pyright: ignore[reportAttributeAccessIssue]
    with streams, _ctrl_c() as presses, warnings.catch_warnings():
        if not sys.warnoptions:
            warnings.simplefilter("ignore")
            warnings.filterwarnings("default", module="goodfit")
        try:
            return _outcome(words, streams, presses)
        except BrokenPipeError:  # as after `| head`: whoever read has seen enough
            streams.discard()
            return FAILED if streams.as_json else DONE


@contextlib.contextmanager
def _ctrl_c() -> Iterator[list[int]]:
    """Yield a list that every Ctrl-C grows: a C library may turn the press into another error."""
    presses: list[int] = []
    alone = threading.current_thread() is threading.main_thread()
    if not alone or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield presses
        return

    def handler(number: int, _frame: Any) -> None:
        presses.append(number)
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, handler)
    try:
        yield presses
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _outcome(words: list[str], streams: Streams, presses: list[int]) -> int:
    """Run the command; show its result, or what went wrong."""
    try:
        result = _execute(words)
        if result is None:
            return DONE
        if streams.as_json:
            streams.write_json(result.data)
        else:
            from .terminal import make_terminal

            result.show(make_terminal(sys.stdout))
        sys.stdout.flush()
        return result.exit_code
    except SystemExit as end:  # argparse, after --help
        sys.stdout.flush()
        return end.code if isinstance(end.code, int) else DONE
    except BrokenPipeError:
        raise
    except KeyboardInterrupt as error:
        return _interrupted(error, streams)
    except GoodfitError as error:
        return _failed(problems_of(error), error.exit_code, streams, error)
    except ModuleNotFoundError as error:
        from .doctor import install_command

        command = install_command(error.name or "")
        if not command:
            return _unexpected(error, streams)
        message = f"The package {error.name} is not installed"
        return _failed(
            (Problem("package_missing", message, remedy=command),), BAD_INPUT, streams, error
        )
    except MemoryError as error:
        problem = Problem(
            "memory_full",
            "There was not enough memory",
            remedy="Close other programs, take fewer rows, or set a smaller batch_size with --set",
        )
        return _failed((problem,), FAILED, streams, error)
    except Exception as error:  # noqa: BLE001 - the last resort: no user is helped by a traceback
        return _interrupted(error, streams) if presses else _unexpected(error, streams)


def _interrupted(error: BaseException, streams: Streams) -> int:
    told = isinstance(error, KeyboardInterrupt) and str(error)
    problem = Problem("interrupted", told or "Interrupted")
    return _failed((problem,), INTERRUPTED, streams, error)


def _unexpected(error: Exception, streams: Streams) -> int:
    text = " ".join(str(error).split())
    problem = Problem(
        "unexpected",
        f"Unexpected {type(error).__name__}: {text[:300] + '…' if len(text) > 300 else text}",
        remedy=f"Run again with {TRACEBACK}=1 to see where",
    )
    return _failed((problem,), FAILED, streams, error)


def _failed(
    problems: tuple[Problem, ...], code: int, streams: Streams, error: BaseException
) -> int:
    if os.environ.get(TRACEBACK):
        traceback.print_exception(error, file=sys.stderr)
    if streams.as_json:
        streams.write_json(error_data(problems) | getattr(error, "json", {}))
    else:
        sys.stdout.flush()
        print_problems(problems, sys.stderr)
    return code


def _execute(words: list[str]) -> Result | None:
    if not words or words[0].startswith("-"):
        parser = _top_parser()
        parser.check_options(words)
        parser.parse_args(words or ["--help"])
        return None
    name, *rest = words
    if name not in COMMANDS:
        raise bad_input(
            "command_unknown",
            f"There is no command '{name}'",
            expected="one of " + ", ".join(COMMANDS),
            received=repr(name),
            remedy=did_you_mean(name, COMMANDS) if _close(name) else "See: goodfit --help",
        )
    # Before any command imports TensorFlow, which reads these once.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("GRPC_VERBOSITY", "ERROR")
    command = importlib.import_module(f".commands.{name.replace('-', '_')}", __package__)
    if not getattr(command, "RUNS_SCRIPTS", False):  # which may want a window
        os.environ.setdefault("MPLBACKEND", "Agg")
    return command.run(_parsed(name, command, rest))


def _parsed(name: str, command: Any, words: list[str]) -> argparse.Namespace:
    parser = _Parser(
        prog=f"goodfit {name}",
        description=command.__doc__,
        epilog=command.EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.runs_scripts = getattr(command, "RUNS_SCRIPTS", False)
    command.add_arguments(parser)
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object for scripts, and nothing else"
    )
    parser.check_options(words)
    ours = list(_before_dashes(words)) if parser.runs_scripts else words
    arguments, extra = parser.parse_known_args(ours)
    arguments.words = words[len(ours) + 1 :]
    if extra:
        raise BadInput(*(parser.unexpected(word) for word in extra))
    return arguments


def _top_parser() -> _Parser:
    parser = _Parser(
        prog="goodfit",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
        usage="goodfit COMMAND ...",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and stop")
    # As wide as the longest name needs: argparse would break that line.
    commands = parser.add_subparsers(title="commands", metavar="COMMAND ...")
    for name, summary in COMMANDS.items():
        commands.add_parser(name, help=summary)
    return parser


class _Parser(argparse.ArgumentParser):
    """Raise `BadInput` where argparse would print and exit."""

    runs_scripts = False

    def error(self, message: str) -> NoReturn:
        raise bad_input(
            "usage", message[:1].upper() + message[1:], remedy=f"See: {self.prog} --help"
        )

    def check_options(self, words: list[str]) -> None:
        """Raise for misspelt options before argparse asks for others that seem to be missing."""
        known = self._option_string_actions
        names = [w.split("=")[0] for w in _before_dashes(words) if w.startswith("--")]
        problems = [self.unexpected(name) for name in names if name not in known]
        if problems:
            raise BadInput(*problems)

    def unexpected(self, word: str) -> Problem:
        """Return the problem of a word that no option or place takes."""
        if word.startswith("-"):
            names = [name for name in self._option_string_actions if name.startswith("--")]
            remedy = did_you_mean(word.split("=")[0], names)
            remedy = AFTER_DASHES if self.runs_scripts else remedy
            return Problem("option_unknown", f"{self.prog} has no option '{word}'", remedy=remedy)
        message = f"{self.prog} cannot use '{word}' here"
        remedy = AFTER_DASHES if self.runs_scripts else f"See: {self.prog} --help"
        return Problem("usage", message, remedy=remedy)


class _Version(argparse.Action):
    """Look the version up only when it is asked for: reading package metadata takes time."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> NoReturn:
        from importlib.metadata import version

        sys.stdout.write(f"goodfit {version('goodfit')}\n")
        parser.exit()


def _before_dashes(words: Sequence[str]) -> Sequence[str]:
    """Return the words up to `--`: what follows it is not ours to read."""
    return words[: words.index("--")] if "--" in words else words


def _close(name: str) -> bool:
    return did_you_mean(name, COMMANDS).startswith("Did you mean")
