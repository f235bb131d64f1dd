"""Standing by for a send: one request is left, and the provider's chronicle shows the check."""

from collections.abc import Callable

import pytest

from domain.errors import NotFound
from tests.conformance.posts import GmailPost, MemoryPost, OutlookPost, Post, SmtpPost
from tests.conformance.sandbox_process import SandboxProcess
from tests.conformance.test_mail_client import letter, stay, submission
from tools.drill.looks import arrivals_in, sends_in

pytestmark = pytest.mark.integration

LAST_REQUESTS = {
    GmailPost: ["gmail.users.drafts.send"],
    OutlookPost: ["graph.messages.send"],
    SmtpPost: ["smtp.data"],
}
REAL = list(LAST_REQUESTS)


def calls(sandbox: SandboxProcess) -> list[str]:
    return list(sandbox.client.get("/control/stats").json()["operations"])


@pytest.mark.parametrize("open_post", [*REAL, MemoryPost])
def test_nothing_leaves_by_it(sandbox: SandboxProcess, open_post: Callable[..., Post]) -> None:
    post = open_post(sandbox)
    draft_id = post.client.create_draft(letter())

    with post.client.standing_by(submission(draft_id)):
        assert post.delivered() == 0

    assert post.delivered() == 0
    post.client.send_draft(submission(draft_id), stay)
    assert post.delivered() == 1
    post.close()


@pytest.mark.parametrize("open_post", REAL)
def test_one_request_is_left(sandbox: SandboxProcess, open_post: Callable[..., Post]) -> None:
    post = open_post(sandbox)
    draft_id = post.client.create_draft(letter())

    with post.client.standing_by(submission(draft_id)):
        sandbox.client.delete("/control/stats")
        post.client.send_draft(submission(draft_id), stay)
        asked = calls(sandbox)

    assert asked == LAST_REQUESTS[open_post]
    assert post.delivered() == 1
    post.close()


@pytest.mark.parametrize("open_post", REAL)
def test_the_chronicle_finds_the_check(
    sandbox: SandboxProcess, open_post: Callable[..., Post]
) -> None:
    post = open_post(sandbox)
    cursor = post.client.cursor()
    draft_id = post.client.create_draft(letter())
    with post.client.standing_by(submission(draft_id)):
        post.client.arrivals(cursor)
        post.client.send_draft(submission(draft_id), stay)
    post.answer("")
    post.client.arrivals(cursor)

    lines = sandbox.client.get("/control/chronicle").json()["data"]
    (sent,) = sends_in(lines)
    replies = [one for one in arrivals_in(lines) if one.account == sent.account]
    assert sent.gap_us is not None
    assert len(sent.looks) == 1
    assert [one.sender for one in replies] == [sent.to]
    assert sent.looks[-1].position < replies[0].position
    post.close()


def test_outlook_sends_a_draft_that_was_looked_at_once_only(sandbox: SandboxProcess) -> None:
    post = OutlookPost(sandbox)
    draft_id = post.client.create_draft(letter())

    with post.client.standing_by(submission(draft_id)):
        post.client.send_draft(submission(draft_id), stay)
        with pytest.raises(NotFound):
            post.client.send_draft(submission(draft_id), stay)

    assert post.delivered() == 1
    post.close()


def test_outlook_still_refuses_what_is_no_draft_when_standing_by(sandbox: SandboxProcess) -> None:
    post = OutlookPost(sandbox)
    draft_id = post.client.create_draft(letter())
    post.client.send_draft(submission(draft_id), stay)

    with (
        post.client.standing_by(submission(draft_id)),
        pytest.raises(NotFound),
    ):
        post.client.send_draft(submission(draft_id), stay)

    assert post.delivered() == 1
    post.close()


def test_smtp_meets_a_refused_recipient_before_anything_is_announced(
    sandbox: SandboxProcess,
) -> None:
    post = SmtpPost(sandbox)
    sandbox.control(
        "faults", operation="smtp.rcpt", status=550, message="5.1.1 No such user", times=1
    )

    with (
        pytest.raises(Exception, match="550"),
        post.client.standing_by(submission(post.client.create_draft(letter()))),
    ):
        pytest.fail("It stood by for somebody who was refused.")

    assert post.delivered() == 0
    post.close()
