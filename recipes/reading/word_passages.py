"""One long text as passages of words; see `passages.py`, which cuts it between characters."""

from __future__ import annotations

from .passages import passage_form

__all__ = ["FORM"]

FORM = passage_form("word_passages", by_words=True)
