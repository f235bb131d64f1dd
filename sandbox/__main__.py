"""`python -m sandbox [--port 8090] [--smtp-port N ...] [--state FILE]`: runs until told to stop."""

import argparse
import asyncio
import logging
import signal
import tempfile
from pathlib import Path

from sandbox.app import build
from sandbox.post.servers import Ports
from sandbox.server import Server


async def run(host: str, port: int, post: Ports, state: Path | None) -> None:
    """Serve until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    sandbox = build(state)
    with tempfile.TemporaryDirectory() as scratch:
        await sandbox.post.start(host, post, state.parent if state else Path(scratch))
        server = await Server(sandbox.gate).serve(host, port)
        await stop.wait()
    server.close()
    sandbox.post.close()


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(
        description="A pretend Gmail, Outlook, mail server, calendars and recruiting systems."
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument("--smtp-port", type=int, help="SMTP with STARTTLS")
    parser.add_argument("--smtps-port", type=int, help="SMTP over TLS")
    parser.add_argument("--imap-port", type=int, help="IMAP with STARTTLS")
    parser.add_argument("--imaps-port", type=int, help="IMAP over TLS")
    parser.add_argument("--state", type=Path, help="a journal that survives being killed")
    given = parser.parse_args()
    post = Ports(
        smtp=given.smtp_port,
        smtps=given.smtps_port,
        imap=given.imap_port,
        imaps=given.imaps_port,
    )
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    asyncio.run(run(given.host, given.port, post, given.state))


if __name__ == "__main__":
    main()
