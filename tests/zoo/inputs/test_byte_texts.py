"""Texts as bytes and back, and what a vocabulary of them holds."""

from goodfit.zoo import text_as_bytes, text_of_bytes


def test_any_text_comes_back():
    text = "".join(map(chr, [*range(0x800), *range(0x2020, 0x2030), 0x4E2D, 0x1F600]))
    signs = text_as_bytes(text)
    assert text_of_bytes(signs) == text
    assert len(signs) == len(text.encode())


def test_every_byte_is_one_sign_on_one_line():
    """What ends a line, or is blank, could not stand in a saved vocabulary."""
    text = bytes(range(128)).decode() + "".join(map(chr, range(0x80, 0x800)))
    signs = set(text_as_bytes(text))
    assert all(len(f"a{sign}b".splitlines()) == 1 for sign in signs)
    assert not any(sign.isspace() for sign in signs)
    assert len(signs) == 128 + 64 + 30  # ASCII, what follows a first byte, first bytes


def test_half_a_character_is_marked():
    assert text_of_bytes(text_as_bytes("é")[0] + "a") == "\ufffda"
