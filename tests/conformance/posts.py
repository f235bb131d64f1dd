"""Mailboxes for the conformance suite of `MailClient`: each a client and levers on its world."""

import base64
from collections.abc import Callable, Mapping
from typing import Protocol
from urllib.parse import parse_qs, urlsplit

import httpx

from domain.access import Server, SmtpAccess, Tls
from domain.errors import Disconnected, OutcomeUnknown, Unavailable
from domain.mail import Grant
from domain.ports.mail import MailClient
from providers.gmail import GmailClient
from providers.mail_servers import trust
from providers.memory import MemoryMail
from providers.microsoft_oauth import MicrosoftOAuth
from providers.smtp import Line, SmtpClient
from providers.transport import OneShotTransport
from tests.conformance.sandbox_process import SandboxProcess

RITA, CARL = "rita@acme.example", "carl@mail.example"


class Post(Protocol):
    """A mailbox, and levers on the world behind it."""

    client: MailClient
    keeps_drafts: bool  #: Whether the provider itself keeps a draft, and sends it once.

    def answer(self, sent_id: str) -> None:
        """Let the candidate reply to a sent message."""
        ...

    def deliver(self, raw: bytes, place: str = "inbox") -> None:
        """Put any bytes into the mailbox: its inbox, or where a filter would (spam, archive)."""
        ...

    def expire(self) -> None:
        """Make every cursor given out so far worthless."""
        ...

    def break_once(self, how: str) -> None:
        """Let the next call fail: before, lost or revoked."""
        ...

    def delivered(self) -> int:
        """Count what reached the candidate."""
        ...

    def received(self) -> bytes:
        """Give the newest message that the candidate got, as it came."""
        ...

    def close(self) -> None:
        """Give everything back."""
        ...


class GmailPost:
    """The real client, over HTTP, against the sandbox."""

    keeps_drafts = True

    def __init__(self, sandbox: SandboxProcess) -> None:
        self._sandbox = sandbox
        self._transport = OneShotTransport(timeout_seconds=5)
        token = str(sandbox.connect(RITA)["access_token"])
        self.client: MailClient = GmailClient(f"{sandbox.url}/", self._transport, token)

    def answer(self, sent_id: str) -> None:
        got = self._sandbox.client.get(f"/control/accounts/{CARL}/messages").json()["data"]
        self._sandbox.control(f"accounts/{CARL}/reply", to_message_id=got[-1]["id"], body="Yes")

    def deliver(self, raw: bytes, place: str = "inbox") -> None:
        put(self._sandbox, raw, place)

    def expire(self) -> None:
        self._sandbox.control(f"accounts/{RITA}/expire_history")

    def break_once(self, how: str) -> None:
        if how == "revoked":
            self._sandbox.control(f"accounts/{RITA}/revoke")
            return
        preset = {"before": "backend_error", "lost": "lost_answer"}[how]
        self._sandbox.control("faults", name=preset)

    def delivered(self) -> int:
        return len(self._sandbox.client.get("/control/ledger").json()["data"])

    def received(self) -> bytes:
        return newest(self._sandbox)

    def close(self) -> None:
        self._transport.close()


class MemoryPost:
    """The double."""

    keeps_drafts = True

    def __init__(self, sandbox: SandboxProcess) -> None:
        del sandbox
        self._mail = MemoryMail()
        self.client: MailClient = self._mail.open("mbx_1", "wsp_1")

    def answer(self, sent_id: str) -> None:
        self._mail.reply("mbx_1", sent_id)

    def deliver(self, raw: bytes, place: str = "inbox") -> None:
        arrival = self._mail.receive("mbx_1", raw)
        if place == "spam":  # What `arrivals` does not see.
            box = self._mail.boxes["mbx_1"]
            box.aside.append(arrival)
            box.arrived.remove(arrival)

    def expire(self) -> None:
        self._mail.expire("mbx_1")

    def break_once(self, how: str) -> None:
        faults: dict[str, tuple[Exception, bool]] = {
            "before": (Unavailable("503"), False),
            "lost": (OutcomeUnknown("cut"), True),
            "revoked": (Disconnected("revoked"), False),
        }
        fault, after = faults[how]
        call = "create_draft" if how == "before" else "send_draft"
        self._mail.fail(call, fault, after=after)

    def delivered(self) -> int:
        return len(self._mail.sent())

    def received(self) -> bytes:
        return self._mail.sent()[-1].mime

    def close(self) -> None:
        return


class OutlookPost:
    """The real Graph client, over HTTP, against the sandbox."""

    keeps_drafts = True

    def __init__(self, sandbox: SandboxProcess) -> None:
        self._sandbox = sandbox
        self._transport = OneShotTransport(timeout_seconds=5)
        self.oauth = MicrosoftOAuth(
            client_id="client",
            client_secret="secret",
            login_url=sandbox.url,
            tenant="organizations",
            graph_url=sandbox.url,
            transport=self._transport,
        )
        self.grant, self.address = consent(sandbox, self.oauth)
        self.client: MailClient = self.oauth.client(self.grant)

    def answer(self, sent_id: str) -> None:
        got = self._sandbox.client.get(f"/control/accounts/{CARL}/messages").json()["data"]
        self._sandbox.control(f"accounts/{CARL}/reply", to_message_id=got[-1]["id"], body="Yes")

    def deliver(self, raw: bytes, place: str = "inbox") -> None:
        put(self._sandbox, raw, place)

    def expire(self) -> None:
        self._sandbox.control(f"accounts/{RITA}/expire_history")

    def break_once(self, how: str) -> None:
        if how == "revoked":
            self._sandbox.control(f"accounts/{RITA}/revoke")
            return
        preset = {"before": "graph_unavailable", "lost": "graph_lost_answer"}[how]
        self._sandbox.control("faults", name=preset)

    def delivered(self) -> int:
        return len(self._sandbox.client.get("/control/ledger").json()["data"])

    def received(self) -> bytes:
        return newest(self._sandbox)

    def close(self) -> None:
        self._transport.close()


class SmtpPost:
    """The real SMTP and IMAP clients against real servers."""

    keeps_drafts = False

    def __init__(self, sandbox: SandboxProcess) -> None:
        self._sandbox = sandbox
        self.access = SmtpAccess(
            smtp=server(sandbox, "smtp"), imap=server(sandbox, "imap"), files_sent=True
        )
        self.learnt: list[SmtpAccess] = []
        line = Line(context=trust(None), timeout=5)
        self.client: MailClient = SmtpClient(self.access, line, self.learnt.append)

    def answer(self, sent_id: str) -> None:
        got = self._sandbox.client.get(f"/control/accounts/{CARL}/messages").json()["data"]
        self._sandbox.control(f"accounts/{CARL}/reply", to_message_id=got[-1]["id"], body="Yes")

    def deliver(self, raw: bytes, place: str = "inbox") -> None:
        put(self._sandbox, raw, place)

    def expire(self) -> None:
        self._sandbox.control(f"accounts/{RITA}/renew_folders")

    def break_once(self, how: str) -> None:
        if how == "revoked":
            self._sandbox.control(f"accounts/{RITA}/password", password="")
            return
        preset = {"before": "smtp_busy", "lost": "smtp_lost_answer"}[how]
        self._sandbox.control("faults", name=preset)

    def delivered(self) -> int:
        return len(self._sandbox.client.get("/control/ledger").json()["data"])

    def received(self) -> bytes:
        return newest(self._sandbox)

    def close(self) -> None:
        return


def put(sandbox: SandboxProcess, raw: bytes, place: str) -> None:
    """Put any bytes into RITA's mailbox."""
    path = f"/control/accounts/{RITA}/raw?place={place}"
    answer = sandbox.client.post(path, content=raw, headers={"content-type": "message/rfc822"})
    assert answer.status_code == 201, answer.text


def newest(sandbox: SandboxProcess) -> bytes:
    """Read the newest message in CARL's mailbox."""
    got = sandbox.client.get(f"/control/accounts/{CARL}/messages").json()["data"]
    return base64.b64decode(got[-1]["raw"])


def server(sandbox: SandboxProcess, name: str, tls: Tls = Tls.NONE) -> Server:
    """Name one of the sandbox's mail servers, with RITA's account."""
    port = sandbox.post_ports[name]
    return Server(host="127.0.0.1", port=port, tls=tls, username=RITA, password="sandbox")


def consent(sandbox: SandboxProcess, oauth: MicrosoftOAuth) -> tuple[Grant, str]:
    """Walk through the consent page as a browser would."""
    back, verifier = "http://127.0.0.1/back", "v" * 43
    link = oauth.authorize_url(redirect_uri=back, state="s", verifier=verifier, address=RITA)
    answer = httpx.get(link, follow_redirects=False, trust_env=False)
    told = parse_qs(urlsplit(answer.headers["location"]).query)
    assert told["state"] == ["s"]
    return oauth.exchange(code=told["code"][0], verifier=verifier, redirect_uri=back)


POSTS: Mapping[str, Callable[[SandboxProcess], Post]] = {
    "gmail": GmailPost,
    "outlook": OutlookPost,
    "memory": MemoryPost,
    "smtp": SmtpPost,
}
