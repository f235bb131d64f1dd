"""Recognises that somebody wants no more mail: in words, or by a mail to the unsubscribe address."""

import re

from domain.inbound.optout_words import NO_MORE, NOT_FROM_A_LIST, NOT_MEANT, TAKE_OUT
from domain.inbound.parsing import ReceivedMail
from domain.inbound.quoting import own_text, without_signature
from domain.inbound.verdict import MailKind, Verdict

MOST = 400  #: Characters: who writes more than this has something else to say, too.

_ALMOST_NOTHING = 300  #: Characters, a signature among them.
_SUBJECT = re.compile(
    r"(?i)^\s*(?:(?:re|aw|sv)\s*:\s*)*(?:unsubscribe|unsub|opt[- ]?out|remove(?: me)?|stop|abmelden|abmeldung|abbestellen|désabonnement|désinscription|desinscription|baja|darse de baja|cancelar|cancellami|afmelden|uitschrijven|avregistrera|отписаться|退订|配信停止)\b"
)


def is_asked_by_subject(mail: ReceivedMail) -> Verdict | None:
    """Say whether it is what mail programs send to an unsubscribe address: a subject, no more."""
    if mail.has("list-unsubscribe", "list-id") or len(mail.text.strip()) > _ALMOST_NOTHING:
        return None
    if re.fullmatch(r"(?i)\s*(?:unsubscribe|opt[- ]?out)\s*", mail.subject):
        return _found(0.95, "Its subject asks to be taken off.")
    return None


def is_opt_out(mail: ReceivedMail) -> Verdict | None:
    """Say whether the sender wants no more mail; only their own, short words count."""
    own = without_signature(own_text(mail.text)).replace("’", "'").strip()
    if _SUBJECT.search(mail.subject) and len(own) <= MOST and not own.count("http") > 1:
        return _found(0.95, "Its subject asks to be taken off.")
    if not own or len(own) > MOST:
        return None
    flat = " ".join(own.split())
    if _asks(flat) and not NOT_MEANT.search(flat):
        return _found(0.9, "They ask, in their own words, for no more mail.")
    return None


def _asks(own: str) -> bool:
    """Say whether they want nothing more, or want to be taken out: of our lists, not of a process."""
    if NO_MORE.search(own):
        return True
    return TAKE_OUT.search(own) is not None and not NOT_FROM_A_LIST.search(own)


def _found(confidence: float, evidence: str) -> Verdict:
    return Verdict(kind=MailKind.UNSUBSCRIBE, confidence=confidence, evidence=evidence)
