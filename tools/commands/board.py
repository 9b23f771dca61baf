"""Look at trainings in TensorBoard: curves, findings, checklists, studies, trials of a search.

It answers to this machine only, reads on while trainings run, and ends with Ctrl-C.
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from typing import Any

from ...zoo.errors import BadInput, Problem
from .options import whole_number
from .result import Result

EPILOG = """\
A RUN is a folder that `goodfit train`, `fit` or `tune` made, one that was given to
TensorBoardWriter or to the TensorBoard callback of Keras, or a folder that holds some of these.

examples:
  goodfit board runs/wider       one training, or a study while it goes on
  goodfit board runs             all runs in a folder, side by side
  goodfit board runs/best logs --port 8080
"""
LARGEST_PORT = 65535


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("runs", metavar="RUN", nargs="+", help="the folder of a run")
    parser.add_argument(
        "--port", metavar="N", help="where to answer; the first free port from 6006 if left out"
    )
    parser.add_argument("--open", action="store_true", help="open it in a browser")


def run(arguments: argparse.Namespace) -> Result:
    """Start TensorBoard and stay until Ctrl-C."""
    from ..board.places import find_places, linked

    problems: list[Problem] = []
    port = whole_number(arguments.port, "--port", 0, problems)
    if port is not None and port > LARGEST_PORT:
        problems.append(
            Problem("option_invalid", "--port is too large", f"at most {LARGEST_PORT}", str(port))
        )
    places = {}
    try:
        places = find_places(arguments.runs)
    except BadInput as error:
        problems += error.problems
    if problems:
        raise BadInput(*problems)
    from ..board.evaluations import write_evaluations
    from ..board.server import start_board

    with linked(places) as logs:
        board = start_board(logs, port)
        # Pictures come while the page is read already.
        drawing = threading.Thread(target=write_evaluations, args=[places.values()], daemon=True)
        drawing.start()
        shown = ", ".join(list(places)[:4]) + (f" and {len(places) - 4} more" * (len(places) > 4))
        print(f"TensorBoard with {shown} at {board.address}  (Ctrl-C ends it)", file=sys.stderr)
        sys.stderr.flush()
        if arguments.open:
            import webbrowser

            webbrowser.open(board.address + "#goodfit")
        _stay()
    data = {
        "address": board.address,
        "port": board.port,
        "runs": {name: str(place.absolute()) for name, place in places.items()},
    }
    return Result(data, _show)


def _stay() -> None:
    """Wait for Ctrl-C, or for whoever ends processes politely."""
    ended = threading.Event()
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, lambda *_: ended.set())
    try:
        while not ended.wait(1.0):  # a wait without an end would not hear Ctrl-C on Windows
            pass
    except KeyboardInterrupt:
        return


def _show(terminal: Any) -> None:
    terminal.line("TensorBoard ended.")
