"""Gmail through google-api-python-client: draft, send, read back, read what arrived."""

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import googleapiclient.discovery
from googleapiclient.discovery_cache import DISCOVERY_DOC_DIR
from googleapiclient.errors import HttpError

from domain.errors import NotFound, OutcomeUnknown, Unavailable
from domain.fate import Fate, FateKind, StoredDraft, Submission
from domain.mail import DELIVERY_HEADER, Arrival, Arrivals, Letter, Receipt
from domain.ports.mail import Leave
from providers.doubt import Doubt
from providers.gmail_answers import error_of, read_answer
from providers.gmail_inbox import ME, GmailInbox
from providers.gmail_message import headers_of, received_at
from providers.transport import BearerHttp, OneShotTransport

_SETTLED = timedelta(seconds=60)  #: After which a send that was under way is over.


class _Request(Protocol):
    def execute(self, http: Any = None, num_retries: int = 0) -> Any: ...


@dataclass(frozen=True, slots=True)
class GmailApi:
    """The parts of the API that we speak to. Each is costly to make, and safe to share."""

    users: Any
    drafts: Any
    messages: Any
    history: Any


@lru_cache(maxsize=4)
def gmail_api(root_url: str) -> GmailApi:
    """Build the client from the discovery document that the library ships, for any root URL.

    Setting only `api_endpoint` would leave uploads and batches on Google's own host.
    """
    document = json.loads((Path(DISCOVERY_DOC_DIR) / "gmail.v1.json").read_text("utf-8"))
    document["rootUrl"] = document["baseUrl"] = root_url.rstrip("/") + "/"
    for key in ("mtlsRootUrl", "batchPath"):
        document.pop(key, None)
    users: Any = googleapiclient.discovery.build_from_document(
        document, http=BearerHttp(OneShotTransport(), "none")
    ).users()
    return GmailApi(users, users.drafts(), users.messages(), users.history())


class GmailClient:
    """`domain.ports.mail.MailClient` for one mailbox. Thread-safe."""

    def __init__(
        self,
        root_url: str,
        transport: OneShotTransport,
        access_token: str,
        doubt: Doubt | None = None,
    ) -> None:
        self._api = gmail_api(root_url)
        self._doubt = doubt or Doubt()
        self._http = BearerHttp(transport, access_token)
        self._inbox = GmailInbox(self._api.messages, self._api.history, self._do)

    def create_draft(self, letter: Letter) -> str:
        """Store the message as a draft; a thread that is gone is left away."""
        try:
            return self._create_draft(letter, letter.thread_id)
        except NotFound:
            if letter.thread_id is None:
                raise
            return self._create_draft(letter, None)

    def standing_by(self, submission: Submission) -> AbstractContextManager[None]:
        """Do nothing: a draft is sent by one request."""
        return nullcontext()

    def send_draft(self, submission: Submission, leave: Leave) -> str:
        """Send a draft once; raises NotFound when it is gone."""
        request = self._api.drafts.send(userId=ME, body={"id": submission.draft_id})
        leave()
        return str(self._do(request, sending=True)["id"])

    def fate(self, submission: Submission) -> Fate:
        """Look for the draft, which Gmail removes when it sends it, then for the sent copy."""
        if self._draft_exists(submission.draft_id):
            return Fate(kind=FateKind.UNSENT, evidence="The draft is still there, unsent.")
        found = self._find_sent(submission)
        if found is not None:
            return Fate(kind=FateKind.SENT, evidence="The sent copy was found.", receipt=found)
        if submission.quiet_for < _SETTLED:
            return Fate(
                kind=FateKind.PENDING,
                evidence="The draft is gone, and no sent copy is there yet.",
                ask_again_after=_SETTLED - submission.quiet_for,
            )
        evidence = "The draft is gone, and no sent copy carries this delivery's key."
        return Fate(kind=FateKind.LOST, evidence=evidence)

    def delete_draft(self, draft_id: str) -> None:
        """Remove a draft that will not be sent; one that is gone already is fine."""
        try:
            self._run(self._api.drafts.delete(userId=ME, id=draft_id), sending=False)
        except NotFound:
            return

    def read_back(self, sent_id: str) -> Receipt:
        """Read the ids under which a message left: Gmail writes its own Message-ID."""
        found = self._inbox.head(sent_id, ("Message-ID",))
        return Receipt(
            provider_message_id=found["id"],
            thread_id=found["threadId"],
            message_id=headers_of(found).get("message-id", ""),
            accepted_at=received_at(found),
        )

    def our_drafts(self) -> Sequence[StoredDraft]:
        """List the drafts that carry a delivery key; Gmail's search cannot ask for a header."""
        found: list[StoredDraft] = []
        for draft_id in self._draft_ids():
            try:
                draft = self._do(self._api.drafts.get(userId=ME, id=draft_id, format="metadata"))
            except NotFound:
                continue  # It was sent or removed since.
            key = headers_of(draft.get("message", {})).get(DELIVERY_HEADER.lower())
            if key:
                found.append(StoredDraft(draft_id=draft_id, key=key))
        return found

    def probe(self) -> None:
        """Read the profile."""
        self.cursor()

    def address(self) -> str:
        """Say whose mailbox it is."""
        return str(self._do(self._api.users.getProfile(userId=ME))["emailAddress"])

    def cursor(self) -> str:
        """Give the history id of this moment."""
        return str(self._do(self._api.users.getProfile(userId=ME))["historyId"])

    def arrivals(self, cursor: str) -> Arrivals:
        """Read what reached the mailbox since a cursor; a quiet mailbox costs one request."""
        return self._inbox.arrivals(cursor)

    def recent(self, since: datetime) -> Iterator[Arrivals]:
        """Read again what arrived since a time, after a cursor expired, the oldest first."""
        after = self.cursor()
        return self._inbox.recent(since, after)

    def aside(self, since: datetime) -> Sequence[Arrival]:
        """Give nothing: the history is that of the whole mailbox."""
        del since
        return ()

    def raw(self, arrival: Arrival, *, most: int) -> bytes:
        """Read a message as it came; of one beyond 10 MB its head and its first words."""
        return self._inbox.raw(arrival, most=most)

    def _draft_exists(self, draft_id: str) -> bool:
        try:
            self._do(self._api.drafts.get(userId=ME, id=draft_id, format="minimal"))
        except NotFound:
            return False
        return True

    def _find_sent(self, submission: Submission) -> Receipt | None:
        """Look in what was sent since the baseline, then for the Message-ID, if Gmail kept it."""
        own_id = submission.letter.message_id.strip("<>")
        looks = (
            lambda: self._sent_since(submission.baseline),
            lambda: self._inbox.listed(f"in:sent rfc822msgid:{own_id}"),
        )
        for look in looks:
            for message_id in look():
                if self._has_key(message_id, submission.key):
                    return self.read_back(message_id)
        return None

    def _has_key(self, message_id: str, key: str) -> bool:
        try:
            found = self._inbox.head(message_id, (DELIVERY_HEADER,))
        except NotFound:
            return False  # It was deleted since.
        return headers_of(found).get(DELIVERY_HEADER.lower()) == key

    def _sent_since(self, since: str | None) -> list[str]:
        try:
            if since is not None:
                return list(self._inbox.added(since, label="SENT"))
        except NotFound:
            pass  # The cursor expired.
        return self._inbox.listed("in:sent newer_than:7d")

    def _draft_ids(self) -> list[str]:
        page = self._do(self._api.drafts.list(userId=ME, maxResults=500))
        return [str(one["id"]) for one in page.get("drafts", ())]

    def _create_draft(self, letter: Letter, thread_id: str | None) -> str:
        message = {"raw": base64.urlsafe_b64encode(letter.mime).decode()}
        if thread_id is not None:
            message["threadId"] = thread_id
        body = {"message": message}
        return str(self._do(self._api.drafts.create(userId=ME, body=body))["id"])

    def _do(self, request: _Request, *, sending: bool = False) -> Mapping[str, Any]:
        """Run a request whose answer must be an object; a cut-off body is no answer."""
        answer = self._run(request, sending=sending)
        if isinstance(answer, dict):
            return answer
        kind = OutcomeUnknown if sending else Unavailable
        raise kind("Gmail's answer was cut off.")

    def _run(self, request: _Request, *, sending: bool) -> Any:
        try:
            answer = request.execute(http=self._http, num_retries=0)
        except HttpError as error:
            headers = {str(k).lower(): v for k, v in error.resp.items()}
            answer = read_answer(int(error.resp.status), headers, error.content)
            raise self._doubt.judge(error_of(answer, sending=sending), sending=sending) from None
        except OutcomeUnknown as error:
            if sending:
                raise
            raise Unavailable(str(error)) from None
        except ValueError:
            kind = OutcomeUnknown if sending else Unavailable
            raise kind("Gmail's answer could not be read.") from None
        self._doubt.has_worked = True
        return answer
