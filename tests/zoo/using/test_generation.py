"""Writing on: what is kept gives the same as reading anew, and what is drawn may be drawn."""

import re
from itertools import islice
from typing import Any

import numpy as np
import pytest
from goodfit.zoo import BadInput, Column, Task, build, generate, model_inputs, parts
from goodfit.zoo.using.caching import CachedReader
from goodfit.zoo.using.generation import continued, next_token, vocabulary_of

COLUMNS = [Column("text", "text")]
TEXTS = np.array(["to be or not\n", "that is the\nq", "question, so "] * 4, object)
SETTINGS = {
    "transformer_decoder": {"embedding_width": 24, "layers": 2, "heads": 3},
    "simple_rnn": {"units": (6, 5), "embedding_width": 4},
    "lstm": {"units": (6, 5), "embedding_width": 4},
    "gru": {"units": (6, 5), "embedding_width": 4},
}


def made(name, texts: Any = TEXTS, level="character"):
    import keras

    keras.utils.set_random_seed(2)
    rows = {"text": np.array(texts, object)}
    preprocessor = model_inputs(COLUMNS, rows, text_level=level, minimum_count=1)
    model = build(name, preprocessor, Task("next_token"), **SETTINGS[name])
    for weight in parts(model).trunk.weights:  # far from even, so that an error would show
        weight.assign(weight + 0.3 * keras.random.normal(weight.shape, seed=3))
    return model


@pytest.fixture(scope="module")
def decoder():
    return made("transformer_decoder")


@pytest.mark.parametrize(
    ("name", "temperature"),
    [
        *((name, 1.0) for name in SETTINGS),
        ("transformer_decoder", 0.0),
        # What is kept does not depend on how a token is drawn.
        pytest.param("simple_rnn", 0.0, marks=pytest.mark.slow),
        pytest.param("lstm", 0.0, marks=pytest.mark.slow),
        pytest.param("gru", 0.0, marks=pytest.mark.slow),
    ],
)
def test_what_is_kept_gives_the_same_as_reading_anew(name, temperature):
    """Over 40 tokens, which is more than three times what a passage of the training had."""
    model = made(name)
    found = [
        list(islice(continued(model, [3, 1, 4], temperature=temperature, cache=cache, seed=5), 40))
        for cache in (True, False)
    ]
    numbers = [[number for number, _ in each] for each in found]
    assert numbers[0] == numbers[1]
    logarithms = [np.array([each for _, each in one]) for one in found]
    np.testing.assert_allclose(logarithms[0], logarithms[1], atol=1e-5)
    if temperature:
        assert len(set(numbers[0])) > 3


def test_the_first_answers_are_those_of_the_model_itself(decoder):
    trunk, numbers = parts(decoder).trunk, [3, 4, 5, 6]
    expected = np.log(np.asarray(trunk({"text_0": np.array([numbers])}))[0, -1])
    _, found = next(continued(decoder, numbers))
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_a_step_is_traced_once(decoder):
    reader = CachedReader(parts(decoder).trunk, 12)
    for length in range(1, 9):
        reader.read([2] * length, 0)
    reader.read([3, 4, 5], 1)
    assert reader.step.experimental_get_tracing_count() == 1


def test_a_file_writes_what_its_model_wrote(decoder, tmp_path):
    import keras

    decoder.save(tmp_path / "m.keras")
    reopened = keras.models.load_model(tmp_path / "m.keras")
    assert generate(reopened, "to be", length=30) == generate(decoder, "to be", length=30)


def test_arguments_decide_what_is_written(decoder):
    first = generate(decoder, "to be", length=30, seed=1)
    assert len(first) == 30
    assert generate(decoder, "to be", length=30, seed=1) == first
    assert generate(decoder, "to be", length=30, seed=2) != first
    greedy = generate(decoder, "to be", length=30, temperature=0.0)
    assert generate(decoder, "to be", length=30, top_k=1, seed=9) == greedy
    assert generate(decoder, "to be", length=30, top_p=1e-9, seed=9) == greedy


def test_the_end_of_a_line_is_read_and_written():
    model = made("gru", ["a\n"] * 4)
    text = generate(model, "a\n", length=40, temperature=2.0)
    assert set(text) == {"a", "\n"}
    assert set(generate(model, "", length=40, temperature=2.0)) == {"a", "\n"}
    without = made("gru", ["ab"] * 4)
    assert set(generate(without, "a", length=40, temperature=2.0)) == {"a", "b"}


def test_a_text_ends_before_what_it_is_to_stop_at(decoder):
    whole = generate(decoder, "to be", length=30)
    sign = whole[7]
    assert generate(decoder, "to be", length=30, stop=sign) == whole[: whole.index(sign)]


def test_words_are_written_with_blanks():
    model = made("gru", ["to be or", "not to be", "that is"], level="token")
    text = generate(model, "TO be", length=5, temperature=2.0)
    assert len(text.split()) == 5
    assert set(text.split()) <= {"to", "be", "or", "not", "that", "is"}


def test_tokens_are_drawn_as_often_as_they_are_likely():
    draw, shares = np.random.default_rng(0), np.array([0.5, 0.2, 0.2, 0.1])

    def often(**arguments):
        drawn = [next_token(np.log(shares), draw, **arguments) for _ in range(4000)]
        return np.bincount(drawn, minlength=4) / 4000

    np.testing.assert_allclose(often(), shares, atol=0.03)
    np.testing.assert_allclose(often(top_k=2), [5 / 7, 2 / 7, 0, 0], atol=0.03)
    np.testing.assert_allclose(often(top_p=0.7), [5 / 7, 2 / 7, 0, 0], atol=0.03)
    np.testing.assert_allclose(often(top_p=0.71), [5 / 9, 2 / 9, 2 / 9, 0], atol=0.03)
    np.testing.assert_allclose(often(unwritten=(0,)), [0, 0.4, 0.4, 0.2], atol=0.03)
    squares = shares**2 / (shares**2).sum()
    np.testing.assert_allclose(often(temperature=0.5), squares, atol=0.03)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"prompt": "to €"}, "never saw"),
        ({"prompt": "to", "length": 0}, "length"),
        ({"prompt": "to", "temperature": -1.0, "top_p": 0.0}, "temperature.*top_p"),
        ({"prompt": "to", "top_k": 0}, "top_k"),
        ({"prompt": 3}, "prompt"),
    ],
)
def test_what_cannot_be_used_is_refused(decoder, arguments, told):
    with pytest.raises(BadInput) as error:
        generate(decoder, **arguments)
    assert re.search(told, str(error.value), re.DOTALL)


def test_a_model_of_another_task_is_refused():
    rows = {"text": np.array(["a b", "b c"] * 4, object)}
    other = build("gru", model_inputs(COLUMNS, rows), Task("binary", ("n", "y")), units=(3,))
    with pytest.raises(BadInput, match="what comes next"):
        generate(other, "a")
    without = made("gru", ["ab"] * 4)
    with pytest.raises(BadInput, match="empty"):
        generate(without, "")
    assert vocabulary_of(parts(without).preprocessor).unwritten == (0, 1)
