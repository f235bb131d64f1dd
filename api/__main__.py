"""`python -m api`: serves the API until it is told to stop."""

import logging
import sys

import uvicorn

from api.app import create_app
from settings import Settings


def main() -> int:
    """Check the settings and serve."""
    settings = Settings()
    logging.basicConfig(level=settings.log_level.upper())
    logging.getLogger("httpx").setLevel(logging.WARNING)
    if faults := settings.faults():
        sys.stderr.write("\n".join(faults) + "\n")
        return 1
    uvicorn.run(
        create_app(settings),
        host=settings.api_host,
        port=settings.api_port,
        log_level=settings.log_level,
        access_log=False,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
