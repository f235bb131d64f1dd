"""The command: `python -m sandbox --host 127.0.0.1 --port 8025 [--state FILE]`."""

import argparse
import logging
from pathlib import Path

from sandbox.app import build
from sandbox.server import serve


def main() -> None:
    """Read the arguments and serve until stopped."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8025)
    parser.add_argument("--state", type=Path, help="a journal that survives being killed")
    given = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    serve(build(given.state), host=given.host, port=given.port)


if __name__ == "__main__":
    main()
