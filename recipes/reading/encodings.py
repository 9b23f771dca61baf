"""Which encoding a text file is in, and where it is not the one that it should be."""

from __future__ import annotations

import codecs
import lzma

from ...zoo.errors import BadInput, bad_input, did_you_mean
from ..config import Choice
from .opening import Place, damaged, read_head

__all__ = ["choose_encoding", "undecodable"]

# Longest first: the mark of UTF-32 begins with that of UTF-16.
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# In text of few letters beyond ASCII, every second byte of UTF-16 is zero.
ZERO_SHARE_OF_UTF16 = 0.4
# Bytes of one script may decode in another's encoding, but hardly into letters of one script.
CYRILLIC = ((0x0410, 0x044F), (0x0401, 0x0401), (0x0451, 0x0451))
EAST_ASIAN = ((0x3000, 0x30FF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3))
ONE_SCRIPT = 0.9
COMMON = ("utf-8", "cp1252", "latin-1", "utf-16", "cp1250", "cp1251", "mac_roman", "shift_jis")


def choose_encoding(place: Place, given: str | None = None) -> Choice:
    """Return the encoding to read a text file in: the given one, its mark's, or UTF-8.

    Raises:
        BadInput: The given name is unknown, or the file is no text.
    """
    if given:
        try:
            return Choice(codecs.lookup(given).name, reason="You set it.")
        except LookupError:
            raise bad_input(
                "encoding_unknown",
                f"There is no encoding '{given}'",
                expected="such as " + ", ".join(COMMON[:4]),
                remedy=did_you_mean(given, COMMON),
            ) from None
    head = read_head(place, 1 << 16)
    for mark, name in BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return Choice(name, reason=f"The file begins with the mark of {name[:6].upper()}.")
    zeros = head.count(0)
    if zeros:
        for offset, name in ((1, "utf-16-le"), (0, "utf-16-be")):
            if head[offset::2].count(0) > ZERO_SHARE_OF_UTF16 * len(head) and zeros < len(head):
                return Choice(name, reason="Every second byte is zero.")
        raise bad_input(
            "file_binary",
            f"The file {place.path} is no text: it holds zero bytes",
            expected="a table as text, such as CSV in UTF-8",
            received="binary data",
            remedy="Save the table as CSV or Parquet",
        )
    return Choice("utf-8", reason="UTF-8 is the default.")


def undecodable(place: Place, encoding: str) -> BadInput:
    """Return what to raise for a file that is not in `encoding`: line, byte, likely encoding."""
    number, bad, error = 0, b"", None
    high = bytearray()
    try:
        with place.open() as file:
            for count, line in enumerate(file, 1):
                try:
                    line.decode(encoding)
                except UnicodeDecodeError as found:
                    high += line
                    if error is None:
                        number, bad, error = count, line, found
                if len(high) > 1 << 16:
                    break
    except (EOFError, OSError, lzma.LZMAError) as unpacking:
        return damaged(place, unpacking)
    if error is None or encoding.startswith(("utf-16", "utf-32")):
        return bad_input(
            "encoding_wrong",
            f"The file {place.path} is not in {encoding}",
            remedy="Set --encoding; the default is utf-8",
        )
    likely = _likely_encoding(bytes(high))
    shown = bad[max(0, error.start - 12) : error.start + 12].decode(likely, "replace").strip()
    return bad_input(
        "encoding_wrong",
        f"Line {number} of {place.path} is not in {encoding}: byte 0x{bad[error.start]:02x}",
        expected=f"text in {encoding}",
        received=f"what reads as '{shown}' in {likely}",
        remedy=f"Set --encoding {likely}, or save the file as UTF-8",
    )


def _likely_encoding(lines: bytes) -> str:
    """Return the encoding that these lines, which are no UTF-8, seem to be in."""
    beyond = [byte for byte in lines if byte > 127]
    letters = sum(65 <= byte <= 90 or 97 <= byte <= 122 for byte in lines)
    if len(beyond) > letters:  # no Latin script
        if _share(_decoded(lines, "cp1251") or "", CYRILLIC) > ONE_SCRIPT:
            return "cp1251"
        for name in ("shift_jis", "cp949", "gb18030"):
            text = _decoded(lines, name)
            if text and _share(text, EAST_ASIAN) > ONE_SCRIPT:
                return name
        return "cp1251"
    # Between 0x80 and 0x9f cp1252 has quotes, dashes and the euro, and Mac Roman its letters.
    low = [byte for byte in beyond if byte < 0xA0]
    marks = {0x80, 0x85, *range(0x91, 0x98), 0x99}
    if beyond and sum(byte not in marks for byte in low) > len(beyond) / 2:
        return "mac_roman"
    return "cp1252" if _decoded(lines, "cp1252") is not None else "latin-1"


def _decoded(lines: bytes, name: str) -> str | None:
    try:
        return lines.decode(name)
    except UnicodeDecodeError:
        return None


def _share(text: str, scripts: tuple[tuple[int, int], ...]) -> float:
    """Return the share of characters beyond ASCII that lie in these ranges."""
    beyond = [char for char in text if ord(char) > 127]
    hits = sum(any(low <= ord(char) <= high for low, high in scripts) for char in beyond)
    return hits / max(1, len(beyond))
