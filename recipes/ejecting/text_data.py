"""The part of a script that reads texts whose answers are sequences: tags, or what follows."""

from __future__ import annotations

from pathlib import Path

from ..reading.encodings import choose_encoding
from ..reading.opening import find
from ..reading.sources import drop_empty_tail, open_source
from ..reading.tables import Table
from .plan import Plan, cannot
from .table_data import frame_lines
from .writing import listed, literal

__all__ = ["passage_data", "passage_division", "tagged_data", "texts_read"]

_CONLL = """
sentences = [[]]
for line in Path(DATA).read_text(encoding={encoding}).splitlines():
    cells = line.split()  # a word first, its tag last
    if cells and cells[0] != "-DOCSTART-":
        sentences[-1].append((cells[0], cells[-1]))
    elif sentences[-1]:
        sentences.append([])
pairs = [zip(*sentence, strict=True) for sentence in sentences if sentence]
frame = pd.DataFrame([map(" ".join, pair) for pair in pairs], columns=["tokens", "tags"])
"""


def texts_read(plan: Plan) -> tuple[Table, list[str]]:
    """Return a table of texts, and the lines that leave it in `frame`, without empty rows after it.

    Args:
        plan: Of a run on a table of which texts are read as they stand.
    """
    source, options = plan.dataset.source, plan.options
    separator, encoding = options.get("separator"), options.get("encoding")
    whole, _ = open_source(source, separator=separator, encoding=encoding)
    table = drop_empty_tail(whole)
    lines = frame_lines(source, table)
    if len(table) < len(whole):
        lines.append(f"frame = frame.iloc[:{len(table)}]  # the rows after these are empty")
    return table, lines


def tagged_data(plan: Plan) -> list[str]:
    """Return the lines that read sentences whose every word has a tag.

    Args:
        plan: Of a run on a table or a CoNLL file.
    """
    source = plan.dataset.source
    (column,), (target,) = plan.dataset.columns, plan.dataset.target
    if column.kind != "text":
        raise cannot("A run on tagged sequences of numbers", "tagged texts")
    suffixes = {suffix.lower() for suffix in Path(source).suffixes}
    if suffixes & {".gz", ".bz2", ".xz"}:
        raise cannot("A run on a packed file of tags", "a file that is not packed")
    if suffixes & {".conll", ".bio", ".iob", ".iob2"} or _in_lines(plan):
        encoding = literal(plan.options.get("encoding") or "utf-8")
        lines = _CONLL.format(encoding=encoding).strip().split("\n")
    else:
        table, lines = texts_read(plan)
        if len(table) != len(plan.dataset):
            lines.append(f'frame = frame[frame[{literal(column.name)}].str.strip() != ""]')
    return [
        *lines,
        *listed(plan.task.names, before="CLASSES = "),
        f'features = {{"text_0": frame[[{literal(column.name)}]].to_numpy(object)}}',
        "labels = np.empty(len(frame), object)",
        f"for row, tags in enumerate(frame[{literal(target)}]):",
        "    labels[row] = np.array([CLASSES.index(tag) for tag in tags.split()])",
    ]


def _in_lines(plan: Plan) -> bool:
    """Return whether a text file holds a word on each line, as one with blank lines does."""
    told = (plan.dataset.columns[0].name, plan.dataset.target[0]) == ("tokens", "tags")
    if not told or ".txt" not in Path(plan.dataset.source).suffixes:
        return False
    lines = Path(plan.dataset.source).read_bytes().decode("utf-8", "replace").splitlines()
    return any(not line.strip() for line in lines[:-1])


def passage_data(plan: Plan) -> list[str]:
    """Return the lines that read one long text and cut it into passages.

    Args:
        plan: Of a run that foretells what comes next.
    """
    options, source = plan.options, plan.dataset.source
    place = find(Path(source))
    if place.compression:
        raise cannot("A run on a packed text", "a file that is not packed")
    words = options["form"] == "word_passages"
    encoding = choose_encoding(place, options.get("encoding")).value
    read = f"Path(DATA).read_text(encoding={literal(encoding)})"
    unit = "words" if words else "characters"
    piece = "text[start : start + LOOKBACK + 1]"
    each = f'" ".join({piece})' if words else piece
    return [
        f"LOOKBACK = {options['lookback']}  # {unit} that the last of a passage is foretold from",
        f"text = {read}{'.split()' if words else ''}",
        "starts = range(0, max(len(text) - 1, 1), LOOKBACK)  # each begins where one ends",
        f"passages = [{each} for start in starts]",
        'features = {"text_0": np.array(passages, object)[:, None]}',
        'labels = features["text_0"][:, 0]',
    ]


def passage_division(plan: Plan) -> list[str]:
    """Return the lines that divide passages by their place in the text."""
    sizes = plan.splits.sizes
    ends = [sizes["train"], sizes["train"] + sizes["validation"]]
    words = plan.options["form"] == "word_passages"
    shorter = 'labels[last].rsplit(" ", 1)[0]' if words else "labels[last][:-1]"
    return [
        f"train, validation, test = np.split(np.arange(len(labels)), {literal(ends)})",
        "for last in (train[-1], validation[-1]):",
        f"    labels[last] = {shorter}  # what the next part begins with",
    ]
