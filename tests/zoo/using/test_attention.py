"""The attention shown is that which the layers used, with the words it is about."""

import numpy as np
import pytest
from goodfit.zoo import (
    BadInput,
    Column,
    Task,
    attention_weights,
    build,
    model_inputs,
    parts,
    to_tensors,
)

NOTES = np.array(["good wine and bread", "bad wine", "and late bread", "good and bad"] * 3, object)


@pytest.fixture(scope="module")
def encoder():
    columns = [Column("note", "text"), Column("size", "number")]
    rows = {"note": NOTES, "size": np.arange(12.0)}
    preprocessor = model_inputs(columns, rows)
    task = Task("binary", ("no", "yes"))
    return build("transformer_encoder", preprocessor, task, embedding_width=16, layers=2, heads=2)


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def test_weights_are_the_softmax_of_queries_and_keys(encoder):
    """Computed by hand from the weights of the layer and from what it was given."""
    import keras

    found = attention_weights(encoder, {"note": "Bad bread, and wine", "size": 2.0})
    assert list(found) == ["text_0_1_attention", "text_0_2_attention"]
    trunk = parts(encoder).trunk
    columns = [Column("note", "text"), Column("size", "number")]
    raw = to_tensors({"note": np.array(["Bad bread, and wine"], object), "size": [2.0]}, columns)
    encoded = parts(encoder).preprocessor(raw)
    for number in (1, 2):
        layer = trunk.get_layer(f"text_0_{number}_attention")
        before = trunk.get_layer(f"text_0_{number}_normalization_1").output
        x = np.asarray(keras.Model(trunk.input, before)(encoded))[0]  # (t, e)
        kernel, bias, key_kernel, key_bias = (np.asarray(w) for w in layer.weights[:4])
        q = np.einsum("te,ehd->htd", x, kernel) + bias[:, None]
        k = np.einsum("te,ehd->htd", x, key_kernel) + key_bias[:, None]
        expected = softmax(np.einsum("hqd,hkd->hqk", q, k) / np.sqrt(q.shape[-1]))
        seen = found[f"text_0_{number}_attention"]
        np.testing.assert_allclose(seen.weights, expected, atol=1e-6)
        assert seen.queries == seen.keys == ("bad", "bread", "and", "wine")
        np.testing.assert_allclose(seen.average, expected.mean(axis=0), atol=1e-6)


def test_padding_is_left_out_and_unknown_words_are_marked(encoder):
    seen = attention_weights(encoder, {"note": "good zebra", "size": 0.0})["text_0_2_attention"]
    assert seen.keys == ("good", "?")
    assert seen.weights.shape == (2, 2, 2)
    np.testing.assert_allclose(seen.weights.sum(axis=-1), 1, atol=1e-6)


def test_a_reopened_model_shows_the_same_and_still_answers_the_same(encoder, tmp_path):
    import keras

    encoder.save(tmp_path / "model.keras")
    reopened = keras.models.load_model(tmp_path / "model.keras")
    example = {"note": "good wine", "size": 1.0}
    one, two = (attention_weights(model, example) for model in (encoder, reopened))
    np.testing.assert_array_equal(
        one["text_0_1_attention"].weights, two["text_0_1_attention"].weights
    )
    columns = [Column("note", "text"), Column("size", "number")]
    raw = to_tensors({"note": NOTES, "size": np.arange(12.0)}, columns)
    before = np.asarray(reopened(raw))
    attention_weights(reopened, example)
    assert "call" not in vars(parts(reopened).trunk.get_layer("text_0_1_attention"))
    np.testing.assert_array_equal(np.asarray(reopened(raw)), before)


def test_layers_of_any_kind_and_depth_are_found():
    import keras
    from keras import layers

    source, target = keras.Input((5, 4), name="source"), keras.Input((3, 4), name="target")
    inner = keras.Sequential([layers.Dense(4), layers.Dense(4)], name="inner")
    shared = layers.Attention(name="plain")
    x = shared([inner(target), source])
    x = layers.AdditiveAttention(name="additive")([x, source])
    x = layers.GroupQueryAttention(2, 4, 2, name="grouped")(x, x)
    deep = keras.Model([source, target], shared([x, source]), name="deep")
    again = keras.Input((5, 4), name="source"), keras.Input((3, 4), name="target")
    model = keras.Model(list(again), deep(list(again)))
    draw = np.random.default_rng(0)
    example = {"source": draw.normal(size=(5, 4)), "target": draw.normal(size=(3, 4))}
    found = attention_weights(model, example)
    assert {name: seen.weights.shape for name, seen in found.items()} == {
        "plain": (1, 3, 5),
        "additive": (1, 3, 5),
        "grouped": (4, 3, 3),
        "plain 2": (1, 3, 5),
    }
    query = np.asarray(inner(example["target"][None].astype("float32")))[0]
    expected = softmax(query @ example["source"].T.astype("float32"))
    np.testing.assert_allclose(found["plain"].weights[0], expected, atol=1e-5)


def test_what_is_wrong_with_an_example_is_told(encoder):
    with pytest.raises(BadInput, match="takes 2 inputs"):
        attention_weights(encoder, "good wine")
    with pytest.raises(BadInput) as raised:
        attention_weights(encoder, {"nota": "good", "size": [1.0, 2.0]})
    assert [problem.kind for problem in raised.value.problems] == ["column_missing", "column_width"]
    task = Task("binary", ("no", "yes"))
    preprocessor = model_inputs([Column("size", "number")], {"size": np.arange(4.0)})
    with pytest.raises(BadInput, match="has no attention layer"):
        attention_weights(build("mlp", preprocessor, task, units=(2,)), 1.0)
