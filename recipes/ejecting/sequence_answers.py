"""What a script does about answers that are sequences: what is due at each place, and scores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["SEQUENCE_ANSWERS", "SequenceAnswer"]


@dataclass(frozen=True)
class SequenceAnswer:
    """How one kind of task is trained on and scored in a script.

    Args:
        due: The function `due`: from rows to encoded inputs, targets and their weights.
        functions: What scoring calls.
        counted: The first lines of `scores`.
        scores: The scores by name, each as an expression of what these lines leave.
    """

    due: str
    functions: str
    counted: str
    scores: Mapping[str, str]


_LABELLING = SequenceAnswer(
    due='''
def due(rows):
    """Return the encoded rows, the class of each step, and its weight: 0 in the padding."""
    tensors = encode(take(rows))
    steps = next(iter(tensors.values())).shape[1]
    targets = np.zeros((len(rows), steps), "int32")
    weights = np.zeros((len(rows), steps), "float32")
    for row, tags in enumerate(labels[rows]):
        targets[row, : len(tags)] = tags[:steps]
        weights[row, : len(tags)] = 1.0
    return tensors, targets, weights
''',
    functions='''
def chunks(tags):
    """Return the chunks that tags such as B-x, I-x and O mark, as kind, first and last step."""
    found, start, kind, ended = set(), 0, None, False
    for place, tag in enumerate([*tags, "O"]):
        mark, _, name = tag.partition("-")
        formed = mark in "BIES" and len(mark) == 1 and (name != "" or tag == mark)
        goes_on = formed and mark in "IE" and name == kind and not ended
        if kind is not None and not goes_on:
            found.add((kind, start, place - 1))
            kind = None
        if tag != "O" and not formed:  # a chunk of one step
            found.add((tag, place, place))
        elif tag != "O":
            kind, start = name, start if goes_on else place
            ended = mark in "ES"
    return found
''',
    counted="""
    names = np.array([*CLASSES, "O"])  # the last for steps that the model does not read
    steps = right = whole = marked = true = both = 0
    for tags, answer in zip(labels[rows], predict(rows).argmax(axis=2), strict=True):
        said = np.full(len(tags), -1)
        said[: len(answer)] = answer[: len(tags)]
        hits = said == tags
        steps, right, whole = steps + len(tags), right + hits.sum(), whole + hits.all()
        ours, theirs = chunks(names[said].tolist()), chunks(names[tags].tolist())
        marked, true, both = marked + len(ours), true + len(theirs), both + len(ours & theirs)
""",
    scores={
        "chunk_f1": "2 * both / max(marked + true, 1)",
        "chunk_precision": "both / max(marked, 1)",
        "chunk_recall": "both / max(true, 1)",
        "accuracy": "right / steps",
        "sentence_accuracy": "whole / len(rows)",
    },
)
_NEXT_TOKEN = SequenceAnswer(
    due='''
def due(rows):
    """Return what is read, what follows each place of it, and its weight: 0 in the padding."""
    tokens = encode(take(rows))["text_0"]
    return {"text_0": tokens[:, :-1]}, tokens[:, 1:], (tokens[:, 1:] != 0).astype("float32")
''',
    functions="",
    counted="""
    tokens = losses = right = 0.0
    for some in np.array_split(rows, math.ceil(len(rows) / ROWS_AT_ONCE)):
        read, true, weights = due(some)
        answers = np.asarray(network(read, training=False))
        given = np.take_along_axis(answers, true[:, :, None], axis=2)[:, :, 0]
        tokens += weights.sum(dtype=float)
        losses -= (np.log(np.maximum(given, 1e-30), dtype=float) * weights).sum()
        right += ((answers.argmax(axis=2) == true) * weights).sum(dtype=float)
    # Nothing foretells the first of a row.
    characters = sum(UNFORESEEN for text in labels[rows])
""",
    scores={
        "cross_entropy": "losses / tokens",
        "perplexity": "np.exp(losses / tokens)",
        "bits_per_character": "losses / np.log(2) / characters",
        "accuracy": "right / tokens",
    },
)
SEQUENCE_ANSWERS: Mapping[str, SequenceAnswer] = {
    "sequence_labelling": _LABELLING,
    "next_token": _NEXT_TOKEN,
}
"""By the kind of task."""
