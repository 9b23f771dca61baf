"""What TensorBoard is told beside the curves: settings, graph, answers, points, findings."""

import json
import math

import keras
import numpy as np
import pytest
from goodfit.callbacks import Diagnose, Finding, OutputFacts, TensorBoardWriter
from goodfit.callbacks.charting.answers import answer_values, probabilities
from goodfit.callbacks.charting.embeddings import Points, write_points
from goodfit.callbacks.charting.layer_graph import model_graph
from goodfit.callbacks.charting.settings import findings_data, session_start
from goodfit.zoo import BadInput
from tensorboard.backend.event_processing.event_accumulator import TENSORS, EventAccumulator
from tensorboard.compat.proto.graph_pb2 import GraphDef
from tensorboard.plugins.hparams import metadata as hparams
from tensorboard.plugins.projector import ProjectorConfig
from tensorboard.util.tensor_util import make_ndarray

layers = keras.layers
ROWS = np.random.default_rng(0).normal(size=(90, 3)).astype("float32")


def reader_of(folder):
    reader = EventAccumulator(str(folder), size_guidance={TENSORS: 0})
    reader.Reload()
    return reader


def last(reader, tag):
    return make_ndarray(reader.Tensors(tag)[-1].tensor_proto)


def session(folder, tag):
    """Return what HParams reads of one run."""
    content = reader_of(folder).SummaryMetadata(tag).plugin_data.content
    if tag == hparams.SESSION_START_INFO_TAG:
        return hparams.parse_session_start_info_plugin_data(content)
    return hparams.parse_session_end_info_plugin_data(content)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Return a folder that a fit with three classes wrote, its model, labels and history."""
    folder = tmp_path_factory.mktemp("charting") / "run"
    model = keras.Sequential(
        [keras.Input((3,)), layers.Dense(5, "relu", name="wide"), layers.Dense(3, name="head")]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.05), loss, metrics=["accuracy"])
    labels = np.digitize(ROWS[:, 0], [-0.5, 0.5])
    writer = TensorBoardWriter(
        folder, diagnose=Diagnose(verbose=0), names=("low", "middle", "high")
    )
    held = ROWS[60:], labels[60:]
    fitted = model.fit(
        ROWS[:60], labels[:60], epochs=4, batch_size=20, verbose=0, validation_data=held,
        callbacks=[writer._diagnose, writer],
    )  # fmt: skip
    return folder, model, held, fitted.history


def test_settings_and_best_scores_are_a_row_of_hparams(trained):
    folder, _, _, history = trained
    told = session(folder / "result", hparams.SESSION_START_INFO_TAG).hparams
    assert told["optimizer"].string_value == "adam"
    assert told["learning_rate"].number_value == pytest.approx(0.05)
    assert told["epochs"].number_value == 4
    best = int(np.argmin(history["val_loss"]))
    reader = reader_of(folder / "result")
    assert last(reader, "best/epoch") == best + 1
    assert last(reader, "best/loss") == pytest.approx(history["val_loss"][best])
    assert last(reader, "best/accuracy") == pytest.approx(history["val_accuracy"][best])
    assert session(folder / "result", hparams.SESSION_END_INFO_TAG).status == 1  # success


def test_what_the_model_answers_is_what_the_model_answers(trained):
    folder, model, (x, labels), _ = trained
    reader = reader_of(folder)
    scores = keras.ops.convert_to_numpy(keras.ops.softmax(model(x)))
    for number, name in enumerate(("low", "middle", "high")):
        found = last(reader, f"precision_recall/{name}")
        happened, taken = labels == number, scores[:, number] >= 0.5
        right = [(happened & taken).sum(), (~happened & taken).sum()]
        right += [(~happened & ~taken).sum(), (happened & ~taken).sum()]
        assert found[:4, 25].tolist() == right
    picture = last(reader, "confusion")
    assert picture[2].startswith(b"\x89PNG")
    assert int(picture[0]) > 100


def test_the_validation_rows_are_points_before_the_last_layer(trained):
    from google.protobuf import text_format

    folder, model, (x, labels), _ = trained
    text = (folder / "projector_config.pbtxt").read_text()
    (points,) = text_format.Parse(text, ProjectorConfig()).embeddings
    vectors = np.loadtxt(folder / points.tensor_path, delimiter="\t")
    wide = keras.ops.convert_to_numpy(model.get_layer("wide")(x))
    np.testing.assert_allclose(vectors, wide, rtol=1e-4, atol=1e-6)
    header, *rows = (folder / points.metadata_path).read_text().splitlines()
    assert header == "class\trow"
    names = [("low", "middle", "high")[label] for label in labels]
    assert [row.split("\t")[0] for row in rows] == names


def test_the_graph_has_the_layers(trained):
    folder = trained[0]
    graph = reader_of(folder).Graph()
    nodes = {node.name: (node.op, list(node.input)) for node in graph.node}
    assert nodes["head"] == ("Dense", ["wide"])


def test_a_model_that_cannot_be_drawn_has_no_graph():
    class Own(keras.Model):
        pass

    assert model_graph(Own()) == b""
    assert model_graph(None) == b""
    inputs = {name: keras.Input((2,), name=name) for name in ("a", "b")}
    joined = layers.Concatenate(name="both")(list(inputs.values()))
    assert fed(keras.Model(inputs, joined, name="outer"))["both"] == ["a", "b"]


def fed(model):
    """Return what feeds each node of a model's graph."""
    graph = GraphDef.FromString(model_graph(model))
    return {node.name: sorted(node.input) for node in graph.node}


def test_models_in_models_attention_masks_and_operations_are_drawn():
    x = keras.Input((5,), name="ids")
    inner = keras.Sequential([keras.Input((8,)), layers.Dense(8, name="a")], name="inner")
    e = layers.Embedding(9, 8, mask_zero=True, name="embed")(x)
    seen = layers.MultiHeadAttention(2, 4, name="look")(e, e)
    pooled = layers.GlobalAveragePooling1D(name="pool")(e + seen)
    y = layers.Dense(1, name="head")(inner(keras.ops.tanh(pooled)))
    found = fed(keras.Model(x, y))
    assert found["look"][0] == "embed"
    (added,) = [name for name in found if set(found[name]) == {"embed", "look"}]
    assert added in found["pool"]
    (bent,) = [name for name in found if found[name] == ["pool"]]
    assert found["inner/a"] == [bent] or found[found["inner/a"][0]] == [bent]
    assert found["head"] == ["inner/a"]
    every = {source for sources in found.values() for source in sources}
    assert every <= set(found), "each edge begins at a node"


def test_hparams_get_what_they_can_read():
    settings = {
        "units": (64, 32),
        "rate": np.float32(0.5),
        "on": True,
        "none": None,
        "bad": math.nan,
    }
    info = hparams.parse_session_start_info_plugin_data(
        session_start(settings, 0.0).metadata.plugin_data.content
    )
    assert info.hparams["units"].string_value == "64, 32"
    assert info.hparams["rate"].number_value == 0.5
    assert info.hparams["on"].bool_value is True
    assert info.hparams["none"].string_value == "none"
    assert info.hparams["bad"].string_value == "nan"


def test_findings_are_strict_json():
    found = Finding("a", "", "info", "c", "r", 1, {"x": math.nan, "y": 2, "z": np.float32(0.5)})
    told = json.loads(findings_data([found], 3, final=True), parse_constant=pytest.fail)
    assert (told["epoch"], told["final"]) == (3, True)
    assert told["findings"][0]["figures"] == {"x": "nan", "y": 2, "z": 0.5}


def test_labels_that_may_hold_together_have_curves_and_no_confusion():
    labels = np.array([[1, 1], [0, 1], [0, 0]])
    tags = [value.tag for value in answer_values(labels, labels * 0.8, ("wet", "cold"))]
    assert tags == ["precision_recall/wet", "precision_recall/cold"]
    one_hot = np.eye(2)[[0, 1, 1]]
    assert [value.tag for value in answer_values(one_hot, one_hot)][-1] == "confusion"


def test_answers_that_do_not_fit_are_refused_and_those_of_no_classifier_left_out():
    with pytest.raises(BadInput, match="none of the model's classes"):
        list(answer_values(np.array([0, 5]), np.eye(2)))
    assert not list(answer_values(np.array([0, 1]), np.array([[math.nan], [0.5]])))
    assert probabilities(np.zeros((2, 1)), OutputFacts("y", loss="mean_squared_error")) is None


def test_a_fit_without_validation_rows_or_with_odd_labels_ends_as_ever(tmp_path):
    model = keras.Sequential([keras.Input((3,)), layers.Dense(1, "tanh")])
    model.compile("adam", "binary_crossentropy")
    odd = np.where(ROWS[:, 0] > 0, 1, -1)
    quiet = Diagnose(verbose=0)
    model.fit(
        ROWS, odd, epochs=1, verbose=0, validation_split=0.5,
        callbacks=[quiet, TensorBoardWriter(tmp_path / "odd", diagnose=quiet)],
    )  # fmt: skip
    assert "confusion" not in reader_of(tmp_path / "odd").Tags()["tensors"]


def test_points_with_names_that_would_break_the_table(tmp_path):
    points = Points('a "b"\n', np.zeros((2, 2)), {"x\ty": ["a\tb", "c\nd"], "n": [1, 2]})
    write_points(tmp_path, [points])
    assert (tmp_path / "points_0_names.tsv").read_text() == "xy\tn\na b\t1\nc d\t2\n".replace(
        "xy", "x y"
    )
    assert 'tensor_name: "a \\"b\\""' in (tmp_path / "projector_config.pbtxt").read_text()


def test_embeddings_are_points_too(tmp_path):
    model = keras.Sequential(
        [keras.Input((4,)), layers.Embedding(7, 3, name="words"), layers.Flatten(), layers.Dense(1)]
    )
    writer = TensorBoardWriter(tmp_path, names=("no", "yes"))
    writer.set_model(model)
    words = {"words": ["–", "[UNK]", "good", "bad"]}
    writer.write_answers(np.array([0, 1]), np.array([[0.2], [0.7]]), words=words)
    assert 'tensor_name: "words"' in (tmp_path / "projector_config.pbtxt").read_text()
    assert np.loadtxt(tmp_path / "points_0.tsv", delimiter="\t").shape == (7, 3)
    told = (tmp_path / "points_0_names.tsv").read_text().split()
    assert told == ["–", "[UNK]", "good", "bad", "4", "5", "6"]
