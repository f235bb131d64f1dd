"""Tries the mail servers of a mailbox before it is kept, and names what is wrong with them."""

from collections.abc import Callable
from dataclasses import dataclass

from domain.access import Server, SmtpAccess
from domain.errors import ProviderError
from providers import imap
from providers.mail_servers import FAILED, Trouble, Unusable, imap_session, run, smtp_session
from providers.smtp import Line

TRY_FOR = 8.0  #: Seconds for one exchange while somebody waits for the answer.


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and with which server: "smtp" or "imap"."""

    server: str
    trouble: Trouble


def faults_of(access: SmtpAccess, line: Line) -> list[Fault]:
    """Log in at both servers; an empty list means that both work. Sends and changes nothing."""
    found = [_tried("smtp", lambda: _greet_smtp(access.smtp, line))]
    if access.imap is not None:
        reader = access.imap
        found.append(_tried("imap", lambda: _greet_imap(reader, line)))
    return [one for one in found if one is not None]


def _tried(server: str, greet: Callable[[], None]) -> Fault | None:
    try:
        greet()
    except Unusable as unusable:
        return Fault(server, unusable.trouble)
    except ProviderError as error:
        return Fault(server, Trouble(FAILED.code, FAILED.field, f"{error} Try again in a while."))
    return None


def _greet_smtp(server: Server, line: Line) -> None:
    async def greet() -> None:
        client = await smtp_session(server, line.context, TRY_FOR)
        await client.quit()

    run(greet)


def _greet_imap(server: Server, line: Line) -> None:
    with imap_session(server, line.context, TRY_FOR) as box:
        imap.position(box)
