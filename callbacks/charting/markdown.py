"""Findings as a Markdown list in which nothing of theirs is markup."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from ..findings import Finding

__all__ = ["findings_as_markdown"]


def findings_as_markdown(findings: Sequence[Finding]) -> str:
    """Return findings as a Markdown list in which no character of theirs is markup.

    Examples:
        >>> print(findings_as_markdown([Finding("nan_loss", "DX-1", "error", "A *b*.", "Do c.")]))
        - **error nan&#95;loss** (DX&#45;1): A &#42;b&#42;&#46; Do c&#46;
    """
    lines = []
    for finding in findings:
        details = [finding.rule] if finding.rule else []
        details += [f"epoch {finding.epoch}"] if finding.epoch else []
        detail = f" ({_escape(', '.join(details))})" if details else ""
        also = f" Also seen: {', '.join(finding.consequences)}." if finding.consequences else ""
        title = _escape(f"{finding.severity} {finding.fault}")
        lines.append(
            f"- **{title}**{detail}: " + _escape(f"{finding.cause} {finding.remedy}{also}")
        )
    return "\n".join(lines)


def _escape(text: str) -> str:
    text = html.escape(" ".join(text.split()), quote=False)
    return re.sub(r"[\\`*_{}\[\]()#+\-.!|~:/]", lambda match: f"&#{ord(match[0])};", text)
