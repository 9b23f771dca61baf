"""What augmentation does: some training rows beside changed copies of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .drawing import HEIGHT, PALETTE, SMALL, WIDTH, array, plain_label, style, ticks

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ...recipes.augmenting.samples import AugmentedSample
    from .panels import Panel

__all__ = ["augmentation_panels", "augmentation_rules", "augmented_texts", "draw_augmented"]

PICTURES = ("image", "frames")
CELL, GAP = 72, 6  # pixels of one picture and between two; small ones are drawn larger
WIDE = 6.6  # inches
DRAWN_SERIES = 4
NAMES = {
    "image": "Pictures",
    "frames": "Films, the frame in the middle of each",
    "sequence": "Series",
    "audio": "Recordings, the loudest sample of each stretch",
}
WORDS = {
    "image": "Left the picture as it is, beside it as the model saw it in other epochs.",
    "frames": "Left the film as it is, beside it as the model saw it in other epochs.",
    "sequence": "Thick the row as it is, thin and dashed as the model saw it in other epochs.",
    "audio": "Thick the recording as it is, thin and dashed as the model heard it in other epochs.",
}
Samples = Sequence["Mapping[str, Any] | AugmentedSample"]


def draw_augmented(samples: Samples, *, title: str = "What augmentation does") -> Figure:
    """Draw training rows beside changed copies: pictures, films, series or recordings.

    Args:
        samples: Of one column, as `augmented_samples` or the record of a run gives them.
        title: Above the chart; "" for nothing.

    Guide: REG-4, LVL-1, MIS-7.

    Examples:
        >>> line = {"kind": "sequence", "row": 1, "label": "up", "before": [[0, 1, 2]]}
        >>> figure = draw_augmented([{**line, "after": [[[0, 1.1, 2]], [[0, 0.9, 2]]]}])
        >>> len(figure.axes[0].lines)
        3
    """
    plain = _plain(samples)
    draw = _pictures if plain[0]["kind"] in PICTURES else _series
    return draw(plain, title)


def augmentation_panels(record: Mapping[str, Any]) -> Iterator[Panel]:
    """Yield a chart of what augmentation made of some rows of each column but texts.

    Args:
        record: The record of a run.

    Guide: REG-4, LVL-1.
    """
    from .panels import Panel

    every = record.get("augmentation") or ()
    columns = dict.fromkeys(s["column"] for s in every if s["kind"] != "text")
    for column in columns:
        samples = [sample for sample in every if sample["column"] == column]
        kind = samples[0]["kind"]
        title = NAMES[kind] if len(columns) == 1 else f"{NAMES[kind]}: {column}"
        figure = draw_augmented(samples, title="")
        yield Panel(title, WORDS[kind], figure, wide=kind in PICTURES)


def augmentation_rules(record: Mapping[str, Any]) -> list[str]:
    """Return the ids of the rules that what a run augmented comes from.

    Args:
        record: The record of a run.

    Examples:
        >>> augmentation_rules({"augmentation": [{"kind": "text"}]})
        ['LVL-1', 'REG-5']
    """
    kinds = {sample["kind"] for sample in record.get("augmentation") or ()}
    rules = {"LVL-1": kinds, "REG-4": kinds & set(PICTURES), "REG-5": kinds & {"text"}}
    return [rule for rule, found in rules.items() if found]


def augmented_texts(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the texts among what augmentation made, in pieces that are changed or not.

    Args:
        record: The record of a run.

    Guide: REG-5.
    """
    every = record.get("augmentation") or ()
    return [dict(sample) for sample in every if sample["kind"] == "text"]


def _plain(samples: Samples) -> list[Mapping[str, Any]]:
    return [each if isinstance(each, Mapping) else each.to_dict() for each in samples]


def _pictures(samples: list[Mapping[str, Any]], title: str) -> Figure:
    from matplotlib.figure import Figure

    from ...recipes.augmenting.samples import unpacked

    rows = [[unpacked(one) for one in (each["before"], *each["after"])] for each in samples]
    width = len(rows[0])
    height = max(1, round(CELL * rows[0][0].shape[0] / rows[0][0].shape[1]))
    sheet = np.zeros((len(rows) * (height + GAP), width * (CELL + GAP) + GAP, 4), np.uint8)
    for down, row in enumerate(rows):
        for right, picture in enumerate(row):
            # A wider gap after the first one, which is not changed.
            left = right * (CELL + GAP) + (GAP if right else 0)
            place = sheet[down * (height + GAP) :, left:]
            place[:height, :CELL] = _opaque(picture, height)
    names = [str(each.get("label") or f"row {each['row']}") for each in samples]
    margin = 0.15  # of the width, for the names
    inches = WIDE * (1 - margin) * sheet.shape[0] / sheet.shape[1]
    head = 0.3 if title else 0.02
    figure = Figure(figsize=(WIDE, inches + head))
    axes = figure.add_axes((margin, 0.0, 1 - margin, inches / (inches + head)))
    axes.imshow(sheet, interpolation="none", aspect="auto")
    axes.set_axis_off()
    for down, name in enumerate(names):
        axes.text(
            -8, down * (height + GAP) + height / 2, plain_label(name, 11), fontsize=SMALL,
            color=PALETTE["muted"], ha="right", va="center",
        )  # fmt: skip
    if title:
        figure.text(
            0, 1, plain_label(title, 60), fontsize=SMALL + 2, color=PALETTE["ink"], va="top"
        )
    return figure


def _opaque(picture: NDArray[np.uint8], height: int) -> NDArray[np.uint8]:
    """Return a picture in red, green, blue and opacity, in the size of a cell."""
    down = np.arange(height) * picture.shape[0] // height
    right = np.arange(CELL) * picture.shape[1] // CELL
    sized = picture[down][:, right]
    colours = sized if sized.shape[2] >= 3 else np.repeat(sized[..., :1], 3, axis=2)
    return np.concatenate([colours[..., :3], np.full((height, CELL, 1), 255, np.uint8)], axis=2)


def _series(samples: list[Mapping[str, Any]], title: str) -> Figure:
    from matplotlib.figure import Figure

    samples = samples[:DRAWN_SERIES]
    figure = Figure(figsize=(WIDTH, HEIGHT * max(1, len(samples)) / 2.4))
    for number, sample in enumerate(samples, 1):
        axes = figure.add_subplot(len(samples), 1, number)
        style(figure, axes, title if number == 1 else "")
        axes.plot(array(sample["before"][0]), color=PALETTE["ink"], linewidth=2.2)
        for changed in sample["after"]:
            (line,) = axes.plot(array(changed[0]), color=PALETTE["other"], linewidth=0.8)
            line.set_dashes((4, 1.5))
        ticks(axes, whole_x=True)
        axes.locator_params(axis="y", nbins=3)
        axes.set_ylabel(plain_label(sample.get("label") or f"row {sample['row']}", 14))
        if number < len(samples):
            axes.set_xticklabels([])
    figure.axes[-1].set_xlabel("steps")
    height = figure.get_size_inches()[1]
    top = 0.3 if title else 0.08
    figure.subplots_adjust(
        left=0.15, right=0.96, bottom=0.5 / height, top=1 - top / height, hspace=0.18
    )
    return figure
