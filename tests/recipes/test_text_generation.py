"""The recipe for writing, and the commands a person would use instead."""

import json

import pytest
from goodfit.recipes import predict
from goodfit.recipes.making.examples import example
from goodfit.recipes.text_generation import write_on
from goodfit.tools.cli import main
from goodfit.zoo import generate


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    folder = tmp_path_factory.mktemp("story")
    path = example("story").write(folder, 0)
    first = path.read_bytes()
    assert example("story").write(folder, 0).read_bytes() == first
    short = folder / "short.txt"
    short.write_bytes(first[:9_000])
    return short


def test_the_recipe_trains_and_its_model_writes(story):
    run = write_on(story, lookback=32, epochs=1)
    assert run.config.model == "transformer_decoder"
    assert run.config.text_level == "character"
    loss = run.record["validation"]["metrics"]["cross_entropy"]["value"]
    # The loss of a history and the score of the record are the same thing.
    assert loss == pytest.approx(run.history[-1]["val_loss"], rel=1e-4)
    assert run.record["comparisons"]["validation"].keys() == {"frequencies", "pairs"}
    text = generate(run, "One", length=20)
    assert len(text) == 20
    assert set(text) <= set(story.read_text())


def test_a_book_is_trained_on_and_written_on_from_the_command_line(story, tmp_path, capsys):
    out = tmp_path / "run"
    words = ["--task", "next_token", "--lookback", "32", "--epochs", "1", "--no-report", "--quiet"]
    tiny = ["model=gru", "units=16", "embedding_width=8"]
    assert main(["train", str(story), *words, "--output", str(out), "--set", *tiny]) == 0
    capsys.readouterr()

    def written(*options, code=0):
        assert main(["generate", str(out), *options]) == code
        return capsys.readouterr()

    found = written("Long ago", "--length", "30", "--top-k", "5", "--seed", "2").out
    assert found.startswith("Long ago")
    data = json.loads(written("Long ago", "--length", "30", "--temperature", "0", "--json").out)
    assert (data["prompt"], data["length"], len(data["text"])) == ("Long ago", 30, 30)
    told = written("Long €", "--length", "x", "--top-p", "much", code=2).err
    assert "--length" in told
    assert "--top-p" in told
    assert "never saw" in written("Long €", code=2).err
    assert main(["predict", str(out), str(story), "--output", str(tmp_path / "p.csv")]) == 0
    assert (tmp_path / "p.csv").read_text().startswith("text,prediction,perplexity")
    assert main(["test", str(out)]) == 0
    assert len(predict(out, story)) == len(predict(out, {"text": ["a"] * 2})) + 280
