"""What is exported runs in its own runtime and answers as the model does, or is not kept."""

import importlib.util

import pytest
from goodfit.zoo import (
    BadInput,
    GoodfitError,
    MissingExtra,
    Task,
    build,
    export_model,
    exporting,
    model_inputs,
    parts,
    to_tensors,
)

NEEDED = {"saved_model": (), "onnx": ("tf2onnx", "onnxruntime"), "litert": ("ai_edge_litert",)}
TINY = {"simple_rnn": {"units": (3,)}, "gru": {"units": (3,)}, "lstm": {"units": (3,)}}
# One of each family; the contract of their other tasks and inputs is the same graph.
CASES = [
    ("mlp", "regression", "table", "saved_model"),
    ("mlp", "regression", "table", "onnx"),
    ("mlp", "regression", "table", "litert"),
    ("mlp", "multiclass", "sequence", "onnx"),
    ("gru", "binary", "sequence", "onnx"),
    ("gru", "binary", "sequence", "litert"),
    ("lstm", "sequence_labelling", "text", "saved_model"),
    ("lstm", "sequence_labelling", "text", "onnx"),
    ("transformer_encoder", "sequence_labelling", "text", "onnx"),
    ("transformer_encoder", "sequence_labelling", "text", "litert"),
]


def skip_without(format):
    for package in NEEDED[format]:
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"{package} is not installed: pip install 'goodfit[export]'")


def made_model(made, name, kind, given):
    data = made(kind, given, 12)
    preprocessor = model_inputs(data.columns, data.features)
    settings = (
        {"embedding_width": 8, "layers": 1} if name.startswith("trans") else TINY.get(name, {})
    )
    if kind == "regression":
        settings = {**settings, "target_mean": 100.0, "target_scale": 10.0}
    return build(name, preprocessor, data.task, **settings), to_tensors(data.features, data.columns)


@pytest.mark.parametrize(("name", "kind", "given", "format"), CASES)
def test_an_exported_model_answers_the_same_in_its_runtime(
    made, tmp_path, name, kind, given, format
):
    skip_without(format)
    model, rows = made_model(made, name, kind, given)
    path = tmp_path / f"model{exporting.EXPORT_FORMATS[format]}"
    found = export_model(model, path, rows, format=format)
    assert found.path == path
    assert path.exists()
    assert found.rows == 8
    assert found.difference <= found.tolerance
    assert list(tmp_path.iterdir()) == [path]
    text = any(tensor.dtype == "string" for tensor in model.inputs)
    assert found.part == ("trunk" if text and format != "saved_model" else "model")
    if found.part == "trunk":
        assert set(found.inputs) == set(parts(model).trunk.input)
    if format == "litert":
        assert all(shape[0] == 1 and None not in shape for shape, _ in found.inputs.values())


def test_a_file_that_answers_differently_is_not_kept(tmp_path, monkeypatch, made):
    """The bug: a converter that says "success" of a file that does not run, or runs wrongly."""
    model, rows = made_model(made, "mlp", "binary", "sequence")

    run = exporting.runner_of("saved_model")
    monkeypatch.setattr(exporting, "runner_of", lambda _: lambda *given: run(*given) + 0.01)
    with pytest.raises(GoodfitError, match=r"answers differently by 0\.01"):
        export_model(model, tmp_path / "served", rows)
    assert not list(tmp_path.iterdir())


def test_any_functional_model_is_exported_and_rows_are_made_up(tmp_path):
    import keras

    given = keras.Input((None, 2), name="steps")
    model = keras.Model(given, keras.layers.Dense(1)(keras.layers.GRU(3)(given)))
    found = export_model(model, tmp_path / "plain")
    assert (found.part, found.rows) == ("model", 8)
    assert found.inputs == {"steps": ((None, None, 2), "float32")}


def test_all_that_is_wrong_is_told_before_anything_is_written(tmp_path, preprocessor):
    model = build("mlp", preprocessor, Task("binary", ("no", "yes")), units=(2,))
    with pytest.raises(BadInput, match="Did you mean 'onnx'"):
        export_model(model, tmp_path / "m.onnx", format="onx")
    (tmp_path / "m.txt").touch()
    with pytest.raises(BadInput) as raised:
        export_model(model, tmp_path / "m.txt", format="onnx")
    assert [problem.kind for problem in raised.value.problems] == ["export_path", "export_exists"]
    with pytest.raises(BadInput, match="has no trunk beside it"):
        export_model(parts(model).preprocessor, tmp_path / "p.onnx", format="onnx")
    assert [path.name for path in tmp_path.iterdir()] == ["m.txt"]


def test_a_missing_package_names_its_extra(tmp_path, monkeypatch):
    import sys

    import keras

    given = keras.Input((2,), name="numbers")
    model = keras.Model(given, keras.layers.Dense(1)(given))
    monkeypatch.setitem(sys.modules, "tf2onnx", None)
    with pytest.raises(MissingExtra, match=r"pip install 'goodfit\[export\]'"):
        export_model(model, tmp_path / "m.onnx", format="onnx")
