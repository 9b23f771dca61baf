"""Scripts of every further kind of data and task; carrying all out is long: `-m slow`."""

import numpy as np
import pandas as pd
import pytest
from goodfit.recipes import eject, quickstart

MORE = "augmentation=standard"
SMALL = ["model=gru", "units=4"]
ATTENTION = ["layers=1", "embedding_width=16", "heads=2"]
NAMES = ["words", "letters", "sequences", "sounds", "films", "arrays"]
NAMES += ["conll", "passages", "pairs", "translator", "questions", "transformer"]
NAMES += ["speech", "listed"]


def words(folder):
    draw = np.random.default_rng(0)
    known = "good bad Lovely late, EARLY kind. terrible happy boring dull small large not it's"
    rows = [" ".join(draw.choice(known.split(), 9)) for _ in range(120)]
    kind = [("no", "yes")[row.count("good") + row.count("kind") > 1] for row in rows]
    path = folder / "words.csv"
    pd.DataFrame({"note": rows, "verdict": kind}).to_csv(path, index=False)
    return path


def sequences(folder):
    """Rows of which the longest is not one to train on."""
    draw = np.random.default_rng(0)
    rows = [
        draw.normal(size=(n, 2)).cumsum(0) for n in draw.permutation([6] * 70 + [*range(10, 20)])
    ]
    return stored(folder / "sequences.npz", rows, [int(row[-1, 0] > row[0, 0]) for row in rows])


def stored(path, rows, target):
    ends = np.cumsum([0, *map(len, rows)])
    np.savez(path, values=np.concatenate(rows), offsets=ends, target=np.array(target))
    return path


def arrays(folder):
    draw = np.random.default_rng(1)
    rows = [draw.normal(size=(n, 8, 8, 1)) for n in draw.integers(3, 7, 40)]
    return stored(folder / "films.npz", rows, [int(row.mean() > 0) for row in rows])


def sounds(folder):
    from scipy.io import wavfile

    draw = np.random.default_rng(0)
    for number in range(30):
        place = folder / "sounds" / ("low", "high")[number % 2]
        place.mkdir(parents=True, exist_ok=True)
        wave = np.sin(np.arange(draw.integers(1500, 2500)) * (0.1, 0.4)[number % 2])
        noisy = wave + draw.normal(0, 0.2, len(wave))
        wavfile.write(place / f"sound_{number}.wav", 8000, (noisy * 9000).astype("int16"))
    return folder / "sounds"


def spoken(folder, name, columns, rows=40):
    """Recordings with a table of which of three tones follow each other."""
    from scipy.io import wavfile

    draw, lines = np.random.default_rng(0), [columns]
    place = folder / name
    place.mkdir()
    for number in range(rows):
        tones = draw.integers(0, 3, draw.integers(1, 4))
        waves = [np.sin(np.arange(900) * (0.2, 0.6, 1.4)[tone]) for tone in tones]
        wave = np.concatenate(waves) + draw.normal(0, 0.05, 900 * len(tones))
        wavfile.write(place / f"{number}.wav", 4000, (wave * 9000).astype("int16"))
        said = " ".join(("lo", "mid", "hi")[tone] for tone in tones)
        lines.append(f"{number};{said};{('few', 'many')[len(tones) > 1]}")
    (place / "metadata.csv").write_text("\n".join(lines))
    return place


def films(folder):
    from PIL import Image

    draw = np.random.default_rng(0)
    for number in range(32):
        place = folder / "films" / ("left", "right")[number % 2] / f"film_{number}"
        place.mkdir(parents=True)
        count = int(draw.integers(4, 9))
        for frame in range(count):
            pixels = draw.integers(0, 90, (10, 12))
            start = frame if number % 2 else count - 1 - frame
            pixels[:, start : start + 3] = 250
            Image.fromarray(pixels.astype("uint8")).save(place / f"frame_{frame}.png")
    return folder / "films"


def conll(folder):
    draw = np.random.default_rng(0)
    lines = ["-DOCSTART- O", ""]
    for _ in range(60):
        towns = draw.choice(["Ulm B-town", "Kiel B-town", "Bad B-town\nEms I-town"], 2)
        lines += ["From O", towns[0], "to O", towns[1], ". O", ""]
    path = folder / "towns.conll"
    path.write_text("\n".join(lines))
    return path


def passages(folder):
    path = folder / "story.txt"
    path.write_text(" ".join(np.random.default_rng(0).choice(["One", "day,", "a", "fox"], 900)))
    return path


def pairs(folder):
    draw = np.random.default_rng(0)
    known = {"a": "ein", "red": "roter", "old": "alter", "dog,": "Hund,", "cat!": "Kater!"}
    rows = [draw.choice(list(known), draw.integers(1, 6)).tolist() for _ in range(150)]
    answers = [" ".join(known[word] for word in row) for row in rows]
    path = folder / "pairs.csv"
    pd.DataFrame({"english": [" ".join(r) for r in rows], "german": answers}).to_csv(
        path, index=False
    )
    return path


def questions(folder):
    draw, rows = np.random.default_rng(0), []
    for _ in range(60):
        towns = draw.choice(["Ulm", "Kiel", "Bad Ems", "San Remo"], 2, replace=False)
        passage = f"The train (a red one) goes from {towns[0]} to {towns[1]}."
        asked = int(draw.integers(2))
        rows.append((passage, ("Where from?", "Where to?")[asked], towns[asked]))
    path = folder / "questions.csv"
    pd.DataFrame(rows, columns=["passage", "question", "answer"]).to_csv(path, index=False)
    return path


QUICK = {
    "pairs": (pairs, "german", {"text": "english", "task": "translation"}),
    "questions": (questions, "answer", {"text": ["passage", "question"], "task": "span"}),
    "films": (films, None, {}),
    "speech": (lambda folder: spoken(folder, "spoken", "file;text;class", 20), "text", {}),
}
UNITS = {"pairs": ["model=recurrent_encoder_decoder", "units=4"]}


@pytest.mark.parametrize("name", QUICK)
def test_a_script_of_this_kind_reads_what_its_run_read(name, tmp_path, check_form):
    write, target, options = QUICK[name]
    settings = UNITS.get(name, SMALL)
    run = quickstart(
        write(tmp_path), target, epochs=1, output=tmp_path / "run", settings=settings, **options
    )
    check_form(eject(run))  # which compares what both read, row by row


@pytest.fixture(scope="module")
def ejected(tmp_path_factory, carried_out):
    folder = tmp_path_factory.mktemp("kinds")
    text, quick = {"text": "note"}, "learning_rate=0.03"
    both = {"text": "english", "task": "translation"}
    asked = {"text": ["passage", "question"], "task": "span"}
    cases = {
        "words": (
            words(folder),
            "verdict",
            {**text, "settings": ["model=mlp", "units=8", quick, MORE]},
        ),
        "letters": (
            words(folder),
            "verdict",
            {**text, "settings": ["model=convnet", "filters=4", "text_level=character", MORE]},
        ),
        "sequences": (sequences(folder), None, {"seed": 3, "settings": [*SMALL, quick, MORE]}),
        "sounds": (sounds(folder), None, {"settings": [*SMALL, quick, MORE]}),
        "films": (films(folder), None, {"settings": [*SMALL, MORE]}),
        "arrays": (arrays(folder), None, {"settings": SMALL}),
        "conll": (
            conll(folder),
            None,
            {"settings": ["model=transformer_encoder", *ATTENTION, quick]},
        ),
        "passages": (
            passages(folder),
            None,
            {
                "task": "next_token",
                "form": "word_passages",
                "lookback": 10,
                "settings": ["text_level=token", "model=transformer_decoder", *ATTENTION],
            },
        ),
        "pairs": (
            pairs(folder),
            "german",
            {**both, "settings": ["model=recurrent_encoder_decoder", "units=16", quick]},
        ),
        "translator": (
            pairs(folder),
            "german",
            {**both, "settings": ["model=transformer_encoder_decoder", *ATTENTION, quick]},
        ),
        "questions": (questions(folder), "answer", {**asked, "settings": [*SMALL, quick]}),
        "speech": (
            spoken(folder, "spoken", "file;text;class"),
            "text",
            {"settings": [*SMALL, quick, MORE]},
        ),
        "listed": (spoken(folder, "listed", "file;text;class"), "class", {"settings": SMALL}),
        "transformer": (
            questions(folder),
            "answer",
            {**asked, "settings": ["model=transformer_encoder", *ATTENTION]},
        ),
    }
    for _, _, options in cases.values():
        options["epochs"] = 4
    return carried_out(cases, folder)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_script_of_each_kind_comes_to_the_scores_of_its_run(ejected, name, check_scores):
    check_scores(*ejected[name])


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_script_of_each_kind_is_plain_and_well_formed(ejected, name, check_form):
    check_form(ejected[name][1])
