"""Lines that build a network again: the same layers, first weights and answers."""

import keras
import numpy as np
import pytest
from goodfit.recipes.ejecting.graphs import graph_lines
from goodfit.recipes.ejecting.writing import WIDTH
from goodfit.zoo import Column, Task, build, model_inputs, parts

ROWS = 12
GENERATOR = np.random.default_rng(0)
WORDS = np.array(["a good day", "a bad day was late", "good and late", "bad"] * 3, object)
DATA = {
    "table": (
        [Column("size", "number"), Column("street", "category")],
        {
            "size": np.arange(12.0),
            "street": np.array([f"street {n}" for n in range(6)] * 2, object),
        },
    ),
    "text": ([Column("note", "text")], {"note": WORDS}),
    "sequence": ([Column("x", "sequence", 2)], {"x": GENERATOR.normal(size=(ROWS, 7, 2))}),
    "image": (
        [Column("x", "image", shape=(9, 8, 1))],
        {"x": GENERATOR.integers(0, 255, (ROWS, 9, 8, 1)).astype("float32")},
    ),
    "window": ([Column("x", "sequence", 2)], {"x": GENERATOR.normal(size=(ROWS, 9, 2))}),
}
PAIR = [Column("read", "text"), Column("written", "text")]
DATA["pair"] = (PAIR, {"read": WORDS, "written": WORDS[::-1]})
DATA["question"] = DATA["pair"]
FILM = Column("x", "frames", shape=(8, 9, 1))
DATA["film"] = ([FILM], {"x": GENERATOR.normal(size=(ROWS, 4, 8, 9, 1))})
DATA["sound"] = ([Column("x", "audio", rate=4000)], {"x": GENERATOR.normal(size=(ROWS, 400)) / 9})
DATA["window"][1]["x"][:, -1, 0] = np.nan  # to be forecast; the other number is known ahead
CLASSES = Task("multiclass", ("a", "b", "c"))
AHEAD = Task("forecasting", ("x",), 3)
TASKS = {"window": AHEAD, "pair": Task("translation"), "question": Task("span")}
TASKS["sound"] = Task("speech", ("a", "b"))
READ = {
    "window": {"windows": True},
    "pair": {"text_level": "token", "answer_so_far": True},
    "question": {"one_vocabulary": True},
}
CASES = [
    ("mlp", "table", {"units": (5, 4, 3), "batch_normalization": True, "l2": 0.01, "dropout": 0.2}),
    ("mlp", "text", {"units": (4,), "dropout": 0.2}),
    ("mlp", "sequence", {"units": (4,)}),
    ("convnet", "image", {"filters": (2, 3, 4), "dropout": 0.1}),
    ("convnet", "text", {"filters": (2, 3), "embedding_width": 4}),
    ("gru", "text", {"units": (4, 3), "embedding_width": 4, "dropout": 0.2}),
    ("lstm", "sequence", {"units": (3,), "bidirectional": False}),
    ("simple_rnn", "sequence", {"units": (3,), "l2": 0.1}),
    ("transformer_encoder", "text", {"embedding_width": 16, "heads": 2, "dropout": 0.1}),
    ("transformer_encoder", "sequence", {"embedding_width": 16, "layers": 1}),
    ("linear_forecast", "window", {}),
    ("mlp", "window", {"units": (4,), "dropout": 0.2}),
    ("mlp", "window", {"units": (4,), "mix_variables": True}),
    ("gru", "window", {"units": (3,)}),
    ("transformer_encoder", "window", {"embedding_width": 16, "layers": 1}),
    ("recurrent_encoder_decoder", "pair", {"units": (8,)}),
    ("transformer_encoder_decoder", "pair", {"embedding_width": 16, "layers": 1, "heads": 2}),
    ("gru", "question", {"units": (4,)}),
    ("gru", "film", {"units": (3,)}),
    ("gru", "sound", {"units": (3,)}),
    ("transformer_encoder", "question", {"embedding_width": 16, "layers": 1}),
]


def built(name, data, settings, seed):
    columns, rows = DATA[data]
    keras.utils.set_random_seed(seed)
    few = {"maximum_one_hot": 3} if data == "table" else {}
    preprocessor = model_inputs(columns, rows, minimum_count=1, **few, **READ.get(data, {}))
    return parts(build(name, preprocessor, TASKS.get(data, CLASSES), **settings)).trunk


@pytest.mark.parametrize(("name", "data", "settings"), CASES, ids=lambda each: str(each)[:30])
def test_a_network_is_built_again_with_its_first_weights(name, data, settings):
    trunk = built(name, data, settings, seed=3)
    lines, functions = graph_lines(trunk, "given", 3)
    keras.utils.set_random_seed(3)
    names = {"np": np, "keras": keras, "layers": keras.layers, "ops": keras.ops}
    names["given"] = {
        layer.name: keras.Input(layer.output.shape[1:], dtype=layer.output.dtype, name=layer.name)
        for layer in trunk.layers
        if isinstance(layer, keras.layers.InputLayer)
    }
    exec("\n\n\n".join([*functions, "\n".join(lines)]), names)
    network = keras.Model(names["given"], names["output"])

    def weights(model):
        # The layers of a sequence of layers stand alone in a script.
        return {w.path.removeprefix("steps_ahead/"): np.asarray(w) for w in model.weights}

    again, first = weights(network), weights(trunk)
    assert again.keys() == first.keys()
    assert all(np.array_equal(again[path], first[path]) for path in first)
    rows = {
        key: np.ones((2, *(n or 4 for n in x.shape[1:])), x.dtype)
        for key, x in names["given"].items()
    }
    assert np.allclose(network(rows), trunk(rows), atol=1e-6)
    assert max(map(len, lines)) <= WIDTH


def test_layers_that_repeat_are_a_loop():
    lines, _ = graph_lines(built("mlp", "sequence", {"units": (5, 4, 3)}, seed=0), "given", 0)
    loop = lines.index("for number, units in enumerate((5, 4, 3), 1):")
    assert 'name=f"hidden_{number}"' in lines[loop + 1]
    assert len(lines) < 8


def test_a_calculation_that_is_known_gets_its_name():
    _, functions = graph_lines(built("gru", "text", {"units": (4,)}, seed=0), "given", 0)
    assert [each.split("(")[0] for each in functions] == [
        "def backwards",
        "def last_state",
        "def is_word",
    ]
