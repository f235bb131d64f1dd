"""What we send to Graph, and what the sandbox answers, as Graph's metadata describes it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from domain.mail import Attachment, ThreadTail
from providers.mime import LetterWriter
from providers.transport import OneShotTransport
from tests.conformance.graph_metadata import Types, faults_of, load
from tests.conformance.posts import OutlookPost
from tests.conformance.sandbox_process import SandboxProcess
from tests.conformance.test_mail_client import draft, letter, send, submission

pytestmark = pytest.mark.integration

ROOT = "/v1.0/me"


@dataclass
class Wire:
    """Every exchange with Graph, as it went over the wire."""

    seen: list[tuple[str, str, Any, int, Any]] = field(
        default_factory=list[tuple[str, str, Any, int, Any]]
    )

    def note(self, method: str, url: str, content: Any, answer: httpx.Response) -> None:
        path = urlsplit(url).path
        if path.startswith(ROOT):
            sent = json.loads(content) if content else None
            got = json.loads(answer.content) if answer.content else None
            self.seen.append(
                (method, path.removeprefix(ROOT) or "/me", sent, answer.status_code, got)
            )


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    wire, plain = Wire(), OneShotTransport.send

    def send_and_note(self: OneShotTransport, method: str, url: str, **more: Any) -> httpx.Response:
        answer = plain(self, method, url, **more)
        wire.note(method, url, more.get("content"), answer)
        return answer

    monkeypatch.setattr(OneShotTransport, "send", send_and_note)
    return wire


@pytest.fixture
def post(sandbox: SandboxProcess, wire: Wire) -> Iterator[OutlookPost]:
    opened = OutlookPost(sandbox)
    yield opened
    opened.close()


def test_everything_that_a_mailbox_does_keeps_to_it(post: OutlookPost, wire: Wire) -> None:
    cursor = post.client.cursor()
    file = Attachment(name="a.pdf", content_type="application/pdf", content=b"%PDF")
    first = post.client.read_back(
        send(post, LetterWriter().write(replace(draft(), attachments=(file,))))
    )
    tail = ThreadTail(
        thread_id=first.thread_id, message_id=first.message_id, references=(), subject="A role"
    )
    sent = send(post, letter("enr_1:stp_2:1", tail), "enr_1:stp_2:1")
    post.answer(sent)
    post.client.arrivals(cursor)
    since = datetime.now(UTC) - timedelta(days=3)
    list(post.client.recent(since))
    post.client.aside(since)
    post.client.probe()
    post.client.our_drafts()
    post.client.delete_draft(post.client.create_draft(letter("enr_2:stp_1:1")))
    post.client.fate(submission(sent))

    types = load()
    found = [
        f"{method} {path} {fault}"
        for method, path, given, status, got in wire.seen
        for fault in (*_given(types, path, given), *_got(types, path, status, got))
    ]
    assert not found
    paths = {f"{method} {path.split('/')[1]}" for method, path, *_ in wire.seen}
    assert paths >= {"POST messages", "GET messages", "DELETE messages", "GET mailFolders"}


def test_the_metadata_can_say_no() -> None:
    types = load()

    assert faults_of(types, "message", {"subject": 1, "nonsense": "x"}) == [
        "/subject: string is expected, not 1",
        "/nonsense: message has no such property",
    ]
    assert faults_of(types, "message", {"from": {"emailAddress": {"adress": "x"}}})
    assert faults_of(types, "message", {"receivedDateTime": "2026-01-01"})


def _given(types: Types, path: str, body: Any) -> list[str]:
    return [] if body is None or path.endswith("/send") else faults_of(types, "message", body)


def _got(types: Types, path: str, status: int, body: Any) -> list[str]:
    if status >= 400:
        told = body.get("error", {})
        return [] if {"code", "message"} <= set(told) else ["an error without code or message"]
    if body is None:
        return [] if status in (202, 204) else [f"{status} without a body"]
    rows = body.get("value")
    if rows is not None:
        return [fault for one in rows for fault in faults_of(types, "message", one)]
    kind = "message" if "/messages" in path else "mail_folder" if "Folders" in path else "user"
    return faults_of(types, kind, body)
