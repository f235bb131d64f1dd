"""`python -m tools.drill`: runs the drill, or the drill against broken builds."""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from tools.drill import broken
from tools.drill.run import Order, drill


def main() -> int:
    """Read the arguments; 0 for a pass, 1 for a failure, 2 where nothing can be concluded."""
    parser = argparse.ArgumentParser(prog="make drill", description=__doc__)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--sends", type=int, default=900)
    parser.add_argument("--providers", default="gmail,outlook,smtp")
    parser.add_argument("--points", default="", help="names of tools.drill.grid.Point, commas")
    parser.add_argument("--ambiguous", action="store_true", help="lose every answer of a send")
    parser.add_argument("--in-flight", type=int, default=50, help="how many sends may be at once")
    parser.add_argument("--broken", default="", help="all, or names of tools.drill.broken")
    parser.add_argument("--patience", type=float, default=240, help="seconds without progress")
    given = parser.parse_args()
    order = Order(
        seed=given.seed,
        sends=given.sends,
        kinds=given.providers.split(","),
        points=given.points.split(",") if given.points else None,
        ambiguous=given.ambiguous,
        in_flight=given.in_flight,
        patience=given.patience,
    )
    if given.broken:
        return broken.run_all(given.broken, order)
    os.environ.pop("REPRISE_DATABASE_URL", None)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        return drill(Path(folder) / "home", order)


if __name__ == "__main__":
    sys.exit(main())
