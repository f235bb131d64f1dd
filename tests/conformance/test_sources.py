"""The clients of recruiting systems against the sandbox, over the wire; faults included."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.errors import NotFound, ProviderError, Throttled, Unavailable
from domain.sources.asking import Account, Listing, SourceRefused
from domain.sources.happening import Question
from domain.sources.kinds import SourceFault, SourceKind
from domain.sources.ports import SourceClient
from providers.sources.clients import ProviderSources
from providers.transport import OneShotTransport
from tests.conformance.sandbox_process import SandboxProcess

pytestmark = pytest.mark.integration

POLLED = [SourceKind.GREENHOUSE, SourceKind.WORKABLE]
ASKED = [SourceKind.LEVER, SourceKind.ASHBY]
KEY = "key-of-theirs"
DAY = 86_400


@pytest.fixture
def transport() -> Iterator[OneShotTransport]:
    made = OneShotTransport(timeout_seconds=2)
    yield made
    made.close()


class Opened:
    """A client, and the system behind it."""

    def __init__(
        self, sandbox: SandboxProcess, transport: OneShotTransport, kind: SourceKind, key: str = KEY
    ) -> None:
        self.sandbox = sandbox
        self.kind = kind
        sandbox.control("sources", kind=kind, api_key=KEY, secret="secret-of-theirs")
        account = Account(kind=kind, api_key=key, subdomain="acme")
        self.client: SourceClient = ProviderSources(
            accounts=_Accounts(account),
            transport=transport,
            roots=dict.fromkeys(SourceKind, sandbox.url),
        ).open("src_1", "wsp_1")

    def book(self, email: str, **more: Any) -> dict[str, Any]:
        return self.sandbox.control("interviews", source=self.kind, email=email, **more)

    def listing(self, cursor: str | None = None) -> Listing:
        return self.client.interviews(cursor, datetime.now(UTC))

    def addresses(self, listing: Listing) -> list[str]:
        found = [self.client.whose(one.question).addresses for one in listing.interviews]
        return [one for addresses in found for one in addresses]


class _Accounts:
    def __init__(self, account: Account) -> None:
        self._account = account

    def load(self, source_id: str, workspace_id: str) -> Account:
        del source_id, workspace_id
        return self._account


@pytest.fixture
def opened(
    sandbox: SandboxProcess, transport: OneShotTransport, request: pytest.FixtureRequest
) -> Opened:
    return Opened(sandbox, transport, request.param)


polled = pytest.mark.parametrize("opened", POLLED, indirect=True)
asked = pytest.mark.parametrize("opened", ASKED, indirect=True)
every = pytest.mark.parametrize("opened", [*POLLED, *ASKED], indirect=True)


@polled
class TestPolling:
    def test_the_first_time_lists_what_is_still_to_come(self, opened: Opened) -> None:
        opened.book("past@a.example", starts_in_seconds=-2 * DAY)
        opened.book("jo@a.example")

        assert opened.addresses(opened.listing()) == ["jo@a.example"]

    def test_finds_what_was_made_since_the_cursor(self, opened: Opened) -> None:
        cursor = opened.listing().cursor
        opened.book("jo@a.example", other_emails=["jo@b.example"])

        found = opened.listing(cursor)

        assert opened.addresses(found)[0] == "jo@a.example"
        assert len(found.interviews) == 1
        assert found.cursor >= cursor

    def test_leaves_out_what_was_called_off(self, opened: Opened) -> None:
        made = opened.book("jo@a.example")
        opened.sandbox.control(f"interviews/{made['number']}/cancel")

        assert opened.listing().interviews == ()

    def test_reads_page_after_page(self, opened: Opened) -> None:
        for number in range(230):
            opened.book(f"p{number}@a.example")

        keys = [one.key for one in opened.listing().interviews]

        assert len(keys) == len(set(keys)) == 230

    def test_an_interview_keeps_its_key(self, opened: Opened) -> None:
        opened.book("jo@a.example")

        first, second = opened.listing(), opened.listing()

        assert first.interviews == second.interviews

    def test_a_month_away_loses_nothing(self, opened: Opened) -> None:
        opened.book("jo@a.example", starts_in_seconds=-7 * DAY, status="complete")
        long_ago = datetime.now(UTC) - timedelta(days=30)

        assert opened.addresses(opened.listing(long_ago.isoformat())) == ["jo@a.example"]


def test_a_call_counts_and_a_meeting_does_not(
    sandbox: SandboxProcess, transport: OneShotTransport
) -> None:
    opened = Opened(sandbox, transport, SourceKind.WORKABLE)
    for sort in ("interview", "call", "meeting"):
        opened.book(f"{sort}@a.example", sort=sort)

    assert opened.addresses(opened.listing()) == ["interview@a.example", "call@a.example"]


def question_of(opened: Opened, made: dict[str, Any]) -> Question:
    """Name an interview as the system's webhooks do."""
    uuid = "00000000-0000-4000-8{:03x}-{:012x}"
    return Question(
        interview_id=uuid.format(2, made["number"]),
        opportunity_id=uuid.format(3, made["person"]),
        candidate_id=uuid.format(1, made["person"]),
    )


@asked
class TestAsking:
    def test_tells_whose_an_interview_is(self, opened: Opened) -> None:
        made = opened.book("jo@a.example", other_emails=["Jo@B.example"])

        whose = opened.client.whose(question_of(opened, made))

        assert whose.addresses == ("jo@a.example", "jo@b.example")
        assert not whose.is_canceled

    def test_of_what_is_gone_is_not_found(self, opened: Opened) -> None:
        nobody = Question(interview_id="i", opportunity_id="o", candidate_id="c")

        with pytest.raises(NotFound):
            opened.client.whose(nobody)


def test_lever_shows_what_was_called_off_or_never_was(
    sandbox: SandboxProcess, transport: OneShotTransport
) -> None:
    opened = Opened(sandbox, transport, SourceKind.LEVER)
    made = opened.book("jo@a.example")
    known = question_of(opened, made)
    invented = Question(interview_id="of-a-forger", opportunity_id=known.opportunity_id)

    sandbox.control(f"interviews/{made['number']}/cancel")

    assert opened.client.whose(known).is_canceled
    assert opened.client.whose(invented).is_canceled


@every
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("source_throttled", Throttled),
        ("source_unavailable", Unavailable),
        ("source_garbled", Unavailable),
        ("source_dropped", Unavailable),
        ("source_key_refused", SourceRefused),
        ("source_forbidden", SourceRefused),
    ],
)
def test_a_fault_has_its_own_error_and_passes(
    opened: Opened, fault: str, error: type[ProviderError]
) -> None:
    made = opened.book("jo@a.example")
    listing = opened.listing()
    question = listing.interviews[0].question if listing.interviews else question_of(opened, made)
    opened.sandbox.control("faults", name=fault)

    with pytest.raises(error) as raised:
        opened.client.whose(question)

    if error is Throttled:
        assert raised.value.retry_after == timedelta(seconds=1)
    assert KEY not in str(raised.value)
    assert opened.client.whose(question).addresses == ("jo@a.example",)


@pytest.mark.parametrize("kind", [*POLLED, *ASKED])
def test_a_wrong_key_is_refused(
    sandbox: SandboxProcess, transport: OneShotTransport, kind: SourceKind
) -> None:
    opened = Opened(sandbox, transport, kind, key="another-key")

    with pytest.raises(SourceRefused) as refused:
        opened.client.whose(Question(interview_id="1", opportunity_id="1", candidate_id="1"))

    assert refused.value.fault is SourceFault.KEY_REFUSED


def test_a_source_without_a_key_is_not_asked(
    sandbox: SandboxProcess, transport: OneShotTransport
) -> None:
    with pytest.raises(SourceRefused):
        Opened(sandbox, transport, SourceKind.LEVER, key="")


class TestWebhooks:
    """What the sandbox sends by itself; tests/integration has what we make of it."""

    def test_go_to_loopback_only(self, sandbox: SandboxProcess) -> None:
        body = {"kind": "calendly", "webhook_url": "http://example.com/"}

        answer = sandbox.client.post("/control/sources", json=body)

        assert (answer.status_code, "loopback" in answer.text) == (400, True)

    def test_are_tried_again_while_nobody_answers(self, sandbox: SandboxProcess) -> None:
        sandbox.control("sources", kind="calendly", secret="s" * 9, webhook_url="http://[::1]:1/x")
        sandbox.control("interviews", source="calendly", email="jo@a.example", duplicates=1)

        deadline = time.monotonic() + 10
        while True:
            reports = sandbox.client.get("/control/webhooks").json()["data"]
            if len(reports) == 2 and min(len(one["answers"]) for one in reports) >= 2:
                break
            assert time.monotonic() < deadline, reports
            time.sleep(0.05)
        assert {one["event"] for one in reports} == {"invitee.created"}

    def test_interviews_survive_a_kill(self, tmp_path: Any) -> None:
        with SandboxProcess(tmp_path / "journal") as sandbox:
            sandbox.control("sources", kind="calcom", secret="s" * 9)
            sandbox.control("interviews", source="calcom", email="jo@a.example")
            sandbox.kill()
            sandbox.start()

            listed = sandbox.client.get("/control/interviews").json()["data"]

        assert [one["emails"] for one in listed] == [["jo@a.example"]]
