"""Suppressions: whom an entry covers, what adding it ends, and what lifting it lets go."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, text

from domain.suppressions import Origin, SuppressionKind, SuppressionReason, Unfit, keys_of
from records import suppressions
from records.database import Database
from records.suppressions import Added, NewEntry
from records.tables import log_events, outbox, workspaces
from records.tables import suppressions as entries
from tests.integration.world import LATER, World

pytestmark = pytest.mark.integration


def add(world: World, kind: str, value: str, reason: str = "blocked", **more: object) -> Added:
    with world.database.workspace(world.workspace_id) as connection:
        return suppressions.add(
            connection,
            world.workspace_id,
            kind=kind,
            value=value,
            reason=reason,
            origin="api",
            **more,  # pyright: ignore[reportArgumentType]
        )


def enrolled(world: World, *addresses: str, **values: object) -> str:
    """Enroll somebody who waits for days."""
    emails = [{"id": f"adr_{n}", "address": one, "type": "work"} for n, one in enumerate(addresses)]
    candidate = world.make_candidate(emails=emails, **values)
    return world.enroll_one(world.make_sequence(world.make_mailbox(), LATER), candidate)


@pytest.mark.parametrize(
    ("kind", "value", "address", "is_covered"),
    [
        ("address", " JO@acme.example", "Jo@Acme.example", True),
        ("address", "jo@acme.example", "jo2@acme.example", False),
        ("address", "jo@xn--mnchen-3ya.example", "jo@München.example", True),
        ("address", "jo@MÜNCHEN.example", "jo@xn--mnchen-3ya.example", True),
        ("domain", "acme.example", "jo@acme.example", True),
        ("domain", "acme.example", "jo@eu.mail.acme.example", True),
        ("domain", "acme.example", "jo@notacme.example", False),
        ("domain", "mail.acme.example", "jo@acme.example", False),
        ("domain", "münchen.example", "jo@mail.xn--mnchen-3ya.example", True),
        ("company", "ACME  inc.", "jo@x.example", True),
        ("company", "Acme", "jo@x.example", False),
    ],
)
async def test_an_entry_covers(
    world: World, kind: str, value: str, address: str, is_covered: bool
) -> None:
    enrollment = enrolled(world, address, fields={"company": "Acme Inc."})

    added = add(world, kind, value)

    assert added.ended == ([enrollment] if is_covered else [])
    assert (world.standing(enrollment)[1] == "blocked") is is_covered


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("bounced", "bounced"),
        ("unsubscribed", "unsubscribed"),
        ("complained", "unsubscribed"),
        ("blocked", "blocked"),
    ],
)
async def test_a_reason_ends_with_its_code(world: World, reason: str, code: str) -> None:
    enrollment = enrolled(world, "jo@acme.example")

    add(world, "address", "jo@acme.example", reason)

    assert world.standing(enrollment) == ("finished", code)
    await world.relay()
    assert (await world.ended(enrollment))["code"] == code


async def test_a_bounce_ends_only_what_writes_to_that_address(world: World) -> None:
    both = ("old@acme.example", "new@acme.example")
    emails = [{"id": f"adr_{n}", "address": one, "type": "work"} for n, one in enumerate(both)]
    candidate = world.make_candidate(emails=emails)
    mailbox = world.make_mailbox()
    by_default = world.enroll_one(world.make_sequence(mailbox, LATER), candidate)
    chosen = world.enroll_one(
        world.make_sequence(mailbox, LATER), candidate, email_address_id="adr_1"
    )

    assert add(world, "address", "old@acme.example", "bounced").ended == [by_default]
    assert world.standing(chosen)[0] == "in_progress"
    assert add(world, "address", "old@acme.example", "unsubscribed").ended == [chosen]


async def test_a_person_is_covered_in_every_sequence_whatever_the_address(world: World) -> None:
    candidate = world.make_candidate()
    ids = [
        world.enroll_one(world.make_sequence(world.make_mailbox(), LATER), candidate)
        for _ in range(3)
    ]

    added = add(world, "person", candidate, "unsubscribed")

    assert added.ended == sorted(ids)
    assert "suppression.added" in world.events(ids[0])


async def test_the_same_entry_again_is_no_other_one(world: World) -> None:
    first = add(world, "company", "Acme Inc", note="by the client's wish")
    late = enrolled(world, "jo@x.example", fields={"company": "Other"})
    again = add(world, "company", "acmeinc", note="another note")
    other = add(world, "company", "acmeinc", "unsubscribed")

    assert (again.id, again.is_new, again.ended) == (first.id, False, [])
    assert other.is_new
    assert world.standing(late)[1] == "scheduled"
    with world.database.workspace(world.workspace_id) as connection:
        row = suppressions.one(connection, first.id)
    assert row is not None
    assert (row["value"], row["note"]) == ("Acme Inc", "by the client's wish")


async def test_many_entries_end_each_enrollment_once_by_the_strongest(world: World) -> None:
    enrollment = enrolled(world, "jo@acme.example")
    new = [
        NewEntry(
            kind=SuppressionKind(kind),
            value=value,
            reason=SuppressionReason(reason),
            origin=Origin.API,
        )
        for kind, value, reason in [
            ("domain", "acme.example", "blocked"),
            ("address", "jo@acme.example", "bounced"),
            ("address", "jo@acme.example", "unsubscribed"),
            ("domain", "ACME.example", "blocked"),
        ]
    ]
    with world.database.workspace(world.workspace_id) as connection:
        done = suppressions.add_many(connection, world.workspace_id, new)

    assert [one.is_new for one in done] == [True, True, True, False]
    assert done[0].id == done[3].id
    assert [one.ended for one in done] == [[], [], [enrollment], []]
    assert world.standing(enrollment)[1] == "unsubscribed"


async def test_an_end_is_told_logged_and_frees_its_slot(world: World) -> None:
    enrollment = enrolled(world, "jo@acme.example")
    await world.relay()

    added = add(world, "domain", "acme.example", actor="usr_1")

    row = world.row(enrollment)
    assert (row["slot_at"], row["ended_code"]) == (None, "blocked")
    with world.database.workspace(world.workspace_id) as connection:
        assert connection.execute(text("SELECT count(*) FROM slots")).scalar_one() == 0
        told = connection.execute(select(outbox).where(outbox.c.signal == "stop")).mappings().one()
        detail = connection.execute(
            select(log_events.c.detail).where(log_events.c.event == "suppression.hit")
        ).scalar_one()
    assert (told["subject_id"], told["payload"]) == (enrollment, {"code": "blocked"})
    assert detail == {
        "suppression": added.id,
        "kind": "domain",
        "reason": "blocked",
        "origin": "api",
    }


async def test_what_ended_before_stays_as_it_was(world: World) -> None:
    enrollment = enrolled(world, "jo@acme.example")
    add(world, "address", "jo@acme.example", "bounced")

    assert add(world, "domain", "acme.example").ended == []
    assert world.standing(enrollment)[1] == "bounced"


async def test_a_lifted_entry_restarts_nothing_and_may_be_added_again(world: World) -> None:
    enrollment = enrolled(world, "jo@acme.example")
    added = add(world, "domain", "acme.example")
    with world.database.workspace(world.workspace_id) as connection:
        lifted = suppressions.lift(connection, world.workspace_id, added.id, actor="usr_1")
        again = suppressions.lift(connection, world.workspace_id, added.id, actor="usr_1")

    assert lifted is not None
    assert lifted.released == 0
    assert again is None
    assert world.standing(enrollment)[1] == "blocked"
    assert add(world, "domain", "acme.example").is_new


async def test_what_one_message_caused_is_lifted_together(world: World) -> None:
    one = add(world, "address", "jo@acme.example", "unsubscribed", message_id="msg_1")
    two = add(world, "person", world.make_candidate(), "unsubscribed", message_id="msg_1")
    add(world, "address", "x@acme.example", "unsubscribed", message_id="msg_2")

    with world.database.workspace(world.workspace_id) as connection:
        lifted = suppressions.lift_of_message(connection, world.workspace_id, "msg_1")
        live = connection.execute(
            select(entries.c.message_id).where(entries.c.lifted_at.is_(None))
        ).scalars()

        assert lifted == sorted([one.id, two.id])
        assert list(live) == ["msg_2"]


def test_another_workspace_is_not_touched(database: Database) -> None:
    for name in ("wsp_one", "wsp_two"):
        with database.workspace(name) as connection:
            connection.execute(insert(workspaces).values(id=name, name=name))
    with database.workspace("wsp_one") as connection:
        suppressions.add(
            connection, "wsp_one", kind="domain", value="a.example", reason="blocked", origin="api"
        )
    with database.workspace("wsp_two") as connection:
        assert connection.execute(select(entries.c.id)).all() == []


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("address", "nobody"),
        ("address", "a@b@c.example"),
        ("address", "a\r\nBcc: x@y.example"),
        ("domain", "a b.example"),
        ("domain", ""),
        ("company", " \t"),
        ("person", "no such id"),
        ("address", "a" * 320 + "@b.example"),
    ],
)
def test_a_value_that_names_nothing_is_refused(database: Database, kind: str, value: str) -> None:
    with database.workspace("wsp_x") as connection, pytest.raises(Unfit):
        suppressions.add(
            connection, "wsp_x", kind=kind, value=value, reason="blocked", origin="api"
        )


_LABEL = st.text("abÄßx1-_ .@", min_size=0, max_size=6)
_ADDRESS = st.one_of(
    st.builds("{}@{}.{}".format, _LABEL, _LABEL, _LABEL), st.text(max_size=12), st.just("")
).filter(lambda one: "\0" not in one and one.isprintable() and one.isascii())


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(_ADDRESS, max_size=4),
    st.one_of(st.none(), st.text("aB ÄÖß.,-", max_size=10)),
)
def test_the_keys_of_sql_are_those_of_the_domain(
    database: Database, addresses: list[str], company: str | None
) -> None:
    emails = [{"address": one} for one in addresses]
    with database.workspace("wsp_x") as connection:
        found = connection.execute(
            text("SELECT suppression_keys('cand_1', CAST(:emails AS jsonb), :company)"),
            {"emails": json.dumps(emails), "company": company},
        ).scalar_one()

    assert set(found) == keys_of("cand_1", addresses, company)
