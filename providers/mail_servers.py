"""Connections to mail servers, and what a failed one means in a sentence that helps."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from imaplib import IMAP4
from typing import TypeVar

import aiosmtplib
from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError, MailboxLoginError

from domain.access import Server, Tls
from domain.errors import Disconnected, ProviderError, Unavailable
from providers.smtp_answers import Stage, error_of, imap_error

T = TypeVar("T")

_IMAP_FAILED = (OSError, IMAP4.error, ImapToolsError)
"""A lost connection, an answer that imaplib refuses, a command that the server refused."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a server could not be used: a code for programs, a sentence with its remedy."""

    code: str
    field: str  #: Which field of the server is to blame: host, port, tls, password.
    detail: str


REFUSED = Trouble("refused", "port", "Nothing listens there: check the host and the port.")
SILENT = Trouble("timeout", "host", "The server did not answer: check the host and the port.")
UNKNOWN_HOST = Trouble("unknown_host", "host", "No server has this name: check its spelling.")
NOT_TLS = Trouble("not_tls", "tls", "This port does not speak TLS: try starttls, or port 465/993.")
IS_TLS = Trouble("speaks_tls", "tls", "This port wants TLS from the start: set tls to tls.")
NO_STARTTLS = Trouble("no_starttls", "tls", "It offers no STARTTLS: set tls to tls with its port.")
EXPIRED = Trouble("certificate_expired", "host", "Its certificate has expired: tell its operator.")
OTHER_NAME = Trouble("certificate_name", "host", "Its certificate names another host: use that.")
UNTRUSTED = Trouble("certificate_untrusted", "host", "Nobody whom we trust signed its certificate.")
PASSWORD = Trouble("password_refused", "password", "It refused the user name or the password.")
FAILED = Trouble("failed", "host", "The connection failed: try again in a while.")


class Unusable(Exception):
    """A server that cannot be used as it is set up."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.detail)
        self.trouble = trouble


def trust(ca_file: str | None) -> ssl.SSLContext:
    """Trust the system's authorities, and those of a file."""
    context = ssl.create_default_context()
    if ca_file:
        context.load_verify_locations(ca_file)
    return context


def trouble_of(error: BaseException) -> Trouble:
    """Name what went wrong, from the exceptions of sockets, TLS and both libraries."""
    causes = list(_chain(error))
    for one in causes:
        if isinstance(one, ssl.SSLCertVerificationError):
            return _certificate(one)
    for kinds, trouble in _KINDS:
        if any(isinstance(one, kinds) for one in causes):
            return trouble
    return IS_TLS if any("unexpected" in str(one).lower() for one in causes) else FAILED


def _certificate(error: ssl.SSLCertVerificationError) -> Trouble:
    text = f"{error.verify_message} {error}".lower()
    if "expired" in text:
        return EXPIRED
    return OTHER_NAME if "mismatch" in text or "not valid for" in text else UNTRUSTED


def _chain(error: BaseException | None) -> Generator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


_KINDS: tuple[tuple[tuple[type[BaseException], ...], Trouble], ...] = (
    ((aiosmtplib.SMTPAuthenticationError, MailboxLoginError), PASSWORD),
    ((ssl.SSLError,), NOT_TLS),
    ((ConnectionRefusedError,), REFUSED),
    ((TimeoutError, aiosmtplib.SMTPTimeoutError, aiosmtplib.SMTPConnectTimeoutError), SILENT),
    ((aiosmtplib.SMTPServerDisconnected, IMAP4.abort, EOFError), IS_TLS),
)


@contextmanager
def imap_session(server: Server, context: ssl.SSLContext, timeout: float) -> Generator[BaseMailBox]:
    """Log in, and out again. Raises `Unusable` where the set-up is wrong, else our errors."""
    try:
        box = _open(server, context, timeout)
    except _IMAP_FAILED as error:
        raise Unusable(_named(error, server)) from error
    try:
        _enter(box, server)
    except _IMAP_FAILED as error:
        box.client.shutdown()
        raise _not_let_in(error) from None
    try:
        yield box
    except _IMAP_FAILED as error:
        raise Unavailable(f"IMAP failed: {type(error).__name__}") from None
    finally:
        _leave(box)


def _open(server: Server, context: ssl.SSLContext, timeout: float) -> BaseMailBox:
    if server.tls is Tls.NONE:
        return MailBoxUnencrypted(server.host, server.port, timeout=timeout)
    kind = MailBox if server.tls is Tls.TLS else MailBoxStartTls
    return kind(server.host, server.port, timeout=timeout, ssl_context=context)


def _enter(box: BaseMailBox, server: Server) -> None:
    """Log in; LOGIN speaks ASCII only (RFC 3501 9), so other letters go by AUTHENTICATE PLAIN."""
    if server.username.isascii() and server.password.isascii():
        box.login(server.username, server.password, initial_folder=None)
        return
    try:
        box.login_utf8(server.username, server.password, initial_folder=None)
    except (OSError, IMAP4.abort):
        raise
    except IMAP4.error as error:  # imaplib raises here what it returns for LOGIN.
        raise MailboxLoginError(("NO", [str(error)]), "OK") from None


def _not_let_in(error: Exception) -> Exception:
    if not isinstance(error, MailboxLoginError):
        return Unavailable(f"IMAP failed: {type(error).__name__}")
    refusal = imap_error(str(error.command_result))
    return Unusable(PASSWORD) if isinstance(refusal, Disconnected) else refusal


def _leave(box: BaseMailBox) -> None:
    try:
        box.logout()
    except _IMAP_FAILED:
        return  # It hung up first.


async def smtp_session(server: Server, context: ssl.SSLContext, seconds: float) -> aiosmtplib.SMTP:
    """Connect, secure and log in. Raises `Unusable` where the set-up is wrong, else our errors."""
    client = aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        timeout=seconds,
        use_tls=server.tls is Tls.TLS,
        start_tls=False,
        tls_context=context if server.tls is not Tls.NONE else None,
    )
    try:
        await client.connect()
        if server.tls is Tls.STARTTLS:
            await client.starttls()
    except aiosmtplib.SMTPResponseException as error:
        client.close()
        raise error_of(Stage.CONNECT, error.code, error.message) from None
    except (aiosmtplib.SMTPException, OSError) as error:
        client.close()
        raise Unusable(_named(error, server)) from error
    await _log_in(client, server)
    return client


async def _log_in(client: aiosmtplib.SMTP, server: Server) -> None:
    if not server.username:
        return
    try:
        await client.login(server.username, server.password)
    except aiosmtplib.SMTPResponseException as error:
        client.close()
        refusal = error_of(Stage.AUTH, error.code, error.message)
        raise (Unusable(PASSWORD) if isinstance(refusal, Disconnected) else refusal) from None
    except (aiosmtplib.SMTPException, OSError) as error:
        client.close()
        raise Unavailable(f"SMTP failed: {type(error).__name__}") from None


def _named(error: BaseException, server: Server) -> Trouble:
    if isinstance(error, OSError) and getattr(error, "errno", None) in (-2, -3, -5):
        return UNKNOWN_HOST
    if any("name or service" in str(one).lower() for one in _chain(error)):
        return UNKNOWN_HOST
    if server.tls is Tls.STARTTLS and any("starttls" in str(one).lower() for one in _chain(error)):
        return NO_STARTTLS
    return trouble_of(error)


_PASSING = frozenset({REFUSED, SILENT, FAILED, IS_TLS})


def as_error(unusable: Unusable) -> ProviderError:
    """Say for a connected mailbox what a server that cannot be used means.

    One that does not answer may be back soon; a wrong password or certificate wants a person.
    """
    if unusable.trouble in _PASSING:
        return Unavailable(unusable.trouble.detail)
    return Disconnected(unusable.trouble.detail)


def run(work: Callable[[], Awaitable[T]]) -> T:
    """Run an SMTP session to its end in this thread."""

    async def all_of_it() -> T:
        return await work()

    return asyncio.run(all_of_it())
