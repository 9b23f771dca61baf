"""`TensorBoardWriter`: one folder of curves, gaps and findings per training, written by epoch."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import keras

from ..zoo.errors import BadInput, require
from .charting.event_files import EventFiles, unused, unwritable
from .charting.layer_graph import model_graph
from .charting.markdown import findings_as_markdown
from .charting.settings import (
    best_scores,
    findings_data,
    session_end,
    session_start,
    settings_of,
    told_value,
)
from .findings import Finding
from .gathering.history import metric_direction
from .gathering.reading import RATE_NAMES
from .tensorboard_values import histogram, layout, of_probe, scalar, text
from .watching import Diagnose, learning_rate_of

__all__ = ["TensorBoardWriter"]

TRAIN, VALIDATION, MARKS, RESULT = "train", "validation", "findings", "result"


class TensorBoardWriter(keras.callbacks.Callback):
    """Writes a training for TensorBoard: curves, train/validation gaps, findings, evidence.

    - `train/` and `validation/` hold each metric under the same name, so that one chart shows both;
      the custom scalars page has a chart for each metric, its gap and the learning rate.
    - The gap of a metric is by how much training beats validation: positive is better in training.
    - Findings are text, and each is a mark of its own name on the curve of the loss, at its epoch.
    - What the diagnosis saw of the layers (gradient norms, how far the weights moved, dead and
      saturated units) is a number for each layer, and as distributions with the batch losses.
    - The model is a graph of its layers; its settings and its best scores are a row of HParams.
    - At the end, where validation rows were given: precision and recall curves, a picture of what
      was taken for what, and these rows as the last layer sees them, in the projector.
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
        settings: The hyperparameters by name, for HParams; None takes what the model tells.
        names: The classes in the order of their numbers.

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
        settings: Mapping[str, Any] | None = None,
        names: Sequence[str] = (),
    ) -> None:
        super().__init__()
        require("tensorboard", "tensorboard")
        self.folder = Path(folder)
        self.append = append
        self.earlier_findings = tuple(findings)
        self.settings = settings
        self.names = tuple(map(str, names))
        self._own_diagnose = diagnose is None
        self._diagnose = diagnose or Diagnose(verbose=0)
        self.used_folder: Path | None = None
        self._forget()

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
        self.used_folder = self.folder if self.append else unused(self.folder)
        self._forget()
        graph = model_graph(self.model)
        if graph:
            self._events.write("", 0, graph=graph)
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
        if self._rows is None:
            # Let go by the diagnosis before the training ends.
            self._rows = self._diagnose._beginning.given.validation
        self._write_layout({*train, *validation, *other})
        for run, scalars in ((TRAIN, train), (VALIDATION, validation), ("", other)):
            if scalars:
                self._events.write(run, self._step, [scalar(tag, scalars[tag]) for tag in scalars])
        self._write_result(logs or {})
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
            failed = any(each.fault == "nan_loss" for each in self._diagnose.findings)
            self._events.write(RESULT, self._step, [session_end(time.time(), failed=failed)])
            self._write_seen_answers()
        self._rows = None

    def write_answers(
        self,
        labels: Any,
        outputs: Any,
        *,
        inputs: Any = None,
        model: Any = None,
        threshold: float = 0.5,
        epoch: int | None = None,
        picture: bool = True,
        words: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        """Write what the trained model answers to rows that it was not trained on.

        Keras's `fit` needs no such call where it was given validation rows.

        Args:
            labels: Numbers of classes, `(rows,)`, or `(rows, classes)` of 0 and 1.
            outputs: Probabilities, `(rows, 1)` of class 1 or `(rows, classes)`.
            inputs: The rows as the model takes them; None leaves the projector out.
            model: Whose last layer is asked for these rows; None is the one that was trained.
            threshold: Probability from which a single unit means class 1.
            epoch: The epoch that the weights are of, counted from 1; None is the last.
            picture: Whether to draw what was taken for what.
            words: What the vectors of an Embedding stand for, by the name of its layer.

        Raises:
            BadInput: Labels and outputs do not fit together.

        Guide: MET-1, MET-3, MET-4.
        """
        from .charting.answers import answer_values
        from .charting.embeddings import projected, write_points

        shown = {"threshold": threshold, "picture_too": picture}
        values = list(answer_values(labels, outputs, self.names, **shown))
        if values:
            self._events.write("", epoch or max(self._step, 1), values)
        points = projected(model or self.model, inputs, labels, self.names, words or {})
        try:
            write_points(self._events.folder, points)
        except OSError as error:
            raise unwritable(self._events.folder, error) from error

    def _forget(self) -> None:
        self._events = EventFiles(self.used_folder or self.folder)
        self._charts: set[str] = set()
        self._seen: set[tuple[str, str]] = set()
        self._marked: set[str] = set()
        self._step, self._text, self._told, self._probed = 0, "", "", -1
        self._best: dict[str, float] = {}
        self._rows: Any = None

    def _write_result(self, logs: Mapping[str, Any]) -> None:
        """Write the scores of the best epoch so far; at first, the settings that led to them."""
        values = []
        if RESULT not in self._events:
            settings = self.settings
            if settings is None:
                settings = settings_of(self._diagnose.evidence)
            values.append(session_start(settings, time.time()))
        kept = best_scores(logs, self._step)
        if kept["best/loss"] < self._best.get("best/loss", math.inf) or not self._best:
            self._best = kept
        values += [scalar(tag, value) for tag, value in self._best.items()]
        self._events.write(RESULT, self._step, values)

    def _write_seen_answers(self) -> None:
        """Predict the validation rows that `fit` was given, if it is a classifier."""
        from .charting.answers import predicted

        found = predicted(self.model, self._diagnose.evidence.model, self._rows)
        if found is None:
            return
        labels, outputs, inputs = found
        with contextlib.suppress(BadInput):  # labels that are no numbers from 0, names that differ
            self.write_answers(labels, outputs, inputs=inputs)

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
                self._events.write("", step, [text("findings", told)])
        told = findings_data(findings, step, final=final)
        if told != self._told:
            self._told = told
            self._events.write("", step, [told_value(told)])

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
                self._events.write(run, finding.epoch, [scalar("loss", height)])

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
                self._events.write("", probe.epoch, values)

    def _write_layout(self, tags: set[str]) -> None:
        if tags <= self._charts:
            return
        self._charts |= tags
        self._events.write("", 0, [layout(sorted(self._charts))])
