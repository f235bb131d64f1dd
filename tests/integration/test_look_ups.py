"""What follows from a send that failed: certain, open, and looked up for as long as it takes."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from domain.access import MailboxKind
from domain.errors import Disconnected, NotFound, OutcomeUnknown, ProviderError, Throttled
from domain.errors import Unavailable as Away
from domain.mail import Arrival
from records import claims
from tests.integration.world import World

pytestmark = pytest.mark.integration

HOUR = timedelta(hours=1)
SPAM = Arrival(
    provider_message_id="x1",
    thread_id="x1",
    from_address="somebody@else.example",
    message_id="<x1@else.example>",
    in_reply_to=(),
    subject="Offer",
    received_at=datetime(2026, 1, 1, tzinfo=UTC),
)


@pytest.mark.parametrize("error", [Away("no connection"), Throttled("greylisted")])
async def test_a_send_that_certainly_failed_is_repeated_without_a_look(
    world: World, error: ProviderError
) -> None:
    world.mail.fail("send_draft", error)
    enrollment = world.enroll_one(world.make_sequence(world.make_mailbox()))

    await world.forward(enrollment, HOUR)

    assert world.standing(enrollment) == ("finished", "no_response")
    assert len(world.mail.sent()) == 1
    assert "fate" not in world.mail.calls


@pytest.mark.parametrize(("had_no_effect", "state"), [(True, "rendered"), (False, "submitting")])
async def test_a_dead_grant_leaves_the_send_open_unless_nothing_had_left(
    world: World, had_no_effect: bool, state: str
) -> None:
    error = Disconnected("535")
    error.had_no_effect = had_no_effect
    world.mail.fail("send_draft", error)
    enrollment = world.enroll_one(world.make_sequence(world.make_mailbox()))

    await world.forward(enrollment, HOUR)

    assert world.standing(enrollment) == ("error", "mailbox_disconnected")
    assert states(world) == [state]


async def test_a_look_up_that_fails_is_repeated_until_it_can_tell(world: World) -> None:
    world.mail.fail("send_draft", OutcomeUnknown("cut"), after=True)
    world.mail.fail("fate", *[Away("503")] * 3, *[NotFound("404")] * 3)
    enrollment = world.enroll_one(world.make_sequence(world.make_mailbox()))

    await world.forward(enrollment, HOUR)

    assert world.standing(enrollment) == ("finished", "no_response")
    assert len(world.mail.sent()) == 1
    assert world.mail.calls.count("fate") == 7


async def test_a_mailbox_that_cannot_be_opened_for_a_look_up_is_asked_again(world: World) -> None:
    def cut() -> None:
        world.mail.fail("open", *[Away("503")] * 6)
        raise OutcomeUnknown("cut")

    world.mail.do("send_draft", cut, after=True)
    enrollment = world.enroll_one(world.make_sequence(world.make_mailbox()))

    await world.forward(enrollment, HOUR)

    assert world.standing(enrollment) == ("finished", "no_response")
    assert len(world.mail.sent()) == 1


async def test_a_look_up_that_keeps_failing_asks_a_person(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "LOOK_FOR", dict.fromkeys(MailboxKind, timedelta()))
    world.mail.fail("send_draft", OutcomeUnknown("cut"), after=True)
    world.mail.fail("fate", *[Away("503")] * 9)
    enrollment = world.enroll_one(world.make_sequence(world.make_mailbox()))

    await world.forward(enrollment, HOUR)

    assert world.standing(enrollment) == ("error", "send_outcome_unknown")
    assert len(world.mail.sent()) == 1


async def test_the_cursor_of_the_first_announcement_is_kept(world: World) -> None:
    """A first try may have left after all: its copy is older than the second try's cursor."""
    mailbox = world.make_mailbox(cursor="0")

    def fail() -> None:
        world.mail.boxes[mailbox].arrived.append(SPAM)
        raise Throttled("429")

    world.mail.do("send_draft", fail)
    enrollment = world.enroll_one(world.make_sequence(mailbox))

    await world.forward(enrollment, HOUR)

    assert world.standing(enrollment) == ("finished", "no_response")
    with world.database.workspace(world.workspace_id) as connection:
        assert connection.execute(text("SELECT baseline FROM deliveries")).scalar_one() == "0"


def states(world: World) -> list[str]:
    with world.database.workspace(world.workspace_id) as connection:
        return list(connection.execute(text("SELECT state FROM deliveries")).scalars())
