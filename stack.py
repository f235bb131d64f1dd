"""`python stack.py up`: the local stack in the foreground, until Ctrl-C."""

import argparse
import os
import signal
import sys
import threading
from pathlib import Path

from tools.setup.temporal_server import NoTemporal
from tools.stack.part import PartDied
from tools.stack.ports import NoPort
from tools.stack.stack import Stack, StackError


def main() -> int:
    """Start, wait for a signal, stop."""
    parser = argparse.ArgumentParser(description="Reprise's local stack.")
    parser.add_argument("command", choices=["up"])
    parser.add_argument("--home", type=Path, default=Path(os.environ.get("REPRISE_HOME", "var")))
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, frame: stop.set())
    sandbox = os.environ.get("REPRISE_SANDBOX", "on") == "on"
    stack = Stack(arguments.home, workers=arguments.workers, sandbox=sandbox, say=_say)
    try:
        stack.start()
    except (PartDied, StackError, NoTemporal, NoPort) as error:
        print(error, file=sys.stderr)
        return 1
    stop.wait()
    _say("Stopping ...")
    stack.stop()
    return 0


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
