"""A sandbox of its own: started on a free port, killed and started again, always stopped."""

import socket
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx

_READY_SECONDS = 20
MODIFY = "https://www.googleapis.com/auth/gmail.modify"


_POST = ("smtp", "smtps", "imap", "imaps")
_TRIES = 5


class NotStarted(Exception):
    """It ended, or did not answer in time."""


class SandboxProcess:
    """`python -m sandbox` as a process, with a client for its control API."""

    def __init__(self, state: Path | None = None, port: int | None = None) -> None:
        self._state = state
        self._process: subprocess.Popen[bytes] | None = None
        self._given = port
        self._choose_ports()

    def _choose_ports(self) -> None:
        first, *rest = _free_ports(1 + len(_POST))
        self.port = self._given or first
        self.url = f"http://127.0.0.1:{self.port}"
        self.post_ports = dict(zip(_POST, rest, strict=True))
        self.client = httpx.Client(base_url=self.url, timeout=10)

    def __enter__(self) -> "SandboxProcess":
        for _ in range(_TRIES - 1):
            try:
                self.start()
            except NotStarted:  # Somebody took one of its ports meanwhile: choose others.
                self.client.close()
                self._choose_ports()
            else:
                return self
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()
        self._end("terminate")

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [sys.executable, "-m", "sandbox", "--port", str(self.port)]
        for name, port in self.post_ports.items():
            command += [f"--{name}-port", str(port)]
        if self._state is not None:
            command += ["--state", str(self._state)]
        root = Path(__file__).parents[2]
        self._process = subprocess.Popen(command, cwd=root)
        deadline = time.monotonic() + _READY_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self._end("kill")
                raise NotStarted(f"the sandbox did not start on port {self.port}")
            time.sleep(0.02)

    def kill(self) -> None:
        """End it without a warning, as a crash would."""
        self._end("kill")

    def control(self, path: str, **body: object) -> dict[str, object]:
        """Pull a lever; return what it says."""
        answer = self.client.post(f"/control/{path}", json=body)
        answer.raise_for_status()
        return answer.json()

    def connect(self, account: str, scope: str = MODIFY, **more: str) -> dict[str, object]:
        """Walk through consent and token exchange; return the token endpoint's answer."""
        target = "http://127.0.0.1/back"
        asked = {
            "client_id": "client",
            "redirect_uri": target,
            "response_type": "code",
            "scope": scope,
            "access_type": "offline",
            "prompt": "consent",
            "login_hint": account,
        }
        sent_back = self.client.get("/o/oauth2/v2/auth", params=asked | more)
        code = parse_qs(urlsplit(sent_back.headers["location"]).query)["code"][0]
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": target}
        answer = self.client.post("/token", data=form | {"client_id": "client"})
        answer.raise_for_status()
        return answer.json()

    def _answers(self) -> bool:
        with suppress(httpx.TransportError):
            return self.client.get("/healthz").is_success
        return False

    def _end(self, how: str) -> None:
        if self._process is not None:
            getattr(self._process, how)()
            self._process.wait(timeout=10)


def _free_ports(number: int) -> list[int]:
    """Choose ports that differ: all are held until the last is chosen."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(number)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
