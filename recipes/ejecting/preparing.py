"""The part of a script that makes tensors of raw columns, adapted on the training rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.inputs.category_inputs import Vocabulary, vocabulary
from ...zoo.inputs.number_inputs import NUMBER_BOUND
from ...zoo.inputs.preprocessing import MAXIMUM_CATEGORIES, MAXIMUM_ONE_HOT, divide
from ...zoo.tensors import clean_arrays
from ..answering.methods import method_of
from .plan import Plan
from .text_lines import ANSWER_SO_FAR, ONE_VOCABULARY, TOLD, text_function
from .variants import synonym_lines
from .wide_inputs import (
    film_lines,
    image_lines,
    recording_lines,
    sequence_lines,
    standardised,
    window_lines,
)
from .writing import comment

__all__ = ["preparing"]

_FREQUENT = '''
def frequent(values):
    """Return the values that occur at least twice, most frequent first, and if any are rarer."""
    counts = pd.Series(values).value_counts()
    kept = sorted(counts.index[counts >= 2], key=lambda value: (-counts[value], value))
    return kept, len(kept) < len(counts)
'''
_ONE_HOT = '''
def one_hot(column, values):
    """Return 0 or 1 for each frequent value of a column, and one for all rarer ones if any."""
    kept, rarer = frequent(values)
    hot = ops.cast(layers.StringLookup(vocabulary=kept, output_mode="one_hot")(column), "float32")
    return ops.concatenate([hot[:, 1:], hot[:, :1]], axis=1) if rarer else hot[:, 1:]
'''
_CALENDAR = '''
def calendar(moments):
    """Return where dates lie in time, and as waves in year, week and day; missing is 0."""
    part, known = moments.dt, moments.notna()
    second = part.hour * 3600 + part.minute * 60 + part.second
    days = (moments - moments.iloc[train].min().floor("D")).dt.floor("s") / pd.Timedelta(days=1)
    line = varying(pd.DataFrame({"year": part.year, "days": days}))
    mean, deviation = line.iloc[train].mean(), line.iloc[train].std(ddof=0)
    line = line.astype("float32") - mean.astype("float32")
    line = line / deviation.astype("float32")
    turns = {
        "month": (part.month - 1) / 12,
        "day_of_year": (part.day_of_year - 1) / 365.25,
        "weekday": part.day_of_week / 7,
        "time_of_day": second / 86_400,
        "half_of_day": second / 43_200,
    }
    angle = 2 * np.pi * varying(pd.DataFrame(turns))
    blocks = [line / np.sqrt(1 + (line / 3) ** 2), np.sin(angle), np.cos(angle)]
    missing = varying(pd.DataFrame({"missing": 1.0 - known}))
    return np.column_stack([*(block.fillna(0.0) for block in blocks), missing])


def varying(block):
    """Return the columns that hold two values in training; the others say nothing."""
    return block.loc[:, block.iloc[train].max() > block.iloc[train].min()]
'''


def preparing(plan: Plan) -> list[str]:
    """Return the lines that leave `inputs` and `encoded`, dictionaries of tensors.

    Functions that they call are added to the plan.

    Args:
        plan: Of a run on columns of a table, or on one sequence, recording, image or window.
    """
    train = plan.splits.train
    columns = [c for c in train.columns if c.kind in ("number", "boolean", "category")]
    features = {column.name: train.features[column.name] for column in columns}
    arrays = clean_arrays(features, columns) if columns else {}
    lines: list[str] = ["inputs, encoded = {}, {}"]
    dense: list[str] = []
    if plan.named("number", "boolean"):
        lines += ["", *_numbers(plan, arrays)]
        dense.append("x")
    if plan.encodes("dates"):
        plan.helpers.append(_CALENDAR.strip())
        why = "Dates as numbers: where they lie in time, and in the cycles of the calendar."
        lines += [
            "",
            *comment(why),
            "blocks = [calendar(each) for each in moments.values()]",
            'features["calendar"] = np.hstack(blocks).astype("float32")',
            'width = features["calendar"].shape[1]',
            'inputs["calendar"] = keras.Input((width,), name="calendar")',
        ]
        dense.append('inputs["calendar"]')
    if plan.encodes("categories", "large_categories"):
        lines += ["", *_categories(plan, arrays, dense)]
    if len(dense) > 1:
        lines.append(f'encoded["dense"] = ops.concatenate([{", ".join(dense)}], axis=1)')
    elif dense:
        made = dense[0] if dense[0] == "x" else f"layers.Identity()({dense[0]})"
        if dense[0].startswith("*"):
            made = "ops.concatenate(hot, axis=1)"
        lines.append(f'encoded["dense"] = {made}')
    for position in range(len(plan.named("text"))):
        lines += ["", *_text(plan, position)]
    lines += _wide(plan)
    every = "encoded | scales" if plan.task.kind == "forecasting" else "encoded"
    return [*lines, "", f'preprocessor = keras.Model(inputs, {every}, name="preprocessor")']


def _wide(plan: Plan) -> list[str]:
    """Return the lines for columns that are more than a cell of a table."""
    lines: list[str] = []
    for column in plan.dataset.columns:
        if column.kind == "image":
            lines += ["", *image_lines(column)]
        elif column.kind == "sequence" and plan.task.kind == "forecasting":
            lines += ["", *window_lines(plan, column)]
        elif column.kind == "sequence":
            lines += ["", *sequence_lines(plan, column)]
        elif column.kind == "audio":
            lines += ["", *recording_lines(plan, column)]
        elif column.kind == "frames":
            lines += ["", *film_lines(plan, column)]
    return lines


def _numbers(plan: Plan, arrays: Mapping[str, NDArray[Any]]) -> list[str]:
    """Return the lines that standardise numbers and booleans; see `number_block` of the zoo."""
    names = plan.named("number") + plan.named("boolean")
    block = np.concatenate([arrays[name] for name in names], axis=1)
    why = (
        "Numbers: mean 0 and deviation 1 in the training rows, then bounded softly at "
        f"{NUMBER_BOUND:g} deviations, so that an extreme one cannot rule."
    )
    return [
        *comment(why),
        'known = features["numbers"][train].astype(float)',
        f'inputs["numbers"] = keras.Input(({block.shape[1]},), name="numbers")',
        *standardised("known", 'inputs["numbers"]', block, len(plan.named("boolean"))),
    ]


def _categories(plan: Plan, arrays: Mapping[str, NDArray[Any]], dense: list[str]) -> list[str]:
    """Return the lines for categories: few values as 0 and 1, many as numbers to embed."""
    names = plan.named("category")
    found = {name: vocabulary(arrays[name], 2, MAXIMUM_CATEGORIES) for name in names}
    few, many = divide(found, MAXIMUM_ONE_HOT)
    frequent = _FREQUENT.strip()
    if any(len(item.values) == MAXIMUM_CATEGORIES for item in found.values()):
        frequent = frequent.replace("value))\n", f"value))[:{MAXIMUM_CATEGORIES}]\n")
    plan.helpers.append(frequent)
    lines = [
        f'categories = keras.Input(({len(names)},), dtype="string", name="categories")',
        'inputs["categories"] = categories',
    ]
    if few:
        plan.helpers.append(_ONE_HOT.strip())
        lines += [
            *comment("Categories of few values: 0 or 1 for each value that training could teach."),
            'known = features["categories"][train]',
            f"places = {_range(names, few)}",
            "hot = [one_hot(categories[:, p : p + 1], known[:, p]) for p in places]",
        ]
        dense.append("*hot")
    if many:
        lines += _embedded(names, many, found)
    return lines


def _range(names: list[str], some: list[str]) -> str:
    places = [names.index(name) for name in some]
    return f"range({len(names)})" if places == list(range(len(names))) else str(places)


def _embedded(names: list[str], many: list[str], found: Mapping[str, Vocabulary]) -> list[str]:
    total = sum(len(v.values) - (not v.has_rare) for v in (found[name] for name in many))
    return [
        *comment(
            "Categories of many values: a number for each, to be embedded; after them one for all "
            "that a column holds beside. So that it is trained, the rarest counts as such."
        ),
        "codes, start = [], 0",
        f"for number, place in enumerate({_range(names, many)}):",
        '    kept, rarer = frequent(features["categories"][train, place])',
        "    kept = kept if rarer else kept[:-1]",
        "    code = layers.StringLookup(vocabulary=kept)(categories[:, place : place + 1])",
        f"    code = ops.where(ops.equal(code, 0), {total} + number, start + code - 1)",
        '    codes.append(ops.cast(code, "int32"))',
        "    start += len(kept)",
        'encoded["categories"] = '
        + ("ops.concatenate(codes, axis=1)" if len(many) > 1 else "codes[0]"),
    ]


def _text(plan: Plan, position: int) -> list[str]:
    level, length = plan.text_level, str(plan.config.text_length)
    made = "letter_numbers" if level == "character" else "word_numbers"
    needed = method_of(plan.task).inputs if plan.task.is_sequence else {}
    shared = bool(needed.get("one_vocabulary"))
    if position == 0:
        if plan.synonyms:
            plan.helpers.append("\n".join(synonym_lines(plan)))
        plan.helpers.append(text_function(level, length, bool(plan.synonyms), shared))
    key = f"text_{position}"
    lines = [
        *comment(TOLD[level]) * (position == 0),
        f'inputs["{key}"] = keras.Input((1,), dtype="string", name="{key}")',
    ]
    numbers, known = f'ops.cast(numbered(inputs["{key}"]), "int32")', f'features["{key}"][train]'
    if needed.get("answer_so_far") and position == len(plan.named("text")) - 1:
        return [*lines, *ANSWER_SO_FAR.format(known=known).strip().split("\n")]
    if shared:
        first = ONE_VOCABULARY.strip().split("\n") if position == 0 else []
        return [
            *lines[:-1],
            *first,
            lines[-1],
            f"numbered = {made}({known}, every)",
            f'encoded["{key}"] = {numbers}',
        ]
    return [*lines, f"numbered = {made}({known})", f'encoded["{key}"] = {numbers}']
