"""The builders run unchanged on JAX: the same answers, and they learn there."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from goodfit.zoo import list_models, parts

# Of each builder a task and an input, so that every kind of input but the table is there once.
CASES = {
    "convnet": ("multiclass", "image"),
    "gru": ("regression", "sequence"),
    "linear_forecast": ("forecasting", "sequence"),
    "lstm": ("sequence_labelling", "text"),
    "mlp": ("multilabel", "audio"),
    "recurrent_encoder_decoder": ("translation", "text"),
    "simple_rnn": ("binary", "frames"),
    "transformer_decoder": ("next_token", "text"),
    "transformer_encoder": ("span", "text"),
    "transformer_encoder_decoder": ("translation", "text"),
}
ON_JAX = """
import importlib.util, json, sys
import keras, numpy as np
assert keras.backend.backend() == "jax"
from goodfit.recipes.training.building import compiled_trunk, encode
from goodfit.zoo import parts
folder, place, cases = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
described = importlib.util.spec_from_file_location("made_data", place)
made = importlib.util.module_from_spec(described)
described.loader.exec_module(made)
found = {}
for name, (kind, of) in cases.items():
    data, config = made.made_data(kind, of, 12), made.tiny_config(name)
    splits, model, _ = made.built_model(config, data)
    trunk = parts(model).trunk
    with np.load(f"{folder}/{name}.npz") as stored:
        x = {key: stored[key] for key in trunk.input}
        weights = [stored[f"_weight_{number}"] for number in range(len(trunk.weights))]
        y, answers = stored["_labels"], stored["_answers"]
        per_step = stored["_per_step"] if "_per_step" in stored else None
    if any(tensor.dtype == "string" for tensor in model.inputs):
        encoded = 0.0
    else:
        own = encode(model, data)
        encoded = max(float(np.abs(own[key] - x[key]).max()) for key in x)
    trunk.set_weights(weights)
    answered = np.asarray(trunk(x))
    trunk = compiled_trunk(model, config, splits)
    losses = [float(trunk.train_on_batch(x, y, per_step)) for _ in range(3)]
    finite = bool(np.isfinite(trunk(x)).all())
    found[name] = [encoded, float(np.abs(answered - answers).max()), losses, finite]
json.dump(found, open(folder + "/found.json", "w"))
"""


def test_each_builder_belongs_to_a_case():
    assert set(CASES) == {card.name for card in list_models()}


@pytest.mark.slow
def test_builders_run_unchanged_on_jax(made, tiny, built, tmp_path):
    """Raw numbers, images and sound go in as they are; of text what TensorFlow made of it."""
    from goodfit.recipes.training.building import encoded_rows

    if importlib.util.find_spec("jax") is None:
        pytest.skip("jax is not installed: docs/models.md has the command")
    for name, (kind, of) in CASES.items():
        data, config = made(kind, of, 12), tiny(name)
        _, model, scale = built(config, data)
        trunk = parts(model).trunk
        x, y, per_step = encoded_rows(model, data, config, scale, weighted=True)
        arrays = {key: np.asarray(x[key]) for key in trunk.input}
        arrays |= {f"_weight_{n}": weight for n, weight in enumerate(trunk.get_weights())}
        arrays |= {"_labels": np.asarray(y), "_answers": np.asarray(trunk(x))}
        if per_step is not None:
            arrays["_per_step"] = np.asarray(per_step)
        np.savez(tmp_path / f"{name}.npz", **arrays)
    environment = {**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    place = str(Path(__file__).with_name("conftest.py"))
    command = [sys.executable, "-c", ON_JAX, str(tmp_path), place, json.dumps(CASES)]
    subprocess.run(command, check=True, timeout=300, env=environment)
    found = json.loads((tmp_path / "found.json").read_text())
    assert set(found) == set(CASES)
    for name, (encoded, difference, losses, finite) in found.items():
        assert encoded <= 1e-3, name  # logarithms of what is nearly silent
        assert difference <= 1e-5, name
        assert losses[-1] < losses[0], name
        assert finite, name
