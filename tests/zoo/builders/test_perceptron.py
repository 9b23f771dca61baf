import numpy as np
import pytest
from goodfit.zoo import (
    ACTIVATIONS,
    BadInput,
    Column,
    Task,
    funnel,
    head,
    mlp,
    model_inputs,
    parts,
    to_tensors,
)

BINARY = Task("binary", ("no", "yes"))
PRICE = Task("regression", ("price",))
HIDDEN = [name for name, item in ACTIVATIONS.items() if item.hidden]


@pytest.fixture(scope="module")
def numbers():
    """Four numbers, encoded, with a label of each kind that follows from them."""
    draw = np.random.default_rng(0)
    columns = [Column("x", "number", 4)]
    rows = {"x": draw.normal(size=(96, 4))}
    model = model_inputs(columns, rows)
    score = rows["x"] @ np.array([1.0, -2.0, 0.5, 1.5])
    labels = {
        "binary": (score > 0).astype(int),
        "multiclass": np.digitize(score, [-1, 1]),
        "multilabel": np.stack([score > 0, rows["x"][:, 0] > 0], axis=1).astype(int),
        "regression": score / score.std(),
    }
    return model, model(to_tensors(rows, columns)), labels


TASKS = [
    BINARY,
    Task("multiclass", ("a", "b", "c")),
    Task("multilabel", ("x", "y")),
    PRICE,
]


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.kind)
def test_a_step_of_training_lowers_the_loss_with_every_activation(numbers, task):
    import keras

    preprocessor, encoded, labels = numbers
    for activation in HIDDEN:
        keras.utils.set_random_seed(0)
        trunk = parts(mlp(preprocessor, task, units=(16,), activation=activation)).trunk
        loss = keras.losses.get(head(task).loss)
        truth = np.asarray(labels[task.kind], head(task).labels).reshape(96, -1)

        def current(trunk=trunk, loss=loss, truth=truth):
            return float(keras.ops.mean(loss(truth, trunk(encoded))))

        before = current()
        trunk.compile(keras.optimizers.SGD(0.05), loss, run_eagerly=True)
        trunk.train_on_batch(encoded, truth)
        assert current() < before, (task.kind, activation)


@pytest.mark.parametrize("activation", HIDDEN)
def test_signals_reach_the_tenth_layer_except_through_sigmoids(activation):
    import keras

    columns = [Column("x", "number", 64)]
    rows = {"x": np.random.default_rng(0).normal(size=(256, 64))}
    keras.utils.set_random_seed(0)
    model = mlp(model_inputs(columns, rows), PRICE, units=(64,) * 10, activation=activation)
    spread = np.asarray(model(to_tensors(rows, columns))).std()
    if activation == "sigmoid":  # ACT-3: this is why
        assert spread < 1e-3
    else:
        assert 0.05 < spread < 5


def test_layers_are_named_and_dropout_stands_after_hidden_layers_only(numbers):
    model = mlp(numbers[0], BINARY, units=(8, 4), dropout=0.5, batch_normalization=True)
    names = [layer.name for layer in parts(model).trunk.layers]
    expected = ["dense"]
    for number in (1, 2):
        tails = ("", "_normalization", "_activation", "_dropout")
        expected += [f"hidden_{number}{tail}" for tail in tails]
    assert names == [*expected, "output"]


def test_dropout_is_active_in_training_only(numbers):
    model, encoded, _ = numbers
    trunk = parts(mlp(model, PRICE, units=(32,), dropout=0.5)).trunk
    np.testing.assert_array_equal(trunk(encoded), trunk(encoded))
    assert np.abs(np.asarray(trunk(encoded, training=True)) - np.asarray(trunk(encoded))).max() > 0


def test_the_penalty_is_the_sum_of_squared_kernels(numbers):
    trunk = parts(mlp(numbers[0], BINARY, units=(8, 4), l2=0.01)).trunk
    kernels = [w for w in trunk.weights if w.name == "kernel"]
    expected = 0.01 * sum(float((np.asarray(kernel) ** 2).sum()) for kernel in kernels)
    assert len(kernels) == 3
    assert float(sum(trunk.losses)) == pytest.approx(expected, rel=1e-5)
    assert not parts(mlp(numbers[0], BINARY, units=(8,))).trunk.losses


def test_parameters_are_as_the_docstring_counts_them(numbers):
    units = funnel(16, 3)
    widths = [4, *units]
    plain = sum((i + 1) * u for i, u in zip(widths, [*units, 1], strict=True))
    assert mlp(numbers[0], PRICE, units=units).count_params() == plain
    normal = sum(i * u + 4 * u for i, u in zip(widths, units, strict=False)) + units[-1] + 1
    assert mlp(numbers[0], PRICE, units=units, batch_normalization=True).count_params() == normal


def test_regression_answers_in_the_unit_of_each_target(numbers):
    preprocessor, encoded, _ = numbers
    task = Task("regression", ("a", "b"))
    model = mlp(preprocessor, task, units=(8,), target_mean=[1e6, -3.0], target_scale=[5e4, 0.1])
    found = parts(model)
    inner = np.asarray(found.trunk(encoded))
    outer = np.asarray(found.finish(inner))
    np.testing.assert_allclose(outer, inner * [5e4, 0.1] + [1e6, -3.0], rtol=1e-6)
    assert parts(mlp(preprocessor, PRICE, units=(8,))).finish.scale == [1.0]
    assert parts(mlp(preprocessor, BINARY, units=(8,))).finish is None


def test_every_misuse_is_named_at_once(numbers):
    with pytest.raises(BadInput) as caught:
        mlp(
            numbers[0],
            BINARY,
            units=(0, 8),
            activation="softmax",
            dropout=1.0,
            l2=float("nan"),
            batch_normalization="yes",
            target_mean=3.0,
        )
    text = str(caught.value)
    assert len(caught.value.problems) == 6
    for name in ("units", "softmax", "dropout", "l2", "batch_normalization", "target_mean"):
        assert name in text


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"activation": "rleu"}, "Did you mean 'relu'"),
        ({"units": ()}, "units"),
        ({"units": 64}, "units"),
        ({"units": (True,)}, "units"),
        ({"units": (1.5,)}, "units"),
        ({"dropout": -0.1}, "dropout"),
        ({"target_scale": 0.0}, "above 0"),
        ({"target_scale": [1.0, 2.0]}, "target_scale"),
        ({"target_mean": "x"}, "target_mean"),
    ],
)
def test_one_misuse_is_named(numbers, settings, word):
    with pytest.raises(BadInput, match=word):
        mlp(numbers[0], PRICE, **settings)


def test_a_strange_model_has_no_parts(numbers):
    with pytest.raises(BadInput, match="not built by goodfit"):
        parts(numbers[0])
