"""A real browser without a window, driven through the pipe that Chromium offers; no packages."""

import base64
import contextlib
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe",
    "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-extensions", "--hide-scrollbars", "--mute-audio",
)  # fmt: skip
SECONDS = 60.0


def find_browser():
    """Return the path of a browser; None where there is none."""
    found = (shutil.which(name) for name in NAMES)
    return next((path for path in found if path), None)


class Browser:
    """One page, what its console says, and what it asks for."""

    def __init__(self, width=1440, height=900):
        self._folder = tempfile.mkdtemp(prefix="browser-")
        ours, theirs = os.pipe(), os.pipe()  # we write the first, and read the second
        self._write, self._read = ours[1], theirs[0]

        def wire():
            os.dup2(ours[0], 3 + 100)
            os.dup2(theirs[1], 4 + 100)
            os.dup2(103, 3)
            os.dup2(104, 4)

        self._process = subprocess.Popen(
            [find_browser(), *FLAGS, f"--user-data-dir={self._folder}", "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            preexec_fn=wire, close_fds=False, start_new_session=True,
        )  # fmt: skip
        os.close(ours[0])
        os.close(theirs[1])
        self._number, self._left = 0, b""
        self.events = []
        page = next(
            each for each in self.call("Target.getTargets")["targetInfos"] if each["type"] == "page"
        )
        attached = self.call("Target.attachToTarget", targetId=page["targetId"], flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.do(f"{domain}.enable")
        self.resize(width, height)

    def call(self, method, session=None, **params):
        """Call a method of the protocol and return its result."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        end = time.monotonic() + SECONDS
        while True:
            answer = self._next(end)
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]

    def do(self, method, **params):
        """Call a method for the page."""
        return self.call(method, self._session, **params)

    def _next(self, end):
        while b"\0" not in self._left:
            ready, _, _ = select.select([self._read], [], [], max(0.0, end - time.monotonic()))
            if not ready:
                raise TimeoutError("the browser does not answer")
            part = os.read(self._read, 1 << 20)
            if not part:
                raise RuntimeError("the browser ended")
            self._left += part
        line, _, self._left = self._left.partition(b"\0")
        answer = json.loads(line)
        if "method" in answer:
            self.events.append(answer)
        return answer

    def resize(self, width, height):
        """Give the page a size."""
        self.do(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=False,
        )  # fmt: skip

    def open(self, address):
        """Go to an address."""
        self.do("Page.navigate", url=address)

    def ask(self, script):
        """Return what a JavaScript expression gives; a promise is waited for."""
        found = self.do(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        if "exceptionDetails" in found:
            raise RuntimeError(found["exceptionDetails"].get("exception", {}).get("description"))
        return found["result"].get("value")

    def wait(self, script, seconds=20.0):
        """Wait until a JavaScript expression holds."""
        end = time.monotonic() + seconds
        while True:
            with contextlib.suppress(RuntimeError):
                if self.ask(f"Boolean({script})"):  # an element has no value to hand over
                    return
            if time.monotonic() > end:
                raise TimeoutError(f"it never came true: {script}")
            with contextlib.suppress(TimeoutError):
                self._next(time.monotonic() + 0.1)

    def picture(self, path):
        """Write what the page looks like."""
        data = self.do("Page.captureScreenshot", format="png")["data"]
        Path(path).write_bytes(base64.b64decode(data))

    def complaints(self):
        """Return errors of the console and of scripts, and what could not be fetched."""
        self.ask("1")  # takes in what has come until now
        found = []
        for event in self.events:
            params = event["params"]
            if event["method"] == "Runtime.exceptionThrown":
                details = params["exceptionDetails"]
                found.append(details.get("exception", {}).get("description", details["text"]))
            elif event["method"] == "Runtime.consoleAPICalled" and params["type"] == "error":
                found.append(" ".join(str(each.get("value", each)) for each in params["args"]))
            elif event["method"] == "Log.entryAdded" and params["entry"]["level"] == "error":
                found.append(f"{params['entry']['text']} {params['entry'].get('url', '')}")
            elif event["method"] == "Network.responseReceived" and (
                params["response"]["status"] >= 400
            ):
                found.append(f"{params['response']['status']} {params['response']['url']}")
        return found

    def addresses(self):
        """Return every address that was asked for."""
        return [
            event["params"]["request"]["url"]
            for event in self.events
            if event["method"] == "Network.requestWillBeSent"
        ]

    def close(self):
        """End the browser."""
        with contextlib.suppress(Exception):
            self.call("Browser.close")
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        os.close(self._write)
        os.close(self._read)
        shutil.rmtree(self._folder, ignore_errors=True)
