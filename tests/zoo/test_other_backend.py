"""The trunks of the builders answer the same on JAX, and learn there."""

import importlib.util
import json
import os
import subprocess
import sys

import numpy as np
import pytest
from goodfit.zoo import build, list_models, model_inputs, parts, to_tensors

SMALL = {"units": (4,), "embedding_width": 8, "layers": 1, "heads": 2}
ON_JAX = """
import json, sys
import keras, numpy as np
assert keras.backend.backend() == "jax"
folder, found = sys.argv[1], {}
for name in json.load(open(folder + "/names.json")):
    trunk = keras.models.load_model(f"{folder}/{name}.keras", compile=False)
    with np.load(f"{folder}/{name}.npz") as stored:
        given = {key: stored[key] for key in stored.files if not key.startswith("_")}
        answers, labels = stored["_answers"], stored["_labels"]
    difference = float(np.abs(np.asarray(trunk(given)) - answers).max())
    trunk.compile(keras.optimizers.Adam(0.01), "binary_crossentropy")
    before = trunk.test_on_batch(given, labels)
    for _ in range(2):
        trunk.train_on_batch(given, labels)
    found[name] = [difference, float(before), float(trunk.test_on_batch(given, labels))]
json.dump(found, open(folder + "/found.json", "w"))
"""


def test_trunks_answer_the_same_on_jax_and_learn(made, tmp_path):
    if importlib.util.find_spec("jax") is None:
        pytest.skip("jax is not installed: pip install jax")
    names = []
    for card in list_models():
        given = next((kind for kind in ("table", "sequence", "image") if kind in card.inputs), "")
        if "binary" not in card.tasks or not given:
            continue
        data = made("binary", given, 12)
        settings = {key: value for key, value in SMALL.items() if key in card.settings}
        preprocessor = model_inputs(data.columns, data.features)
        model = build(card.name, preprocessor, data.task, **settings)
        encoded = preprocessor(to_tensors(data.features, data.columns))
        trunk = parts(model).trunk
        arrays = {key: np.asarray(encoded[key]) for key in trunk.input}
        answers = np.asarray(trunk(encoded))
        np.savez(
            tmp_path / f"{card.name}.npz",
            _answers=answers,
            _labels=data.labels[:, None].astype("float32"),
            **arrays,
        )
        trunk.save(tmp_path / f"{card.name}.keras")
        names.append(card.name)
    assert len(names) >= 5
    (tmp_path / "names.json").write_text(json.dumps(names))
    environment = {**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    command = [sys.executable, "-c", ON_JAX, str(tmp_path)]
    subprocess.run(command, check=True, timeout=300, env=environment)
    for name, (difference, before, after) in json.loads(
        (tmp_path / "found.json").read_text()
    ).items():
        assert difference <= 1e-5, name
        assert after < before, name
