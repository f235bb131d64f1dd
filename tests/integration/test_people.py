"""Candidates are found by any of their addresses, whoever wrote their rows."""

import pytest
from sqlalchemy import func, insert, update

from records import people
from records.candidates import change, make, remove
from records.database import Database
from records.tables import candidates, workspaces

pytestmark = pytest.mark.integration
WORKSPACE = "wsp_people"


@pytest.fixture
def workspace(database: Database) -> str:
    with database.workspace(WORKSPACE) as connection:
        connection.execute(insert(workspaces).values(id=WORKSPACE, name="People"))
    return WORKSPACE


def person(*addresses: str) -> dict[str, object]:
    return {"emails": [{"address": one, "type": "work"} for one in addresses]}


def test_any_address_finds_its_candidates_in_any_case(database: Database, workspace: str) -> None:
    with database.workspace(workspace) as connection:
        people_in = [person("Jo@A.example", "jo@home.example"), person("jo@a.example"), person("")]
        one, two, _ = make(connection, workspace, people_in)

        found = people.by_address(connection, ["JO@a.example ", "jo@home.example", "x@y.z", ""])

    assert found == {"jo@a.example": sorted([one, two]), "jo@home.example": [one]}


def test_changes_are_followed(database: Database, workspace: str) -> None:
    with database.workspace(workspace) as connection:
        (one,) = make(connection, workspace, [person("old@a.example")])
        change(connection, workspace, one, person("new@a.example"))
        connection.execute(update(candidates).values(first_name=func.upper(candidates.c.id)))

        assert people.by_address(connection, ["old@a.example", "new@a.example"]) == {
            "new@a.example": [one]
        }
        remove(connection, workspace, one)
        assert people.by_address(connection, ["new@a.example"]) == {}


def test_other_workspaces_are_not_seen(database: Database, workspace: str) -> None:
    with database.workspace(workspace) as connection:
        make(connection, workspace, [person("jo@a.example")])
    with database.workspace("wsp_other") as connection:
        assert people.by_address(connection, ["jo@a.example"]) == {}
