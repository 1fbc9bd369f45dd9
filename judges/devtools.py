"""Chromium, told what to do by the DevTools protocol over a pair of pipes, and heard."""

import base64
import json
import os
import select
import subprocess
import time
from pathlib import Path

SECONDS_MAX = 60


class Chromium:
    """A browser with an empty profile in `home`, as a context manager."""

    def __init__(self, program: str, home: Path) -> None:
        # Its sandbox refuses to work for root.
        self.command = [program, "--headless=new", "--no-sandbox", "--disable-gpu"]
        self.command += ["--hide-scrollbars", "--no-proxy-server", "--disable-quic"]
        self.command += ["--no-first-run", "--disable-background-networking", "--disable-sync"]
        self.command += ["--disable-component-update", f"--user-data-dir={home / 'profile'}"]
        self.command += ["--remote-debugging-pipe", "about:blank"]
        self.home = home

    def __enter__(self) -> "Chromium":
        reads, self.writer = os.pipe()
        self.reader, writes = os.pipe()
        # It reads from 3 and writes to 4.
        shell = ["bash", "-c", f'exec "$@" 3<&{reads} 4>&{writes} 2>/dev/null', "bash"]
        self.process = subprocess.Popen(
            [*shell, *self.command],
            env=os.environ | {"HOME": str(self.home)},
            pass_fds=[reads, writes],
        )
        os.close(reads)
        os.close(writes)
        self.octets = b""
        self.number = 0
        self.session: str | None = None
        self.events: list[dict] = []
        return self

    def __exit__(self, *_: object) -> None:
        self.session = None
        self.ask("Browser.close")
        self.process.wait(SECONDS_MAX)
        os.close(self.writer)
        os.close(self.reader)

    def open_page(self) -> None:
        """What follows is said to a new page, and heard of it."""
        self.session = None
        page = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=page, flatten=True)["sessionId"]
        for domain in ["Page", "Network", "Runtime", "Log"]:
            self.ask(f"{domain}.enable")
        self.events = []

    def load(self, url: str) -> None:
        self.ask("Page.navigate", url=url)
        self.wait_for("Page.loadEventFired")

    def evaluate(self, expression: str) -> object:
        told = self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        return told["result"].get("value")

    def take_picture(self, path: Path, width: int, height: int) -> None:
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.ask("Emulation.setDeviceMetricsOverride", **size)
        path.write_bytes(base64.b64decode(self.ask("Page.captureScreenshot")["data"]))

    def heard(self, method: str) -> list[dict]:
        """What was told of the page by events of this name."""
        return [event["params"] for event in self.events if event.get("method") == method]

    def ask(self, method: str, **parameters: object) -> dict:
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        message |= {"sessionId": self.session} if self.session else {}
        os.write(self.writer, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + SECONDS_MAX
        while True:
            told = self.hear(deadline)
            if told.get("id") == self.number:
                if "error" in told:
                    raise RuntimeError(f"{method}: {told['error']}")
                return told["result"]

    def wait_for(self, method: str) -> None:
        deadline = time.monotonic() + SECONDS_MAX
        while not self.heard(method):
            self.hear(deadline)

    def hear(self, deadline: float) -> dict:
        """The next message; events are kept."""
        while b"\0" not in self.octets:
            patience = max(0.0, deadline - time.monotonic())
            ready, _, _ = select.select([self.reader], [], [], patience)
            octets = os.read(self.reader, 1 << 20) if ready else b""
            if not octets:
                raise subprocess.TimeoutExpired(self.command, SECONDS_MAX)
            self.octets += octets
        message, _, self.octets = self.octets.partition(b"\0")
        told = json.loads(message)
        if "method" in told:
            self.events.append(told)
        return told
