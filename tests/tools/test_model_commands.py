"""The commands that show, draw and export: on a small model, as a person would call them."""

import json
import shlex

import numpy as np
import pytest
from goodfit.recipes.making.examples import EXAMPLES
from goodfit.recipes.training.saving import LoadedModel, save
from goodfit.tools.cli import main
from goodfit.tools.commands import example as example_command
from goodfit.zoo import Column, Task, build, model_inputs

TEXTS = np.array(["a good day", "a bad day was late", "good and late", "bad"] * 3, object)


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A model of texts and one of numbers."""
    folder = tmp_path_factory.mktemp("saved")
    made = {
        "text": ("transformer_encoder", [Column("note", "text")], {"note": TEXTS}),
        "numbers": ("mlp", [Column("size", "number", 2)], {"size": np.arange(24.0).reshape(12, 2)}),
    }
    small = {"transformer_encoder": {"embedding_width": 16, "heads": 2}, "mlp": {"units": (2,)}}
    task = Task("binary", ("no", "yes"))
    for kind, (name, columns, rows) in made.items():
        model = build(name, model_inputs(columns, rows), task, **small[name])
        place = folder / f"{kind}.keras"
        save(LoadedModel(model, tuple(columns), task, ("answer",)), place, rows)
    return folder


def test_attention_is_drawn_and_told(saved, tmp_path, capsys):
    words = [
        "attention",
        str(saved / "text.keras"),
        "a bad day",
        "--output",
        str(tmp_path / "a.png"),
    ]
    assert main([*words, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["layer"] == "text_0_2_attention"
    assert list(found["layers"]) == ["text_0_1_attention", "text_0_2_attention"]
    seen = found["layers"]["text_0_2_attention"]
    assert seen["keys"] == ["a", "bad", "day"]
    assert np.shape(seen["weights"]) == (2, 3, 3)
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    assert main([*words, "--layer", "text_0_1_attention"]) == 0
    out = capsys.readouterr().out
    assert "looks most at" in out
    assert "other layers: text_0_2_attention" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["x", "--output", "a.gif"], ".png, .svg, .pdf"),
        (["x", "y", "--output", "a.png"], "A value has no column"),
        (["x", "--layer", "text_0_9_attention", "--output", "a.png"], "text_0_2_attention"),
    ],
)
def test_attention_tells_what_cannot_be_used(saved, tmp_path, monkeypatch, capsys, words, said):
    monkeypatch.chdir(tmp_path)
    assert main(["attention", str(saved / "text.keras"), *words]) == 2
    assert said in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_export_says_what_goes_in_and_how_far_it_agrees(saved, tmp_path, capsys):
    output = tmp_path / "served"
    words = [
        "export",
        str(saved / "numbers.keras"),
        "--format",
        "saved_model",
        "--output",
        str(output),
    ]
    assert main([*words, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["part"] == "model"
    assert found["inputs"] == {"size": {"shape": [None, 2], "dtype": "float32"}}
    assert found["difference"] <= found["tolerance"]
    assert (output / "saved_model.pb").exists()
    assert main(words) == 2
    assert "is there already" in capsys.readouterr().err


def test_examples_are_listed_with_their_recipes(capsys):
    assert main(["example", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["examples"]
    assert [each["name"] for each in found] == sorted(EXAMPLES)
    assert main(["example"]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in EXAMPLES)


def test_an_example_is_written_once_with_the_command_to_run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    name = "tagged_sentences"
    assert main(["example", name, "my data", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    words = shlex.split(found["command"])
    assert words[:2] == ["goodfit", "train"]
    assert (tmp_path / words[2]).exists()
    assert str(tmp_path / words[2]) == found["source"]
    before = {path: path.read_bytes() for path in (tmp_path / "my data").rglob("*")}
    assert main(["example", name, "my data"]) == 2
    assert "nothing is overwritten" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in (tmp_path / "my data").rglob("*")} == before
    assert main(["example", "taged_sentences"]) == 2
    assert "Did you mean 'tagged_sentences'" in capsys.readouterr().err
    assert example_command.EPILOG.startswith("examples:")


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_the_command_of_an_example_can_be_read(name):
    """The bug: an option that `goodfit train` does not know, found only by a newcomer."""
    from goodfit.recipes.making.examples import example
    from goodfit.tools.cli import _parsed
    from goodfit.tools.commands import train

    assert _parsed("train", train, ["data", *example(name).arguments]).source == "data"
