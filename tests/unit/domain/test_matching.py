"""Whose answer a message is, and who may speak for a candidate."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.inbound.verdict import MailKind, Verdict
from domain.mail import Arrival, Received
from domain.matching import FREEMAIL, MatchedBy, Send, match

AT = datetime(2026, 3, 2, 10, tzinfo=UTC)
OURS = "<ours@sender.example>"
TEXT = "Hello Carla, we have a role in Lisbon that would suit you well, I believe."
SEND = Send(
    delivery_id="dlv_1",
    enrollment_id="enr_1",
    candidate_id="cand_1",
    to_address="c.meyer@works.example",
    thread_id="t1",
    message_ids=frozenset({OURS}),
    at=AT,
    name="Carla Meyer",
    addresses=frozenset({"c.meyer@works.example", "carla@home.example"}),
    others=frozenset({"boss@client.example"}),
    text=TEXT,
)


def received(kind: MailKind = MailKind.REPLY, *, quoted: str = "", **changes: Any) -> Received:
    verdict = {"recipient": None, "message_id": None}
    verdict |= {name: changes.pop(name) for name in verdict if name in changes}
    arrival = Arrival(
        provider_message_id="p1",
        thread_id="t9",
        from_address="c.meyer@works.example",
        message_id="<1@far.example>",
        in_reply_to=(),
        subject="Re: A role",
        received_at=AT + timedelta(hours=1),
    )
    arrival = replace(arrival, **changes)
    headers = {"from": arrival.from_address, **arrival.headers}
    return Received(
        arrival=replace(arrival, headers=headers),
        verdict=Verdict(kind=kind, confidence=1, evidence="", **verdict),
        quoted=quoted,
    )


PLAUSIBLE = [
    ("the candidate", {"from_address": "c.meyer@works.example"}),
    ("any of the candidate's addresses", {"from_address": "Carla@Home.example"}),
    ("a colleague", {"from_address": "sam@works.example"}),
    ("one who got a copy", {"from_address": "boss@client.example"}),
    (
        "the same name elsewhere",
        {
            "from_address": "cm77@private.example",
            "headers": {"from": "Carla Meyer <cm77@private.example>"},
        },
    ),
    ("the name in the address", {"from_address": "carla.meyer.home@gmail.com"}),
    ("the old local part", {"from_address": "c.meyer@new.example"}),
    (
        "the candidate in copy",
        {"from_address": "hr@other.example", "headers": {"cc": "C <c.meyer@works.example>"}},
    ),
]


@pytest.mark.parametrize(("who", "changes"), PLAUSIBLE, ids=[who for who, _ in PLAUSIBLE])
@pytest.mark.parametrize(
    ("tie", "by"),
    [({"thread_id": "t1"}, MatchedBy.THREAD), ({"in_reply_to": (OURS,)}, MatchedBy.MESSAGE_ID)],
)
def test_may_answer(who: str, changes: dict[str, Any], tie: dict[str, Any], by: MatchedBy) -> None:
    found = match(received(**changes, **tie), [SEND])

    assert found is not None
    assert found.by is by
    assert found.is_plausible, found.reason


STRANGERS = [
    {"from_address": "mallory@evil.example"},
    {"from_address": "info@evil.example"},
    {"from_address": ""},
    {"from_address": "x@gmail.com", "headers": {"from": "Somebody Else <x@gmail.com>"}},
]


@pytest.mark.parametrize("changes", STRANGERS)
@pytest.mark.parametrize("tie", [{"thread_id": "t1"}, {"in_reply_to": (OURS,)}])
def test_a_stranger_who_only_names_our_message_may_not(
    changes: dict[str, Any], tie: dict[str, Any]
) -> None:
    found = match(received(**changes, **tie), [SEND])

    assert found is not None
    assert not found.is_plausible


def test_one_who_quotes_our_text_may_answer_however_it_was_wrapped() -> None:
    quoted = "Yes!\n> Hello Carla,  we have a role in\n> Lisbon that would suit you\n> well, I"
    changes: dict[str, Any] = {"from_address": "x@new.example", "in_reply_to": (OURS,)}

    found = match(received(**changes, quoted=quoted), [SEND])

    assert found is not None
    assert found.is_plausible


@pytest.mark.parametrize("domain", sorted(FREEMAIL))
def test_a_shared_free_provider_ties_nobody_to_anybody(domain: str) -> None:
    send = replace(SEND, to_address=f"c.meyer@{domain}", addresses=frozenset())
    found = match(received(from_address=f"mallory@{domain}", in_reply_to=(OURS,)), [send])

    assert found is not None
    assert not found.is_plausible


class TestByAddressOnly:
    def test_the_candidate_may_write_anew(self) -> None:
        found = match(received(from_address="carla@home.example"), [SEND])

        assert found is not None
        assert found.by is MatchedBy.ADDRESS

    def test_a_colleague_may_not(self) -> None:
        assert match(received(from_address="sam@works.example"), [SEND]) is None

    def test_what_came_before_our_message_is_no_answer(self) -> None:
        assert match(received(received_at=AT - timedelta(hours=1)), [SEND]) is None

    def test_the_newest_send_is_meant(self) -> None:
        newer = replace(SEND, delivery_id="dlv_2", at=AT + timedelta(minutes=30))

        found = match(received(), [newer, SEND])

        assert found is not None
        assert found.send is newer


class TestThreads:
    def test_the_message_that_is_answered_is_meant(self) -> None:
        newer = replace(SEND, delivery_id="dlv_2", message_ids=frozenset({"<2@ours>"}))

        found = match(received(thread_id="t1", in_reply_to=(OURS,)), [newer, SEND])

        assert found is not None
        assert found.send is SEND

    def test_of_plain_imap_are_no_judgement_of_a_provider(self) -> None:
        found = match(received(thread_id="t1", has_thread=False), [SEND])

        assert found is not None
        assert found.by is MatchedBy.MESSAGE_ID


SYSTEM: dict[str, Any] = {"from_address": "MAILER-DAEMON@relay.example"}


class TestWhatMailSystemsSay:
    @pytest.mark.parametrize(
        "tie",
        [
            {"message_id": OURS},
            {"in_reply_to": (OURS,)},
            {"thread_id": "t1"},
            {"recipient": "c.meyer@works.example"},
        ],
    )
    def test_counts_for_what_we_sent(self, tie: dict[str, Any]) -> None:
        changed = {("verdict_id" if k == "message_id" else k): v for k, v in tie.items()}
        message = bounce(**changed)

        found = match(message, [SEND])

        assert found is not None
        assert found.is_plausible

    def test_does_not_count_for_what_we_did_not(self) -> None:
        assert match(bounce(recipient="somebody@else.example"), [SEND]) is None

    def test_by_recipient_counts_for_a_while_only(self) -> None:
        late = bounce(recipient="c.meyer@works.example", received_at=AT + timedelta(days=15))

        assert match(late, [SEND]) is None

    def test_of_a_copy_is_not_about_the_candidate(self) -> None:
        found = match(bounce(verdict_id=OURS, recipient="boss@client.example"), [SEND])

        assert found is not None
        assert not found.is_plausible

    @pytest.mark.parametrize(
        "sender", ["mallory@evil.example", "x@gmail.com", "support@evil.example"]
    )
    def test_is_not_believed_from_somebody_else(self, sender: str) -> None:
        found = match(bounce(verdict_id=OURS, from_address=sender), [SEND])

        assert found is not None
        assert not found.is_plausible

    @pytest.mark.parametrize(
        "changes",
        [
            {"from_address": ""},
            {"from_address": "postmaster@relay.example"},
            {"from_address": "MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@x.example"},
            {"from_address": "odd@relay.example", "headers": {"return-path": "<>"}},
            {
                "from_address": "no-reply@relay.example",
                "headers": {"from": "Mail Delivery System <no-reply@relay.example>"},
            },
            {"from_address": "gateway@works.example"},
        ],
    )
    def test_is_believed_from_a_mail_system(self, changes: dict[str, Any]) -> None:
        found = match(bounce(verdict_id=OURS, **changes), [SEND])

        assert found is not None
        assert found.is_plausible


def bounce(*, verdict_id: str | None = None, recipient: str | None = None, **changes: Any) -> Any:
    made = received(MailKind.HARD_BOUNCE, **{**SYSTEM, **changes})
    verdict = replace(made.verdict, message_id=verdict_id, recipient=recipient)
    return replace(made, verdict=verdict)
