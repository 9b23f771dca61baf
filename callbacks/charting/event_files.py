"""The files that TensorBoard reads: one in each folder, opened only while something is added."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ...zoo.errors import bad_input

__all__ = ["EventFiles", "unused", "unwritable"]


class EventFiles:
    """The event files of one training, by the name of the run that they belong to.

    No file stays open: Ctrl-C loses nothing, and whoever holds this can be copied.

    Args:
        folder: Of the training; the run "" has its file there, others in folders of their name.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files: dict[str, Path] = {}

    def __contains__(self, run: str) -> bool:
        """Return whether something was written for a run."""
        return run in self._files

    def write(self, run: str, step: int, values: Sequence[Any] = (), graph: bytes = b"") -> None:
        """Add one event.

        Args:
            run: Whose file; made where there is none.
            step: The epoch, counted from 1; 0 is before the first.
            values: What the event holds.
            graph: A graph that it holds instead.

        Raises:
            BadInput: The folder cannot be written to.
        """
        from tensorboard.compat.proto.event_pb2 import Event
        from tensorboard.summary.writer.record_writer import RecordWriter

        now = time.time()
        events = [Event(wall_time=now, step=step)]
        if graph:
            events[0].graph_def = graph
        else:
            events[0].summary.value.extend(values)
        mode = "ab"
        if run not in self._files:
            events.insert(0, Event(wall_time=now, file_version="brain.Event:2"))
            self._files[run] = self._new_file(run)
            mode = "xb"
        try:
            with self._files[run].open(mode) as file:
                writer = RecordWriter(file)
                for event in events:
                    writer.write(event.SerializeToString())
        except OSError as error:
            raise unwritable(self._files[run], error) from error

    def _new_file(self, run: str) -> Path:
        folder = self.folder / run
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unwritable(folder, error) from error
        # TensorBoard reads the files of a folder in the order of their names.
        return folder / f"events.out.tfevents.{time.time_ns():019d}.goodfit"


def unused(folder: Path) -> Path:
    """Return the folder, or the first `fit_2`, `fit_3`, … in it that holds no training yet."""
    number = 1
    candidate = folder
    while any(any((candidate / run).glob("*tfevents*")) for run in ("", "train", "validation")):
        number += 1
        candidate = folder / f"fit_{number}"
    return candidate


def unwritable(path: Path, error: OSError) -> Exception:
    """Return the error for a place that cannot be written to."""
    return bad_input(
        "tensorboard_unwritable",
        f"{path} cannot be written",
        expected="a folder with write permission and free space",
        received=error.strerror or str(error),
        remedy="Give TensorBoardWriter another folder",
    )
