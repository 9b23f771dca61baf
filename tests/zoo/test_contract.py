"""Every builder on the list keeps the contract in `conftest.py`, for each task it names."""

import pytest
from goodfit.zoo import Task, list_models

# One tiny configuration for each builder; a new builder is a new line.
TINY = {
    "mlp": {"units": (8, 4), "dropout": 0.1, "l2": 1e-4, "batch_normalization": True},
    "simple_rnn": {"units": (6,), "embedding_width": 4, "dropout": 0.1, "l2": 1e-4},
    "lstm": {"units": (4,), "embedding_width": 4, "bidirectional": False},
    "gru": {"units": (4,), "embedding_width": 4, "bidirectional": False},
    "transformer_encoder": {"embedding_width": 8, "layers": 1, "dropout": 0.1},
}
TASKS = {
    "binary": Task("binary", ("no", "yes")),
    "multiclass": Task("multiclass", ("a", "b", "c")),
    "multilabel": Task("multilabel", ("x", "y")),
    "regression": Task("regression", ("price", "weight")),
}
CASES = [(card.name, kind) for card in list_models() for kind in card.tasks if kind in TASKS]


def test_every_builder_has_a_tiny_configuration():
    assert set(TINY) == {card.name for card in list_models()}


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_builder_keeps_the_contract(contract, name, kind):
    contract(name, TASKS[kind], **TINY[name])


@pytest.mark.parametrize("card", list_models(), ids=lambda card: card.name)
def test_docstring_tells_what_one_needs_to_know(card):
    text = card.builder.__doc__
    for word in ("Shapes", "Parameters", "Cost", "Source", "Guide:", "Raises:"):
        assert word in text, f"{card.name} does not tell: {word}"
