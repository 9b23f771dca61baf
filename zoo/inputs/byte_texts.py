"""Texts as their bytes, each written as one visible character. No Keras is needed."""

from __future__ import annotations

__all__ = ["text_as_bytes", "text_of_bytes"]


def _signs() -> list[str]:
    """Return a character for each byte: its own where one can see it, else one from 256 on."""
    visible = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = iter(range(0x100, 0x200))
    return [chr(byte if byte in visible else next(others)) for byte in range(256)]


_SIGNS = _signs()
_BYTES = {sign: byte for byte, sign in enumerate(_SIGNS)}


def text_as_bytes(text: str) -> str:
    r"""Return the bytes of a text in UTF-8, each as one character.

    A model that reads characters then reads bytes: no text holds anything but 256 of them, in
    whatever script, and the end of a line has a place like every other.

    Args:
        text: Any text.

    Source: the table of bytes of Radford and others, "Language models are unsupervised multitask
    learners", 2019.

    Examples:
        >>> text_as_bytes("né\n")
        'nÃ©Ċ'
    """
    return "".join(_SIGNS[byte] for byte in text.encode("utf-8", "replace"))


def text_of_bytes(signs: str) -> str:
    r"""Return the text whose bytes these are; what is no UTF-8 becomes U+FFFD.

    Args:
        signs: As `text_as_bytes` returned them, or as a model wrote them.

    Examples:
        >>> text_of_bytes(text_as_bytes("né\n"))
        'né\n'
    """
    return bytes(_BYTES[sign] for sign in signs if sign in _BYTES).decode("utf-8", "replace")
