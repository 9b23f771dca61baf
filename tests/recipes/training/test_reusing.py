"""What is reused from one training to the next changes nothing of what comes out."""

import copy
import pickle

import numpy as np
import pytest
from goodfit import zoo
from goodfit.recipes import Config, TracedReuse, load, split, train
from goodfit.recipes.answering.methods import answers_of
from goodfit.recipes.training.fitting import TrainingFailed
from goodfit.recipes.training.rates import Rates, plan_of
from goodfit.recipes.training.tracing import _known_gradients

RANDOM = np.random.default_rng(0)
BASE = Config(units=(8, 8), epochs=2, batch_size=16)


def table(target=None, rows=90):
    import pandas as pd

    x = RANDOM.normal(size=(rows, 3))
    frame = pd.DataFrame(x, columns=list("abc"))
    frame["town"] = np.where(x[:, 0] > 0, "Ulm", "Bonn")
    frame["y"] = x[:, 1] if target == "number" else np.where(x.sum(1) > 0, "yes", "no")
    return load(frame, "y")


@pytest.fixture(scope="module")
def splits():
    return split(table()), split(table(), seed=1)


def numbers(run):
    """Return all that a training comes to, seconds and bytes apart."""
    record = {n: v for n, v in run.record.items() if n not in ("seconds", "peak_memory_bytes")}
    history = [{n: v for n, v in logs.items() if n != "seconds"} for logs in run.history]
    return repr((record, history, run.findings))


def same(config, splits, reuse):
    """Train with and without; compare; return the run that reuses."""
    one, other = train(config, splits), train(config, splits, reuse=reuse)
    assert numbers(one) == numbers(other)
    mine, theirs = (zoo.parts(run.model).trunk for run in (one, other))
    for x, y in zip(mine.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_array_equal(x, y)
    assert plan_of(mine) == plan_of(theirs)
    assert Rates(theirs).numbers()[: len(Rates(theirs).dropouts)] == [config.dropout] * len(
        Rates(theirs).dropouts
    )
    if other.held_out is not None:
        rows = splits.validation
        np.testing.assert_array_equal(other.held_out, answers_of(one.model, rows, splits.task))
    return other


def test_trials_that_differ_in_rates_seed_and_rows_are_traced_once(splits):
    reuse = TracedReuse()
    same(BASE.replace(dropout=0.3, l2=1e-3), splits[0], reuse)
    changed = BASE.replace(
        dropout=0.47, l2=1.7e-2, learning_rate=0.02, seed=5, batch_size=7, epochs=3
    )
    same(changed, splits[1], reuse)
    assert (reuse.traced, reuse.reused) == (1, 1)
    # Without dropout less is computed: another function.
    same(BASE.replace(dropout=0.0, l2=3e-3, seed=2), splits[0], reuse)
    assert (reuse.traced, reuse.reused) == (2, 1)


@pytest.mark.parametrize(
    "changes",
    [
        {"optimizer": "adamw", "weight_decay": 0.01},
        pytest.param(
            {"optimizer": "sgd_momentum", "reduce_learning_rate_patience": 1},
            marks=pytest.mark.slow,
        ),
        pytest.param(
            {"warmup_steps": 9, "batch_normalization": True, "dropout": 0.0, "l2": 1e-3},
            marks=pytest.mark.slow,
        ),
    ],
)
def test_optimizers_begin_anew(splits, changes):
    reuse = TracedReuse()
    config = BASE.replace(**changes)
    same(config, splits[0], reuse)
    again = config.replace(learning_rate=0.05, seed=3)
    if "weight_decay" in changes:
        again = again.replace(weight_decay=0.0)  # that of AdamW itself
    same(again, splits[1], reuse)
    assert (reuse.traced, reuse.reused) == (1, 1)


@pytest.mark.slow
def test_weights_of_rows_and_units_of_a_target(splits):
    reuse = TracedReuse()
    same(BASE.replace(class_weights="balanced"), splits[0], reuse)
    same(BASE.replace(class_weights="balanced", seed=1), splits[1], reuse)
    assert (reuse.traced, reuse.reused) == (1, 1)
    houses = split(table("number"))
    run = same(BASE.replace(metrics=("mae",)), houses, TracedReuse())
    assert run.held_out is not None


@pytest.mark.slow
@pytest.mark.parametrize("model", ["gru", "transformer_encoder", "convnet"])
def test_a_model_of_sequences(model):
    x = RANDOM.normal(size=(40, 4, 2)).astype("float32")
    splits, reuse = split(load((x, x[:, :, 0].mean(1) > 0))), TracedReuse()
    small = {
        "gru": {"units": (4,)},
        "transformer_encoder": {"layers": 1, "heads": 1, "embedding_width": 4},
        "convnet": {"filters": (4,)},
    }[model]
    config = Config(model=model, epochs=2, dropout=0.2, **small)
    same(config, splits, reuse)
    same(config.replace(dropout=0.4, seed=2), splits, reuse)
    assert (reuse.traced, reuse.reused) == (1, 1)


def test_nothing_stays_of_a_training_that_failed(splits):
    reuse = TracedReuse()
    config = BASE.replace(optimizer="sgd", l2=0.5)
    train(config, splits[0], reuse=reuse)
    with pytest.raises(TrainingFailed):
        train(config.replace(learning_rate=1e30), splits[0], reuse=reuse)
    same(config, splits[0], reuse)
    assert (reuse.traced, reuse.reused) == (1, 2)


def test_a_run_with_a_folder_holds_a_plain_model_with_its_own_rates(splits, tmp_path):
    import keras

    reuse = TracedReuse()
    train(BASE.replace(dropout=0.3), splits[0], reuse=reuse)
    run = train(BASE.replace(dropout=0.45), splits[0], tmp_path / "run", reuse=reuse)
    assert reuse.reused == 1
    opened = keras.models.load_model(run.model_path, compile=False)
    dropped = [each for each in opened._flatten_layers() if isinstance(each, keras.layers.Dropout)]
    assert [(type(each.rate), each.rate) for each in dropped] == [(float, 0.45)] * 2
    assert run.record["saved_difference"] == 0.0


def test_few_models_are_kept_and_none_is_copied():
    flowers, reuse = split(load("iris")), TracedReuse(most=1)
    config = BASE.replace(epochs=1, batch_size=64)
    before = set(_known_gradients())
    train(config, flowers)
    assert set(_known_gradients()) == before
    train(config, flowers, reuse=reuse)
    held = set(_known_gradients()) - before
    assert held  # else TensorFlow's list has moved, and this test checks nothing
    train(config.replace(units=(4,)), flowers, reuse=reuse)
    assert not held & set(_known_gradients())
    assert (reuse.traced, reuse.reused, reuse.dropped) == (2, 0, 1)
    assert len(reuse._working.values()) == 1
    for other in (copy.deepcopy(reuse), pickle.loads(pickle.dumps(reuse))):
        assert (other.traced, other._working.most) == (0, 1)


def test_plans_differ_where_computations_do():
    import keras

    def made(rate=0.2, l2=0.1, units=4, twice=False, name="hidden"):
        x = keras.Input((3,), name="x")
        penalty = keras.regularizers.L2(l2)
        other = penalty if twice else keras.regularizers.L2(l2)
        y = keras.layers.Dense(units, kernel_regularizer=penalty, name=name)(x)
        y = keras.layers.Dropout(rate)(y)
        y = keras.layers.Dense(4, kernel_regularizer=other)(y) + 1.0
        return keras.Model(x, y)

    plan = plan_of(made())
    assert plan == plan_of(made(rate=0.7, l2=0.3))  # and with other counted names
    others = [made(rate=0.0), made(units=5), made(twice=True), made(name="other")]
    frozen = made()
    frozen.layers[1].trainable = False
    assert len({plan, *map(plan_of, [*others, frozen])}) == 6
    model = made(rate=0.7)
    plan_of(model)
    assert Rates(model).numbers() == [0.7, 0.1, 0.1]
