"""The part of a script that reads a folder of images, or of films, by class."""

from __future__ import annotations

from pathlib import Path

from ..reading.picture_files import PICTURES
from .plan import Plan, cannot
from .writing import listed, literal

__all__ = ["picture_data"]

_NATURAL = '''
def natural(path):
    """Return a key that puts image_2 before image_10."""
    return [int(p) if p.isdigit() else p for p in re.split(r"(\\d+)", str(path).lower())]
'''
_FILMS = """
paths = [path for path in Path(DATA).glob("*/*") if path.is_dir()]
paths.sort(key=lambda path: (natural(path.parent), natural(path)))
films = [[pixels(frame) for frame in sorted(path.iterdir(), key=natural)] for path in paths]
block = np.full((len(films), max(map(len, films)), {shape}), np.nan, "float32")
for row, film in enumerate(films):
    block[row, : len(film)] = film  # NaN stays after the end
features = {{"frames_0": block}}
labels = np.array([CLASSES.index(path.parent.name) for path in paths])
"""
_CLEAR = """    if "A" in picture.getbands() or "transparency" in picture.info:
        picture = picture.convert("RGBA")  # what is clear becomes white
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
"""


def picture_data(plan: Plan) -> list[str]:
    """Return the lines that read images or films; they leave `features` and `labels`.

    Args:
        plan: Of a run on a folder with a folder for each class, of images or of folders of frames.
    """
    (column,) = plan.dataset.columns
    height, width, channels = column.shape
    clear, turned = _kinds_of_files(plan)
    mode, opened = ("L", "[..., None]") if channels == 1 else ("RGB", "")
    colour = "grey" if channels == 1 else "colour"
    lines = [
        *_NATURAL.strip().split("\n"),
        *("", "", "def pixels(path):"),
        f'    """Return a picture in {colour}, brought to {height} by {width} pixels."""',
        "    picture = Image.open(path)",
    ]
    if turned:
        lines.append("    picture = ImageOps.exif_transpose(picture)  # as the camera was held")
    if clear:
        lines += _CLEAR.rstrip().split("\n")
    size = f"    picture = picture.convert({literal(mode)})"
    lines += [
        size,
        f"    if picture.size != ({width}, {height}):",
        f"        picture = picture.resize(({width}, {height}), Image.Resampling.BILINEAR)",
        f'    return np.asarray(picture, "float32"){opened}',
        *("", ""),
    ]
    lines += listed(plan.task.names, before="CLASSES = ")
    if column.kind == "frames":
        return [*lines, *_FILMS.format(shape=", ".join(map(str, column.shape))).strip().split("\n")]
    suffixes = sorted({Path(name).suffix.lower() for name in plan.dataset.extras["file"]})
    kinds = f"{{{literal(suffixes)[1:-1]}}}"
    return [
        *lines,
        f'paths = [path for path in Path(DATA).glob("*/*") if path.suffix.lower() in {kinds}]',
        "paths.sort(key=lambda path: (natural(path.parent), natural(path)))",
        'features = {"image_0": np.stack([pixels(path) for path in paths])}',
        "labels = np.array([CLASSES.index(path.parent.name) for path in paths])",
    ]


def _kinds_of_files(plan: Plan) -> tuple[bool, bool]:
    """Return whether some picture has clear pixels, and whether some is to be turned."""
    from PIL import Image

    clear = turned = False
    films = plan.dataset.columns[0].kind == "frames"
    for path in (Path(plan.dataset.source) / name for name in plan.dataset.extras["file"]):
        if path.is_file() == films:
            raise cannot("A run on animated pictures", "a folder of frames for each film")
        frames = sorted(path.iterdir()) if films else [path]
        if any(each.suffix.lower() not in PICTURES for each in frames):
            raise cannot("A run on folders with other files", "folders of pictures alone")
        for each in frames:
            with Image.open(each) as picture:
                if picture.mode.startswith("I") or picture.mode == "F":
                    raise cannot("A run on images of 16 bits", "images of 8 bits")
                clear = clear or "A" in picture.getbands() or "transparency" in picture.info
                turned = turned or picture.getexif().get(274, 1) != 1
    return clear, turned
