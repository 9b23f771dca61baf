"""One run as scripts read it (the contract) and as people read it (the summary)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..zoo.errors import GoodfitError
from .report.verdicts import reach_verdict
from .report.wording import interval_words, metric_name, metric_text, naive_name, rows_noun
from .run_facts import next_steps, quoted, run_facts, shown_path, total_seconds
from .terminal import Terminal

if TYPE_CHECKING:
    from ..recipes.training.runs import Run

__all__ = [
    "finding_data",
    "folder_of",
    "next_steps",
    "quoted",
    "run_data",
    "run_facts",
    "show_findings",
    "show_run",
    "show_scores",
    "show_verdict",
    "shown_path",
    "table_width",
]

FINDING_KEYS = ("fault", "rule", "severity", "epoch", "cause", "remedy")
SEVERITY_ORDER = {"error": 0, "warning": 1, "info": 2}
FINDINGS_SHOWN = 6
VERDICT_MARKS = {"good": "good", "caution": "warning", "bad": "error"}


def run_data(run: Run, report: Path | None = None, *, with_test: bool = False) -> dict[str, Any]:
    """Return the JSON object of a run, whose keys scripts rely on.

    Args:
        run: A run that has a folder.
        report: The report, where there is one.
        with_test: Whether the command opened the test rows.

    Returns:
        `run`, `model`, `report`, `task`, `target`, `rows`, `validation`, `naive`, `findings`,
        `seconds`, and `test` where `with_test`. The naive answers are scored on the test rows
        where those were opened, else on the validation rows. `target` is a text, or a list of
        texts where there are several.
    """
    folder, record = folder_of(run), run.record
    target = list(record["target"])
    data: dict[str, Any] = {
        "run": str(folder.absolute()),
        "model": _path(folder / record["model"]),
        "report": None if report is None else str(report.absolute()),
        "task": record["task"]["kind"],
        "target": target[0] if len(target) == 1 else target,
        "rows": dict(record["rows"]),
        "validation": _metrics(record.get("validation")),
    }
    part = "validation"
    if with_test:
        data["test"] = _metrics(record.get("test"))
        part = "test"
    data["naive"] = {name: dict(scores) for name, scores in _naive(record, part).items()}
    data["findings"] = [finding_data(item) for item in record["findings"]]
    data["seconds"] = total_seconds(record)
    return data


def finding_data(finding: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keys of a finding that scripts rely on."""
    return {name: finding[name] for name in FINDING_KEYS}


def show_run(
    terminal: Terminal, run: Run, report: Path | None = None, *, with_test: bool = False
) -> None:
    """Write the summary of a run: what was asked, how it went, what to do next."""
    folder, record = folder_of(run), run.record
    name = Path(str(record["source"])).name
    terminal.heading(name, shown_path(folder))
    terminal.pairs(list(run_facts(record)))
    show_verdict(terminal, run)
    for part in ("validation", "test") if with_test else ("validation",):
        show_scores(terminal, record, part)
    show_findings(terminal, record["findings"], briefly=True)
    terminal.heading("Next")
    terminal.commands(next_steps(folder, record, report))


def show_verdict(terminal: Terminal, run: Run) -> None:
    """Write what the scores say beside the naive answers, in a sentence."""
    verdict = reach_verdict(run)
    terminal.line()
    terminal.items([(VERDICT_MARKS[verdict.tone], verdict.title, " ".join(verdict.notes), "")])


def show_scores(terminal: Terminal, record: Mapping[str, Any], part: str) -> None:
    """Write the metrics of one part with intervals, beside the naive answers."""
    scores = _metrics(record.get(part))
    if not scores:
        return
    naive = _naive(record, part)
    kind = record["task"]["kind"]
    note = f"{record['rows'][part]:,} {rows_noun(record)}, 95 % intervals"
    if part == "test" and record.get("test_openings", 0) > 1:
        note += f"; opened {record['test_openings']} times, so no longer unseen (MIS-2)"
    terminal.heading("Test" if part == "test" else "Validation", note)
    header = ["", "this model", *(naive_name(name, kind) for name in naive)]
    table = list(_score_lines(scores, naive, whole=True))
    if table_width(header, table) > terminal.width:
        table = list(_score_lines(scores, naive, whole=False))
    if table_width(header, table) > terminal.width:
        header = [_in_two_lines(name) for name in header]
        for row in table:
            row[1] = row[1].replace(" (", "\n").removesuffix(")")
    terminal.table(header, table, right=1)


def show_findings(
    terminal: Terminal, findings: Sequence[Mapping[str, Any]], *, briefly: bool = False
) -> None:
    """Write findings with their remedies, the worst first.

    Args:
        terminal: Where to write.
        findings: The findings as plain data.
        briefly: Only name the notes, and leave what is too much to the report.
    """
    if not findings:
        terminal.heading("Findings")
        terminal.items([("good", "nothing was found", "", "")])
        return
    ordered = sorted(findings, key=lambda item: SEVERITY_ORDER[item["severity"]])
    notes: list[Mapping[str, Any]] = []
    if briefly:
        notes = [finding for finding in ordered if finding["severity"] == "info"]
        ordered = [finding for finding in ordered if finding["severity"] != "info"]
    shown = ordered[:FINDINGS_SHOWN] if briefly else ordered
    entries = _entries(shown)
    if len(shown) < len(ordered):
        entries.append(("info", f"{len(ordered) - len(shown)} more in the report", "", ""))
    if notes:
        names = ", ".join(dict.fromkeys(f["fault"].replace("_", " ") for f in notes))
        entries.append(("info", "also noted, in the report", names, ""))
    terminal.heading("Findings", _counts(findings))
    terminal.items(entries)


def folder_of(run: Run) -> Path:
    """Return the folder of a run that has one, as every run of the command line does."""
    if run.folder is None:
        raise GoodfitError("This run is in memory only, so it has no files.")
    return run.folder


def _entries(findings: Iterable[Mapping[str, Any]]) -> list[tuple[str, str, str, str]]:
    entries = []
    for finding in findings:
        epoch = f"epoch {finding['epoch']}" if finding["epoch"] else ""
        source = ", ".join(part for part in (finding["rule"], epoch) if part)
        name = finding["fault"].replace("_", " ") + (f" ({source})" if source else "")
        entries.append((finding["severity"], name, finding["cause"], finding["remedy"]))
    return entries


def _counts(findings: Sequence[Mapping[str, Any]]) -> str:
    parts = []
    for severity, word in (("error", "error"), ("warning", "warning"), ("info", "note")):
        count = sum(item["severity"] == severity for item in findings)
        if count:
            parts.append(f"{count} {word}{'s' if count > 1 else ''}")
    return ", ".join(parts)


def table_width(header: Sequence[str], table: Sequence[Sequence[str]]) -> int:
    """Return how wide a table is, with the blanks that part and indent it."""
    columns = zip(header, *table, strict=True)
    return sum(2 + max(len(line) for cell in c for line in cell.split("\n")) for c in columns) + 2


def _in_two_lines(text: str) -> str:
    """Return a text broken at the blank that is nearest to its middle."""
    blanks = [place for place, letter in enumerate(text) if letter == " "]
    if not blanks:
        return text
    place = min(blanks, key=lambda blank: abs(2 * blank - len(text)))
    return f"{text[:place]}\n{text[place + 1 :]}"


def _score_lines(
    scores: Mapping[str, Any], naive: Mapping[str, Any], *, whole: bool
) -> Iterable[list[str]]:
    """Yield a line for each metric; those of naive answers with intervals only if `whole`."""
    for metric, estimate in scores.items():
        others = [answers.get(metric) or {} for answers in naive.values()]
        yield [
            metric_name(metric),
            _estimate(metric, estimate),
            *(
                _estimate(metric, o) if whole else metric_text(metric, o.get("value"))
                for o in others
            ),
        ]


def _estimate(metric: str, estimate: Mapping[str, Any]) -> str:
    """Return a value with its interval."""
    value, interval = metric_text(metric, estimate.get("value")), interval_words(estimate, metric)
    return f"{value} ({interval})" if interval else value


def _metrics(evaluation: Mapping[str, Any] | None) -> dict[str, dict[str, Any]]:
    """Return metric name to value, low and high."""
    metrics = (evaluation or {}).get("metrics", {})
    return {
        name: {key: estimate[key] for key in ("value", "low", "high")}
        for name, estimate in metrics.items()
    }


def _naive(record: Mapping[str, Any], part: str) -> Mapping[str, Any]:
    return ((record.get("naive") or {}).get(part)) or {}


def _path(path: Path) -> str | None:
    return str(path.absolute()) if path.exists() else None
