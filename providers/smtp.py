"""Any mailbox by SMTP and IMAP: send once, look in the Sent folder, read what arrived.

SMTP has no drafts and no token: once the final dot may have left, only the Sent folder can tell.
A copy that is missing proves something only where the server was seen to file what it accepts.
"""

import asyncio
import re
import ssl
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

import aiosmtplib
from imap_tools import BaseMailBox

from domain.access import SmtpAccess
from domain.errors import Disconnected, NotFound, OutcomeUnknown, ProviderError, Unavailable
from domain.fate import Fate, FateKind, StoredDraft, Submission
from domain.mail import Arrival, Arrivals, Letter, Receipt
from domain.ports.mail import Leave
from providers import imap, imap_inbox
from providers.mail_servers import Unusable, as_error, imap_session, run, smtp_session
from providers.smtp_answers import Stage, error_of

QUIET = timedelta(seconds=120)
"""How long a submission must have been over before a missing copy proves anything."""
_LOOK_AGAIN = timedelta(seconds=30)
_BCC = re.compile(rb"^bcc:.*\r\n(?:[ \t].*\r\n)*", re.IGNORECASE | re.MULTILINE)
_SUCCESS, _REFUSALS = 2, (4, 5)  #: The first digit of a reply (RFC 5321 4.2.1).
_END_OF_HEADERS = b"\r\n\r\n"
NO_INBOX = "none"  #: The cursor of a mailbox without IMAP.

Learn = Callable[[SmtpAccess], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """How the servers are spoken to."""

    context: ssl.SSLContext
    timeout: float = 20.0  #: Seconds for one exchange.


@dataclass(frozen=True, slots=True)
class _Standing:
    """An open session whose next command is DATA, and the loop that it lives on."""

    runner: asyncio.Runner
    client: aiosmtplib.SMTP
    key: str


class SmtpClient:
    """`domain.ports.mail.MailClient` for one mailbox; one per try."""

    def __init__(self, access: SmtpAccess, line: Line, learn: Learn) -> None:
        self._access = access
        self._line = line
        self._learn = learn
        self._sent: dict[str, Letter] = {}
        self._standing: _Standing | None = None

    def create_draft(self, letter: Letter) -> str:
        """Give the message's own id: nothing is stored anywhere."""
        return letter.message_id

    @contextmanager
    def standing_by(self, submission: Submission) -> Generator[None]:
        """Open the session and name sender and recipients: all that is left is the message."""
        with asyncio.Runner() as runner:
            client = runner.run(self._session(submission.letter))
            self._standing = _Standing(runner, client, submission.key)
            try:
                yield
            finally:
                self._standing = None
                runner.run(_quit(client))

    def send_draft(self, submission: Submission, leave: Leave) -> str:
        """Send once. A refusal is certain; a lost answer after the data is not."""
        standing, letter = self._standing, submission.letter
        if standing is None or standing.key != submission.key:
            with self.standing_by(submission):
                return self.send_draft(submission, leave)
        content = without_bcc(letter.mime)
        standing.runner.run(_data(standing.client, content, leave))
        self._sent[letter.message_id] = letter
        return letter.message_id

    def fate(self, submission: Submission) -> Fate:
        """Look for the copy in the Sent folder."""
        letter, quiet_for = submission.letter, submission.quiet_for
        if self._access.imap is None:
            return _lost("There is no IMAP server to look at.", quiet_for)
        with self._imap() as box:
            found = imap.is_filed(box, letter.message_id)
        if found is None:
            return _lost("There is no Sent folder to look at.", quiet_for)
        if found:
            if self._access.files_sent is None:
                self._note(files_sent=True)  # Else the copy may be the one that we appended.
            receipt = _receipt(letter)
            return Fate(kind=FateKind.SENT, evidence="It is in the Sent folder.", receipt=receipt)
        if self._access.files_sent is not True:
            evidence = "It is not in the Sent folder, but this server is not known to file there."
            return _lost(evidence, quiet_for)
        if quiet_for < QUIET:
            return _pending("It is not in the Sent folder yet.", quiet_for)
        evidence = "Its server files what it accepts, and after two minutes it is not there."
        return Fate(kind=FateKind.UNSENT, evidence=evidence)

    def delete_draft(self, draft_id: str) -> None:
        """Do nothing: no draft is anywhere."""

    def our_drafts(self) -> Sequence[StoredDraft]:
        """None."""
        return ()

    def read_back(self, sent_id: str) -> Receipt:
        """Give our own ids, and see to it that the Sent folder has a copy.

        Failing at the copy says nothing against the send.
        """
        letter = self._sent[sent_id]
        if self._access.imap is not None and self._access.files_sent is not True:
            with suppress(ProviderError):
                self._file(letter)
        return _receipt(letter)

    def probe(self) -> None:
        """Log in at both servers."""

        async def greet() -> None:
            client = await smtp_session(self._access.smtp, self._line.context, self._line.timeout)
            await _quit(client)

        with _speaking():
            run(greet)
        if self._access.imap is not None:
            with self._imap() as box:
                imap.position(box)

    def cursor(self) -> str:
        """Give UIDVALIDITY and the next UID of the inbox."""
        if self._access.imap is None:
            return NO_INBOX
        with self._imap() as box:
            return str(imap.position(box))

    def arrivals(self, cursor: str) -> Arrivals:
        """Read what reached the inbox since a cursor; raises NotFound when the folder is anew."""
        if self._access.imap is None:
            return Arrivals(cursor=NO_INBOX)
        with self._imap() as box:
            return imap_inbox.since(box, imap.Position.read(cursor))

    def recent(self, since: datetime) -> Iterator[Arrivals]:
        """Read again what came since a time, wherever it lies now."""
        if self._access.imap is None:
            yield Arrivals(cursor=NO_INBOX)
            return
        with self._imap() as box:
            yield from imap_inbox.recent(box, since)

    def aside(self, since: datetime) -> Sequence[Arrival]:
        """Read what came into junk and into the folders that rules fill."""
        if self._access.imap is None:
            return ()
        with self._imap() as box:
            return imap_inbox.aside(box, since)

    def raw(self, arrival: Arrival, *, most: int) -> bytes:
        """Read the beginning of a message, without marking it as read."""
        if self._access.imap is None:
            raise NotFound("There is no IMAP server to read it from.")
        with self._imap() as box:
            return imap_inbox.beginning(box, arrival.provider_message_id, most)

    async def _session(self, letter: Letter) -> aiosmtplib.SMTP:
        with _nothing_left(), _speaking():
            client = await smtp_session(self._access.smtp, self._line.context, self._line.timeout)
        try:
            with _nothing_left():
                await _envelope(client, letter)
        except BaseException:
            await _quit(client)
            raise
        return client

    def _file(self, letter: Letter) -> None:
        """Append the copy where the server did not file it itself, and remember which it is.

        That we append is remembered first: a try that dies in between must not leave a copy of ours
        behind that reads as the server's own.
        """
        with self._imap() as box:
            filed = self._access.files_sent is None and imap.is_filed(
                box, letter.message_id, patience=1.0
            )
            self._note(files_sent=bool(filed))
            if not filed:
                imap.file(box, without_bcc(letter.mime))

    def _note(self, *, files_sent: bool) -> None:
        if self._access.files_sent == files_sent:
            return
        self._access = SmtpAccess(
            smtp=self._access.smtp, imap=self._access.imap, files_sent=files_sent
        )
        self._learn(self._access)

    @contextmanager
    def _imap(self) -> Generator[BaseMailBox]:
        server = self._access.imap
        assert server is not None
        with _speaking(), imap_session(server, self._line.context, self._line.timeout) as box:
            yield box


@contextmanager
def _speaking() -> Generator[None]:
    try:
        yield
    except Unusable as unusable:
        raise as_error(unusable) from None


@contextmanager
def _nothing_left() -> Generator[None]:
    try:
        yield
    except Disconnected as error:
        error.had_no_effect = True
        raise


async def _envelope(client: aiosmtplib.SMTP, letter: Letter) -> None:
    """Name sender and recipients; one who is refused keeps the whole message back."""
    sender, recipients = _people(letter)
    try:
        await client.mail(sender)
    except aiosmtplib.SMTPResponseException as error:
        raise error_of(Stage.MAIL, error.code, error.message) from None
    except (aiosmtplib.SMTPException, OSError) as error:
        raise Unavailable(f"SMTP failed: {type(error).__name__}") from None
    try:
        for recipient in recipients:
            await client.rcpt(recipient)
    except aiosmtplib.SMTPResponseException as error:
        raise error_of(Stage.RCPT, error.code, error.message) from None
    except (aiosmtplib.SMTPException, OSError) as error:
        raise Unavailable(f"SMTP failed: {type(error).__name__}") from None


async def _data(client: aiosmtplib.SMTP, content: bytes, leave: Leave) -> None:
    """Send the message. Once it may have left, only a reply says what became of it."""
    await asyncio.sleep(0)  # Let the loop hear what the server said meanwhile.
    if not client.is_connected:
        raise Unavailable("The server hung up before the message.")
    written = _writes_of(client, leave)
    leave()
    try:
        await client.data(content)
    except aiosmtplib.SMTPResponseException as error:
        if error.code // 100 in _REFUSALS:
            raise error_of(Stage.DATA, error.code, error.message) from None
        if len(written) <= 1:
            raise Unavailable(f"The server answered {error.code} to DATA.") from None
        if error.code // 100 != _SUCCESS:
            raise OutcomeUnknown(f"The server answered {error.code} to the message.") from None
    except (aiosmtplib.SMTPException, OSError) as error:
        name = type(error).__name__
        if len(written) <= 1:
            raise Unavailable(f"The server hung up before the message: {name}") from None
        lost = OutcomeUnknown(f"The server did not answer after the message: {name}")
        lost.may_run = isinstance(error, TimeoutError)  # aiosmtplib's time-outs are that, too.
        raise lost from None


def _writes_of(client: aiosmtplib.SMTP, leave: Leave) -> list[int]:
    """Note what is written from now on: the command DATA first, then the message.

    The library gives both as one call, but only the second can have any effect, and the server
    takes its time between them: a try whose deadline passed meanwhile breaks off.
    """
    protocol: Any = client.protocol
    written: list[int] = []
    write = protocol.write

    def note(data: bytes) -> None:
        if written:
            try:
                leave()
            except BaseException:
                client.close()  # A message without its end is none (RFC 5321 4.1.1.10).
                raise
        written.append(len(data))
        write(data)

    protocol.write = note
    return written


def without_bcc(mime: bytes) -> bytes:
    """Leave the header Bcc away, and a body that has such a line as it is."""
    headers, end, body = mime.partition(_END_OF_HEADERS)
    return _BCC.sub(b"", headers + b"\r\n", count=1)[:-2] + end + body


async def _quit(client: aiosmtplib.SMTP) -> None:
    try:
        if client.is_connected:
            await client.quit()
    except (aiosmtplib.SMTPException, OSError):
        client.close()  # What was answered before stays true.


def _people(letter: Letter) -> tuple[str, list[str]]:
    mime: Any = message_from_bytes(letter.mime, policy=policy.default)
    to = [
        one.addr_spec for name in ("To", "Cc", "Bcc") if mime[name] for one in mime[name].addresses
    ]
    return mime["From"].addresses[0].addr_spec, list(dict.fromkeys(to))


def _receipt(letter: Letter) -> Receipt:
    """A plain server has no threads: the first ancestor names one."""
    mime = message_from_bytes(letter.mime, policy=policy.default)
    ancestors = str(mime["References"] or "").split()
    return Receipt(
        provider_message_id=letter.message_id,
        thread_id=(ancestors or [letter.message_id])[0],
        message_id=letter.message_id,
    )


def _lost(evidence: str, quiet_for: timedelta) -> Fate:
    if quiet_for < QUIET:
        return _pending(evidence, quiet_for)
    return Fate(kind=FateKind.LOST, evidence=evidence)


def _pending(evidence: str, quiet_for: timedelta) -> Fate:
    wait = min(_LOOK_AGAIN, QUIET - quiet_for)
    return Fate(kind=FateKind.PENDING, evidence=evidence, ask_again_after=wait)
