"""The confusion matrix of a training: counts, logits, names, files."""

import csv

import keras
import numpy as np
import pytest
from goodfit.callbacks import ConfusionMatrix
from goodfit.callbacks.steering.confusion import count_confusions
from goodfit.zoo import BadInput

layers = keras.layers
X = np.random.default_rng(0).normal(size=(60, 2)).astype("float32")
BINARY = (X[:, 0] > 0).astype("int32")
CLASSES = (X[:, 0] > 0).astype("int32") + 2 * (X[:, 1] > 0)


def made(units, activation, loss):
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((2,)), layers.Dense(units, activation=activation)])
    model.compile(keras.optimizers.Adam(0.1), loss)
    return model


def fit(model, y, callback, epochs=2):
    model.fit(X, y, epochs=epochs, verbose=0, callbacks=[callback])
    return callback


def by_hand(actual, predicted, classes):
    matrix = np.zeros((classes, classes), int)
    for pair in zip(actual, predicted, strict=True):
        matrix[pair] += 1
    return matrix


@pytest.mark.parametrize(
    ("activation", "logits"), [("sigmoid", False), (None, True)], ids=["probability", "logit"]
)
def test_two_classes(activation, logits):
    model = made(1, activation, keras.losses.BinaryCrossentropy(from_logits=logits))
    found = fit(model, BINARY, ConfusionMatrix((X, BINARY), ["no", "yes"]))
    predicted = (model.predict(X, verbose=0)[:, 0] >= (0 if logits else 0.5)).astype(int)
    np.testing.assert_array_equal(found.matrix, by_hand(BINARY, predicted, 2))
    assert list(found.matrices) == [1, 2]


@pytest.mark.parametrize("one_hot", [False, True])
@pytest.mark.parametrize("logits", [False, True])
def test_several_classes(one_hot, logits):
    kind = (
        keras.losses.CategoricalCrossentropy
        if one_hot
        else (keras.losses.SparseCategoricalCrossentropy)
    )
    model = made(4, None if logits else "softmax", kind(from_logits=logits))
    y = keras.utils.to_categorical(CLASSES, 4) if one_hot else CLASSES
    found = fit(model, y, ConfusionMatrix((X, y), every="end"))
    predicted = model.predict(X, verbose=0).argmax(1)
    np.testing.assert_array_equal(found.matrix, by_hand(CLASSES, predicted, 4))
    assert list(found.matrices) == [2]


def test_a_dataset_is_read_in_its_own_order():
    import tensorflow as tf

    model = made(4, "softmax", "sparse_categorical_crossentropy")
    rows = tf.data.Dataset.from_tensor_slices((X, CLASSES)).batch(16)
    found = fit(model, CLASSES, ConfusionMatrix(rows))
    np.testing.assert_array_equal(
        found.matrix, by_hand(CLASSES, model.predict(X, verbose=0).argmax(1), 4)
    )


def test_a_threshold_holds_for_logits_too():
    assert count_confusions([0, 1], [[0.6], [0.9]], cut=0.8).tolist() == [[1, 0], [0, 1]]
    model = made(1, None, keras.losses.BinaryCrossentropy(from_logits=True))
    found = fit(model, BINARY, ConfusionMatrix((X, BINARY), threshold=0.9))
    chance = 1 / (1 + np.exp(-model.predict(X, verbose=0)[:, 0]))
    np.testing.assert_array_equal(found.matrix, by_hand(BINARY, (chance >= 0.9).astype(int), 2))


def test_pictures_and_counts_are_written(tmp_path):
    model = made(1, "sigmoid", "binary_crossentropy")
    found = ConfusionMatrix((X, BINARY), ["no", "cost $ and $"], tmp_path / "out")
    fit(model, BINARY, found)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "confusion.csv", "confusion_0001.png", "confusion_0002.png",
    ]  # fmt: skip
    with (tmp_path / "out" / "confusion.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 8
    assert sum(int(row["rows"]) for row in rows) == 120
    texts = {text.get_text() for text in found.draw().axes[0].texts}
    assert texts == {str(count) for count in found.matrix.ravel() if count}


def test_many_classes_are_cut_to_those_with_most_errors():
    from goodfit.callbacks.steering.drawing import draw_confusion

    matrix = np.eye(30, dtype=int) * 5
    matrix[3, 7] = 4
    figure = draw_confusion(matrix, [f"class {i}" for i in range(30)], "Epoch 1")
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert len(labels) == 20
    assert "class 3" in labels
    assert "20 classes with the most errors of 30" in figure.texts[0].get_text()


def test_before_any_epoch_there_is_nothing():
    found = ConfusionMatrix((X, BINARY))
    assert found.matrix is None
    with pytest.raises(BadInput, match="Nothing was counted yet"):
        found.draw()


@pytest.mark.parametrize(
    ("labels", "outputs", "classes", "said"),
    [
        ([0, 2], [[0.1], [0.9]], None, "A label is none of the model's classes"),
        ([0], [[0.1], [0.9]], None, "There is not one label for each prediction"),
        ([0, 1], [[0.1], [0.9]], 3, "The names do not fit the model's output"),
        ([0.5, 1], [[0.1], [0.9]], None, "numbers from 0 to 1"),
    ],
)
def test_what_does_not_fit_is_told(labels, outputs, classes, said):
    with pytest.raises(BadInput, match=said):
        count_confusions(labels, outputs, classes=classes)


def test_all_mistakes_are_told_at_once():
    with pytest.raises(BadInput) as error:
        ConfusionMatrix((X,), ["a", "a"], every="week", threshold=0, batch_size=0)
    assert len(error.value.problems) == 5
