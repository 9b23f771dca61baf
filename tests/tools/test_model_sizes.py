"""The sizes that `goodfit models` tells are those of the models as they are built."""

import numpy as np
import pytest
from goodfit.tools.model_sizes import EXAMPLES, PARAMETERS
from goodfit.zoo import Column, Task, build, list_models, model_inputs, parts

CARDS = {card.name: card for card in list_models()}
TASKS = {
    "next_token": Task("next_token"),
    "translation": Task("translation"),
    "forecasting": Task("forecasting", ("load",), horizon=24),
}


def small_input(kind, task):
    draw = np.random.default_rng(0)
    if kind == "table":
        columns = [Column("numbers", "number", 20)]
        return model_inputs(columns, {"numbers": draw.normal(size=(40, 20))})
    if kind == "image":
        columns = [Column("picture", "image", shape=(28, 28, 1))]
        return model_inputs(columns, {"picture": draw.integers(0, 255, (8, 28, 28, 1)) * 1.0})
    if kind == "sequence":  # a window, and the first step ahead as its last
        columns = [Column("window", "sequence", 1)]
        windows = draw.normal(size=(20, 97, 1))
        windows[:, -1] = np.nan
        return model_inputs(columns, {"window": windows}, windows=True)
    texts = np.array([" ".join(f"word{i}" for i in range(1_000))] * 2, object)
    names = ["note", "answer"] if task.kind == "translation" else ["note"]
    return model_inputs(
        [Column(name, "text") for name in names],
        dict.fromkeys(names, texts),
        maximum_text_length=1_000,
        **({"answer_so_far": True} if task.kind == "translation" else {}),
    )


@pytest.mark.parametrize("name", CARDS)
def test_the_size_told_is_the_size_built(name):
    assert name in PARAMETERS, f"count the parameters of {name} and tell them in PARAMETERS"
    kind, told = PARAMETERS[name]
    assert kind in EXAMPLES
    assert kind in CARDS[name].inputs
    task = TASKS.get(CARDS[name].tasks[0], Task("binary", ("no", "yes")))
    model = build(name, small_input(kind, task), task)
    assert parts(model).trunk.count_params() == told
