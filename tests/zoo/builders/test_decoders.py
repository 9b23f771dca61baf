"""What comes next: no model looks ahead, and a vocabulary tells its size and its ends of lines."""

from typing import Any

import numpy as np
import pytest
from goodfit.zoo import BadInput, Column, Task, build, model_inputs, parts, to_tensors

COLUMNS = [Column("text", "text")]
TASK = Task("next_token")
TEXTS = np.array(["to be or not\n", "that is the\nq", "question, so "] * 4, object)
BUILDERS = ("simple_rnn", "lstm", "gru", "transformer_decoder")
TINY = {
    "transformer_decoder": {"embedding_width": 16, "layers": 2, "heads": 2},
    **{
        name: {"units": (6, 5), "embedding_width": 4, "bidirectional": True}
        for name in ("simple_rnn", "lstm", "gru")
    },
}


def inputs(texts: Any = TEXTS, level="character"):
    return model_inputs(COLUMNS, {"text": np.array(texts, object)}, text_level=level)


def made(name, **settings):
    import keras

    keras.utils.set_random_seed(1)
    return build(name, inputs(), TASK, **{**TINY[name], **settings})


@pytest.mark.parametrize("name", BUILDERS)
def test_no_token_sees_a_later_one(name):
    """Also where a recurrent network was asked to read backwards."""
    trunk = parts(made(name)).trunk
    draw = np.random.default_rng(0)
    ids = draw.integers(1, 12, (1, 20))
    whole = np.asarray(trunk({"text_0": ids}))
    for length in (1, 7, 19):
        other = ids.copy()
        other[:, length:] = draw.integers(1, 12, (1, 20 - length))
        found = np.asarray(trunk({"text_0": other}))
        np.testing.assert_allclose(found[:, :length], whole[:, :length], atol=1e-6)
        assert np.abs(found[:, -1] - whole[:, -1]).max() > 0
        # Nor does it matter what there is no more of.
        short = np.asarray(trunk({"text_0": ids[:, :length]}))
        np.testing.assert_allclose(short, whole[:, :length], atol=1e-6)


@pytest.mark.parametrize("name", BUILDERS)
def test_each_token_has_the_probabilities_of_the_whole_vocabulary(name):
    model = made(name)
    output = np.asarray(model(to_tensors({"text": TEXTS}, COLUMNS)))
    signs = len(set("".join(TEXTS)) - {"\n"})
    assert output.shape == (12, 13, signs + 2)
    np.testing.assert_allclose(output.sum(axis=-1), 1.0, rtol=1e-5)


def test_the_parameters_of_a_decoder_are_as_told():
    e, layers, v = 16, 2, len(set("".join(TEXTS)) - {"\n"}) + 2
    told = e * v + layers * (12 * e**2 + 13 * e) + 2 * e + (e + 1) * v
    assert made("transformer_decoder").count_params() == told


def test_a_text_longer_than_any_in_training_is_read():
    trunk = parts(made("transformer_decoder")).trunk
    assert trunk({"text_0": np.ones((1, 50), np.int32)}).shape[1] == 50


def test_a_number_is_no_token():
    steps = model_inputs(
        [Column("s", "sequence", 2)], {"s": np.zeros((4, 3, 2)) + np.eye(3)[:, :2]}
    )
    for name in ("gru", "transformer_decoder"):
        with pytest.raises(BadInput):
            build(name, steps, TASK)


def test_every_character_has_a_place_but_the_end_of_a_line(tmp_path):
    """A break of lines in a saved vocabulary would shift every number after it, silently."""
    import keras

    preprocessor = inputs(["ab\nc", "b\n\nQ"])
    words = preprocessor.get_layer("encode_text_0").get_layer("words")
    assert words.get_vocabulary()[2:] == ["b", "Q", "a", "c"]  # Q once, and still a place
    texts = to_tensors({"text": np.array(["a\nQ", "b"], object)}, COLUMNS)
    found = np.asarray(preprocessor(texts)["text_0"])
    assert found.tolist() == [[4, 1, 3, 0], [2, 0, 0, 0]]
    preprocessor.save(tmp_path / "p.keras")
    reopened: Any = keras.models.load_model(tmp_path / "p.keras")
    np.testing.assert_array_equal(reopened(texts)["text_0"], found)


def test_what_the_shared_place_mostly_stands_for_is_told_by_the_file():
    from goodfit.zoo.using.generation import vocabulary_of

    assert vocabulary_of(inputs(["ab\nc"] * 2)).with_lines
    assert not vocabulary_of(inputs(["abc"] * 2)).with_lines
    assert not vocabulary_of(inputs(["ab\x0bc\x0b\nd"] * 2)).with_lines  # other breaks prevail
    assert not vocabulary_of(inputs(["ab\nc"] * 2, level="token")).with_lines
