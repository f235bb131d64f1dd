"""What SMTP and IMAP replies mean: one table, the enhanced code first, then the basic one.

Sources: RFC 5321 4.2, RFC 3463 and RFC 5248, and how Gmail, Exchange Online and Postfix use them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from domain.answers import Meaning, error_for
from domain.errors import ProviderError


class Stage(StrEnum):
    """How far a session had come."""

    CONNECT = "connect"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"


@dataclass(frozen=True, slots=True)
class Reply:
    """A refusal: its basic code, its enhanced code ("" without one), its text."""

    code: int
    enhanced: str
    text: str


M = Meaning
_ANY = "any"

TABLE: tuple[tuple[str, int, str, str, Meaning], ...] = (
    # stage, basic code (0 any), enhanced code ("" any), part of the text, meaning; first match
    ("auth", 454, "", "", M.UNAVAILABLE),
    ("auth", 421, "", "", M.UNAVAILABLE),
    ("auth", 0, "", "", M.DISCONNECTED),  # 535 5.7.8, 534 5.7.9 (app password), 530 5.7.0
    ("mail", 530, "", "", M.DISCONNECTED),
    ("mail", 0, "5.1.7", "", M.BAD_SENDER),
    ("mail", 553, "", "", M.BAD_SENDER),
    (_ANY, 0, "5.7.60", "", M.BAD_SENDER),  # Exchange: SendAsDenied
    (_ANY, 0, "5.4.5", "", M.QUOTA),  # Gmail: daily user sending limit exceeded
    (_ANY, 0, "4.7.28", "", M.QUOTA),
    (_ANY, 0, "5.1.8", "", M.BLOCKED),  # Exchange: bad outbound sender
    (_ANY, 0, "5.7.705", "", M.BLOCKED),
    (_ANY, 0, "5.7.708", "", M.BLOCKED),
    (_ANY, 0, "5.7.26", "", M.BLOCKED),
    ("mail", 0, "5.7.1", "", M.BLOCKED),
    ("data", 0, "5.7.1", "spam", M.PERMANENT),
    (_ANY, 0, "5.7.1", "relay", M.MAILBOX_ERROR),
    ("data", 0, "5.7.1", "", M.BLOCKED),
    ("rcpt", 0, "5.7.1", "", M.BLOCKED),
    ("rcpt", 0, "5.1.", "", M.BAD_RECIPIENT),  # 5.1.1, 5.1.2, 5.1.3, 5.1.6, 5.1.10
    ("rcpt", 0, "5.4.4", "", M.BAD_RECIPIENT),
    ("rcpt", 0, "5.2.1", "", M.BAD_RECIPIENT),
    (_ANY, 0, "5.2.2", "", M.PERMANENT),
    (_ANY, 0, "5.3.4", "", M.PERMANENT),
    (_ANY, 0, "5.2.3", "", M.PERMANENT),
    (_ANY, 0, "5.6.", "", M.PERMANENT),
    (_ANY, 0, "5.7.0", "auth", M.DISCONNECTED),
    (_ANY, 450, "4.7.1", "", M.THROTTLED),  # Greylisting
    (_ANY, 451, "4.7.1", "", M.THROTTLED),
    (_ANY, 0, "4.7.", "", M.THROTTLED),
    (_ANY, 0, "4.5.3", "", M.THROTTLED),
    (_ANY, 0, "4.3.2", "", M.THROTTLED),
    (_ANY, 0, "4.2.1", "", M.THROTTLED),
    (_ANY, 421, "", "", M.UNAVAILABLE),
    ("rcpt", 550, "", "", M.BAD_RECIPIENT),
    ("rcpt", 551, "", "", M.BAD_RECIPIENT),
    ("rcpt", 553, "", "", M.BAD_RECIPIENT),
)
"""A 4xx that is not here passes (UNAVAILABLE), a 5xx does not (PERMANENT)."""

DELAYS: Mapping[Meaning, timedelta] = MappingProxyType({M.THROTTLED: timedelta(minutes=5)})
"""SMTP names no time; greylisting wants some minutes."""

IMAP: tuple[tuple[str, Meaning], ...] = (
    # response code (RFC 5530) or part of the text, meaning; the first match counts
    ("[UNAVAILABLE]", M.UNAVAILABLE),
    ("[LIMIT]", M.UNAVAILABLE),
    ("[INUSE]", M.UNAVAILABLE),
    ("[SERVERBUG]", M.UNAVAILABLE),
    ("[AUTHENTICATIONFAILED]", M.DISCONNECTED),
    ("[AUTHORIZATIONFAILED]", M.DISCONNECTED),
    ("[EXPIRED]", M.DISCONNECTED),
    ("[PRIVACYREQUIRED]", M.DISCONNECTED),
    ("[CONTACTADMIN]", M.MAILBOX_ERROR),
)

_ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_PERMANENT = 500


def read_reply(code: int, text: str) -> Reply:
    """Read a reply; the enhanced code stands at the beginning of its text."""
    found = _ENHANCED.search(text)
    return Reply(code, found.group(1) if found else "", text)


def meaning_of(stage: Stage, reply: Reply) -> Meaning:
    """Say what a refusal means."""
    for where, code, enhanced, part, meaning in TABLE:
        if where not in (_ANY, stage) or code not in (0, reply.code):
            continue
        if _covers(enhanced, reply.enhanced) and part in reply.text.lower():
            return meaning
    return M.PERMANENT if reply.code >= _PERMANENT else M.UNAVAILABLE


def error_of(stage: Stage, code: int, text: str) -> ProviderError:
    """Turn a refusal into our error. A reply is certain: nothing was accepted."""
    reply = read_reply(code, text)
    meaning = meaning_of(stage, reply)
    said = f"The mail server answered {code} {reply.enhanced}".rstrip()
    delay = DELAYS.get(meaning)
    return error_for(meaning, f"{said} at {stage}.", retry_after=delay, sending=False)


def imap_error(text: str) -> ProviderError:
    """Turn an IMAP refusal into our error; without a code it is read as a refused password."""
    upper = text.upper()
    meaning = next((means for part, means in IMAP if part in upper), M.DISCONNECTED)
    return error_for(meaning, "The IMAP server refused.", retry_after=None, sending=False)


def _covers(wanted: str, given: str) -> bool:
    return wanted == "" or given == wanted or (wanted.endswith(".") and given.startswith(wanted))
