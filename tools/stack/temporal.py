"""The Temporal server of the local stack: a real one, with time skipping and its pages on."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

from relay.codec import codec_keys, endpoint_token
from tools.stack.part import Part

ATTRIBUTES = ("Workspace", "Sequence", "Mailbox", "Status", "Code")
DYNAMIC = (
    "frontend.WorkflowTimeSkippingEnabled=true",
    "matching.enableFairness=true",
    "frontend.rps=20000",
    "frontend.namespaceRPS=20000",
    'history.timerProcessorMaxTimeShift="1ms"',
    "history.timerProcessorMaxPollRPS=1000",
    "history.transferProcessorMaxPollRPS=1000",
)
RETENTION = "2160h"  #: 90 days: closed histories stay readable that long.


def server_flags() -> list[str]:
    """Give the flags that tests and the stack share."""
    flags: list[str] = []
    for name in ATTRIBUTES:
        flags += ["--search-attribute", f"Reprise{name}=Keyword"]
    for value in DYNAMIC:
        flags += ["--dynamic-config-value", value]
    return flags


def temporal_part(
    cli: Path, home: Path, ports: Mapping[str, int], environment: Mapping[str, str]
) -> Part:
    """Describe the server's process."""
    flags = ["--ip", "127.0.0.1", "--port", str(ports["temporal"])]
    flags += ["--ui-port", str(ports["temporal_ui"])]
    flags += ["--ui-codec-endpoint", _codec_endpoint(environment)]
    flags += ["--metrics-port", str(ports["temporal_metrics"]), "--log-level", "warn"]
    flags += ["--db-filename", str(home / "temporal.db")]
    flags += ["--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=OFF"]
    address = f"127.0.0.1:{ports['temporal']}"
    return Part(
        name="temporal",
        command=[str(cli), "server", "start-dev", *flags, *server_flags()],
        ready=lambda: _operator(cli, address, "cluster", "health"),
        environment=environment,
        log=home / "logs" / "temporal.log",
        folder=home,
    )


def keep_histories(cli: Path, port: int) -> bool:
    """Set how long closed histories stay; the server's own default is a day."""
    change = ("namespace", "update", "--namespace", "default", "--retention", RETENTION)
    return _operator(cli, f"127.0.0.1:{port}", *change)


def _operator(cli: Path, address: str, *command: str) -> bool:
    run = subprocess.run(
        [str(cli), "operator", *command, "--address", address],
        capture_output=True,
        timeout=20,
        check=False,
    )
    return run.returncode == 0


def _codec_endpoint(environment: Mapping[str, str]) -> str:
    token = endpoint_token(codec_keys(environment["REPRISE_CODEC_KEY"]))
    return f"{environment['REPRISE_API_URL']}/codec/{token}"
