"""`python -m sandbox --host 127.0.0.1 --port 8090 [--state FILE]`: runs until it is told to stop."""

import argparse
import asyncio
import signal
import time
from pathlib import Path

from sandbox.control import Control
from sandbox.faults import Faults
from sandbox.google.gmail import Gmail
from sandbox.google.grants import Grants
from sandbox.google.oauth import OAuth
from sandbox.server import Server
from sandbox.wire import Table
from sandbox.world.timeline import Timeline
from sandbox.world.world import World


def build(state: Path | None) -> Server:
    """Build the whole sandbox; with a state file it remembers what it did before."""
    timeline = Timeline()
    world = World(timeline, time.time)
    grants = Grants(timeline, world.ids.now_ms)
    faults = Faults()
    control = Control(world, grants, faults)
    if state is not None:
        timeline.open(state)
    operations = (
        *control.operations(),
        *OAuth(world, grants).operations(),
        *Gmail(world, grants).operations(),
    )
    return Server(Table(operations), faults, control)


async def run(host: str, port: int, state: Path | None) -> None:
    """Serve until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    server = await build(state).serve(host, port)
    await stop.wait()
    server.close()


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(description="A pretend Gmail and Google OAuth.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument("--state", type=Path)
    arguments = parser.parse_args()
    asyncio.run(run(arguments.host, arguments.port, arguments.state))


if __name__ == "__main__":
    main()
