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
_TRANSLATION = SequenceAnswer(
    due='''
def due(rows):
    """Return the encoded rows, the word that is due at each place, and its weight."""
    tensors = encode(take(rows))
    targets = np.zeros_like(tensors["text_1"])
    targets[:, :-1] = tensors["text_1"][:, 1:]
    lengths = np.array([len(text.split()) for text in features["text_1"][rows, 0]])
    ended = np.flatnonzero(lengths < targets.shape[1])  # an answer that was cut has no end
    targets[ended, (targets[ended] != 0).sum(axis=1)] = END
    return tensors, targets, (targets > 1).astype("float32")  # unknown words are not learnt
''',
    functions='''
def translated(rows):
    """Return the answer to each of some rows: the likeliest word each time, until the end."""
    read = encode(take(rows))
    so_far = np.zeros_like(read["text_1"])
    so_far[:, 0] = START
    for place in range(so_far.shape[1] - 1):
        chances = np.array(network(read | {"text_1": so_far}, training=False)[:, place])
        chances[:, [0, 1, START]] = -1.0  # what no answer holds
        so_far[:, place + 1] = chances.argmax(axis=1)
    words, answers = answer_numbers.get_vocabulary(), []
    for row in so_far[:, 1:].tolist():
        row = row[: row.index(END)] if END in row else row
        answers.append(joined(" ".join(words[number] for number in row)))
    return answers
''',
    counted="""
    pieces = np.array_split(rows, math.ceil(len(rows) / 256))
    said, true = [answer for piece in pieces for answer in translated(piece)], labels[rows].tolist()
    pairs = zip(said, true, strict=True)
    equal = [one.lower().split() == other.lower().split() for one, other in pairs]
""",
    scores={
        "bleu": "BLEU(lowercase=True).corpus_score(said, [true]).score",
        "chrf": "CHRF(lowercase=True).corpus_score(said, [true]).score",
        "exact_match": "np.mean(equal)",
    },
)
_SPAN = SequenceAnswer(
    due='''
def due(rows):
    """Return the encoded rows, first and last word of each answer, and 0 for those not read."""
    tensors = encode(take(rows))
    known = (places[rows] < tensors["text_0"].shape[1]).all(axis=1, keepdims=True)
    targets = np.where(known, places[rows], 0).astype("int32")
    return tensors, targets, np.repeat(known, 2, axis=1).astype("float32")
''',
    functions='''
def answer(passage, first, last):
    """Return the likeliest words of a passage: a first one, and a last one up to 30 later."""
    words = word_places(passage)[: len(first)]
    if not words:
        return ""
    joint = np.triu(np.outer(first[: len(words)], last[: len(words)]))
    start, end = np.unravel_index(np.tril(joint, 30).argmax(), joint.shape)
    return passage[words[start][0] : words[end][1]]


def plain(text):
    """Return the words of a text without punctuation and articles."""
    text = text.lower().translate(str.maketrans("", "", string.punctuation))
    return re.sub(r"\\b(a|an|the)\\b", " ", text).split()


def shared(said, true):
    """Return the harmonic mean of the shares of words that two answers have in common."""
    if not said or not true:
        return float(said == true)
    common = sum((collections.Counter(said) & collections.Counter(true)).values())
    return 2 * common / (len(said) + len(true))
''',
    counted="""
    passages = features["text_0"][rows, 0]
    said = [answer(text, *chances) for text, chances in zip(passages, predict(rows), strict=True)]
    pairs = [(plain(one), plain(other)) for one, other in zip(said, labels[rows], strict=True)]
""",
    scores={
        "token_f1": "np.mean([shared(*pair) for pair in pairs])",
        "exact_match": "np.mean([one == other for one, other in pairs])",
    },
)
_SPEECH = SequenceAnswer(
    due='''
def due(rows):
    """Return the encoded rows, the numbers of the symbols said, 0 after the last, and weights."""
    said = [[SYMBOLS.index(part) + 1 for part in PARTS] for text in labels[rows]]
    targets = np.zeros((len(rows), max(map(len, said))), "int32")
    for row, numbers in enumerate(said):
        targets[row, : len(numbers)] = numbers
    return encode(take(rows)), targets, np.ones(len(rows), "float32")
''',
    functions='''
def heard(rows):
    """Return the likeliest text of each recording, all ways to say it taken together."""
    answers = predict(rows)
    lengths = np.full(len(rows), answers.shape[1], "int32")
    how = {"strategy": "beam_search", "beam_width": 32, "top_paths": 1, "mask_index": 0}
    paths, _ = ops.ctc_decode(answers, lengths, **how)
    texts = ["".join(SYMBOLS[n - 1] for n in row if n > 0) for row in np.asarray(paths)[0]]
    return [" ".join(text.split()) for text in texts]


def distance(one, other):
    """Return how many parts must be put in, left out or replaced to make one the other."""
    last = list(range(len(other) + 1))
    for row, part in enumerate(one, 1):
        now = [row]
        for place, each in enumerate(other):
            now.append(min(last[place] + (part != each), last[place + 1] + 1, now[place] + 1))
        last = now
    return last[-1]
''',
    counted="""
    pieces = np.array_split(rows, math.ceil(len(rows) / 256))
    said = [text for piece in pieces for text in heard(piece)]
    signs = list(zip(labels[rows], said, strict=True))
    words = [(one.split(), other.split()) for one, other in signs]
""",
    scores={
        "word_error_rate": "sum(distance(*p) for p in words) / sum(len(true) for true, _ in words)",
        "character_error_rate": "sum(distance(*p) for p in signs) / sum(len(t) for t, _ in signs)",
        "sentence_accuracy": "np.mean([one == other for one, other in words])",
    },
)
SEQUENCE_ANSWERS: Mapping[str, SequenceAnswer] = {
    "sequence_labelling": _LABELLING,
    "next_token": _NEXT_TOKEN,
    "translation": _TRANSLATION,
    "span": _SPAN,
    "speech": _SPEECH,
}
"""By the kind of task."""
