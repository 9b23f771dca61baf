"""What is saved opens in plain Keras where goodfit does not exist, and answers the same."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
from goodfit.zoo import Column, Task, build, mlp, model_inputs, to_tensors

ALONE = """
import json, sys, warnings
sys.modules["goodfit"] = None  # an import of goodfit now fails
import keras, numpy as np, tensorflow as tf
folder = sys.argv[1]
names = json.load(open(folder + "/names.json"))
served_too = names.pop("served")
answers = np.load(folder + "/answers.npz")
result = {}
for name in answers.files:
    with np.load(f"{folder}/{name}.npz") as rows:
        raw = {key: tf.constant(rows[f"arr_{i}"]) for i, key in enumerate(names[name])}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = keras.models.load_model(f"{folder}/{name}.keras")
    result[name] = float(np.abs(np.asarray(model(raw)) - answers[name]).max())
    if name not in served_too:
        continue
    served = tf.saved_model.load(f"{folder}/served_{name}")
    result["served_" + name] = float(np.abs(np.asarray(served.serve(raw)) - answers[name]).max())
try:
    import goodfit.zoo
    result["goodfit"] = "imported"
except ImportError:
    result["goodfit"] = "absent"
json.dump(result, open(folder + "/result.json", "w"))
"""
# Of what is no table: a builder, the kind of its task, and of its input.
IN_ORDER = {
    "labeller": ("lstm", "sequence_labelling", "text"),
    "sequences": ("gru", "multiclass", "sequence"),
    "writer": ("transformer_decoder", "next_token", "text"),
    "translator": ("transformer_encoder_decoder", "translation", "text"),
    "recurrent_translator": ("recurrent_encoder_decoder", "translation", "text"),
    "forecast": ("linear_forecast", "forecasting", "sequence"),
    "listener": ("convnet", "binary", "audio"),
}
HEADERS = ["a b", "A_B", "a/b", "", "年", "class", "take", "encode_numbers", "x.y", "'", "self"]


def test_saved_models_answer_the_same_without_goodfit(
    tmp_path: Path, table, preprocessor, made, tiny, built
):
    strange = {
        "age": np.array([np.nan, 1e30, 40.0, -5.0]),
        "Fare (EUR)": np.array([np.nan, np.nan, 1.0, 2.0]),
        "pixels": np.full((4, 5), np.nan),
        "vip": np.array([np.nan, 1.0, 0.0, 0.0]),
        "a/b": np.array(["", "never seen", "x", "é\n\ud800"], object),
        "town": np.array(["", "never seen", "town 3", "Ulm"], object),
        "when": np.array(["", "2024-02-29", "1900-02-29", "2031-07-01T23:59:59Z"], object),
        "note": np.array(["", "never seen words", "good, kind wine", "年"], object),
    }
    price = Task("regression", ("price",))
    odd = [Column(name, ("number", "category")[i % 2]) for i, name in enumerate(HEADERS)]
    draw = np.random.default_rng(0)
    odd_rows = {
        column.name: np.array(["u", "v"], object)[draw.integers(0, 2, 40)]
        if column.is_string
        else draw.normal(size=40)
        for column in odd
    }
    models = {
        "mixed": mlp(preprocessor, price, (8, 4), target_mean=1e3, target_scale=50.0),
        "gru": build("gru", preprocessor, price, units=(4, 3), embedding_width=4),
        "transformer_encoder": build(
            "transformer_encoder", preprocessor, price, embedding_width=9, layers=1
        ),
        "headers": mlp(model_inputs(odd, odd_rows), Task("multiclass", ("a", "b", "c")), (8,)),
    }
    raw = dict.fromkeys(models, to_tensors(strange, table))
    raw["headers"] = to_tensors(odd_rows, odd)
    served = list(models)
    for name, (builder, kind, given) in IN_ORDER.items():
        data = made(kind, given, 12)
        _, models[name], _ = built(tiny(builder), data)
        # Kernels that begin at 0 would answer the same whatever goes in.
        draw = np.random.default_rng(1)
        for weight in models[name].trainable_variables:
            weight.assign(draw.normal(0, 0.3, weight.shape))
        raw[name] = to_tensors(data.features, data.columns)
    answers = {name: np.asarray(model(raw[name])) for name, model in models.items()}
    assert all(np.isfinite(values).all() for values in answers.values())
    np.savez(tmp_path / "answers.npz", **answers)
    names = {name: list(tensors) for name, tensors in raw.items()} | {"served": served}
    (tmp_path / "names.json").write_text(json.dumps(names))
    for name, model in models.items():
        arrays = [tensor.numpy() for tensor in raw[name].values()]
        plain = [array.astype("S") if array.dtype == object else array for array in arrays]
        np.savez(tmp_path / f"{name}.npz", *plain)
        model.save(tmp_path / f"{name}.keras")
        if name in served:
            model.export(tmp_path / f"served_{name}", verbose=False)
    subprocess.run([sys.executable, "-c", ALONE, str(tmp_path)], check=True, timeout=240)
    result = json.loads((tmp_path / "result.json").read_text())
    assert result.pop("goodfit") == "absent"
    # A traced function may round the last digit of an answer near 1,000 differently.
    assert result.pop("served_mixed") <= 2e-4
    assert all(result.pop(f"served_{name}") <= 1e-6 for name in served if name != "mixed")
    assert result == dict.fromkeys(raw, 0.0)
