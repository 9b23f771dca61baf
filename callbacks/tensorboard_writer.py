"""`TensorBoardWriter`: one folder of curves, gaps and findings per training, written by epoch."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import keras

from ..zoo.errors import bad_input, require
from .findings import Finding
from .gathering.history import metric_direction
from .gathering.reading import RATE_NAMES
from .tensorboard_values import histogram, layout, of_probe, scalar, text
from .watching import Diagnose, learning_rate_of

__all__ = ["TensorBoardWriter", "findings_as_markdown"]

TRAIN, VALIDATION, MARKS = "train", "validation", "findings"


class TensorBoardWriter(keras.callbacks.Callback):
    """Writes a training for TensorBoard: curves, train/validation gaps, findings, evidence.

    - `train/` and `validation/` hold each metric under the same name, so that one chart shows both;
      the custom scalars page has a chart for each metric, its gap and the learning rate.
    - The gap of a metric is by how much training beats validation: positive is better in training.
    - Findings are text, and each is a mark of its own name on the curve of the loss, at its epoch.
    - What the diagnosis saw of the layers (gradient norms, how far the weights moved, dead and
      saturated units) is a number for each layer, and as distributions with the batch losses.
    - Steps are epochs counted from 1, as in the findings. Nothing is written per batch.
    - A folder that holds a training already is not written over: the next training goes to
      `fit_2/`, `fit_3/` inside it, unless `append=True` says that it goes on with the same one.

    No file stays open between two epochs, so Ctrl-C loses nothing and the callback can be copied.

    Args:
        folder: Where to write; made when training begins.
        diagnose: The `Diagnose` whose findings are to be written; put it before this one in the
            list of callbacks. None: the training is diagnosed here.
        findings: Findings from before the training, such as an audit's; written at step 0.
        append: Whether this training continues the one in the folder.

    Raises:
        MissingExtra: The package tensorboard is not installed.

    Guide: BP-3, MIS-7.

    Examples:
        ```python
        model.fit(x, y, callbacks=[TensorBoardWriter("runs/first")])
        # then, in a terminal: tensorboard --logdir runs
        ```
    """

    def __init__(
        self,
        folder: str | Path,
        *,
        diagnose: Diagnose | None = None,
        findings: Sequence[Finding] = (),
        append: bool = False,
    ) -> None:
        super().__init__()
        require("tensorboard", "tensorboard")
        self.folder = Path(folder)
        self.append = append
        self.earlier_findings = tuple(findings)
        self._own_diagnose = diagnose is None
        self._diagnose = diagnose or Diagnose(verbose=0)
        self._files: dict[str, Path] = {}
        self._charts: set[str] = set()
        self._seen: set[tuple[str, str]] = set()
        self._marked: set[str] = set()
        self._step, self._text, self._probed = 0, "", -1
        self.used_folder: Path | None = None

    def set_model(self, model: keras.Model) -> None:
        """Pass the model on to the diagnosis that is made here."""
        super().set_model(model)
        if self._own_diagnose:
            self._diagnose.set_model(model)

    def set_params(self, params: dict[str, Any]) -> None:
        """Pass the number of epochs on to the diagnosis that is made here."""
        super().set_params(params)
        if self._own_diagnose:
            self._diagnose.set_params(params)

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Choose a folder in which nothing is written over."""
        if self._own_diagnose:
            self._diagnose.on_train_begin(logs)
        self._files, self._charts, self._seen = {}, set(), set()
        self._marked = set()
        self._step, self._text, self._probed = 0, "", -1
        self.used_folder = self.folder if self.append else _unused(self.folder)
        self._write_findings(0, self.earlier_findings)
        if self._own_diagnose:
            # One of the user's own may not have begun yet: what it knows comes with the epochs.
            self._write_evidence()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Write the epoch's figures, and the findings if they changed."""
        if self._own_diagnose:
            self._diagnose.on_epoch_end(epoch, logs)
        train: dict[str, float] = {}
        validation: dict[str, float] = {}
        for name, value in (logs or {}).items():
            if name not in RATE_NAMES and not getattr(value, "ndim", 0):
                place = validation if name.startswith("val_") else train
                place[name.removeprefix("val_")] = float(value)
        other = {
            f"gap/{name}": (value - validation[name])
            * (1 if metric_direction(name) == "max" else -1)
            for name, value in train.items()
            if name in validation
        }
        rate = learning_rate_of(self.model, logs or {})
        if rate is not None:
            other["learning_rate"] = rate
        self._step = epoch + 1
        self._write_layout({*train, *validation, *other})
        for run, scalars in ((TRAIN, train), (VALIDATION, validation), ("", other)):
            if scalars:
                self._write(run, self._step, [scalar(tag, scalars[tag]) for tag in scalars])
        self._write_findings(self._step, self._diagnose.findings)
        self._write_marks(self._diagnose.findings)
        self._write_evidence()

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Write the final findings."""
        if self._own_diagnose:
            self._diagnose.on_train_end(logs)
        if self._step:
            self._write_findings(self._step, self._diagnose.findings, final=True)
            self._write_marks(self._diagnose.findings)
            self._write_evidence()

    def _write_findings(self, step: int, findings: Sequence[Finding], final: bool = False) -> None:
        if step:
            findings = (*self.earlier_findings, *findings)
        seen = {(finding.fault, finding.severity) for finding in findings}
        # TensorBoard keeps ten texts: the figures of a finding change with every epoch.
        if seen != self._seen or final:
            self._seen = seen
            told = findings_as_markdown(findings) or "No fault was found."
            if told != self._text:
                self._text = told
                self._write("", step, [text("findings", told)])

    def _write_marks(self, findings: Iterable[Finding]) -> None:
        """Write a point on the curve of the loss, in a run that has the name of the fault."""
        history = self._diagnose.history
        for finding in findings:
            if history is None or finding.epoch is None or finding.fault in self._marked:
                continue
            heights = (history.at(name, finding.epoch) for name in ("val_loss", "loss"))
            height = next((value for value in heights if value is not None), None)
            if height is not None:
                self._marked.add(finding.fault)
                run = f"{MARKS}/{finding.fault}"
                self._write(run, finding.epoch, [scalar("loss", height)])

    def _write_evidence(self) -> None:
        """Write what was seen of the layers since the last time."""
        for probe in self._diagnose.evidence.probes:
            if probe.epoch <= self._probed:
                continue
            self._probed = probe.epoch
            numbers, spreads = of_probe(probe)
            self._write_layout({tag.partition("/")[0] + "/" for tag in numbers})
            values = [scalar(tag, value) for tag, value in numbers.items()]
            values += [histogram(tag, each) for tag, each in spreads.items()]
            if values:
                self._write("", probe.epoch, values)

    def _write_layout(self, tags: set[str]) -> None:
        if tags <= self._charts:
            return
        self._charts |= tags
        self._write("", 0, [layout(sorted(self._charts))])

    def _write(self, run: str, step: int, values: list[Any]) -> None:
        from tensorboard.compat.proto.event_pb2 import Event
        from tensorboard.summary.writer.record_writer import RecordWriter

        now = time.time()
        events = [Event(wall_time=now, step=step)]
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
            raise _unwritable(self._files[run], error) from error

    def _new_file(self, run: str) -> Path:
        folder = (self.used_folder or self.folder) / run
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _unwritable(folder, error) from error
        # TensorBoard reads the files of a folder in the order of their names.
        return folder / f"events.out.tfevents.{time.time_ns():019d}.goodfit"


def findings_as_markdown(findings: Sequence[Finding]) -> str:
    """Return findings as a Markdown list in which no character of theirs is markup.

    Examples:
        >>> print(findings_as_markdown([Finding("nan_loss", "DX-1", "error", "A *b*.", "Do c.")]))
        - **error nan&#95;loss** (DX&#45;1): A &#42;b&#42;&#46; Do c&#46;
    """
    lines = []
    for finding in findings:
        details = [finding.rule] if finding.rule else []
        details += [f"epoch {finding.epoch}"] if finding.epoch else []
        detail = f" ({_escape(', '.join(details))})" if details else ""
        also = f" Also seen: {', '.join(finding.consequences)}." if finding.consequences else ""
        title = _escape(f"{finding.severity} {finding.fault}")
        lines.append(
            f"- **{title}**{detail}: " + _escape(f"{finding.cause} {finding.remedy}{also}")
        )
    return "\n".join(lines)


def _escape(text: str) -> str:
    text = html.escape(" ".join(text.split()), quote=False)
    return re.sub(r"[\\`*_{}\[\]()#+\-.!|~:/]", lambda match: f"&#{ord(match[0])};", text)


def _unused(folder: Path) -> Path:
    number = 1
    candidate = folder
    while any(any((candidate / run).glob("*tfevents*")) for run in ("", TRAIN, VALIDATION)):
        number += 1
        candidate = folder / f"fit_{number}"
    return candidate


def _unwritable(path: Path, error: OSError) -> Exception:
    return bad_input(
        "tensorboard_unwritable",
        f"{path} cannot be written",
        expected="a folder with write permission and free space",
        received=error.strerror or str(error),
        remedy="Give TensorBoardWriter another folder",
    )
