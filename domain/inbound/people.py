"""Recognises the marks of people: that a mail answers another, that a mail program wrote it."""

import re

from domain.inbound.parsing import ReceivedMail
from domain.inbound.quoting import has_quote

_ANSWER = re.compile(
    r"(?i)\s*(?:re|aw|sv|vs|antw|rv|res|r|rif|odp|ynt|hv|vá|vl|atb|απ|σχετ|отв|отг|ref|答复|回复|回覆|返信|답장|回信|rép|fwd?|wg|tr|doorst|i|rvs?|enc|пересл|转发|轉寄)"
    r"\s*(?:\[\d+\]|\^\d+|\(\d+\))?\s*[:：]"
)
_BEFORE = re.compile(
    r"(?i).{0,30}\b(?:re|aw|sv|antw|r[ée]f|fwd?|wg)\b[.:\s]|\W*\w{1,12}\s?[:：]|\s*[\[(]"
)
"""What may be how some program, or some ticket system, marks an answer."""
_PROGRAM = re.compile(
    r"(?i)outlook|apple mail|iphone mail|ipad mail|thunderbird|mutt|gnus|evolution|kmail|claws|sylpheed|pine|eudora|the bat|foxmail|windows (?:live )?mail"
    r"|roundcube|horde|squirrelmail|airmail|mailspring|k-9|yahoomail|yahoo!? ?mail|zimbra .*(?:client|zdesktop)|lotus notes|messenger|mozilla|becky|shuriken|netscape|mailmate|emclient|gmail|qqmail|coremail"
)


def is_answer(subject: str) -> bool:
    """Say whether a subject is that of an answer, or of a mail passed on."""
    return _ANSWER.match(subject) is not None


def answers(mail: ReceivedMail) -> bool:
    """Say whether it answers a mail: it names one, or its subject does."""
    return mail.has("in-reply-to", "references") or is_answer(mail.subject)


def has_own_subject(mail: ReceivedMail) -> bool:
    """Say whether it answers a mail under a subject of its own: programs of people keep ours."""
    return (
        mail.has("in-reply-to")
        and not is_answer(mail.subject)
        and _BEFORE.match(mail.subject) is None
        and not has_program(mail)
    )


def has_program(mail: ReceivedMail) -> bool:
    """Say whether it names a mail program of people."""
    return bool(_PROGRAM.search(f"{mail.header('x-mailer')} {mail.header('user-agent')}"))


def is_by_person(mail: ReceivedMail) -> bool:
    """Say whether a person wrote it for sure: machines quote nothing and use no mail program."""
    if mail.header("auto-submitted").lower().strip() not in ("", "no"):
        return False
    return has_program(mail) or (answers(mail) and (mail.quotes or has_quote(mail.text)))
