"""The table of a drill: points by faults, with how often each really happened."""

from collections.abc import Mapping

from tools.drill.grid import Fault, Point

_WIDTH = max(len(point) for point in Point) + 2


def show(
    kinds: list[str], counts: Mapping[tuple[str, str], int], *, planned: set[tuple[str, str]]
) -> str:
    """Write the table; a dot is what makes no sense there."""
    faults = list(Fault)
    head = f"{', '.join(kinds):{_WIDTH}}" + "".join(f"{fault:>10}" for fault in faults)
    lines = [head]
    for point in Point:
        cells = [
            str(counts.get((point.name, fault.name), 0))
            if (point.name, fault.name) in planned
            else "."
            for fault in faults
        ]
        lines.append(f"{point:{_WIDTH}}" + "".join(f"{cell:>10}" for cell in cells))
    return "\n".join(lines)
