"""Texts into texts: what the two builders promise, and what greedy and beam search find."""

import keras
import numpy as np
import pytest
from goodfit.zoo import (
    BadInput,
    Column,
    Task,
    build,
    join_punctuation,
    model_inputs,
    part_punctuation,
    parts,
    to_tensors,
    translate,
)
from goodfit.zoo.inputs.target_inputs import answer_words, training_answers
from goodfit.zoo.using.translating import scored

COLUMNS = [Column("en", "text"), Column("de so far", "text")]
TASK = Task("translation")
TINY = {
    "transformer_encoder_decoder": {"embedding_width": 16, "layers": 1, "heads": 2},
    "recurrent_encoder_decoder": {"embedding_width": 8, "units": (12,)},
}
NUMBERS = {"one": "eins", "two": "zwei", "three": "drei", "four": "vier"}


def pairs(count=40, seed=0):
    """Return numbers in words, and the same in German, backwards."""
    draw = np.random.default_rng(seed)
    sources = [" ".join(draw.choice(list(NUMBERS), draw.integers(1, 5))) for _ in range(count)]
    answers = [" ".join(NUMBERS[word] for word in reversed(text.split())) for text in sources]
    return sources, answers


def rows(sources, answers):
    return {"en": np.array(sources, object), "de so far": np.array(answers, object)}


def made(name, length=8, **settings):
    keras.utils.set_random_seed(0)
    preprocessor = model_inputs(
        COLUMNS,
        rows(*pairs()),
        text_level="token",
        answer_so_far=True,
        maximum_text_length=length,
    )
    return build(name, preprocessor, TASK, **{**TINY[name], **settings})


def outputs(model, sources, answers):
    return np.asarray(model(to_tensors(rows(sources, answers), COLUMNS)))


def greedy(model, source):
    """Write word by word with the whole model alone, as the reference."""
    words = answer_words(parts(model).preprocessor)
    written = []
    while len(written) < words.longest:
        chances = outputs(model, [source], [" ".join(written)])[0, len(written)].copy()
        chances[[0, 1, words.start]] = 0
        if chances.argmax() == words.end:
            break
        written.append(words.words[int(chances.argmax())])
    return " ".join(written)


@pytest.fixture(scope="module")
def trained():
    model = made("transformer_encoder_decoder")
    found = parts(model)
    sources, answers = pairs(200)
    encoded = found.preprocessor(to_tensors(rows(sources, answers), COLUMNS))
    words = answer_words(found.preprocessor)
    shifted = np.asarray(encoded["text_1"])
    due, weights = training_answers(shifted, np.full(200, True), words.end)
    loss = "sparse_categorical_crossentropy"
    # Nothing to trace: few steps are taken.
    found.trunk.compile(keras.optimizers.Adam(0.02), loss, run_eagerly=True)
    for step in range(25):
        batch = slice(40 * (step % 5), 40 * (step % 5) + 40)
        x = {key: np.asarray(value)[batch] for key, value in encoded.items()}
        found.trunk.train_on_batch(x, due[batch], weights[batch])
    return model


@pytest.mark.parametrize(
    "text",
    ["Hello, world (again)!", 'it\'s 3.5 "quoted" text...', "a - b --c", "(a)(b)", "", "é_1 ?"],
)
def test_punctuation_comes_apart_and_together_again(text):
    parted = part_punctuation(text)
    assert join_punctuation(parted) == text
    assert part_punctuation(parted) == parted  # the bug: a text that was read is parted twice
    assert all(piece.strip("￭").isalnum() for piece in parted.split() if "a" in piece)


def test_an_answer_is_shifted_by_one_place_and_ends_with_a_mark():
    """The bug: a model that is shown the word that it is asked for."""
    model = made("transformer_encoder_decoder", length=3)
    found = parts(model)
    words = answer_words(found.preprocessor)
    texts = ["eins zwei", "drei", "eins zwei drei vier", "", "[start of answer] eins"]
    encoded = found.preprocessor(to_tensors(rows(["one"] * 5, texts), COLUMNS))["text_1"]
    shifted = np.asarray(encoded)
    assert shifted.shape == (5, 4)
    assert (shifted[:, 0] == words.start).all()
    assert words.start not in shifted[:, 1:]  # no text can hold a mark
    due, weights = training_answers(shifted[:4], np.array([True, True, False, True]), words.end)
    texts_due = [[words.words[number] for number in row if number] for row in due]
    end = words.words[words.end]
    assert texts_due == [["eins", "zwei", end], ["drei", end], ["eins", "zwei", "drei"], [end]]
    assert weights.sum(axis=1).tolist() == [3, 2, 3, 1]


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("transformer_encoder_decoder", None),
        ("recurrent_encoder_decoder", "gru"),
        pytest.param("recurrent_encoder_decoder", "lstm", marks=pytest.mark.slow),
        pytest.param("recurrent_encoder_decoder", "simple_rnn", marks=pytest.mark.slow),
    ],
)
def test_no_place_depends_on_a_later_one_and_padding_is_not_looked_at(name, cell):
    settings = {"cell": cell} if cell else {}
    model = made(name, **settings)
    whole = outputs(model, ["one two", "three"], ["eins zwei drei", "vier"])
    cut = outputs(model, ["one two", "three"], ["eins zwei vier", ""])
    np.testing.assert_allclose(whole[0, :3], cut[0, :3], atol=1e-6)
    np.testing.assert_allclose(whole[1, :1], cut[1, :1], atol=1e-6)
    assert np.abs(whole[0, 3] - cut[0, 3]).max() > 1e-6
    np.testing.assert_allclose(whole.sum(axis=-1), 1, atol=1e-5)

    # The same weights with room for longer texts: the rest of both texts is padding.
    longer = made(name, length=8, **settings)
    shorter = made(name, length=3, **settings)
    shorter.set_weights(longer.get_weights())
    given = ["one two", "three"], ["eins zwei drei", "vier"]
    expected = outputs(longer, *given)
    assert expected.shape[1] > 4
    np.testing.assert_allclose(outputs(shorter, *given), expected[:, :4], atol=1e-6)
    sources = ["one two three", "four"]
    assert translate(shorter, sources) == translate(longer, sources, maximum_length=3)
    assert np.isfinite(outputs(model, ["", "nothing known"], ["", ""])).all()


@pytest.mark.parametrize("name", TINY)
def test_parameters_are_as_the_docstring_counts_them(name):
    model = made(name, **({"layers": 2} if name.startswith("transformer") else {}))
    known, e = 4 + 2, 16 if name.startswith("transformer") else 8
    embedded = known * e + (known + 2) * e
    if name.startswith("transformer"):
        layers = 2 * (12 * e**2 + 13 * e) + 2 * (16 * e**2 + 19 * e) + 4 * e
        expected = embedded + layers + (e + 1) * (known + 2)
    else:
        u = 12
        reads = 2 * 3 * u * (e + u + 2)
        memory_and_state = 2 * (2 * u**2 + u)
        looks_back = 2 * u**2 + u + 1
        expected = embedded + reads + memory_and_state + reads // 2 + looks_back
        expected += (u + 1) * (known + 2)
    assert model.count_params() == expected


def test_one_beam_is_greedy_and_greedy_is_the_whole_model_word_by_word(trained):
    """The bug: the source read once, or a traced step, that answers otherwise than the model."""
    sources = pairs(8, seed=5)[0]
    expected = [greedy(trained, source) for source in sources]
    assert translate(trained, sources) == expected
    assert translate(trained, sources, beams=1, length_penalty=0.0) == expected
    assert len(set(expected)) > 3  # it has learnt something to differ by
    assert [translate(trained, [source])[0] for source in sources] == expected  # any batch


def test_recurrent_greedy_is_the_whole_model_too():
    model = made("recurrent_encoder_decoder", cell="lstm", units=(6, 5))
    sources = ["one two three", "", "four"]
    assert translate(model, sources) == [greedy(model, source) for source in sources]


def test_a_score_is_the_penalised_logarithm_of_the_probability(trained):
    sources = pairs(6, seed=9)[0]
    words = answer_words(parts(trained).preprocessor)
    for beams, penalty in ((1, 0.6), (3, 0.0), (3, 1.0)):
        for source, (answer, score) in zip(
            sources, scored(trained, sources, beams, penalty), strict=True
        ):
            chances = outputs(trained, [source], [answer])[0]
            due = [words.words.index(word) for word in answer.split()] + [words.end]
            # An answer of the greatest length is cut: that it ends is then certain.
            said = due if len(due) <= words.longest else due[:-1]
            total = sum(np.log(chances[place, number]) for place, number in enumerate(said))
            assert score == pytest.approx(total / ((5 + len(due)) / 6) ** penalty, abs=1e-3)


def test_a_beam_finds_what_greedy_misses():
    """A made model: the likelier first word leads to unlikely answers."""
    model = made("transformer_encoder_decoder")
    words = answer_words(parts(model).preprocessor)
    number = {word: place for place, word in enumerate(words.words)}
    size = len(words.words)
    trunk = parts(model).trunk
    table = np.full((size, size), 1e-4)
    table[words.start, [number["eins"], number["zwei"]]] = 0.6, 0.4
    table[number["eins"], [number["drei"], number["vier"], words.end]] = 0.34, 0.33, 0.33
    table[number["zwei"], words.end] = 1.0
    table[number["drei"], words.end] = table[number["vier"], words.end] = 1.0
    # The decoder alone decides: each word's vector is a one, and the output reads the table.
    width = 16
    trunk.set_weights([np.zeros_like(weights) for weights in trunk.get_weights()])
    ones = np.zeros((size, width))
    ones[np.arange(size), np.arange(size)] = 1e4  # far above the waves of the positions
    trunk.get_layer("embed_text_1").set_weights([ones])
    trunk.get_layer("text_1_normalization").set_weights([np.ones(width), np.zeros(width)])
    normal = (np.eye(width) - 1 / width) / np.sqrt((1 / width) * (1 - 1 / width))
    kernel = np.linalg.pinv(normal[:size]) @ np.log(table)
    bias = np.log(table) - normal[:size] @ kernel
    trunk.get_layer("output").set_weights([kernel, bias.mean(axis=0)])
    ((first, low),) = scored(model, ["one"])
    ((best, high),) = scored(model, ["one"], beams=2)
    assert first == "eins drei"
    assert best == "zwei"
    assert high > low
    # A large reward of length prefers the longer answer again.
    assert scored(model, ["one"], beams=2, length_penalty=5.0)[0][0] != "zwei"


@pytest.mark.parametrize("name", TINY)
def test_other_inputs_and_settings_are_refused_together(name):
    plain = model_inputs(COLUMNS, rows(*pairs()), text_level="token")
    wrong = {"dropout": 1.0, "embedding_width": 0}
    with pytest.raises(BadInput) as caught:
        build(name, plain, TASK, **wrong)
    assert [p.kind for p in caught.value.problems] == ["setting_invalid"] * 2 + ["model_inputs"]
    with pytest.raises(BadInput) as caught:
        translate(made(name), "one", beams=0, maximum_length=0, length_penalty=-1)
    assert len(caught.value.problems) == 4


def test_letters_can_be_written_one_by_one():
    preprocessor = model_inputs(
        COLUMNS, rows(*pairs()), text_level="character", answer_so_far=True, minimum_count=1
    )
    model = build("recurrent_encoder_decoder", preprocessor, TASK, units=(4,))
    (answer,) = translate(model, ["one two"], maximum_length=5)
    assert len(answer) <= 5
    assert set(answer) <= set("einszwdrv ")
