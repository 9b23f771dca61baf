"""From pairs of texts to translated rows, from Python and from the command line."""

import pandas as pd
from goodfit.recipes import open_run, translate_texts
from goodfit.recipes.making.phrases import EXAMPLE, phrases
from goodfit.tools.cli import main


def table(path, count):
    pd.DataFrame(phrases(count, 0), columns=["english", "german"]).to_csv(path, index=False)
    return path


def test_made_sentences_are_the_same_for_a_seed_and_follow_the_grammar(tmp_path):
    first = EXAMPLE.write(tmp_path, 3).read_bytes()
    assert EXAMPLE.write(tmp_path, 3).read_bytes() == first
    assert EXAMPLE.write(tmp_path, 4).read_bytes() != first
    pairs = phrases(400, 1)
    assert len({english for english, _ in pairs}) == 400
    genders = {"Hund": "m", "Katze": "f", "Kind": "n"}
    for english, german in pairs:
        assert german.split(",")[0].rstrip(".").split()[-1].startswith("ge") or "verfolgt" in german
        if english.split(" has ")[0].lower() == "the dog" and "because" in english:
            assert f"weil {({'m': 'er', 'f': 'sie', 'n': 'es'})[genders['Hund']]} " in german
        if "seen the dog" in english:
            assert "den Hund" in german  # the object, not the subject


def test_the_recipe_trains_scores_and_compares_with_naive_answers(tmp_path):
    steps = []
    run = translate_texts(
        table(tmp_path / "phrases.csv", 80),
        "german",
        epochs=2,
        model="recurrent_encoder_decoder",
        progress=lambda kind, data: steps.append(kind),
    )
    assert set(run.record["validation"]["metrics"]) == {"bleu", "chrf", "exact_match"}
    assert set(run.record["comparisons"]["validation"]) == {"copy", "commonest", "nearest"}
    assert run.history[-1]["loss"] < run.history[0]["loss"]
    assert run.config.model == "recurrent_encoder_decoder"
    assert steps.count("epoch") == 2


def test_the_command_line_trains_and_translates_new_rows(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    table(tmp_path / "pairs.csv", 60)
    command = "train pairs.csv --task translation --text english --target german --epochs 1"
    small = "layers=1 embedding_width=8 heads=1 warmup_steps=5"
    assert main([*command.split(), "--output", "run", "--test", "--set", *small.split()]) == 0
    run = open_run("run")
    assert run.record["test"]["metrics"]["chrf"]["value"] >= 0
    assert run.record["saved_difference"] == 0.0
    new = pd.DataFrame({"english": ["The dog has seen the cat.", "", "Wholly new words"]})
    new.to_csv("new.csv", index=False)
    assert main(["predict", "run", "new.csv", "--output", "answers.csv"]) == 0
    answers = pd.read_csv("answers.csv", keep_default_na=False)
    assert list(answers.columns) == ["prediction"]
    assert len(answers) == 3
    capsys.readouterr()
    assert main(["train", "pairs.csv", "--task", "translation", "--target", "gemran"]) == 2
    assert "german" in capsys.readouterr().err
