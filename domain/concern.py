"""Which messages of an inbox can concern us: only those are read whole, and only those are kept.

A recruiter's inbox is mostly not ours to read. The rule errs on the side of reading: what it lets
through is classified and matched afterwards, and dropped if it turns out to be nobody's answer.
"""

import re
from collections.abc import Mapping

from domain.mail import Arrival, Known
from domain.optouts import token_of

_SYSTEM = re.compile(
    r"(?i)^(?:mailer[-_.]?daemon|post[-_.]?master|mail[-_.]?(?:delivery|system|er|admin)\b|daemon"
    r"|microsoftexchange[0-9a-f]+|(?:double-?)?bounces?\b|mdaemon|amavis|mmdf|smtpd?\b|uucp"
    r"|dsn\b|undeliverable|returned[-_.]?mail|non-?delivery|abuse\b|feedback-?loop|fbl\b"
    r"|complaints?\b)"
)
_SYSTEM_NAME = re.compile(
    r"(?i)mail(?:er)?[- ]?(?:delivery|daemon|system)|postmaster"
    r"|delivery (?:subsystem|status|system)"
    r"|system ?administrator|microsoft (?:outlook|exchange)|mail administrator|mdaemon"
)
_REPORT = re.compile(r"(?i)multipart/report|report-type|message/(?:delivery-status|feedback)")
_SUBJECT = re.compile(
    r"(?i)undeliver|non.?deliver|delivery (?:status|fail|problem|has failed)|returned mail|bounce"
    r"|failure notice|mail (?:delivery|system) |could not be delivered|nicht zustellbar"
    r"|unzustellbar|non remis|no se (?:ha )?(?:podido|puede) entregar|mancata consegna"
    r"|nie(?:można| ?dostarczo)"
)


def concerns_us(arrival: Arrival, known: Known) -> bool:
    """Say whether a message must be read whole.

    It must when it is in one of our threads, names one of our messages, comes from a candidate,
    carries an opt-out's token, or looks like a mail system's: a bounce may say only inside whom it
    is about.
    """
    if arrival.provider_message_id in known.stored or is_own(arrival, known.own_address):
        return False
    if arrival.thread_id in known.threads or known.message_ids & set(arrival.in_reply_to):
        return True
    if token_of(arrival.subject) is not None:
        return True
    return arrival.from_address.strip().lower() in known.people or may_be_a_report(arrival)


def is_own(arrival: Arrival, own_address: str) -> bool:
    """Say whether the mailbox itself wrote it."""
    return arrival.from_address.strip().lower() == own_address.strip().lower() != ""


def is_mail_system(arrival: Arrival) -> bool:
    """Say whether its sender plausibly is a mail system: by its name, or as RFC 5321 wants it.

    Anybody can write such a head; what it says is believed only of a message that we sent.
    """
    headers = arrival.headers
    sender = arrival.from_address.strip()
    if not sender or headers.get("return-path", "").replace(" ", "") == "<>":
        return True
    name = headers.get("from", "").rpartition("<")[0]
    return _SYSTEM.match(sender) is not None or _SYSTEM_NAME.search(name) is not None


def may_be_a_report(arrival: Arrival) -> bool:
    """Say whether it looks like a bounce, a complaint or a notice of delay, by its head."""
    headers: Mapping[str, str] = arrival.headers
    if is_mail_system(arrival) or "x-failed-recipients" in headers:
        return True
    if _REPORT.search(headers.get("content-type", "")) is not None:
        return True
    return _SUBJECT.search(arrival.subject) is not None
