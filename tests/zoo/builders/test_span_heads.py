"""Where an answer begins and ends in a passage: what every model that points promises."""

import numpy as np
import pytest
from goodfit.zoo import BadInput, Column, Task, build, model_inputs, parts, to_tensors

COLUMNS = [Column("passage", "text"), Column("question", "text")]
TASK = Task("span")
TINY = {name: {"units": (4,), "embedding_width": 6} for name in ("simple_rnn", "lstm", "gru")}
TINY["transformer_encoder"] = {"embedding_width": 8, "layers": 1}
# Recurrent networks are one with another cell; the contract of the builders checks each of them.
SLOW = {"simple_rnn", "lstm"}
FEW = [pytest.param(name, marks=pytest.mark.slow if name in SLOW else ()) for name in TINY]


def asked(count, seed):
    """Return passages such as `red 1 blue 2`, and questions for one of the colours."""
    draw = np.random.default_rng(seed)
    passages, questions, places = [], [], []
    for _ in range(count):
        colours = draw.permutation(["red", "blue", "green"])
        words = [word for colour in colours for word in (colour, f"x{draw.integers(10**9)}")]
        which = draw.integers(3)
        passages.append(" ".join(words))
        questions.append(f"what of {colours[which]}")
        places.append([2 * which + 1] * 2)
    texts = {"passage": np.array(passages, object), "question": np.array(questions, object)}
    return texts, np.array(places)


def inputs(rows, **settings):
    return model_inputs(COLUMNS, rows, **{"one_vocabulary": True, **settings})


@pytest.mark.parametrize("name", FEW)
def test_probabilities_are_of_words_of_the_passage_alone_and_padding_changes_none(name):
    rows, _ = asked(12, 0)
    rows["passage"][0], rows["question"][1] = "red", ""
    rows["passage"][2] = " ".join(["blue"] * 11)
    answers, weights = [], None
    for length in (11, 7):
        model = build(name, inputs(rows, maximum_text_length=length), TASK, **TINY[name])
        weights = weights or model.get_weights()
        model.set_weights(weights)
        answers.append(np.asarray(model(to_tensors(rows, COLUMNS))))
    assert answers[0].shape == (12, 2, 11)
    np.testing.assert_allclose(answers[0].sum(axis=2), 1, atol=1e-5)
    for row, text in enumerate(rows["passage"]):
        assert (answers[0][row, :, len(text.split()) :] == 0).all()
    kept = np.arange(12) != 2
    np.testing.assert_allclose(answers[0][kept, :, :7], answers[1][kept], atol=1e-6)

    # A passage without words, and a question without any, have an answer too.
    empty = {name: np.array(["", ""], object) for name in rows}
    assert np.isfinite(np.asarray(model(to_tensors(empty, COLUMNS)))).all()


@pytest.mark.parametrize(
    "name", ["gru", pytest.param("transformer_encoder", marks=pytest.mark.slow)]
)
def test_the_question_decides_and_values_never_seen_are_found(name):
    import keras

    few = name == "gru"
    rows, places = asked(128 if few else 256, 0)
    settings = {"units": (8,), "embedding_width": 16, "bidirectional": False}
    if not few:
        settings = {"embedding_width": 32, "layers": 2}
    model = build(name, inputs(rows), TASK, **settings)
    found = parts(model)
    found.trunk.compile(
        keras.optimizers.Adam(0.02 if few else 0.01), "sparse_categorical_crossentropy"
    )
    encoded = found.preprocessor(to_tensors(rows, COLUMNS))
    found.trunk.fit(encoded, places, epochs=20 if few else 30, batch_size=32, verbose=0)
    others, truth = asked(64, 1)
    said = np.asarray(model(to_tensors(others, COLUMNS))).argmax(axis=2)
    assert (said == truth).all(axis=1).mean() >= 0.9


def test_unknown_words_are_nobody_s_equal():
    """The bug: every unknown word of the passage counted as standing in the question."""
    rows, _ = asked(12, 0)
    model = build("simple_rnn", inputs(rows), TASK, **TINY["simple_rnn"])
    weights = model.get_weights()

    def answer(question):
        pair = {"passage": ["red x1 blue x2"], "question": [question]}
        values = {name: np.array(text, object) for name, text in pair.items()}
        return np.asarray(model(to_tensors(values, COLUMNS)))

    before = answer("x1 x1"), answer("red x1")
    (place,) = [i for i, v in enumerate(model.weights) if "embed_matched" in v.path]
    weights[place][1] += 9.0  # what is added to a word that the question holds too
    model.set_weights(weights)
    np.testing.assert_array_equal(answer("x1 x1"), before[0])
    assert np.abs(answer("red x1") - before[1]).max() > 1e-6


def test_a_rare_word_of_a_passage_with_many_questions_stays_unknown_in_training():
    """The bug: counted once for each question, no word was rare, and unknown ones not trained."""
    rows = {"passage": ["one rare"] * 5, "question": ["one"] * 5}
    shared = inputs(rows, minimum_count=2)(to_tensors(rows, COLUMNS))
    assert np.asarray(shared["text_0"])[0].tolist() == [2, 1]
    assert np.asarray(shared["text_1"])[0].tolist() == [2]  # the same number in both
    alone = inputs(rows, one_vocabulary=False)(to_tensors(rows, COLUMNS))
    assert 1 not in np.asarray(alone["text_0"])[0]


@pytest.mark.parametrize("name", TINY)
def test_other_inputs_than_a_passage_and_a_question_are_refused(name):
    columns = [Column("passage", "text"), Column("size", "number")]
    rows = {"passage": ["a b", "b a"], "size": [1.0, 2.0]}
    with pytest.raises(BadInput, match="--text passage question"):
        build(name, model_inputs(columns, rows), TASK, **TINY[name])


@pytest.mark.parametrize("name", FEW)
def test_the_saved_file_points_at_the_same_words_in_plain_keras(name, tmp_path):
    import keras

    rows, _ = asked(12, 0)
    model = build(name, inputs(rows), TASK, **TINY[name])
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    raw = to_tensors(rows, COLUMNS)
    np.testing.assert_array_equal(model(raw), again(raw))
