"""`TensorBoardWriter`: what it wrote is read back, with TensorBoard's own reader."""

import copy
import itertools
import math
import subprocess
import sys

import keras
import numpy as np
import pytest
from goodfit.callbacks import (
    Diagnose,
    Evidence,
    Finding,
    LayerProbe,
    ProbeFacts,
    TensorBoardWriter,
)
from goodfit.callbacks.charting.markdown import findings_as_markdown
from goodfit.zoo import BadInput, MissingExtra
from tensorboard.backend.event_processing.event_accumulator import TENSORS, EventAccumulator
from tensorboard.plugins.custom_scalar.layout_pb2 import Layout
from tensorboard.util.tensor_util import make_ndarray

LOGS = [
    {
        "loss": 1.0 / (e + 1),
        "accuracy": 0.5 + 0.1 * e,
        "val_loss": 1.5 / (e + 1),
        "val_accuracy": 0.4 + 0.1 * e,
        "learning_rate": 0.01 / (e + 1),
    }
    for e in range(4)
]


def write(folder, logs=LOGS, first=0, **settings):
    writer = TensorBoardWriter(folder, **settings)
    return run(writer, logs, first)


def run(writer, logs=LOGS, first=0):
    writer.set_model(None)
    writer.set_params({"epochs": len(logs)})
    writer.on_train_begin()
    for epoch, figures in enumerate(logs, first):
        writer.on_epoch_end(epoch, figures)
    writer.on_train_end()
    return writer


def read(folder):
    """Return {tag: {step: value}} of one run's folder; texts and layouts as bytes."""
    reader = EventAccumulator(str(folder), size_guidance={TENSORS: 0})
    reader.Reload()
    found = {}
    for tag in reader.Tags()["tensors"]:
        events = [(event.step, make_ndarray(event.tensor_proto)) for event in reader.Tensors(tag)]
        steps = {step for step, _ in events}
        assert len(steps) == len(events) or tag.startswith(("custom", "goodfit"))
        found[tag] = {step: value.ravel()[0] for step, value in events}
    return found


def test_what_is_read_back_equals_the_logs(tmp_path):
    write(tmp_path / "run")
    steps = [1, 2, 3, 4]
    for run_name, prefix in (("train", ""), ("validation", "val_")):
        found = read(tmp_path / "run" / run_name)
        assert set(found) == {"loss", "accuracy"}
        for name, values in found.items():
            assert list(values) == steps
            expected = np.float32([logs[prefix + name] for logs in LOGS])
            np.testing.assert_array_equal(np.float32(list(values.values())), expected)
    found = read(tmp_path / "run")
    np.testing.assert_allclose(
        list(found["learning_rate"].values()), [logs["learning_rate"] for logs in LOGS]
    )
    # Positive where training is better, for a loss as for an accuracy.
    np.testing.assert_allclose(
        list(found["gap/loss"].values()), [0.5 / (e + 1) for e in range(4)], rtol=1e-6
    )
    np.testing.assert_allclose(list(found["gap/accuracy"].values()), [0.1] * 4, rtol=1e-6)


def test_train_and_validation_share_a_chart(tmp_path):
    write(tmp_path)
    layout = Layout.FromString(read(tmp_path)["custom_scalars__config__"][0])
    charts = {c.title: list(c.multiline.tag) for group in layout.category for c in group.chart}
    assert charts["loss"] == ["^loss$"]
    assert list(charts) == ["loss", "accuracy", "gap/loss", "gap/accuracy", "learning_rate"]


def test_a_real_training_is_written_as_its_history_says(tmp_path):
    x = np.random.default_rng(0).normal(size=(64, 3)).astype("float32")
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.05), "mse", metrics=["mae"])
    fitted = model.fit(
        x, x.sum(1), epochs=3, batch_size=8, verbose=0, validation_split=0.25,
        callbacks=[TensorBoardWriter(tmp_path)],
    )  # fmt: skip
    for place, prefix in (("train", ""), ("validation", "val_")):
        for name in ("loss", "mae"):
            written = read(tmp_path / place)[name]
            assert list(written) == [1, 2, 3], "one value per epoch, none per batch"
            np.testing.assert_allclose(list(written.values()), fitted.history[prefix + name])
    assert list(read(tmp_path)["learning_rate"].values()) == [np.float32(0.05)] * 3


def test_findings_are_text_at_the_epoch_they_appear(tmp_path):
    logs = [*LOGS[:2], {"loss": math.nan, "val_loss": math.nan}, {"loss": math.nan}]
    write(tmp_path, logs, findings=[Finding("missing_values", "", "info", "Column <b>.", "*Fill*")])
    texts = read(tmp_path)["findings"]
    assert sorted(texts) == [0, 3]
    assert b"missing&#95;values" in texts[0]
    assert b"<b>" not in texts[0]
    assert b"*Fill*" not in texts[0]
    assert b"nan&#95;loss" in texts[3]
    assert b"epoch 3" in texts[3]
    assert math.isnan(read(tmp_path / "train")["loss"][3])


def test_a_training_without_findings_says_so(tmp_path):
    write(tmp_path, LOGS[:2])
    assert list(read(tmp_path)["findings"].values()) == [b"No fault was found."]


def test_the_findings_of_a_given_diagnose_are_written(tmp_path):
    watch = Diagnose(verbose=0)
    writer = TensorBoardWriter(tmp_path, diagnose=watch)
    for callback in (watch, writer):
        callback.set_model(None)
        callback.on_train_begin()
    for callback in (watch, writer):
        callback.on_epoch_end(0, {"loss": math.nan})
    writer.on_train_end()
    assert b"nan&#95;loss" in read(tmp_path)["findings"][1]
    assert len(watch.history) == 1, "the writer must not feed a Diagnose that is not its own"


class Seen(Diagnose):
    """A `Diagnose` that has seen what a test says."""

    probes = ()

    @property
    def evidence(self):
        return Evidence(self.history, probes=self.probes)


def dense(name, activation="relu", gradient=1.0, **figures):
    figures = {"weight_norm": 1.0, "moved": 0.01, "spread": 0.5, **figures}
    return LayerProbe(name, "Dense", activation, gradient_norm=gradient, **figures)


def test_what_was_seen_of_the_layers_is_written_once_by_epoch(tmp_path):
    watch = Seen(verbose=0)
    writer = TensorBoardWriter(tmp_path, diagnose=watch)
    for callback in (watch, writer):
        callback.set_model(None)
        callback.on_train_begin()
    first = dense("one", gradient=3.0, zero_units=0.25), dense("two", "tanh", flat_units=0.5)
    watch.probes = (ProbeFacts(0, first),)
    writer.on_epoch_end(0, LOGS[0])
    losses = (0.5, 0.7, math.nan, 0.6)
    second = dense("one", gradient=2.0), dense("two", "tanh", gradient=math.nan)
    watch.probes = (*watch.probes, ProbeFacts(2, second, batch_losses=losses))
    writer.on_epoch_end(1, LOGS[1])
    writer.on_epoch_end(2, LOGS[2])
    writer.on_train_end()
    found = read(tmp_path)
    assert found["gradient_norm/one"] == {0: 3.0, 2: 2.0}
    assert found["gradient_norm/two"] == {0: 1.0}, "NaN is where there is nothing to see"
    assert found["zero_units/one"][0] == 0.25
    assert found["flat_units/two"][0] == 0.5
    assert not {"zero_units/two", "flat_units/one"} & set(found)
    assert set(found["moved/one"]) == {0, 2}
    layout = Layout.FromString(found["custom_scalars__config__"][0])
    charts = {chart.title: list(chart.multiline.tag) for chart in layout.category[-1].chart}
    assert layout.category[-1].title == "Layers"
    assert charts["gradient_norm"] == ["^gradient_norm/"]
    reader = EventAccumulator(str(tmp_path), size_guidance={TENSORS: 0})
    reader.Reload()
    (event,) = reader.Tensors("batch_losses")
    counts = make_ndarray(event.tensor_proto)
    assert (event.step, counts.shape, counts[:, 2].sum()) == (2, (20, 3), 3)
    assert (counts[0, 0], counts[-1, 1]) == (pytest.approx(0.5), pytest.approx(0.7))
    assert [event.step for event in reader.Tensors("layers/gradient_norm")] == [0]


def test_findings_are_marks_of_their_name_on_the_curve(tmp_path):
    logs = [{"loss": 0.5, "val_loss": 0.6}, {"loss": math.nan, "val_loss": 0.7}, {"loss": math.nan}]
    write(tmp_path, logs)
    assert read(tmp_path / "findings" / "nan_loss") == {"loss": {2: np.float32(0.7)}}


def test_a_real_training_shows_its_layers(tmp_path):
    x = np.random.default_rng(0).normal(size=(64, 3)).astype("float32")
    model = keras.Sequential(
        [keras.Input((3,)), keras.layers.Dense(4, "relu", name="wide"), keras.layers.Dense(1)]
    )
    model.compile("adam", "mse")
    model.fit(x, x.sum(1), epochs=2, verbose=0, callbacks=[TensorBoardWriter(tmp_path)])
    found = read(tmp_path)
    for tag in ("gradient_norm/wide", "zero_units/wide", "moved/wide"):
        assert max(found[tag]) == 2, tag
        assert all(math.isfinite(value) for value in found[tag].values())
    assert found["gradient_norm/wide"][1] > 0


def test_markdown_of_findings_holds_no_markup_of_theirs():
    wild = Finding("a_b", "", "error", "| x | [link](http://a.b) <script> `c`\n# Head", "- item")
    text = findings_as_markdown([wild, wild])
    assert text.count("\n") == 1
    for mark in ("<script>", "[link]", "`", "|", "http://", "\n#"):
        assert mark not in text
    from tensorboard.plugin_util import markdown_to_safe_html

    shown = markdown_to_safe_html(text)
    assert shown.count("<li>") == 2
    assert "<a" not in shown
    assert "<h1" not in shown
    assert "<code" not in shown


def test_a_folder_used_twice_is_not_written_over(tmp_path):
    """Bug prevented: two trainings in one folder draw steps 1, 2, 1, 2 as one curve."""
    folder = tmp_path / "run"
    first = write(folder, LOGS[:2])
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    second = write(folder, LOGS[:3])
    again = run(second, LOGS[:1])
    assert [first.used_folder, folder / "fit_2", folder / "fit_3"] == [
        folder,
        *sorted(path for path in folder.iterdir() if path.name.startswith("fit")),
    ]
    assert again.used_folder == folder / "fit_3"
    assert all(path.read_bytes() == content for path, content in before.items())
    assert list(read(folder / "train")["loss"]) == [1, 2]
    assert list(read(folder / "fit_2" / "train")["loss"]) == [1, 2, 3]


def test_a_training_that_goes_on_goes_on_in_its_folder(tmp_path):
    write(tmp_path, LOGS[:2])
    write(tmp_path, LOGS[2:], first=2, append=True)
    assert list(read(tmp_path / "train")["loss"]) == [1, 2, 3, 4]
    assert not (tmp_path / "fit_2").exists()


def test_other_runs_and_other_files_beside_it_do_not_count_as_use(tmp_path):
    write(tmp_path / "other")
    (tmp_path / "notes.txt").write_text("mine")
    assert write(tmp_path).used_folder == tmp_path
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_nothing_is_lost_or_left_open_after_ctrl_c(tmp_path):
    """Keras calls no on_train_end then, so no file may be open between epochs."""

    class Interrupt(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                raise KeyboardInterrupt

    x = np.zeros((8, 1), "float32")
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    writer = TensorBoardWriter(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        model.fit(x, x, epochs=5, verbose=0, callbacks=[writer, Interrupt()])
    assert list(read(tmp_path / "train")["loss"]) == [1, 2]
    open_files = {str(path.resolve()) for path in tmp_path.rglob("*tfevents*")} & _open_files()
    assert not open_files
    copy.deepcopy(writer)


def _open_files():
    from pathlib import Path

    handles = Path("/proc/self/fd")
    return {str(h.resolve()) for h in handles.iterdir()} if handles.exists() else set()


def test_metrics_that_appear_later_or_are_no_numbers(tmp_path):
    logs = [{"loss": 1.0}, {"loss": 0.5, "val_loss": 0.7, "f1": np.array([0.1, 0.2])}]
    write(tmp_path, logs)
    assert list(read(tmp_path / "train")) == ["loss"]
    assert list(read(tmp_path / "validation")["loss"]) == [2]
    layouts = Layout.FromString(read(tmp_path)["custom_scalars__config__"][0])
    assert layouts.category[0].title == "Train and validation"


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput) as error:
        write(tmp_path / "file" / "run")
    assert "cannot be written" in str(error.value)


def test_without_tensorboard_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboard", None)
    with pytest.raises(MissingExtra) as error:
        TensorBoardWriter(tmp_path)
    assert "goodfit[tensorboard]" in str(error.value)
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_an_epoch_costs_little(tmp_path):
    import time

    writer = TensorBoardWriter(tmp_path, diagnose=Diagnose(verbose=0))
    writer.set_model(None)
    writer.on_train_begin()
    seconds = []
    for epoch, logs in enumerate(itertools.islice(itertools.cycle(LOGS), 100)):
        begin = time.perf_counter()
        writer.on_epoch_end(epoch, logs)
        seconds.append(time.perf_counter() - begin)
    assert np.median(seconds) < 0.002


def test_the_room_can_be_imported_without_keras():
    code = (
        "import sys, goodfit.callbacks as room\n"
        "room.Finding, room.History, room.diagnose, room.RULES, room.Thresholds\n"
        "assert not {'keras', 'tensorflow', 'tensorboard'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
