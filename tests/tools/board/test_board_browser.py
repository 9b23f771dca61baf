"""TensorBoard in a real browser: every tab opens, and the numbers are those of the history."""

import json
import math
import os
import re
import signal
import subprocess
import sys
from types import SimpleNamespace

import pytest
from headless import Browser, find_browser
from made_board_logs import HOSTILE, made_logs, write_logs
from made_study import STEPS, made_ledger

pytestmark = [
    pytest.mark.skipif(find_browser() is None, reason="there is no Chromium or Chrome"),
    pytest.mark.skipif(os.name == "nt", reason="the browser is driven through pipes of POSIX"),
]
LOGS = made_logs()
FRAME = "[...document.querySelectorAll('iframe')].find((f) => f.src.includes('name=goodfit'))"
PAGE = f"{FRAME}.contentDocument"
TABS = {
    "timeseries": "document.body.innerText.includes('accuracy')",
    "scalars": "document.querySelector('tf-scalar-dashboard')",
    "custom_scalars": "document.querySelector('tf-custom-scalar-dashboard')",
    "images": "document.querySelector('tf-image-dashboard')",
    "graphs": "document.querySelector('tf-graph-dashboard')",
    "distributions": "document.querySelector('tf-distribution-dashboard')",
    "histograms": "document.querySelector('tf-histogram-dashboard')",
    "text": "document.querySelector('tf-text-dashboard')",
    "pr_curves": "document.querySelector('tf-pr-curve-dashboard')",
    "hparams": "document.querySelector('tf-hparams-dashboard')",
    "projector": "document.querySelector('iframe')",
}


@pytest.fixture(scope="module")
def board(tmp_path_factory, hostile_finding, made_run):
    """Return the address of a board over a run with hostile names and a plain training."""
    folder = tmp_path_factory.mktemp("board")
    (folder / "hostile").mkdir()
    made_run(folder / "hostile", "many_classes", {})
    made_ledger(folder / "hostile" / "ledger.jsonl", name=HOSTILE)
    write_logs(folder / "hostile" / "tensorboard", LOGS[:4], findings=[hostile_finding])
    write_logs(folder / "plain", LOGS, findings=[hostile_finding], answers=True)
    command = [sys.executable, "-m", "goodfit.tools", "board", "hostile", "plain", "--json"]
    server = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    address = re.search(r"http://\S+", server.stderr.readline()).group()
    yield SimpleNamespace(address=address, folder=folder)
    server.send_signal(signal.SIGINT)
    out, err = server.communicate(timeout=20)
    # Ctrl-C ends it quietly.
    assert (server.returncode, err) == (0, "")
    assert json.loads(out)["address"] == address


@pytest.fixture
def browser():
    """Return a browser that is closed afterwards."""
    made = Browser()
    yield made
    made.close()


def test_the_tab_shows_the_numbers_of_the_history_and_no_markup_of_data(board, browser):
    browser.open(f"{board.address}#goodfit")
    browser.wait(f"{PAGE}.querySelectorAll('.runs button').length === 2")
    browser.ask(f"{PAGE}.querySelectorAll('.runs button')[1].click()")
    browser.wait(f"{PAGE}.querySelector('h1').textContent.startsWith('plain')")
    browser.wait(f"{PAGE}.querySelector('svg.curves')")
    for name in ("loss", "accuracy"):
        browser.ask(
            f"[...{PAGE}.querySelectorAll('.metrics button')]"
            f".find((b) => b.textContent === '{name}').click()"
        )
        shown = browser.ask(hover_over_all())
        assert len(shown) == len(LOGS)
        for epoch, ((told, *values), logs) in enumerate(zip(shown, LOGS, strict=True), 1):
            assert told == f"{name}, epoch {epoch}"
            for text, figure in zip(values, (logs[name], logs[f"val_{name}"]), strict=True):
                number = text.split(" ", 1)[1]
                if math.isfinite(figure):
                    assert float(number) == pytest.approx(figure, rel=6e-4)
                else:
                    assert number == "not a number"
    text = browser.ask(f"{PAGE}.body.innerText")
    # A sign that turns the direction of writing is left out, the rest is as it was.
    assert f"The column {HOSTILE.replace(chr(0x202E), '')} tells the answer." in text
    assert "nan loss" in text
    browser.ask(f"{PAGE}.querySelectorAll('.runs button')[0].click()")
    browser.wait(f"{PAGE}.querySelector('.checklist')")
    assert browser.ask(f"{PAGE}.querySelectorAll('.tree details').length") == len(STEPS)
    assert "[object" not in browser.ask(f"{PAGE}.body.textContent")
    assert browser.ask(f"{PAGE}.querySelectorAll('script').length") == 1  # TensorBoard's own
    assert browser.ask(f"{PAGE}.querySelectorAll('img').length") == 0
    assert browser.ask(f"{FRAME}.contentWindow.broken === undefined && window.broken === undefined")
    assert not browser.complaints()
    outside = [
        each for each in browser.addresses() if not each.startswith((board.address, "data:"))
    ]
    assert set(outside) <= {"about:blank"}


def outside(browser, board):
    """Return the addresses that were asked for and are not the board's."""
    own = (board.address, "data:", "blob:", "about:blank")
    return [each for each in browser.addresses() if not each.startswith(own)]


def hover_over_all():
    """Return a script that points at every epoch and gathers what the page tells of it."""
    return f"""
    (() => {{
      const view = {FRAME}.contentWindow;
      const drawing = {PAGE}.querySelector('svg.curves');
      const box = drawing.getBoundingClientRect();
      const seen = new Map();
      for (let x = box.left; x <= box.right; x += 4) {{
        drawing.dispatchEvent(new view.PointerEvent('pointermove', {{ clientX: x }}));
        const tip = {PAGE}.querySelector('.tip');
        const lines = [...tip.children].map((each) => each.textContent);
        seen.set(lines[0], lines);
      }}
      return [...seen.values()];
    }})()
    """


@pytest.mark.slow
def test_every_tab_opens_without_an_error(board, browser):
    for tab, there in TABS.items():
        browser.open("about:blank")
        browser.open(f"{board.address}#{tab}")
        browser.wait(there)
        browser.wait("!document.querySelector('paper-spinner-lite[active]')")
        assert not browser.complaints(), tab
    outside = [
        e for e in browser.addresses() if not e.startswith((board.address, "data:", "blob:"))
    ]
    assert set(outside) <= {"about:blank"}


@pytest.mark.slow
@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [1440, 800])
def test_nothing_of_the_tab_sticks_out(board, browser, width, dark):
    browser.resize(width, 900)
    browser.open(f"{board.address}?darkMode={str(dark).lower()}#goodfit")
    browser.wait(f"{PAGE}.querySelector('.checklist')")
    main = f"{PAGE}.querySelector('main')"
    assert browser.ask(f"{main}.scrollWidth <= {main}.clientWidth")
    assert browser.ask(f"{PAGE}.documentElement.dataset.theme") == ("dark" if dark else "light")


@pytest.mark.slow
def test_the_page_follows_a_training_while_it_runs(board, browser):
    """What was opened stays open, and nobody has to load the page again."""
    from goodfit.callbacks import TensorBoardWriter

    writer = TensorBoardWriter(board.folder / "plain" / "live")
    writer.set_model(None)
    writer.set_params({"epochs": 9})
    writer.on_train_begin()
    writer.on_epoch_end(0, LOGS[0])
    browser.open(f"{board.address}#goodfit")
    runs = f"[...{PAGE}.querySelectorAll('.runs button')]"
    button = f"{runs}.find((each) => each.textContent.includes('live'))"
    browser.wait(button)
    browser.ask(f"{button}.click()")
    for epochs in (2, 3):
        writer.on_epoch_end(epochs - 1, LOGS[epochs - 1])
        browser.wait(f"{PAGE}.querySelector('header').textContent.includes('{epochs} epochs')")
    assert browser.ask(f"{PAGE}.querySelector('.live').textContent") == "not finished"
    writer.on_epoch_end(3, LOGS[-1])
    browser.wait(f"{PAGE}.querySelector('.findings h3').textContent.includes('nan loss')")
    writer.on_train_end()
    browser.wait(f"!{PAGE}.querySelector('.live')")
    assert not browser.complaints()
