"""`python -m benchmarks [NAME ...]`: runs the benchmarks on a stack of its own and prints them."""

import argparse
import asyncio
import platform
import sys
import tempfile
from pathlib import Path

import psutil

from benchmarks import barrier, bulk, cost, forward, listening, rates, sending, sleepers
from benchmarks.report import Figure, table, write
from benchmarks.yard import open_yard

ALL = {
    "cost": cost,
    "rates": rates,
    "forward": forward,
    "sending": sending,
    "barrier": barrier,
    "listening": listening,
    "bulk": bulk,
    "sleepers": sleepers,
}


def main() -> int:
    """Run what was asked for; status 1 when a goal was missed."""
    parser = argparse.ArgumentParser(description="Reprise's benchmarks.")
    parser.add_argument("names", nargs="*", choices=[*ALL, []], help="All by default.")
    parser.add_argument("--scale", type=float, default=1.0, help="Shrinks the numbers.")
    parser.add_argument("--out", type=Path, default=Path("var/bench.json"))
    arguments = parser.parse_args()
    figures = asyncio.run(_run(arguments.names or list(ALL), arguments.scale))
    write(arguments.out, figures, _machine())
    print(f"\n{table(figures)}\n\nWritten to {arguments.out}")
    return 1 if any(figure.met is False for figure in figures) else 0


async def _run(names: list[str], scale: float) -> list[Figure]:
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        async with open_yard(Path(folder) / "home", scale) as yard:
            for name in names:
                print(f"== {name}", file=sys.stderr, flush=True)
                found = await ALL[name].measure(yard)
                print(table(found), file=sys.stderr, flush=True)
                figures += found
    return figures


def _machine() -> dict[str, object]:
    return {
        "cores": psutil.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
    }


if __name__ == "__main__":
    sys.exit(main())
