"""What people see: aligned, wrapped to the width, coloured only where colour is wanted."""

import io
import re

import pytest
from goodfit.tools.terminal import make_terminal

ENTRIES = [("error", "target leak", "'alive' repeats the target. " * 6, "Drop it.")]


class Screen(io.StringIO):
    encoding = "utf-8"

    def isatty(self):
        return True


@pytest.fixture(params=[80, 120])
def screen(request, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(request.param))
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    stream = Screen()
    stream.width = request.param
    return stream


def everything(terminal):
    terminal.heading("Title", "note")
    terminal.pairs([("task", "binary"), ("a longer label", "words " * 40)])
    terminal.table(["", "this"], [("accuracy", "0.9"), ("日本語", "0.123")], right=1)
    terminal.items(ENTRIES)
    terminal.commands([("goodfit test runs/x", "one look")])
    terminal.line("end")


def plain(text):
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", text)


def test_nothing_is_wider_than_the_terminal(screen):
    everything(make_terminal(screen))
    lines = plain(screen.getvalue()).splitlines()
    assert max(map(len, lines)) <= screen.width
    assert "\x1b[1;31m" in screen.getvalue()
    assert sum("repeats the target" in line for line in lines) > 1  # wrapped


def test_no_color_is_respected(screen, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    everything(make_terminal(screen))
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]m", screen.getvalue())


def test_a_pipe_gets_plain_lines_that_are_not_wrapped():
    stream = io.StringIO()
    everything(make_terminal(stream))
    text = stream.getvalue()
    assert "\x1b" not in text
    assert f"  ✗ target leak: {ENTRIES[0][2]}\n    → Drop it.\n" in text
    assert "  accuracy    0.9\n" in text


def test_without_rich_a_terminal_gets_plain_lines(screen, monkeypatch):
    import importlib.util

    found = importlib.util.find_spec
    monkeypatch.setattr(
        "importlib.util.find_spec", lambda name: None if name == "rich" else found(name)
    )
    everything(make_terminal(screen))
    assert "\x1b" not in screen.getvalue()


def test_signs_that_command_a_terminal_are_replaced(screen):
    for stream in (screen, io.StringIO()):
        terminal = make_terminal(stream)
        evil = "a\x1b]0;owned\x07\x9b2Jb"
        terminal.heading(evil, evil)
        terminal.pairs([(evil, evil)])
        terminal.table([evil], [(evil,)])
        terminal.items([("info", evil, evil, evil)])
        terminal.commands([(evil, evil)])
        terminal.line(evil)
        for sign in ("\x1b]", "\x07", "\x9b"):
            assert sign not in stream.getvalue()


def test_markup_and_emoji_codes_are_text(screen):
    make_terminal(screen).items([("info", "[red]x[/red] :smile:", "", "")])
    assert "[red]x[/red] :smile:" in plain(screen.getvalue())
