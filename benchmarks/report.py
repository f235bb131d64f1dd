"""Figures with their goals, as a table and as JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One published number."""

    name: str
    value: float
    unit: str
    goal: str = ""  #: In words, "" where the number is published only.
    met: bool | None = None


def at_most(name: str, value: float, limit: float, unit: str) -> Figure:
    """Judge a number that must not be larger."""
    return Figure(name=name, value=value, unit=unit, goal=f"<= {limit:g}", met=value <= limit)


def at_least(name: str, value: float, limit: float, unit: str) -> Figure:
    """Judge a number that must not be smaller."""
    return Figure(name=name, value=value, unit=unit, goal=f">= {limit:g}", met=value >= limit)


def shown(name: str, value: float, unit: str) -> Figure:
    """Publish a number."""
    return Figure(name=name, value=value, unit=unit)


def table(figures: Sequence[Figure]) -> str:
    """Write the table that people read."""
    marks = {True: "met", False: "MISSED", None: ""}
    rows = [(f.name, f"{f.value:,.2f} {f.unit}", f.goal, marks[f.met]) for f in figures]
    widths = [max(len(row[n]) for row in rows) for n in range(4)]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
    return "\n".join(lines)


def write(path: Path, figures: Sequence[Figure], machine: dict[str, object]) -> None:
    """Write the JSON that machines read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    body = {"machine": machine, "figures": [asdict(figure) for figure in figures]}
    path.write_text(json.dumps(body, indent=2) + "\n", "utf-8")
