"""TensorBoard in this process, seen from this machine only."""

from __future__ import annotations

import socket
import sys
import types
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...zoo.errors import BadInput, bad_input, require

__all__ = ["Board", "start_board"]

HOST = "127.0.0.1"
SECONDS_BETWEEN_READS = 3
MOST_OF_A_KIND = {"images": 20, "pr_curves": 10, "histograms": 50, "text": 20}


@dataclass(frozen=True)
class Board:
    """A TensorBoard that answers.

    Args:
        address: To open in a browser.
        port: On this machine.
    """

    address: str
    port: int


def start_board(logs: Path, port: int | None = None) -> Board:
    """Start TensorBoard over a folder of logs, with the tab of goodfit, until this process ends.

    It answers to this machine only. Nothing is fetched from elsewhere.

    Args:
        logs: The folder.
        port: Where to answer; None takes the first free one from 6006.

    Returns:
        Where it answers.

    Raises:
        BadInput: The port is in use or cannot be had.
        MissingExtra: The package tensorboard is not installed.
    """
    require("tensorboard", "tensorboard")
    if port:
        _check_port(port)
    _do_without_tensorflow()
    from tensorboard import program

    tensorboard = program.TensorBoard(plugins=_plugins())
    tensorboard.configure(
        logdir=str(logs),
        host=HOST,
        port=port,
        load_fast="false",
        reload_interval=SECONDS_BETWEEN_READS,
        samples_per_plugin=MOST_OF_A_KIND,
        window_title="goodfit",
    )
    try:
        address = tensorboard.launch()
    except program.TensorBoardServerException as error:
        raise _unusable(error.msg) from error
    return Board(address, int(address.rstrip("/").rpartition(":")[2]))


def _plugins() -> list[Any]:
    """Return the tabs of TensorBoard, with ours once: first, so that it is what opens."""
    from tensorboard import default

    from .plugin import GoodfitPlugin

    # Where goodfit is installed in the usual way, TensorBoard has found ours by itself.
    others = [each for each in default.get_plugins() if each is not GoodfitPlugin]
    return [GoodfitPlugin, *others]


def _check_port(port: int) -> None:
    """Raise where a port cannot be had, before anything is imported."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((HOST, port))
        except OSError as error:
            raise _unusable(f"port {port}: {error.strerror or error}") from error


def _unusable(received: str) -> BadInput:
    return bad_input(
        "port_unusable",
        "TensorBoard cannot answer at this port",
        expected="a free port",
        received=received,
        remedy="Leave --port out to take the next free one",
    )


def _do_without_tensorflow() -> None:
    """Let TensorBoard read files by itself: importing TensorFlow would take several seconds."""
    if "tensorflow" not in sys.modules:
        # The name by which TensorBoard knows that it was built to run without.
        name = "tensorboard.compat.notf"
        sys.modules.setdefault(name, types.ModuleType(name))
