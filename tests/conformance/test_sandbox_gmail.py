"""The sandbox speaks Gmail as the discovery document has it, to Google's own client."""

import base64
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path
from typing import Any

import httplib2
import pytest
from google.oauth2.credentials import Credentials
from google_auth_httplib2 import AuthorizedHttp
from googleapiclient.discovery import build_from_document
from googleapiclient.errors import HttpError
from googleapiclient.http import MediaInMemoryUpload

from tests.conformance.discovery import document, methods, problems
from tests.conformance.sandbox_process import SandboxProcess

pytestmark = pytest.mark.integration

DOCUMENT = document()
BY_ID = {method["id"]: method for method in methods(DOCUMENT)}
RITA, CARL = "rita@acme.example", "carl@mail.example"


def client(sandbox: SandboxProcess, token: str) -> Any:
    """Google's client as the product builds it: the bundled document with another root."""
    root = f"{sandbox.url}/"
    http = AuthorizedHttp(Credentials(token=token), http=httplib2.Http(timeout=10))
    return build_from_document({**DOCUMENT, "rootUrl": root, "baseUrl": root}, http=http).users()


@pytest.fixture
def gmail(sandbox: SandboxProcess) -> Iterator[Any]:
    users = client(sandbox, str(sandbox.connect(RITA)["access_token"]))
    yield users
    users.close()


def run(request: Any) -> Any:
    """Execute a request and hold its answer against the schema of its method."""
    body = request.execute()
    schema = BY_ID[request.methodId].get("response", {}).get("$ref")
    if schema is None:
        assert body == ""
    else:
        assert problems(DOCUMENT, schema, body) == []
    return body


def raw(subject: str = "A role", *more: str, to: str = CARL, body: str = "Hello") -> str:
    head = [f"From: {RITA}", f"To: {to}", f"Subject: {subject}", *more]
    return base64.urlsafe_b64encode("\r\n".join([*head, "", body]).encode()).decode()


def header(message: dict[str, Any], name: str) -> str:
    pairs = message["payload"]["headers"]
    return next(pair["value"] for pair in pairs if pair["name"].lower() == name.lower())


def refusal(request: Any) -> dict[str, Any]:
    with pytest.raises(HttpError) as caught:
        request.execute()
    error = caught.value
    assert isinstance(error.error_details, list)
    return {"status": error.status_code, "reason": error.error_details[0]["reason"]}


def test_a_draft_becomes_a_sent_message_once(gmail: Any, sandbox: SandboxProcess):
    draft = run(gmail.drafts().create(userId="me", body={"message": {"raw": raw()}}))
    kept = run(gmail.drafts().get(userId="me", id=draft["id"], format="metadata"))
    assert kept["message"]["labelIds"] == ["DRAFT"]
    assert [one["id"] for one in run(gmail.drafts().list(userId="me"))["drafts"]] == [draft["id"]]
    sent = run(gmail.drafts().send(userId="me", body={"id": draft["id"]}))
    assert sent["labelIds"] == ["SENT"]
    assert sent["id"] != draft["message"]["id"]
    assert sent["threadId"] == draft["message"]["threadId"]
    again = gmail.drafts().send(userId="me", body={"id": draft["id"]})
    assert refusal(again) == {"status": 404, "reason": "notFound"}
    gone = gmail.drafts().get(userId="me", id=draft["id"])
    assert refusal(gone) == {"status": 404, "reason": "notFound"}
    (line,) = sandbox.client.get("/control/ledger").json()["data"]
    assert (line["provider_message_id"], line["draft_id"]) == (sent["id"], draft["id"])


def test_a_draft_can_be_thrown_away(gmail: Any):
    draft = run(gmail.drafts().create(userId="me", body={"message": {"raw": raw()}}))
    run(gmail.drafts().delete(userId="me", id=draft["id"]))
    assert "drafts" not in run(gmail.drafts().list(userId="me"))


def test_the_message_id_has_to_be_read_back_and_finds_the_message(gmail: Any):
    body = {"raw": raw("A role", "Message-ID: <ours@acme.example>", "X-Reprise-Delivery: dlv_1")}
    sent = run(gmail.messages().send(userId="me", body=body))
    names = ["Message-ID", "x-reprise-delivery"]
    read = run(
        gmail.messages().get(userId="me", id=sent["id"], format="metadata", metadataHeaders=names)
    )
    assert len(read["payload"]["headers"]) == 2
    assert header(read, "X-Reprise-Delivery") == "dlv_1"
    found = run(gmail.messages().list(userId="me", q=f"rfc822msgid:{header(read, 'Message-ID')}"))
    assert [message["id"] for message in found["messages"]] == [sent["id"]]
    assert "messages" not in run(
        gmail.messages().list(userId="me", q="rfc822msgid:ours@acme.example")
    )


@pytest.mark.parametrize("form", ["full", "metadata", "minimal", "raw"])
def test_every_format_fits_its_schema(gmail: Any, form: str):
    mixed = (
        f"From: {RITA}\r\nTo: {CARL}\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n"
        "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nplain & simple\r\n"
        "--b\r\nContent-Type: application/pdf; name=a.pdf\r\n"
        "Content-Disposition: attachment; filename=a.pdf\r\n\r\npdf\r\n--b--\r\n"
    )
    body = {"raw": base64.urlsafe_b64encode(mixed.encode()).decode()}
    sent = run(gmail.messages().send(userId="me", body=body))
    read = run(gmail.messages().get(userId="me", id=sent["id"], format=form))
    assert read["snippet"] == "plain &amp; simple"
    assert ("payload" in read, "raw" in read) == (form in ("full", "metadata"), form == "raw")
    if form == "full":
        assert header(read, "Subject") == "Grüße"
        assert [part["filename"] for part in read["payload"]["parts"]] == ["", "a.pdf"]
    run(gmail.threads().get(userId="me", id=sent["threadId"], format="full"))


def test_an_answer_arrives_in_its_thread_and_the_poll_sees_it(gmail: Any, sandbox: SandboxProcess):
    sent = run(gmail.messages().send(userId="me", body={"raw": raw()}))
    cursor = run(gmail.getProfile(userId="me"))["historyId"]
    assert "history" not in run(gmail.history().list(userId="me", startHistoryId=cursor))
    sandbox.control(f"accounts/{CARL}/reply", body="Yes!", from_alias="carl@home.example")
    page = run(
        gmail.history().list(
            userId="me",
            startHistoryId=cursor,
            historyTypes=["messageAdded"],
            labelId="INBOX",
        )
    )
    (added,) = page["history"][0]["messagesAdded"]
    assert added["message"]["threadId"] == sent["threadId"]
    read = run(gmail.messages().get(userId="me", id=added["message"]["id"], format="raw"))
    letter = message_from_bytes(base64.urlsafe_b64decode(read["raw"]))
    assert (letter["From"], letter["Subject"]) == ("carl@home.example", "Re: A role")
    assert letter["In-Reply-To"] == letter["References"]
    after = run(gmail.history().list(userId="me", startHistoryId=page["historyId"]))
    assert "history" not in after


def test_history_pages_lose_nothing_and_repeat_nothing(gmail: Any, sandbox: SandboxProcess):
    cursor = run(gmail.getProfile(userId="me"))["historyId"]
    for number in range(7):
        sandbox.control(f"accounts/{CARL}/send", to=RITA, subject=str(number))
    seen: list[str] = []
    request = gmail.history().list(userId="me", startHistoryId=cursor, maxResults=3)
    while request is not None:
        page = run(request)
        seen += [line["messagesAdded"][0]["message"]["id"] for line in page["history"]]
        request = gmail.history().list_next(request, page)
    assert len(seen) == len(set(seen)) == 7


def test_message_pages_lose_nothing_although_mail_comes_in(gmail: Any, sandbox: SandboxProcess):
    for number in range(7):
        sandbox.control(f"accounts/{CARL}/send", to=RITA, subject=str(number))
    seen: list[str] = []
    request = gmail.messages().list(userId="me", labelIds=["INBOX"], maxResults=3)
    while request is not None:
        page = run(request)
        seen += [message["id"] for message in page["messages"]]
        request = gmail.messages().list_next(request, page)
        sandbox.control(f"accounts/{CARL}/send", to=RITA, subject="late")
    assert len(seen) == len(set(seen)) == 7


@pytest.mark.parametrize("start", ["1", "99999999999999999"])
def test_a_cursor_too_old_or_never_given_out_is_not_found(gmail: Any, start: str):
    request = gmail.history().list(userId="me", startHistoryId=start)
    assert refusal(request) == {"status": 404, "reason": "notFound"}


def test_an_expired_cursor_is_not_found_and_a_new_one_works(gmail: Any, sandbox: SandboxProcess):
    cursor = run(gmail.getProfile(userId="me"))["historyId"]
    sandbox.control("expire_history", account=RITA)
    old = gmail.history().list(userId="me", startHistoryId=cursor)
    assert refusal(old) == {"status": 404, "reason": "notFound"}
    fresh = run(gmail.getProfile(userId="me"))["historyId"]
    run(gmail.history().list(userId="me", startHistoryId=fresh))


def test_aliases_are_listed_with_their_state(gmail: Any, sandbox: SandboxProcess):
    sandbox.control(f"accounts/{RITA}/aliases", address="jobs@acme.example", status="pending")
    own, alias = run(gmail.settings().sendAs().list(userId="me"))["sendAs"]
    assert (own["sendAsEmail"], own["isPrimary"]) == (RITA, True)
    assert alias["verificationStatus"] == "pending"


@pytest.mark.parametrize("described", [None, {}])
def test_a_letter_can_be_uploaded(gmail: Any, sandbox: SandboxProcess, described: object):
    content = base64.urlsafe_b64decode(raw(body="line\r\n--not the edge\r\nend"))
    media = MediaInMemoryUpload(content, mimetype="message/rfc822")
    run(gmail.messages().send(userId="me", body=described, media_body=media))
    (arrived,) = sandbox.client.get(f"/control/accounts/{CARL}/messages").json()["data"]
    assert arrived["text"] == "line\r\n--not the edge\r\nend"


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        ({"raw": raw(to="nobody")}, 400, "invalidArgument"),
        ({"raw": base64.urlsafe_b64encode(b"Subject: x\r\n\r\n").decode()}, 400, "invalidArgument"),
        ({"raw": "?"}, 400, "badRequest"),
        ({}, 400, "invalidArgument"),
        ({"raw": raw(), "threadId": "19a0000000000000"}, 404, "notFound"),
        ({"raw": raw(body="x" * 6_000_000)}, 413, "uploadTooLarge"),
    ],
)
def test_what_gmail_refuses_is_refused_and_nothing_is_sent(
    gmail: Any, sandbox: SandboxProcess, body: dict[str, str], status: int, reason: str
):
    request = gmail.messages().send(userId="me", body=body)
    assert refusal(request) == {"status": status, "reason": reason}
    assert sandbox.client.get("/control/ledger").json()["last"] == 0


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "messages/none"),
        ("GET", "drafts/none"),
        ("GET", "threads/none"),
        ("DELETE", "drafts/none"),
        ("GET", "no/such/route"),
    ],
)
def test_an_error_has_googles_shape(sandbox: SandboxProcess, method: str, path: str):
    token = sandbox.connect(RITA)["access_token"]
    answer = sandbox.client.request(
        method, f"/gmail/v1/users/me/{path}", headers={"authorization": f"Bearer {token}"}
    )
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["status"]) == (404, 404, "NOT_FOUND")
    line = {"message": error["message"], "domain": "global", "reason": "notFound"}
    assert error["errors"] == [line]


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer made-up"}])
def test_nobody_comes_in_without_a_good_token(sandbox: SandboxProcess, headers: dict[str, str]):
    answer = sandbox.client.get("/gmail/v1/users/me/profile", headers=headers)
    error = answer.json()["error"]
    assert (answer.status_code, error["errors"][0]["reason"]) == (401, "authError")
    assert error["status"] == "UNAUTHENTICATED"


def test_a_token_opens_its_own_mailbox_with_its_own_scopes_only(sandbox: SandboxProcess):
    sending = "https://www.googleapis.com/auth/gmail.send"
    users = client(sandbox, str(sandbox.connect(RITA, scope=sending)["access_token"]))
    run(users.messages().send(userId="me", body={"raw": raw()}))
    narrow = users.messages().list(userId="me")
    assert refusal(narrow) == {"status": 403, "reason": "insufficientPermissions"}
    foreign = users.messages().send(userId=CARL, body={"raw": raw()})
    assert refusal(foreign) == {"status": 403, "reason": "forbidden"}
    users.close()


def test_what_was_accepted_survives_a_kill(tmp_path: Path):
    with SandboxProcess(state=tmp_path / "journal") as sandbox:
        token = str(sandbox.connect(RITA)["access_token"])
        users = client(sandbox, token)
        sent = run(users.messages().send(userId="me", body={"raw": raw()}))
        draft = run(users.drafts().create(userId="me", body={"message": {"raw": raw()}}))
        before = sandbox.client.get("/control/ledger").json()
        users.close()
        sandbox.kill()
        sandbox.start()
        assert sandbox.client.get("/control/ledger").json() == before
        users = client(sandbox, token)
        run(users.messages().get(userId="me", id=sent["id"]))
        run(users.drafts().send(userId="me", body={"id": draft["id"]}))
        users.close()
