"""A made table with every kind of column, and the contract that every builder must keep."""

import numpy as np
import pytest
from goodfit.zoo import Column, Task

TABLE = (
    Column("age", "number"),
    Column("Fare (EUR)", "number"),
    Column("pixels", "number", 5),
    Column("vip", "boolean"),
    Column("a/b", "category"),
    Column("town", "category"),
    Column("when", "date"),
    Column("note", "text"),
)
TASKS = (
    Task("binary", ("no", "yes")),
    Task("multiclass", ("a", "b", "c")),
    Task("multilabel", ("x", "y")),
    Task("regression", ("price", "weight")),
)


def made_rows(count: int, seed: int = 0) -> dict[str, np.ndarray]:
    """Return rows with missing values in every kind of column; towns are too many for 0/1."""
    draw = np.random.default_rng(seed)
    words = np.array(["good", "bad", "late", "kind", "Wine,", "bread."], object)
    rows = {
        "age": draw.normal(40, 10, count),
        "Fare (EUR)": np.exp(draw.normal(0, 2, count)),
        "pixels": draw.normal(0, 1, (count, 5)),
        "vip": draw.integers(0, 2, count).astype(float),
        "a/b": np.array(["x", "y", ""], object)[draw.integers(0, 3, count)],
        "town": np.array([f"town {i}" for i in draw.integers(0, 60, count)], object),
        "when": np.array(
            [str(np.datetime64("2023-11-05T07:30:00") + i * 3600) for i in range(count)], object
        ),
        "note": np.array([" ".join(words[draw.integers(0, 6, 1 + i % 4)]) for i in range(count)]),
    }
    rows["age"][::7] = np.nan
    rows["vip"][::9] = np.nan
    rows["when"][::11] = ""
    rows["note"] = rows["note"].astype(object)
    rows["note"][::5] = ""
    return rows


def made_labels(task: Task, rows: dict[str, np.ndarray]) -> np.ndarray:
    """Return labels that follow from the rows."""
    age = np.nan_to_num(rows["age"], nan=40.0)
    fare = np.log(rows["Fare (EUR)"])
    if task.kind == "binary":
        return (age > 40).astype("int64")
    if task.kind == "multiclass":
        return np.digitize(age, [35, 45])
    if task.kind == "multilabel":
        return np.stack([age > 40, fare > 0], axis=1).astype("int64")
    return np.stack([100 + 10 * (age - 40), 5000 + 300 * fare], axis=1)


@pytest.fixture(scope="session")
def table():
    """The columns of the made table."""
    return TABLE


@pytest.fixture(scope="session")
def rows():
    """Return 240 rows of the made table to adapt on."""
    return made_rows(240)


@pytest.fixture(scope="session")
def preprocessor(table, rows):
    """Inputs adapted on the made rows, shared because nothing in them is trained."""
    from goodfit.zoo import model_inputs

    return model_inputs(table, rows, maximum_one_hot=20)


@pytest.fixture(scope="session")
def encode(table, preprocessor):
    """A function from raw rows to encoded tensors."""
    from goodfit.zoo import to_tensors

    return lambda rows: preprocessor(to_tensors(rows, table))


@pytest.fixture
def contract(table, rows, preprocessor, encode):
    """A function that holds a builder to what every builder of ours promises.

    Call it as `contract(name, task, **settings)` with settings that make the model tiny.
    """
    import keras
    from goodfit.zoo import build, head, parts, to_tensors

    def hold(name: str, task: Task, **settings):
        keras.utils.set_random_seed(1)
        labels = made_labels(task, rows)
        scaled = labels
        if head(task).rescaled:
            mean, scale = labels.mean(axis=0), labels.std(axis=0)
            settings |= {"target_mean": mean.tolist(), "target_scale": scale.tolist()}
            scaled = (labels - mean) / scale
        model = build(name, preprocessor, task, **settings)
        found = parts(model)
        raw, encoded = to_tensors(rows, table), encode(rows)

        # Uncompiled, of plain Keras layers, keyed by column name.
        assert not model.compiled
        assert set(model.input) == {column.name for column in table}
        modules = {type(layer).__module__ for layer in model._flatten_layers()}
        assert all(module.startswith("keras.") for module in modules), modules

        # The joined model is its parts, one after the other.
        output = np.asarray(model(raw))
        expected = found.trunk(encoded)
        expected = expected if found.finish is None else found.finish(expected)
        np.testing.assert_array_equal(output, np.asarray(expected))
        assert output.shape == (240, task.outputs)
        assert np.isfinite(output).all()
        if task.kind == "multiclass":
            np.testing.assert_allclose(output.sum(axis=1), 1, atol=1e-5)
        elif task.is_classification:
            assert ((output >= 0) & (output <= 1)).all()

        # Training the trunk trains the joined model, and lowers the loss.
        found.trunk.compile(keras.optimizers.Adam(0.003), head(task).loss)
        history = found.trunk.fit(encoded, scaled, epochs=3, batch_size=48, verbose=0)
        losses = history.history["loss"]
        assert losses[-1] < losses[0], losses
        assert np.abs(np.asarray(model(raw)) - output).max() > 0
        return model

    return hold
