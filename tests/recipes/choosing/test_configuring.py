"""choose_config: the guide's quick start, with a reason for every setting."""

import json
from dataclasses import replace

import numpy as np
import pytest
from goodfit.recipes import (
    Choice,
    Config,
    Dataset,
    SealedTest,
    Splits,
    choose_config,
    load,
    split,
)
from goodfit.recipes.choosing.noise import target_noise
from goodfit.recipes.choosing.selection import choose_optimizer
from goodfit.recipes.model_settings import builder_settings, known_settings, taken_settings
from goodfit.recipes.training.compiling import check_names
from goodfit.zoo import BadInput, Column, Task

TASKS = {
    "binary": Task("binary", ("no", "yes")),
    "multiclass": Task("multiclass", ("a", "b", "c")),
    "multilabel": Task("multilabel", ("x", "y")),
    "regression": Task("regression", ("y",)),
}


def splits(kind="binary", rows=700, labels=None):
    """Splits of 70, 15 and 15 % with labels of the task."""
    random = np.random.default_rng(0)
    if labels is None:
        labels = {
            "binary": np.arange(rows) % 2,
            "multiclass": np.arange(rows) % 3,
            "multilabel": random.integers(0, 2, (rows, 2)),
            "regression": random.normal(size=rows),
        }[kind]
    labels = np.asarray(labels)
    data = Dataset(
        {"x": random.normal(size=len(labels))},
        labels,
        (Column("x", "number"),),
        TASKS[kind],
        ("y",),
    )
    sizes = np.cumsum([round(0.7 * len(labels)), round(0.15 * len(labels))])
    train, validation, test = np.split(np.arange(len(labels)), sizes)
    return Splits(
        data.take(train), data.take(validation), SealedTest(data.take(test)), Choice("stratified")
    )


@pytest.mark.parametrize("kind", TASKS)
def test_every_setting_has_a_reason_and_training_knows_it(kind):
    config = choose_config(splits(kind))
    others = taken_settings() - set(known_settings(config.model))
    for name in Config.setting_names():
        choice = config.why(name)
        assert (name in config.reasons) != (name in others), name
        assert choice.reason.endswith("."), name
        assert choice.value == getattr(config, name), name
    check_names(config, TASKS[kind])
    assert Config.from_toml(config.to_toml()) == config
    json.dumps(config.to_dict(), allow_nan=False)


def test_the_quick_start_of_the_guide():
    config = choose_config(splits(rows=2_000))
    assert (config.optimizer, config.learning_rate) == ("adam", 0.001)
    assert (config.batch_size, config.early_stopping_patience) == (32, 15)
    assert config.activation == "relu"
    assert len(config.units) in (2, 3)
    assert max(config.units) <= 256
    assert config.loss == "binary_crossentropy"
    assert 0.3 <= config.dropout <= 0.5
    assert (config.l2, config.class_weights) == (0.0, "none")


def regression(noise, rows=600):
    random = np.random.default_rng(3)
    x = random.uniform(-1, 1, size=(rows, 2))
    y = np.sin(3 * x[:, 0]) + x[:, 1] + noise * random.normal(size=rows)
    data = load((x, y), task="regression")
    return split(data)


def test_dropout_of_a_regression_follows_the_noise_of_its_target():
    clean = choose_config(regression(0.05)).why("dropout")
    noisy = choose_config(regression(2.0)).why("dropout")
    assert (clean.value, noisy.value) == (0.0, 0.3)
    assert clean.figures["noise"] < 0.1 < 0.6 < noisy.figures["noise"]
    assert "0.3 to 0.5" in clean.reason
    assert "measured" in clean.reason


def test_noise_is_the_share_of_the_variance_that_was_added():
    for noise in (0.5, 1.0, 2.0):
        train = regression(noise, rows=3000).train
        true = noise**2 / np.var(train.labels)
        assert target_noise(train) == pytest.approx(true, abs=0.12)
    constant = replace(train, labels=np.ones(len(train)))
    assert target_noise(constant) is None
    assert target_noise(train.take(np.arange(5))) is None


def test_few_rows_get_small_batches_and_patience_and_the_reason():
    config = choose_config(splits("regression"))
    assert (config.batch_size, config.early_stopping_patience) == (8, 30)
    for name in ("batch_size", "early_stopping_patience"):
        assert "measured" in config.why(name).reason


@pytest.mark.parametrize(
    ("rows", "least", "most"),
    [(100, 100, 500), (9_000, 100, 500), (30_000, 50, 200), (2_000_000, 10, 50)],
)
def test_epochs_by_rows(rows, least, most):
    config = choose_config(splits(labels=np.arange(round(rows / 0.7)) % 2))
    assert least <= config.epochs <= most
    assert "EPO-1" in config.why("epochs").rule


def test_many_rows_get_larger_batches():
    assert choose_config(splits(rows=40_000)).batch_size == 32
    large = choose_config(splits(rows=100_000))
    assert 128 <= large.batch_size <= 512
    assert "32" in large.why("batch_size").reason


def test_what_is_measured_reaches_the_config():
    rare = np.zeros(1000, int)
    rare[::200] = 1
    config = choose_config(splits(labels=rare))
    assert config.loss == "binary_crossentropy"
    for words in ("guide says binary_focal_crossentropy", "measured", "Set loss="):
        assert words in config.why("loss").reason
    assert "roc_auc" in config.metrics
    assert "threshold" in config.why("class_weights").reason
    far = np.random.default_rng(0).normal(size=1000)
    far[::100] = 500
    assert choose_config(splits("regression", labels=far)).loss == "huber"


def test_fractions_are_those_of_the_splits():
    config = choose_config(splits(rows=200))
    assert config.validation_fraction == pytest.approx(0.15)
    assert config.test_fraction == pytest.approx(0.15)


def test_overrides_win_and_say_so():
    config = choose_config(splits(), seed=4, overrides=["units=32,16", "dropout=0"])
    assert (config.units, config.dropout, config.seed) == ((32, 16), 0.0, 4)
    assert config.why("units").reason == "you set it."
    with pytest.raises(BadInput, match="dropout"):
        choose_config(splits(), overrides=["dropuot=0"])
    with pytest.raises(BadInput):
        choose_config(splits(), seed=-1)


def texts(rows=700, words=30):
    """Splits of one text column, a hundredth of the texts being longer than `words`."""
    data = splits(rows=rows)
    train = data.train
    lengths = np.where(np.arange(len(train)) % 100 < 99, words, 400)
    notes = np.array([" ".join(["word"] * length) for length in lengths], object)
    column = Column("note", "text")
    return replace(data, train=replace(train, features={"note": notes}, columns=(column,)))


@pytest.mark.parametrize("model", ["simple_rnn", "lstm", "gru", "transformer_encoder"])
def test_a_model_that_you_set_gets_the_settings_that_suit_it(model):
    config = choose_config(texts(), overrides=[f"model={model}"])
    known = set(known_settings(model))
    assert config.why("model").reason == "you set it."
    assert set(config.reasons) == set(Config.setting_names()) - (taken_settings() - known)
    assert config.text_length == 30
    assert config.optimizer == choose_optimizer(model).value
    builder_settings(config)
    check_names(config, TASKS["binary"])
    if "units" in known:
        assert config.units == (64,)


def test_a_bag_of_words_reads_the_whole_text():
    config = choose_config(texts(), overrides=["model=mlp"])
    assert (config.activation, config.text_length) == ("relu", 256)
    assert choose_config(texts()).model == "gru"
