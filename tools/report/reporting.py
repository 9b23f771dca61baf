"""From the folder of a run to one HTML page that needs nothing else."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from ...zoo.errors import BadInput, Problem
from ..terminal import number_text
from .answer_rows import spoken_name
from .facts import Facts
from .profiles import compact_number
from .report_content import report_content, rules_of
from .wording import interval_words, metric_text, sentence_case

if TYPE_CHECKING:
    from ...recipes.training.runs import Run

__all__ = ["build_report"]

NEEDED = ("goodfit", "status", "task", "target", "rows", "columns", "findings", "versions")
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def build_report(run_folder: str | Path) -> Path:
    """Write `report.html` into the folder of a run: one file, no network, no script.

    The page shows the verdict beside the naive answers, the findings, scores, curves, worst
    errors, the data, the guide's checklists filled from the record, every setting with its
    reason, and how to use the saved model. It is replaced as a whole or not at all.

    Args:
        run_folder: A folder that `goodfit train` made; an interrupted run will do.

    Returns:
        The path of the page.

    Raises:
        BadInput: There is no such folder, or it does not hold a run; what is missing is named.
        MissingExtra: jinja2 or matplotlib is not installed.

    Guide: CHK-1, CHK-2, CHK-3, BP-3, MIS-7, MIS-8.
    """
    from ...recipes.files import write_text
    from ...recipes.training.runs import open_run
    from ...zoo.errors import require
    from .study_section import save_picture

    folder = Path(run_folder)
    _check_files(folder)
    run = open_run(folder)
    _check_record(run)
    require("matplotlib", "report")
    jinja2 = require("jinja2", "report")
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {
        "compact": compact_number,
        "number": number_text,
        "measured": lambda value, metric: metric_text(metric, value),
        "sentence": sentence_case,
        "interval": interval_words,
        "spoken": spoken_name,
        "rules": rules_of,
    }
    save_picture(Facts(run), folder)
    template = Path(__file__).with_name("report.html").read_text(encoding="utf-8")
    page = environment.from_string(template).render(report_content(run, folder))
    # Control characters and lone surrogates, as a damaged table can hold, have no place in HTML.
    page = _UNFIT.sub("\N{REPLACEMENT CHARACTER}", page)
    return write_text(folder / "report.html", page)


def _check_files(folder: Path) -> None:
    if not folder.is_dir():
        return  # open_run says so, and what may have been meant
    problems = [
        Problem(
            "run_incomplete",
            f"The folder {folder} holds no {name}",
            expected="the folder of a run, with run.json, config.toml and history.csv",
            received=", ".join(sorted(item.name for item in folder.iterdir())[:6]) or "nothing",
            remedy="Give the folder that `goodfit train` printed",
        )
        for name in ("run.json", "config.toml", "history.csv")
        if not (folder / name).is_file()
    ]
    if problems:
        raise BadInput(*problems)


def _check_record(run: Run) -> None:
    problems = [
        Problem(
            "run_incomplete",
            f"The record {run.folder}/run.json has no entry '{name}'",
            expected="a record as goodfit writes it",
            remedy="Train again; a record is not meant to be edited",
        )
        for name in NEEDED
        if run.record.get(name) is None
    ]
    if problems:
        raise BadInput(*problems)
