"""`python -m tests.written` writes the pages under docs/ that are tables of the code."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from domain.answers import VERDICTS
from domain.catalog import CATALOG
from domain.delivery import TRANSITIONS
from providers import gmail_answers, graph_answers, smtp_answers
from tests.integration.provoke import PROVOKE

DOCS = Path(__file__).resolve().parent.parent / "docs"

_CODES = """\
# Reason codes

Why an enrollment waits, is in error or has ended; `GET /reason_codes` says the rest. Written by
`make codes` from `domain/catalog` and from the tests that provoke each code with a real event
(`tests/integration/provoke.py`). {reached} of {all} can be reached so far; the others belong to
parts that are not there yet.

| code | status | label | reached |
|---|---|---|---|
"""

_DELIVERIES = """\
# The states of a delivery

One row per step and enrollment, moved only by `UPDATE ... WHERE fence = mine AND state = expected`
(`records/transitions.py`); a try that lost its delivery to a later one changes nothing. Written by
`make codes` from `domain/delivery.py`; the code refuses every change that is not here.

| from | to | when | why nothing is sent twice or lost |
|---|---|---|---|
"""

_ANSWERS = """\
# What a provider's answer means

Each provider has one table from its own spelling to a meaning, each row with a test; this is what
follows from a meaning, and the tables. Written by `make codes` from `domain/answers.py` and
`providers/`.

| meaning | reason code | tried again | concerns | until |
|---|---|---|---|---|
"""


def reason_codes() -> str:
    """Write the page of reason codes."""
    rows = "".join(
        f"| `{code}` | {row.status} | {row.label} | {'yes' if code in PROVOKE else 'not yet'} |\n"
        for code, row in CATALOG.items()
    )
    return _CODES.format(reached=len(PROVOKE), all=len(CATALOG)) + rows


def deliveries() -> str:
    """Write the page of transitions."""
    return _DELIVERIES + "".join(
        f"| {one.before} | {one.after} | {one.when} | {one.proof} |\n" for one in TRANSITIONS
    )


def answers() -> str:
    """Write the page of meanings, and each provider's table."""
    rows = "".join(
        f"| {meaning} | {f'`{v.code}`' if v.code else '-'} | {'yes' if v.retryable else 'no'}"
        f" | {v.scope} | {v.until.replace('_', ' ')} |\n"
        for meaning, v in VERDICTS.items()
    )
    gmail = "".join(
        f"| {status} | {reason or 'any'} | {part or 'any'} | {meaning} |\n"
        for status, reason, part, meaning in gmail_answers.TABLE
    )
    graph = "".join(
        f"| {status or 'any'} | {code or 'any'} | {meaning} |\n"
        for status, code, meaning in graph_answers.TABLE
    )
    smtp = "".join(
        f"| {stage} | {code or 'any'} | {enhanced or 'any'} | {part or 'any'} | {meaning} |\n"
        for stage, code, enhanced, part, meaning in smtp_answers.TABLE
    )
    head = "\n## Gmail\n\n| status | reason | part of the message | meaning |\n|---|---|---|---|\n"
    outlook = "\n## Outlook\n\n| status | code | meaning |\n|---|---|---|\n"
    plain = "\n## SMTP\n\n| at | code | enhanced | part of the text | meaning |\n"
    plain += "|---|---|---|---|---|\n"
    return _ANSWERS + rows + head + gmail + outlook + graph + plain + smtp


PAGES: Mapping[str, Callable[[], str]] = MappingProxyType(
    {
        "reason-codes.md": reason_codes,
        "deliveries.md": deliveries,
        "provider-answers.md": answers,
    }
)

if __name__ == "__main__":
    for name, write in PAGES.items():
        (DOCS / name).write_text(write(), "utf-8")
