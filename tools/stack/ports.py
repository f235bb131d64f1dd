"""Ports on 127.0.0.1: the usual one where it is free, else any."""

import fcntl
import os
import socket
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


class NoPort(Exception):
    """No port is free."""


USUAL = {
    "postgres": 5433,
    "temporal": 7233,
    "temporal_ui": 8233,
    "temporal_metrics": 9233,
    "sandbox": 8090,
    "sandbox_smtp": 8025,
    "sandbox_imap": 8143,
    "api": 8080,
}


def choose() -> dict[str, int]:
    """Choose a port for each part; raises NoPort."""
    return {name: _free(wanted) for name, wanted in USUAL.items()}


@contextmanager
def one_at_a_time() -> Generator[None]:
    """Let stacks start one after the other: a port that was chosen is not open yet."""
    file = Path(tempfile.gettempdir()) / f"reprise-{os.getuid()}.ports"
    with file.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _free(wanted: int) -> int:
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise NoPort("No free port on 127.0.0.1.")
