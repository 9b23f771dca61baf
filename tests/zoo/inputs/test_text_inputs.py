import numpy as np
import pytest
from goodfit.zoo import BadInput, Column, Task, mlp, model_inputs, parts, to_tensors

COLUMNS = [Column("t", "text")]
TRAIN = {"t": np.array(["Good wine!", "good beer", "", "bad, wine", "so so"] * 4, object)}


def run(model, *texts):
    return np.asarray(model(to_tensors({"t": np.array(texts, object)}, COLUMNS))["text_0"])


def test_words_are_numbered_by_frequency_and_rare_ones_share_a_number():
    rare = {"t": np.array([*TRAIN["t"], "hapax legomenon"], object)}
    model = model_inputs(COLUMNS, rare)
    codes = run(model, "good wine", "GOOD, wine.", "hapax good", "never good", "")
    np.testing.assert_array_equal(codes[0], codes[1])
    np.testing.assert_array_equal(codes[2], codes[3])
    assert codes[2, 0] == 1
    np.testing.assert_array_equal(codes[4], 0)


def test_length_and_words_are_bounded():
    model = model_inputs(COLUMNS, TRAIN, maximum_words=2)
    assert run(model, "good " * 50).shape == (1, 2)  # no row of training had more words
    assert run(model, "good so", "bad wine").tolist() == [[2, 3], [1, 1]]
    model = model_inputs(COLUMNS, TRAIN, maximum_text_length=1)
    assert run(model, "good " * 50).shape == (1, 1)


def test_the_mean_is_over_words_and_never_nan():
    import keras

    keras.utils.set_random_seed(0)
    model = mlp(model_inputs(COLUMNS, TRAIN), Task("binary", ("n", "y")), units=(4,))

    def answers(*texts):
        return np.asarray(model(to_tensors({"t": np.array(texts, object)}, COLUMNS)))

    found = answers("good", "good good", "wine good", "good wine", "", "   ", "!?")
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found[0], found[1], rtol=1e-6)
    np.testing.assert_allclose(found[2], found[3], rtol=1e-6)
    np.testing.assert_array_equal(found[4], found[5])
    np.testing.assert_array_equal(found[4], found[6])
    assert abs(found[0] - found[2]) > 0
    table = parts(model).trunk.get_layer("embed_text_0").embeddings
    by_hand = np.asarray(table)[run(parts(model).preprocessor, "good wine")[0, :2]].mean(axis=0)
    kernel, bias = parts(model).trunk.get_layer("hidden_1").get_weights()
    hidden = np.maximum(by_hand @ kernel + bias, 0)
    kernel, bias = parts(model).trunk.get_layer("output").get_weights()
    np.testing.assert_allclose(1 / (1 + np.exp(-(hidden @ kernel + bias))), found[3], rtol=1e-5)


def test_a_column_without_words_is_refused_alone_and_left_out_beside_others():
    empty = {"t": np.array(["", "!", "  "], object), "n": np.arange(3.0)}
    with pytest.raises(BadInput, match="nothing to learn"):
        model_inputs(COLUMNS, empty)
    both = [*COLUMNS, Column("n", "number")]
    assert set(model_inputs(both, empty)(to_tensors(empty, both))) == {"dense"}
