"""The code on the page, executed as it stands, on a trained model of each kind of task."""

import pytest
from goodfit.recipes import quickstart
from goodfit.recipes.making.examples import example
from goodfit.tools.report.usage import usage_snippet

SMALL = {"embedding_width": 8, "layers": 1, "heads": 2}
ENCODER = {"model": "transformer_encoder", **SMALL}
CASES = {
    "tagged_sentences": (
        {"target": "tags", "task": "sequence_labelling", "text": ["tokens"]},
        ENCODER,
        lambda answer: set(answer) >= {"O"},
    ),
    "town_load": (
        {"target": "load", "time": "hour", "horizon": 4, "lookback": 24},
        {},
        lambda answer: len(answer["load"]) == 4,
    ),
    "phrases": (
        {"target": "german", "task": "translation", "text": ["english"]},
        SMALL,
        lambda answer: isinstance(answer, str),
    ),
    "questions": (
        {"target": "answer", "task": "span", "text": ["passage", "question"]},
        ENCODER,
        lambda answer: 0 <= answer[0] <= answer[1],
    ),
    "story": (
        {"task": "next_token", "lookback": 32},
        SMALL,
        lambda answer: isinstance(answer, str) and len(answer) == 1,
    ),
    "spoken": ({"target": "text"}, ENCODER, lambda answer: isinstance(answer, str)),
    "shapes": ({}, {}, lambda answer: answer in ("circle", "square", "triangle")),
}
LINES = {"town_load": 400, "story": 40}  # of the file; 60 of the others


@pytest.mark.parametrize("name", CASES)
def test_the_snippet_answers(name, tmp_path):
    reading, settings, is_answer = CASES[name]
    folder = tmp_path / "made"
    folder.mkdir()
    path = example(name).write(folder, 0)
    if path.is_file():
        lines = path.read_text(encoding="utf-8").splitlines()[: LINES.get(name, 60)]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    run = quickstart(path, output=tmp_path / "run", epochs=1, settings=settings, **reading)
    model = repr(str(run.folder / "model.keras"))
    scope = {}
    exec(usage_snippet(run.record).replace('"model.keras"', model), scope)
    assert is_answer(scope["answer"])
