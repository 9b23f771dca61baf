"""The part of a script that reads two texts in each row: to translate, or to answer a question."""

from __future__ import annotations

from pathlib import Path

from .plan import Plan, cannot
from .text_data import texts_read
from .writing import WIDTH, literal

__all__ = ["PARTED", "PLACES", "answered_data", "translated_data"]

PARTED = '''
JOINT = "￭"  # stands where a sign was written to its neighbour without a blank


def parted(text):
    """Return a text whose words and signs stand apart, each sign knowing where it was attached."""
    found = []
    for chunk in text.split():
        pieces = re.findall(r"\\w+|[^\\w\\s]", chunk)
        for place, piece in enumerate(pieces):
            if not re.match(r"\\w", piece):
                next_is_word = any(re.match(r"\\w", each) for each in pieces[place + 1 : place + 2])
                piece = JOINT * (place > 0) + piece + JOINT * next_is_word
            found.append(piece)
    return " ".join(found)


def joined(text):
    """Return a text as it is written, from one that was parted."""
    return re.sub(f" ?{JOINT} ?", "", f" {text} ").strip()


'''
"""The functions that part signs from words, and put them back."""
PLACES = '''
def word_places(text):
    """Return where each word begins and ends, without the punctuation at its edges."""
    found = []
    for match in re.finditer(r"\\S+", text, re.ASCII):
        bare = match.group().lstrip(string.punctuation)
        start = match.end() - len(bare)
        if bare:
            found.append((start, start + len(bare.rstrip(string.punctuation))))
    return found


def place_of(passage, answer, start):
    """Return the first and the last word of an answer in its passage."""
    if not start.isdigit():  # where it stands as whole words, or at all
        low, wanted = passage.lower(), answer.lower()
        every = [match.start() for match in re.finditer(f"(?={re.escape(wanted)})", low)]
        around = [low[max(p - 1, 0) : p] + low[p + len(wanted) :][:1] for p in every]
        alone = [not any(map(str.isalnum, signs)) for signs in around]
        start = every[alone.index(True) if any(alone) else 0]
    begin, end = int(start), int(start) + len(answer)
    places = enumerate(word_places(passage))
    inside = [number for number, (first, last) in places if first < end and last > begin]
    return inside[0], inside[-1]


'''
"""The functions that tell where words, and answers, stand in a passage."""


def translated_data(plan: Plan) -> list[str]:
    """Return the lines that read texts and their translations.

    Args:
        plan: Of a run on a table with both.
    """
    source, (answer,) = plan.dataset.source, plan.dataset.target
    read = plan.dataset.columns[0].name
    if not Path(source).is_file() or (Path(source).parent / answer).is_file():
        raise cannot("A run on two files of lines", "a table with both texts")
    table, read_lines = texts_read(plan)
    lines = [*PARTED.strip().split("\n"), *("", ""), *read_lines]
    if len(table) != len(plan.dataset):
        lines.append(f'frame = frame[frame[{literal(answer)}].str.strip() != ""]')
    cells = '    frame[name].str.split().str.join(" ").to_numpy(object)'
    names = f"for name in ({literal(read)}, {literal(answer)})"
    whole = f"{cells} {names}"
    return [
        *lines,
        "sources, labels = (",
        *([whole] if len(whole) <= WIDTH else [cells, f"    {names}"]),
        ")",
        'features = {"text_0": np.array([[parted(text)] for text in sources], object)}',
        'features["text_1"] = np.array([[parted(text)] for text in labels], object)',
    ]


def answered_data(plan: Plan) -> list[str]:
    """Return the lines that read passages and questions with their answers.

    Args:
        plan: Of a run on a table with all three.
    """
    source, (answer,) = plan.dataset.source, plan.dataset.target
    if ".json" in Path(source).suffixes:
        raise cannot("A run on questions in a JSON file", "a table of questions")
    table, lines = texts_read(plan)
    names = [column.name for column in plan.dataset.columns]
    started = next((n for n in table.columns if n.lower() in ("answer_start", "start")), None)
    start = f"frame[{literal(started)}].str.strip()" if started else '[""] * len(frame)'
    return [
        *PLACES.strip().split("\n"),
        *("", ""),
        *lines,
        f"PASSAGE, QUESTION, ANSWER = {literal((*names, answer))[1:-1]}",
        'features = {"text_0": frame[[PASSAGE]].to_numpy(object)}',
        'features["text_1"] = frame[[QUESTION]].to_numpy(object)',
        "labels = frame[ANSWER].to_numpy(object)",
        "places = [",
        "    place_of(passage, answer.strip(), start)",
        f"    for passage, answer, start in zip(frame[PASSAGE], labels, {start}, strict=True)",
        "]",
        "places = np.array(places)",
    ]
