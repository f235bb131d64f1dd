"""`python -m sandbox --host 127.0.0.1 --port 8090 [--state FILE]`: runs until told to stop."""

import argparse
import asyncio
import logging
import signal
from pathlib import Path

from sandbox.app import build
from sandbox.server import Server


async def run(host: str, port: int, state: Path | None) -> None:
    """Serve until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    server = await Server(build(state)).serve(host, port)
    await stop.wait()
    server.close()


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(description="A pretend Gmail and Google OAuth.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument("--state", type=Path, help="a journal that survives being killed")
    given = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    asyncio.run(run(given.host, given.port, given.state))


if __name__ == "__main__":
    main()
