"""`python -m tests.reachable` writes docs/reason-codes.md: the catalog, and what can be reached."""

from pathlib import Path

from domain.catalog import CATALOG
from tests.integration.provoke import PROVOKE

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reason-codes.md"

_HEAD = """\
# Reason codes

Why an enrollment waits, is in error or has ended; `GET /reason_codes` says the rest. Written by
`make codes` from `domain/catalog` and from the tests that provoke each code with a real event
(`tests/integration/provoke.py`). {reached} of {all} can be reached so far; the others belong to
parts that are not there yet.

| code | status | label | reached |
|---|---|---|---|
"""


def page() -> str:
    """Write the page's text."""
    rows = "".join(
        f"| `{code}` | {row.status} | {row.label} | {'yes' if code in PROVOKE else 'not yet'} |\n"
        for code, row in CATALOG.items()
    )
    return _HEAD.format(reached=len(PROVOKE), all=len(CATALOG)) + rows


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
