"""A headless Chromium, spoken to over its debugging pipe; needs nothing but Python's own modules."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


def find() -> str | None:
    """The path of a browser, if there is one."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


class Chromium:
    """One page of a browser. It can only reach this machine."""

    def __init__(self) -> None:
        program = find()
        if program is None:
            raise FileNotFoundError("there is no Chromium")
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        from_us, to_browser = os.pipe()
        from_browser, to_us = os.pipe()
        arguments = [
            program, "--headless", "--no-sandbox", "--hide-scrollbars", "--disable-gpu", "--disable-dev-shm-usage",
            "--no-first-run", "--disable-background-networking", "--remote-debugging-pipe",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", f"--user-data-dir={self.profile.name}",
        ]  # fmt: skip

        def place_pipes() -> None:
            # The browser reads from 3 and writes to 4. Duplicate both first, because they may be swapped.
            source, target = os.dup(from_us), os.dup(to_us)
            os.dup2(source, 3)
            os.dup2(target, 4)

        self.process = subprocess.Popen(
            arguments, preexec_fn=place_pipes, close_fds=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(from_us)
        os.close(to_us)
        self.output = os.fdopen(to_browser, "wb", buffering=0)
        self.input = os.fdopen(from_browser, "rb", buffering=0)
        self.unread = b""
        self.number = 0
        self.session: str | None = None
        self.events: list[dict[str, Any]] = []
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.send(f"{domain}.enable")

    def __enter__(self) -> Chromium:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait()
        self.output.close()
        self.input.close()
        self.profile.cleanup()

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Calls a method of the DevTools protocol and waits for its result."""
        self.number += 1
        message: dict[str, Any] = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        self.output.write(json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]

    def receive(self) -> dict[str, Any]:
        while b"\0" not in self.unread:
            more = self.input.read(1 << 20)
            if not more:
                raise RuntimeError("the browser has ended")
            self.unread += more
        text, self.unread = self.unread.split(b"\0", 1)
        message = json.loads(text)
        if "method" in message:
            self.events.append(message)
        return message

    def show(self, width: int, height: int, *, dark: bool = False, scale: float = 1) -> None:
        """How pages are shown from now on: the size of the window in CSS pixels, and the reader's setting."""
        self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=scale, mobile=False,
        )  # fmt: skip
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.send("Emulation.setEmulatedMedia", features=[scheme])

    def open(self, page: Path | str) -> list[str]:
        """Loads a page, a file or an address, and waits until it is there; returns what the browser complained of."""
        self.events = []
        self.send("Page.navigate", url=page if isinstance(page, str) else page.resolve().as_uri())
        while not any(event["method"] == "Page.loadEventFired" for event in self.events):
            self.receive()
        complaints = (event["params"]["entry"]["text"] for event in self.events if event["method"] == "Log.entryAdded")
        return list(complaints)

    def evaluate(self, script: str) -> Any:
        """The value of a JavaScript expression, or of the promise that it is."""
        answer = self.send("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(str(answer["exceptionDetails"])[:2000])
        return answer["result"].get("value")

    def screenshot(self, file: Path, *, height: int | None = None) -> None:
        """A picture of the page: as high as the window, or to the given height."""
        clip = {}
        if height is not None:
            width = self.evaluate("innerWidth")
            clip = {"clip": {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}}
        answer = self.send("Page.captureScreenshot", captureBeyondViewport=height is not None, **clip)
        file.write_bytes(base64.b64decode(answer["data"]))

    def print(self, file: Path, *, letter: bool = False) -> None:
        """The page on paper, as PDF: A4 or Letter, with the margins that the page asks for."""
        width, height = (8.5, 11) if letter else (8.27, 11.69)
        answer = self.send("Page.printToPDF", paperWidth=width, paperHeight=height, preferCSSPageSize=False)
        file.write_bytes(base64.b64decode(answer["data"]))
