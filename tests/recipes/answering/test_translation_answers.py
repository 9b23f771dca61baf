"""BLEU and chrF from figures of rows are those of sacrebleu; what is due weighs, the rest not."""

import numpy as np
import pytest
from goodfit.recipes.answering.translation_answers import METHOD
from goodfit.recipes.dataset import Dataset
from goodfit.recipes.scoring.evaluation import evaluate
from goodfit.zoo import Column, Task

TASK = Task("translation")
TRUE = [
    "Ein kleiner Hund läuft über die Wiese.",
    'Zwei Männer, die "Hallo" sagen!',
    "Ja.",
    "Das Pferd hat 3.5 Meter übersprungen, sagt man.",
    "",
]
SAID = [
    [
        "ein hund läuft über die wiese .",
        "Zwei Männer sagen hallo",
        "ja.",
        "das pferd hat 3.5 meter gesprungen, sagt man so.",
        "nichts",
    ],
    ["ein", "zwei", "", "das pferd", ""],  # short: no run of four words
    TRUE,
    ["völlig anders als dort und so weiter"] * 5,
    ["ein hund schläft unter einer brücke", "a", "b", "c", "d"],  # few runs: smoothed
]


def texts(values):
    array = np.empty(len(values), object)
    array[:] = values
    return array


def scores(true, said):
    figures = METHOD.figures(texts(true), texts(said), TASK)
    found = METHOD.metrics(figures.sum(axis=0)[:, None], TASK)
    return {name: float(value[0]) for name, value in found.items()}


@pytest.mark.parametrize("said", SAID)
def test_scores_of_all_rows_are_those_of_sacrebleu(said):
    import sacrebleu

    found = scores(TRUE, said)
    lower = [text.lower() for text in said], [[text.lower() for text in TRUE]]
    bleu = sacrebleu.corpus_bleu(said, [TRUE], lowercase=True)
    if bleu.totals[-1]:
        assert found["bleu"] == pytest.approx(bleu.score, abs=1e-9)
    else:
        assert np.isnan(found["bleu"])
    assert found["chrf"] == pytest.approx(sacrebleu.corpus_chrf(*lower).score, abs=1e-9)
    right = [one.lower() == other.lower() for one, other in zip(TRUE, said, strict=True)]
    assert found["exact_match"] == np.mean(right)


def test_scores_of_resampled_rows_are_those_of_sacrebleu_on_these_rows():
    """The bug: a mean of the BLEU of sentences, which is another figure."""
    import sacrebleu

    draw = np.random.default_rng(0)
    figures = METHOD.figures(texts(TRUE), texts(SAID[0]), TASK)
    for _ in range(5):
        index = draw.integers(0, 5, 8)
        counts = np.bincount(index, minlength=5)[:, None]
        found = METHOD.metrics(figures.T @ counts, TASK)["bleu"][0]
        said, true = ([text[i] for i in index] for text in (SAID[0], TRUE))
        expected = sacrebleu.corpus_bleu(said, [true], lowercase=True).score
        assert found == pytest.approx(expected, abs=1e-9)


def test_an_evaluation_has_intervals_around_each_score():
    result = evaluate(texts(TRUE * 6), texts(SAID[0] * 6), TASK, samples=50)
    for estimate in result.metrics.values():
        assert estimate.low <= estimate.value <= estimate.high
    assert list(result.metrics) == ["bleu", "chrf", "exact_match"]


def rows(sources, answers):
    columns = (Column("en", "text"), Column("de so far", "text"))
    features = {"en": texts(sources), "de so far": texts(answers)}
    return Dataset(features, texts(answers), columns, TASK, ("de",))


def test_naive_answers_are_the_source_the_commonest_and_the_nearest():
    train = rows(["a red dog", "a cat", "one blue dog"], ["ein Hund", "Katze", "ein Hund"])
    asked = rows(["the cat ￭, a cat ￭!", "blue", ""], ["", "", ""])
    naive = METHOD.naive(train, asked)
    assert naive["copy"].tolist() == ["the cat, a cat!", "blue", ""]
    assert naive["commonest"].tolist() == ["ein Hund"] * 3
    assert naive["nearest"][:2].tolist() == ["Katze", "ein Hund"]


def test_words_beyond_the_longest_are_not_taken_for_an_end():
    """The bug: a cut answer taught to stop in the middle."""
    from goodfit.zoo import build, model_inputs, parts, to_tensors

    data = rows(["x"] * 6, ["eins", "eins zwei", "zwei eins drei", "drei", "", "eins neu"])
    preprocessor = model_inputs(
        data.columns, data.features, text_level="token", answer_so_far=True, maximum_text_length=2
    )
    model = build("recurrent_encoder_decoder", preprocessor, TASK, units=(2,), embedding_width=2)
    tensors = to_tensors(data.features, data.columns)
    encoded = {k: np.asarray(v) for k, v in parts(model).preprocessor(tensors).items()}
    _, due, weights = METHOD.prepare(model, data, encoded)
    end = model.output_shape[-1] - 1
    assert (due == end).sum(axis=1).tolist() == [1, 1, 0, 1, 1, 1]
    # Unknown words and padding weigh nothing.
    assert weights.sum(axis=1).tolist() == [2, 3, 2, 2, 1, 2]
