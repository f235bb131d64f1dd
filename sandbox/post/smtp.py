"""The SMTP server: aiosmtpd with accounts, and able to fail at every command."""

from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from sandbox.faults import Fault, Kind
from sandbox.post.office import PostOffice
from sandbox.post.strikes import Strikes, nobody
from sandbox.world.errors import BadLetterError
from sandbox.world.letter import Letter

_LARGEST = 36_700_160


class Handler:
    """What becomes of the commands of a session."""

    def __init__(self, office: PostOffice, strikes: Strikes) -> None:
        self._office = office
        self._strikes = strikes

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Begin a message; the sender must be who logged in."""
        account = account_of(session)
        fault = await self._strikes.before("smtp.mail", account, nobody)
        if fault is not None:
            return spoken(server, fault)
        if address.lower() != account:
            return "553 5.1.7 The sender address is not yours"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Add a recipient."""
        account = account_of(session)
        fault = await self._strikes.before("smtp.rcpt", account, lambda: (address.lower(),))
        if fault is not None:
            return spoken(server, fault)
        self._office.note_recipient(account, address)
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Accept a message, and lose the answer where a fault says so."""
        account, people = account_of(session), [str(one) for one in envelope.rcpt_tos]

        def recipients() -> tuple[str, ...]:
            return tuple(one.lower() for one in people)

        fault = await self._strikes.before("smtp.data", account, recipients)
        if fault is not None:
            return spoken(server, fault)
        try:
            taken = self._office.accept(account, Letter(_content(envelope)), people)
        except BadLetterError as error:
            return f"554 5.6.0 {error}"
        fault = await self._strikes.after("smtp.data", account, recipients)
        if fault is not None:
            return spoken(server, fault)
        return f"250 2.0.0 OK queued as {taken.id}"


class Wire(SMTP):
    """One connection. Its log-in is a coroutine, which aiosmtpd's own hook cannot be."""

    def __init__(self, office: PostOffice, strikes: Strikes) -> None:
        super().__init__(
            Handler(office, strikes),
            hostname="sandbox.example",
            ident="Sandbox ESMTP",
            data_size_limit=_LARGEST,
            enable_SMTPUTF8=True,
            auth_required=True,
            auth_require_tls=False,
            authenticator=self._admit,
        )
        self._office = office
        self._strikes = strikes

    async def smtp_AUTH(self, arg: str) -> None:
        """Fail on purpose before a log-in."""
        fault = await self._strikes.before("smtp.auth", None, nobody)
        if fault is not None:
            answer = spoken(self, fault)
            await self.push(answer)
            return
        await super().smtp_AUTH(arg)

    def _admit(
        self, server: Any, session: Session, envelope: Any, mechanism: str, data: LoginPassword
    ) -> AuthResult:
        del server, envelope, mechanism
        account = data.login.decode("utf-8", "replace").lower()
        if not self._office.admits(account, data.password.decode("utf-8", "replace")):
            return AuthResult(success=False, handled=False)
        return AuthResult(success=True, auth_data=account)


def _content(envelope: Envelope) -> bytes:
    content = envelope.content
    return content if isinstance(content, bytes) else str(content or "").encode()


def account_of(session: Session) -> str:
    """Say who logged in."""
    return str(session.auth_data or "")


def spoken(server: SMTP, fault: Fault) -> str:
    """Do what a fault says: hang up, or give its reply (a `message` that begins with the code)."""
    if fault.kind in (Kind.DROP, Kind.RESET, Kind.TRUNCATE, Kind.GARBLE):
        transport: Any = server.transport
        (transport.abort if fault.kind is Kind.RESET else transport.close)()
        return "421 4.3.0 Gone"
    return f"{fault.status} {fault.message}"
