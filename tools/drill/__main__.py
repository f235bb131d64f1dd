"""`python -m tools.drill`: runs the drill or the race, or either against broken builds."""

import argparse
import os
import sys
import tempfile
from functools import partial
from pathlib import Path

from tools.drill import broken, plan
from tools.drill.race import builds
from tools.drill.race.run import RaceOrder, race
from tools.drill.race.ways import BY_NAME, WAYS
from tools.drill.run import Order, drill


def main() -> int:
    """Read the arguments; 0 for a pass, 1 for a failure, 2 where nothing can be concluded."""
    given = _arguments()
    os.environ.pop("REPRISE_DATABASE_URL", None)
    return _race(given) if given.race else _drill(given)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make drill", description=__doc__)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--sends", type=int, default=900)
    parser.add_argument("--providers", default="gmail,outlook,smtp")
    parser.add_argument("--points", default="", help="names of tools.drill.grid.Point, commas")
    parser.add_argument("--ambiguous", action="store_true", help="lose every answer of a send")
    parser.add_argument("--each", type=int, default=plan.EACH, help="times a fault meets a point")
    parser.add_argument("--in-flight", type=int, default=50, help="how many sends may be at once")
    parser.add_argument("--broken", default="", help="all, or names of broken builds")
    parser.add_argument("--patience", type=float, default=240, help="seconds without progress")
    parser.add_argument("--race", type=int, default=0, help="race so many stops against sends")
    parser.add_argument("--ways", default="", help="names of tools.drill.race.ways, commas")
    parser.add_argument("--poll-only", action="store_true", help="this build does; only count")
    parser.add_argument("--alone", action="store_true", help="race no build that only polls")
    return parser.parse_args()


def _drill(given: argparse.Namespace) -> int:
    order = Order(
        seed=given.seed,
        sends=given.sends,
        kinds=given.providers.split(","),
        points=given.points.split(",") if given.points else None,
        ambiguous=given.ambiguous,
        each=given.each,
        in_flight=given.in_flight,
        patience=given.patience,
    )
    if given.broken:
        command = partial(broken.arguments, order=order)
        return broken.run_all(given.broken, broken.BUILDS, command)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        return drill(Path(folder) / "home", order)


def _race(given: argparse.Namespace) -> int:
    if given.broken:
        command = partial(builds.arguments, seed=given.seed, races=given.race)
        return broken.run_all(given.broken, builds.BUILDS, command)
    names = given.ways.split(",") if given.ways else []
    order = RaceOrder(
        seed=given.seed,
        races=given.race,
        kinds=given.providers.split(","),
        ways=tuple(BY_NAME[name] for name in names) or WAYS,
        poll_only=given.poll_only,
        compare=not given.alone,
        patience=given.patience,
    )
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        return race(Path(folder) / "home", order)


if __name__ == "__main__":
    sys.exit(main())
