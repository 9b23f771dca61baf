"""A history is read from wherever it is, and says clearly when it cannot be."""

import copy
import json
import math
import pickle
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from goodfit.callbacks import History
from goodfit.callbacks.gathering.history import is_share, metric_direction
from goodfit.zoo import BadInput

COLUMNS = {"loss": [0.9, 0.5, 0.4], "accuracy": [0.5, 0.7, 0.8], "val_loss": [1.0, 0.8, 0.85]}


def csv_of(tmp_path, text, name="history.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def kinds(error):
    return [problem.kind for problem in error.value.problems]


def test_every_source_gives_the_same_history(tmp_path):
    text = "epoch,accuracy,loss,val_loss\n0,0.5,0.9,1.0\n1,0.7,0.5,0.8\n2,0.8,0.4,0.85\n"
    json_path = csv_of(tmp_path, json.dumps(COLUMNS), "history.json")
    keras_like = SimpleNamespace(history=COLUMNS, epoch=[0, 1, 2], params={"epochs": 10})
    sources = [
        COLUMNS,
        {name: np.array(values) for name, values in COLUMNS.items()},
        csv_of(tmp_path, text),
        str(csv_of(tmp_path, text)),
        csv_of(tmp_path, text.replace(",", "\t"), "a.tsv"),
        csv_of(tmp_path, text.replace(",", ";").replace(".", ","), "german.csv"),
        json_path,
        csv_of(tmp_path, json.dumps({"history": COLUMNS}), "b.json"),
        csv_of(tmp_path, pd.DataFrame(COLUMNS).to_json(), "c.json"),
        csv_of(tmp_path, pd.DataFrame(COLUMNS).to_json(orient="records"), "d.json"),
        csv_of(tmp_path, pd.DataFrame(COLUMNS).to_csv(), "e.csv"),
        pd.DataFrame(COLUMNS),
        pd.DataFrame({"epoch": [0, 1, 2], **COLUMNS}),
        keras_like,
        History.read(COLUMNS),
    ]
    for source in sources:
        history = History.read(source)
        assert history.epochs == (1, 2, 3)
        for name, values in COLUMNS.items():
            assert history.columns[name] == tuple(values)
        assert set(history.columns) == set(COLUMNS)
    assert History.read(keras_like).planned_epochs == 10


def test_a_csv_logger_of_keras_is_read(tmp_path):
    import keras

    x = np.linspace(-1, 1, 64).reshape(-1, 1)
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.01), "mse", metrics=["mae"])
    path = tmp_path / "log.csv"
    callbacks = [
        keras.callbacks.CSVLogger(str(path)),
        keras.callbacks.LearningRateScheduler(lambda epoch: 0.01 / (epoch + 1)),
    ]
    fitted = model.fit(x, 2 * x, epochs=3, verbose=0, callbacks=callbacks)
    # Without validation, CSVLogger writes val_ columns full of NA.
    assert "val_loss" in path.read_text().splitlines()[0]
    from_file, from_memory = History.read(path), History.read(fitted)
    assert not from_file.has_validation
    assert from_file.metrics == ("loss", "mae") == from_memory.metrics
    assert from_file.epochs == from_memory.epochs == (1, 2, 3)
    assert from_memory.planned_epochs == 3
    np.testing.assert_allclose(from_file.values("loss"), fitted.history["loss"])


def test_columns_in_odd_order_with_rates_and_times(tmp_path):
    text = "val_loss,lr,seconds,loss,epoch,note\n1.0,0.1,3,0.9,0,a\n0.8,0.01,3,0.5,1,b\n"
    history = History.read(csv_of(tmp_path, text))
    assert history.metrics == ("loss",)
    assert history.learning_rates == (0.1, 0.01)
    assert history.learning_rate == 0.1
    assert history.ignored == ("seconds", "note")
    assert history.best_epoch == 2


def test_nan_and_infinity_are_values_and_blanks_are_gaps(tmp_path):
    text = "epoch,loss,val_loss\n0,0.9,\n1,0.5,0.8\n2,inf,NA\n3,nan,-inf\n"
    history = History.read(csv_of(tmp_path, text))
    assert history.columns["val_loss"] == (None, 0.8, None, -math.inf)
    assert math.isinf(history.columns["loss"][2])
    assert math.isnan(history.columns["loss"][3])
    epochs, values = history.series("loss")
    assert epochs.tolist() == [1, 2]
    assert values.tolist() == [0.9, 0.5]


def test_a_loss_that_ends_in_blanks_was_nan(tmp_path):
    """Pandas and strict JSON write NaN as nothing; a loss does not come back from NaN."""
    text = pd.DataFrame({"loss": [0.5, math.nan, math.nan], "val_loss": [0.6, 0.7, math.nan]})
    for source in (csv_of(tmp_path, text.to_csv()), text):
        history = History.read(source)
        assert math.isnan(history.columns["loss"][1])
        assert history.columns["val_loss"][:2] == (0.6, 0.7)
        assert math.isnan(history.columns["val_loss"][2])
    gap = History.read({"loss": [0.5, None, 0.4]})
    assert gap.columns["loss"] == (0.5, None, 0.4)


def test_rows_of_one_epoch_that_fill_each_other_are_one(tmp_path):
    text = "epoch,step,train_loss,valid_loss\n0,10,0.9,\n0,10,,1.0\n1,20,0.5,\n1,20,,0.8\n"
    history = History.read(csv_of(tmp_path, text))
    assert dict(history.columns) == {"loss": (0.9, 0.5), "val_loss": (1.0, 0.8)}
    assert history.epochs == (1, 2)


def test_two_trainings_in_one_file_are_counted_on(tmp_path):
    history = History.read(csv_of(tmp_path, "epoch,loss\n0,0.9\n1,0.8\n0,0.7\n1,0.6\n"))
    assert history.epochs == (1, 2, 3, 4)


def test_missing_epochs_keep_their_numbers_and_a_cut_line_is_left_out(tmp_path):
    history = History.read(csv_of(tmp_path, "epoch,loss,mae\n0,0.9,1\n3,0.8,1\n4,0.7,1\n5,0."))
    assert history.epochs == (1, 4, 5)
    assert History.read(csv_of(tmp_path, "epoch,loss\n1,0.9\n2,0.8\n")).epochs == (1, 2)


def test_metrics_that_are_vectors_are_left_out(tmp_path):
    history = History.read({"loss": [0.5, 0.4], "f1_score": [np.array([0.1, 0.2])] * 2})
    assert history.ignored == ("f1_score",)
    text = 'epoch,loss,f1_score\n0,0.5,"[0.1, 0.2]"\n1,0.4,"[0.1, 0.3]"\n'
    assert History.read(csv_of(tmp_path, text)).ignored == ("f1_score",)


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("", "history_empty", "is empty"),
        ("epoch,loss\n", "history_empty", "no epoch"),
        ("epoch,loss\n0,0.5\n1,abc\n", "history_cell", "row 2 of 2"),
        ("epoch,loss,mae\n0,0.5,0.1\n1,0.4,x\n", "history_cell", "'mae'"),
        ("epoch,loss\n0,a\n1,b\n", "history_cell", "'loss'"),
        ("epoch,los,val_loss\n0,0.5,0.6\n", "loss_missing", "Did you mean 'los'"),
        ("epoch,loss,loss\n0,0.5,0.6\n", "history_header", "loss"),
        ("epoch,loss\n0,0.5,0.6\n1,0.4\n", "history_ragged", "row 2"),
        ("{broken", "history_json", "JSON"),
        ("[1, 2]", "history_json", "object of lists"),
        ('{"val_loss": [1]}', "loss_missing", "val_loss"),
    ],
)
def test_what_is_no_history_is_refused_with_the_place(tmp_path, text, kind, said):
    with pytest.raises(BadInput) as error:
        History.read(csv_of(tmp_path, text))
    assert kind in kinds(error)
    assert said in str(error.value)


def test_what_cannot_be_read_at_all_is_refused(tmp_path):
    binary = tmp_path / "x.csv"
    binary.write_bytes(b"\xff\xfe\x00\x01")
    for source in (tmp_path / "none.csv", binary):
        with pytest.raises(BadInput) as error:
            History.read(source)
        assert kinds(error) == ["history_unreadable"]
    with pytest.raises(BadInput) as error:
        History.read(tmp_path)
    assert kinds(error) == ["logs_missing"]
    for source in (3, None, [1, 2]):
        with pytest.raises(BadInput) as error:
            History.read(source)
        assert kinds(error) == ["history_unknown"]
    with pytest.raises(BadInput) as error:
        History.read({"loss": [1, 2], "val_loss": [1]})
    assert kinds(error) == ["history_lengths"]


@pytest.mark.parametrize(
    ("name", "direction", "share"),
    [
        ("loss", "min", False),
        ("val_loss", "min", False),
        ("digit_accuracy", "max", True),
        ("val_sparse_top_k_categorical_accuracy", "max", True),
        ("auc", "max", True),
        ("f1_score", "max", True),
        ("r2_score", "max", False),
        ("mean_absolute_error", "min", False),
        ("root_mean_squared_error", "min", False),
        ("mae", "min", False),
        ("binary_crossentropy", "min", False),
        ("false_positives", "min", False),
        ("mean_io_u", "max", True),
        ("uncertainty", None, False),
        ("space", None, False),
    ],
)
def test_direction_by_name(name, direction, share):
    assert metric_direction(name) == direction
    assert is_share(name) is share


@pytest.mark.parametrize(
    "metric", ["Accuracy", "AUC", "Precision", "Recall", "MeanSquaredError", "Hinge", "R2Score",
               "F1Score", "LogCoshError", "KLDivergence", "CosineSimilarity", "Poisson", "MeanIoU",
               "FalseNegatives", "TruePositives", "SparseTopKCategoricalAccuracy"]
)  # fmt: skip
def test_direction_agrees_with_keras(metric):
    import keras

    made = getattr(keras.metrics, metric)
    instance = made(num_classes=3) if metric == "MeanIoU" else made()
    direction = getattr(instance, "_direction", None)
    if direction is not None:
        assert metric_direction(instance.name) == {"up": "max", "down": "min"}[direction]


def test_gap_is_positive_where_training_is_better():
    history = History.read(
        {"loss": [0.5], "val_loss": [0.8], "accuracy": [0.9], "val_accuracy": [0.7], "mae": [1.0]}
    )
    assert history.gap("loss")[0] == pytest.approx(0.3)
    assert history.gap("accuracy")[0] == pytest.approx(0.2)
    assert math.isnan(history.gap("mae")[0])


def test_a_history_is_copied_and_never_changed():
    history = History.read(COLUMNS, restored_epoch=2)
    for again in (copy.deepcopy(history), pickle.loads(pickle.dumps(history))):
        assert again == history
        assert again.restored_epoch == 2
    with pytest.raises(TypeError):
        history.columns["loss"] = ()
    with pytest.raises(ValueError, match="read-only"):
        history.values("loss")[0] = 1


def test_diagnosing_a_file_needs_no_keras(tmp_path):
    path = csv_of(tmp_path, "epoch,loss\n0,0.9\n1,nan\n")
    code = (
        "import sys\nfrom goodfit.callbacks import diagnose\n"
        f"assert diagnose({str(path)!r})[0].fault == 'nan_loss'\n"
        "assert not {'keras', 'tensorflow', 'pandas', 'tensorboard'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
