"""The catalog is complete, and the README agrees with the code."""

from pathlib import Path

import pytest

from domain.catalog import CATALOG, find
from domain.codes import ReasonCode
from domain.status import status_for
from settings import table
from tests.reachable import PAGE, page

README = (Path(__file__).parent.parent.parent / "README.md").read_text("utf-8")


def test_every_code_has_a_row_and_there_are_77() -> None:
    assert set(CATALOG) == set(ReasonCode)
    assert len(CATALOG) == 77
    assert sorted(row.number for row in CATALOG.values()) == list(range(1, 78))


@pytest.mark.parametrize("code", list(ReasonCode))
def test_every_row_says_cause_remedy_and_who(code: ReasonCode) -> None:
    row = CATALOG[code]

    assert row.label
    assert row.cause
    assert row.remedy
    assert row.who
    assert status_for(code)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Inbox Disconnected", ReasonCode.MAILBOX_DISCONNECTED),
        ("email account block", ReasonCode.MAILBOX_BLOCKED),
        ("Outside working hours", ReasonCode.OUTSIDE_WORKING_HOURS),
        ("No response", ReasonCode.NO_RESPONSE),
    ],
)
def test_a_source_documents_name_finds_its_code(name: str, code: ReasonCode) -> None:
    assert code in {row.code for row in find(name)}


@pytest.mark.parametrize("variable", [row[0] for row in table()])
def test_the_readme_names_every_setting(variable: str) -> None:
    assert f"`{variable}`" in README


def test_the_page_of_codes_is_that_of_the_tests() -> None:
    assert PAGE.read_text("utf-8") == page(), "Run `make codes`."
