"""A real Chromium, driven over its DevTools protocol: open a page, wait for what it shows, take a picture."""

import base64
import itertools
import json
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

PROGRAM = shutil.which("chromium") or shutil.which("google-chrome")
_FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --remote-debugging-port=0 --window-size=1700,1000"
).split()


class Page:
    """One tab."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._ids = itertools.count(1)

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        number = next(self._ids)
        self._connection.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            message = json.loads(self._connection.recv(timeout=60))
            if message.get("id") == number:
                assert "error" not in message, message
                return message["result"]

    def text(self) -> str:
        """What a reader sees, as text."""
        answer = self.ask("Runtime.evaluate", expression="document.body ? document.body.innerText : ''")
        return answer["result"].get("value", "")

    def open(self, url: str, shows: Callable[[str], bool], seconds: float = 90) -> str:
        """Go to `url` and wait until its text is what `shows` wants; returns the text."""
        self.ask("Page.navigate", url=url)
        return self.wait(shows, seconds)

    def wait(self, shows: Callable[[str], bool], seconds: float = 90) -> str:
        """Wait until the text of the page is what `shows` wants; returns the text."""
        deadline = time.monotonic() + seconds
        while not shows(text := self.text()):
            assert time.monotonic() < deadline, f"the page shows only: {text[:2000]}"
            time.sleep(0.5)
        return text

    def press(self, letter: str, alt: bool = False) -> None:
        """Press and release a letter key."""
        for kind in ("keyDown", "keyUp"):
            self.ask(
                "Input.dispatchKeyEvent",
                type=kind,
                modifiers=int(alt),
                key=letter,
                code=f"Key{letter.upper()}",
                windowsVirtualKeyCode=ord(letter.upper()),
            )

    def picture(self, path: Path) -> None:
        path.write_bytes(base64.b64decode(self.ask("Page.captureScreenshot", format="png")["data"]))


@contextmanager
def chromium(profile: Path) -> Iterator[Page]:
    """A browser with an empty profile."""
    assert PROGRAM is not None
    process = subprocess.Popen(
        [PROGRAM, *_FLAGS, f"--user-data-dir={profile}", "about:blank"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        port_file = profile / "DevToolsActivePort"
        deadline = time.monotonic() + 60
        while not port_file.exists() or not port_file.read_text().strip():
            assert time.monotonic() < deadline and process.poll() is None, "Chromium did not start"
            time.sleep(0.1)
        port, path = port_file.read_text().split("\n")[:2]
        with connect(f"ws://127.0.0.1:{port}{path}", max_size=None, proxy=None) as browser:
            root = Page(browser)
            target = root.ask("Target.createTarget", url="about:blank")["targetId"]
            with connect(f"ws://127.0.0.1:{port}/devtools/page/{target}", max_size=None, proxy=None) as tab:
                yield Page(tab)
    finally:
        process.terminate()
        process.wait(30)
