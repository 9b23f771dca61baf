"""What the builders that read a text in order have in common, and what each promises."""

import numpy as np
import pytest
from goodfit.zoo import BadInput, Column, Task, build, model_inputs, parts, to_tensors

BINARY = Task("binary", ("no", "yes"))
TEXT = [Column("note", "text")]
MIXED = [Column("note", "text"), Column("size", "number"), Column("title", "text")]
RECURRENT = {"simple_rnn": (1, 1), "lstm": (4, 1), "gru": (3, 2)}  # gates, biases of each
TINY = {name: {"units": (5, 3), "embedding_width": 6} for name in RECURRENT}
TINY["transformer_encoder"] = {"embedding_width": 16, "layers": 2, "heads": 8}
WORDS = ["red", "blue", "one", "two", "three"]


def ordered_rows(count, seed):
    """Return texts of the same five words; whether red or blue comes first decides the label."""
    draw = np.random.default_rng(seed)
    labels = np.arange(count) % 2
    texts = []
    for label in labels:
        first, *rest = ("red", "blue") if label else ("blue", "red")
        texts.append(" ".join([first, *draw.permutation([*rest, *WORDS[2:]])]))
    return {"note": np.array(texts, object)}, labels


def mixed_rows():
    notes = ["one two three", "two", "", "three red blue one two", "two one"] * 4
    titles = ["red", "", "blue red", "one", "two two"] * 4
    notes[7] = " ".join(["one two"] * 6)
    return {
        "note": np.array(notes, object),
        "size": np.arange(20.0),
        "title": np.array(titles, object),
    }


# They are one with another cell, and the contract of the builders checks each of them.
SLOW = [pytest.param(name, marks=pytest.mark.slow) for name in ("simple_rnn", "lstm")]


@pytest.mark.parametrize("name", ["gru", "transformer_encoder", *SLOW])
def test_padding_does_not_matter_and_no_words_give_an_answer(name):
    """The bug: NaN from a mean over nothing, or a state that has read padding."""
    rows = mixed_rows()
    kept = np.array([len(text.split()) <= 5 for text in rows["note"]])
    answers = []
    weights = None
    for length in (12, 5):
        model = build(
            name, model_inputs(MIXED, rows, maximum_text_length=length), BINARY, **TINY[name]
        )
        weights = weights or model.get_weights()
        model.set_weights(weights)
        answers.append(np.asarray(model(to_tensors(rows, MIXED))))
    assert np.isfinite(answers[0]).all()
    np.testing.assert_allclose(answers[0][kept], answers[1][kept], atol=1e-6)
    assert np.abs(answers[0][~kept] - answers[1][~kept]).max() > 1e-6  # it was cut

    empty = {**rows, "note": np.full(20, "", object), "title": np.full(20, None, object)}
    assert np.isfinite(np.asarray(model(to_tensors(empty, MIXED)))).all()


@pytest.mark.parametrize("name", ["mlp", "gru", "transformer_encoder", *SLOW])
def test_reading_in_order_learns_that_the_first_word_decides_and_a_bag_cannot(name):
    import keras

    keras.utils.set_random_seed(0)
    rows, labels = ordered_rows(192, 0)
    other, truth = ordered_rows(64, 1)
    preprocessor = model_inputs(TEXT, rows)
    small = {"units": (16,)} if name != "transformer_encoder" else {"layers": 1}
    if name != "mlp":
        small |= {"embedding_width": 16}
    if name in RECURRENT:
        small |= {"bidirectional": False}
    model = build(name, preprocessor, BINARY, **small)
    trunk = parts(model).trunk
    trunk.compile(keras.optimizers.Adam(0.02), "binary_crossentropy")
    encoded = preprocessor(to_tensors(rows, TEXT))
    trunk.fit(encoded, labels.astype("float32"), epochs=15, batch_size=32, verbose=0)
    right = ((np.asarray(model(to_tensors(other, TEXT)))[:, 0] > 0.5) == truth).mean()
    assert right <= 0.65 if name == "mlp" else right >= 0.95, right


@pytest.mark.parametrize("name", RECURRENT)
@pytest.mark.parametrize("bidirectional", [False, True])
def test_parameters_of_recurrent_networks_are_as_the_docstring_counts_them(name, bidirectional):
    preprocessor = model_inputs(TEXT, ordered_rows(40, 0)[0])
    task = Task("multiclass", ("a", "b", "c"))
    model = build(name, preprocessor, task, bidirectional=bidirectional, **TINY[name])
    gates, biases = RECURRENT[name]
    directions = 1 + bidirectional
    first = gates * 5 * (6 + 5 + biases)
    second = gates * 3 * (5 * directions + 3 + biases)
    words = (len(WORDS) + 2) * 6
    expected = words + directions * (first + second) + (3 * directions + 1) * 3
    assert model.count_params() == expected


@pytest.mark.parametrize(("width", "heads"), [(64, 8), (16, 2), (4, 1)])
def test_parameters_and_heads_of_the_transformer_are_as_told(width, heads):
    import keras

    preprocessor = model_inputs(TEXT, ordered_rows(40, 0)[0])
    model = build("transformer_encoder", preprocessor, BINARY, embedding_width=width, layers=3)
    words = (len(WORDS) + 2) * width
    layers = 3 * (12 * width**2 + 13 * width) + 2 * width
    assert model.count_params() == words + layers + width + 1
    attention = [
        layer
        for layer in parts(model).trunk.layers
        if isinstance(layer, keras.layers.MultiHeadAttention)
    ]
    assert [layer.num_heads for layer in attention] == [heads] * 3


def test_parameters_over_a_sequence_of_numbers_are_as_told():
    steps = np.random.default_rng(0).normal(size=(9, 4, 5))
    preprocessor = model_inputs([Column("steps", "sequence", 5)], {"steps": steps})
    e, u = 16, 6
    encoder = build("transformer_encoder", preprocessor, BINARY, embedding_width=e, layers=1)
    told = (5 + 1) * e + 12 * e**2 + 13 * e + 2 * e + e + 1
    assert parts(encoder).trunk.count_params() == told
    plain = build("simple_rnn", preprocessor, BINARY, units=(u,), bidirectional=False)
    assert parts(plain).trunk.count_params() == u * (5 + u + 1) + u + 1


def test_nothing_stands_in_the_way_of_the_fused_kernel():
    """A mask, another activation or dropout inside the cell would cost cuDNN on a GPU."""
    preprocessor = model_inputs(TEXT, ordered_rows(40, 0)[0])
    for name in ("lstm", "gru"):
        model = build(name, preprocessor, BINARY, dropout=0.3, **TINY[name])
        for layer in parts(model).trunk.layers:
            config = layer.get_config()
            assert not config.get("mask_zero")
            if "recurrent_activation" in config:
                assert (config["activation"], config["recurrent_activation"]) == ("tanh", "sigmoid")
                assert config["use_bias"]
                lost = ("unroll", "recurrent_dropout", "dropout")
                assert not any(config[word] for word in lost)
                assert config.get("reset_after", True)


def test_dropout_and_penalty_are_active_in_training():
    preprocessor = model_inputs(TEXT, ordered_rows(40, 0)[0])
    encoded = preprocessor(to_tensors(ordered_rows(40, 0)[0], TEXT))
    for name, settings in TINY.items():
        penalty = {} if name == "transformer_encoder" else {"l2": 0.01}
        trunk = parts(build(name, preprocessor, BINARY, dropout=0.5, **penalty, **settings)).trunk
        calm = np.asarray(trunk(encoded))
        np.testing.assert_array_equal(calm, trunk(encoded))
        assert np.abs(np.asarray(trunk(encoded, training=True)) - calm).max() > 0
        assert bool(trunk.losses) == bool(penalty)


@pytest.mark.parametrize("name", TINY)
def test_a_table_without_text_is_told_which_model_serves_it(name):
    columns = [Column("x", "number")]
    preprocessor = model_inputs(columns, {"x": np.arange(9.0)})
    with pytest.raises(BadInput, match="For a table take mlp") as caught:
        build(name, preprocessor, BINARY, embedding_width=0, dropout=1, target_mean=1.0)
    assert len(caught.value.problems) == 4


@pytest.mark.parametrize(
    ("name", "setting"),
    [
        ("gru", {"units": ()}),
        ("gru", {"bidirectional": 1}),
        ("lstm", {"l2": -1}),
        ("simple_rnn", {"units": 8}),
        ("transformer_encoder", {"heads": 0}),
        ("transformer_encoder", {"layers": 1.5}),
    ],
)
def test_a_misuse_is_named(name, setting):
    preprocessor = model_inputs(TEXT, ordered_rows(40, 0)[0])
    with pytest.raises(BadInput, match=next(iter(setting))):
        build(name, preprocessor, BINARY, **setting)
