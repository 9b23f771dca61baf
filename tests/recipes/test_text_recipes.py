"""The recipes for tables, texts, tags and questions on their made data, and their commands."""

import csv

import pytest
from goodfit.recipes import (
    answer_questions,
    classify_texts,
    label_sequences,
    predict,
    predict_leaving,
)
from goodfit.recipes.making.examples import example
from goodfit.recipes.making.showing import keywords, show_example
from goodfit.tools.cli import main

NAMES = ("customers", "questions", "reviews", "tagged_sentences")


def few(name, folder, rows=150):
    """Write the made data, and return the path of their first rows."""
    folder.mkdir()
    path = example(name).write(folder, 0)
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(lines[: rows + 1]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("name", NAMES)
def test_made_data_are_the_same_for_a_seed_and_others_for_another(name, tmp_path):
    texts = []
    for number, seed in enumerate((1, 1, 2)):
        folder = tmp_path / str(number)
        folder.mkdir()
        texts.append(example(name).write(folder, seed).read_bytes())
    assert texts[0] == texts[1] != texts[2]


def test_no_answer_to_a_made_question_is_met_twice(tmp_path):
    """Then nobody could answer from memory."""
    path = example("questions").write(tmp_path, 0)
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    passages = {}
    for row in rows:
        assert row["answer"] in row["passage"]
        passages.setdefault(row["answer"], set()).add(row["passage"])
    shared = sum(len(found) > 1 for found in passages.values())
    assert shared <= 0.01 * len(passages)


def test_questions_are_answered_and_the_run_predicts_words_of_the_passage(tmp_path):
    path = few("questions", tmp_path / "made", 60)
    run = answer_questions(path, output=tmp_path / "run", epochs=1, model="simple_rnn")
    assert set(run.record["validation"]["metrics"]) == {"token_f1", "exact_match"}
    assert set(run.record["naive"]["validation"]) == {"first sentence", "sliding window"}
    asked = {"passage": ["Ida lives in Bonn."], "question": ["Where does Ida live?"]}
    assert predict(run, asked)["prediction"][0] in asked["passage"][0]


def test_words_are_labelled_better_than_one_by_one(tmp_path):
    path = few("tagged_sentences", tmp_path / "made", 300)
    run = label_sequences(path, "tags", text="tokens", epochs=4)
    scores = run.record["validation"]["metrics"]
    naive = run.record["naive"]["validation"]["each word"]["chunk_f1"]["value"]
    assert scores["chunk_f1"]["value"] > naive + 0.05


def test_of_two_models_for_texts_the_validation_rows_choose(tmp_path):
    path = few("reviews", tmp_path / "made")
    kept = classify_texts(path, "rating", text="review", epochs=2, output=tmp_path / "runs")
    losses = {}
    for name in ("mlp", "gru"):
        with (tmp_path / "runs" / name / "history.csv").open(encoding="utf-8") as file:
            losses[name] = min(float(row["val_loss"]) for row in csv.DictReader(file))
    assert kept.config.model == min(losses, key=losses.get)
    assert set(predict(kept, {"review": ["the bar was not cold."]})["prediction"]) <= {
        "happy",
        "unhappy",
    }


def test_rows_of_a_customer_stay_together_and_costs_set_the_threshold(capsys, tmp_path):
    run = show_example("customers", few_epochs, tmp_path)
    shown = capsys.readouterr().out
    assert "roc_auc" in shown
    assert run.record["threshold"] < 0.5  # a missed customer costs five times as much
    groups = [set(part.extras["customer"]) for part in (run.splits.train, run.splits.validation)]
    assert not groups[0] & groups[1]


def few_epochs(source, **arguments):
    return predict_leaving(source, **arguments, epochs=3)


# The commands of docs/questions.md run the same on questions.
@pytest.mark.parametrize(
    "name", ["tagged_sentences", pytest.param("questions", marks=pytest.mark.slow)]
)
def test_the_command_trains_on_made_data_and_predicts(name, tmp_path, capsys):
    path = few(name, tmp_path / "made", 60)
    run = tmp_path / "run"
    words = ["--epochs", "1", "--no-report", "--set", "model=simple_rnn"]
    words += ["units=4", "embedding_width=4"]
    arguments = [*example(name).arguments, "--output", run, *words]
    assert main([str(word) for word in ("train", path, *arguments)]) == 0
    answers = tmp_path / "answers.csv"
    assert main(["predict", str(run), str(path), "--output", str(answers)]) == 0
    capsys.readouterr()
    assert len(answers.read_text(encoding="utf-8").splitlines()) == 61
    assert "target" in keywords(example(name).arguments)
