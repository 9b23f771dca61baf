"""What is exported runs in its own runtime and answers as the model does, or is not kept."""

import importlib.util

import numpy as np
import pytest
from goodfit.zoo import (
    BadInput,
    GoodfitError,
    MissingExtra,
    Task,
    build,
    export_model,
    list_models,
    parts,
    to_tensors,
)
from goodfit.zoo.using import exporting

NEEDED = {"saved_model": (), "onnx": ("tf2onnx", "onnxruntime"), "litert": ("ai_edge_litert",)}
ALL = ("saved_model", "onnx", "litert")
# Every builder in every format, the recurrent networks as one, and every kind of input once. What
# differs in a runtime is what layers become there: the cases of FEW always run.
CASES = [
    *(("mlp", "regression", "table", format) for format in ALL),
    *(("convnet", "multiclass", "image", format) for format in ALL),
    *(("lstm", "sequence_labelling", "text", format) for format in ALL),
    ("gru", "binary", "sequence", "onnx"),
    ("gru", "binary", "frames", "litert"),
    ("transformer_encoder", "sequence_labelling", "text", "saved_model"),
    ("transformer_encoder", "span", "text", "onnx"),
    ("transformer_encoder", "span", "text", "litert"),
    *(("transformer_decoder", "next_token", "text", format) for format in ALL),
    *(("transformer_encoder_decoder", "translation", "text", format) for format in ALL),
    *(("recurrent_encoder_decoder", "translation", "text", format) for format in ALL),
    *(("linear_forecast", "forecasting", "sequence", format) for format in ALL),
    *(("mlp", "binary", "audio", format) for format in ALL),
]
FEW = {
    *(("mlp", "regression", "table", format) for format in ("saved_model", "onnx")),
    *(("convnet", "multiclass", "image", format) for format in ("onnx", "litert")),
    ("gru", "binary", "sequence", "onnx"),
    ("lstm", "sequence_labelling", "text", "litert"),
    ("transformer_encoder", "sequence_labelling", "text", "saved_model"),
    ("transformer_encoder", "span", "text", "onnx"),
    ("transformer_decoder", "next_token", "text", "onnx"),
    ("transformer_encoder_decoder", "translation", "text", "onnx"),
    ("recurrent_encoder_decoder", "translation", "text", "saved_model"),
    ("linear_forecast", "forecasting", "sequence", "onnx"),
    ("mlp", "binary", "audio", "onnx"),
}
RECURRENT = {"simple_rnn", "lstm", "gru"}
MODELS = {}


def skip_without(format):
    for package in NEEDED[format]:
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"{package} is not installed: pip install 'goodfit[export]'")


@pytest.fixture
def made_model(made, tiny, built):
    """A function that returns a model and rows for it; each is made once."""

    def made_once(name, kind, given):
        if (name, kind, given) not in MODELS:
            data = made(kind, given, 12)
            _, model, _ = built(tiny(name), data)
            draw = np.random.default_rng(1)
            for weight in model.trainable_variables:  # some begin at 0, and answer 0 to all
                weight.assign(draw.normal(0, 0.3, weight.shape))
            MODELS[name, kind, given] = model, to_tensors(data.features, data.columns)
        return MODELS[name, kind, given]

    return made_once


def test_every_builder_is_exported_in_every_format():
    names = {card.name for card in list_models()}
    for format in ALL:
        covered = {name for name, _, _, other in CASES if other == format}
        assert covered & RECURRENT
        assert covered | RECURRENT == names
    for place in range(3):  # builder, task and input; frames are steps of pictures
        few, every = ({case[place] for case in cases} for cases in (FEW, CASES))
        assert few >= every - {"frames"} - RECURRENT
    assert set(CASES) >= FEW
    assert {case[3] for case in FEW} == set(ALL)


@pytest.mark.parametrize(
    ("name", "kind", "given", "format"),
    [pytest.param(*case, marks=() if case in FEW else pytest.mark.slow) for case in CASES],
)
def test_an_exported_model_answers_the_same_in_its_runtime(
    made_model, tmp_path, name, kind, given, format
):
    skip_without(format)
    model, rows = made_model(name, kind, given)
    path = tmp_path / f"model{exporting.EXPORT_FORMATS[format]}"
    found = export_model(model, path, rows, format=format)
    assert found.path == path
    assert path.exists()
    assert found.rows == 8
    assert found.difference <= found.tolerance
    assert list(tmp_path.iterdir()) == [path]
    text = any(tensor.dtype == "string" for tensor in model.inputs)
    # A spectrogram has complex numbers inside, which tf2onnx cannot write.
    trunk = format != "saved_model" and (text or (given == "audio" and format == "onnx"))
    assert found.part == ("trunk" if trunk else "model")
    if found.part == "trunk":
        assert set(found.inputs) == set(parts(model).trunk.input)
    if format == "litert":
        assert all(shape[0] == 1 and None not in shape for shape, _ in found.inputs.values())


def test_a_file_that_answers_differently_is_not_kept(tmp_path, monkeypatch, made_model):
    """The bug: a converter that says "success" of a file that does not run, or runs wrongly."""
    model, rows = made_model("convnet", "multiclass", "image")

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
    with pytest.raises(BadInput, match=r"takes text, .* has no trunk beside it"):
        export_model(parts(model).preprocessor, tmp_path / "p.onnx", format="onnx")
    assert [path.name for path in tmp_path.iterdir()] == ["m.txt"]


def complex_numbers():
    """Return a model with complex numbers inside, of layers that `export_model` does not know."""
    import keras

    given = keras.Input((8,), name="numbers")
    real, imaginary = keras.ops.rfft(given)
    return keras.Model(given, real + imaginary)


def strings():
    """Return a model that divides texts, which LiteRT has no operation for."""
    import keras

    given = keras.Input((1,), dtype="string", name="note")
    words = keras.layers.TextVectorization(vocabulary=["a"], output_sequence_length=2)
    return keras.Model(given, words(given))


def test_what_a_runtime_cannot_do_is_told_in_one_line_and_nothing_is_kept(tmp_path, monkeypatch):
    """The bug: the error of a converter that is of a kind of its own came through as it was."""
    skip_without("onnx")
    with pytest.raises(GoodfitError, match=r"cannot be exported as onnx: .*RFFT"):
        export_model(complex_numbers(), tmp_path / "m.onnx", format="onnx")
    skip_without("litert")
    monkeypatch.setattr(exporting, "_only_trunk", lambda *_: False)
    with pytest.raises(GoodfitError, match="cannot be exported as litert: ") as raised:
        export_model(strings(), tmp_path / "m.tflite", format="litert")
    assert "\n" not in str(raised.value)
    assert not list(tmp_path.iterdir())


def test_a_missing_package_names_its_extra(tmp_path, monkeypatch):
    import sys

    import keras

    given = keras.Input((2,), name="numbers")
    model = keras.Model(given, keras.layers.Dense(1)(given))
    monkeypatch.setitem(sys.modules, "tf2onnx", None)
    with pytest.raises(MissingExtra, match=r"pip install 'goodfit\[export\]'"):
        export_model(model, tmp_path / "m.onnx", format="onnx")
