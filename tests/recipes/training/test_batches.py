"""A model that is large inside answers fewer rows at once, and the same."""

import numpy as np
import pytest
from goodfit.recipes.training import batches
from goodfit.zoo import Column, Task, build, model_inputs, parts, to_tensors

COLUMNS = [Column("note", "text")]
BINARY = Task("binary", ("no", "yes"))


@pytest.fixture(scope="module")
def preprocessor():
    """Inputs for texts of 200 words."""
    return model_inputs(COLUMNS, {"note": np.array(["a b " * 100, "b a"] * 5, object)})


def test_attention_counts_pairs_of_words_and_states_count_words(preprocessor):
    """The bug: 8,192 texts at once, at 8 heads, asked for gigabytes."""
    mlp = build("mlp", preprocessor, BINARY, units=(8,))
    gru = build("gru", preprocessor, BINARY, units=(512,), embedding_width=8)
    attention = build("transformer_encoder", preprocessor, BINARY, layers=1)
    assert batches.rows_at_once(mlp) == batches.MOST_ROWS
    assert batches.rows_at_once(gru) == 2**26 // (200 * 512)
    assert batches.rows_at_once(attention) == 2**26 // (8 * 200**2)
    assert batches.rows_at_once(parts(attention).trunk) == batches.rows_at_once(attention)


def test_batches_answer_as_the_whole(preprocessor, monkeypatch):
    model = build("mlp", preprocessor, BINARY, units=(8,))
    trunk = parts(model).trunk
    rows = {"note": np.array(["a", "b a", "", "b b a", "a a"], object)}
    encoded = {k: np.asarray(v) for k, v in preprocessor(to_tensors(rows, COLUMNS)).items()}
    whole = batches.answers(trunk, encoded)
    monkeypatch.setattr(batches, "LARGEST_TENSOR", 2 * 200 * 3)  # four words: three wide
    assert batches.rows_at_once(trunk) == 2
    np.testing.assert_allclose(batches.answers(trunk, encoded), whole, atol=1e-6)
    np.testing.assert_allclose(whole, np.asarray(model(to_tensors(rows, COLUMNS))), atol=1e-6)
