"""Says what an incoming mail is. Pure: the same bytes always get the same answer."""

import re
from collections.abc import Callable

from domain.inbound import automatic, bounces, bulk, optout, receipts
from domain.inbound.parsing import ReceivedMail, read_mail
from domain.inbound.people import answers, is_by_person
from domain.inbound.quoting import own_text, without_signature
from domain.inbound.signs import is_system
from domain.inbound.sorting import RuleSorter
from domain.inbound.verdict import BOUNCES, MailKind, Verdict
from domain.ports.sorter import ReplySorter

RULES = RuleSorter()
Look = Callable[[ReceivedMail], Verdict | None]


def classify(raw: bytes, sorter: ReplySorter = RULES) -> Verdict:
    """Classify a mail as it came over the wire (RFC 5322 and MIME).

    Never raises: what cannot be read is `unrelated`, and stops nobody. The order matters: a report
    is no answer, an answer by a machine is none by a person.
    """
    try:
        return _first(read_mail(raw), sorter)
    except Exception as error:  # Strangers choose the bytes: whatever they provoke stops nobody.
        detail = f"It could not be read: {type(error).__name__}."
        return Verdict(kind=MailKind.UNRELATED, confidence=0.1, evidence=detail)


def _first(mail: ReceivedMail, sorter: ReplySorter) -> Verdict:
    if not mail.headers:
        return Verdict(kind=MailKind.UNRELATED, confidence=0.2, evidence="It has no headers.")
    found = (verdict for look in LOOKS if (verdict := look(mail)) is not None)
    return next(found, None) or _reply(mail, sorter)


def _reply(mail: ReceivedMail, sorter: ReplySorter) -> Verdict:
    own = own_text(mail.text)
    sort = sorter.sort(without_signature(own))
    return Verdict(
        kind=MailKind.REPLY,
        confidence=0.9 if is_by_person(mail) else 0.8 if answers(mail) else 0.6,
        evidence=f"Nothing speaks for a machine: a person wrote it; {sort.evidence}.",
        category=sort.category,
    )


def is_complaint(mail: ReceivedMail) -> Verdict | None:
    """Say whether a provider reports that somebody called our mail spam (RFC 5965)."""
    flat = mail.content_type.replace('"', "")
    is_report = "report-type=feedback-report" in flat or bool(mail.feedback)
    if is_report:
        kind = re.search(r"(?im)^feedback-type:\s*([\w-]+)", mail.feedback)
        named = kind.group(1).lower() if kind else "abuse"
        if named in (
            "abuse",
            "fraud",
            "virus",
            "other",
            "opt-out",
            "opt-out-list",
            "miscategorized",
        ):
            return _complaint(mail, 0.97, f"A feedback report: {named}.")
        return Verdict(
            kind=MailKind.UNRELATED, confidence=0.9, evidence=f"A feedback report: {named}."
        )
    if mail.has("x-hmxmroriginalrecipient") or re.match(
        r"(?i)complaint about message from|(?:email )?(?:abuse|feedback|spam) report", mail.subject
    ):
        return _complaint(mail, 0.8, "A provider's complaint.")
    return None


def _complaint(mail: ReceivedMail, confidence: float, evidence: str) -> Verdict:
    found = re.search(r"(?im)^message-id:\s*(<[^<>\s]+>)", mail.returned)
    to = re.search(
        r"(?im)^(?:original-rcpt-to|removal-recipient):\s*<?([^\s<>]+@[^\s<>]+)", mail.feedback
    )
    return Verdict(
        kind=MailKind.COMPLAINT,
        confidence=confidence,
        evidence=evidence,
        recipient=to.group(1).lower() if to else None,
        message_id=found.group(1) if found else None,
    )


def _bounce(mail: ReceivedMail) -> Verdict | None:
    if bulk.is_campaign(mail) and not mail.reports:
        return None  # A newsletter may speak of bounces.
    verdict = bounces.look(mail)
    if verdict is None or verdict.kind not in BOUNCES:
        return verdict
    if not mail.reports and mail.header("auto-submitted").lower().startswith("auto-replied"):
        answered = automatic.is_auto_reply(mail)
        if (
            answered is not None
            and verdict.confidence < _SURE
            and not is_system(mail.header("from"))
            and not mail.has("x-failed-recipients")
        ):
            return answered  # An absence note of a postmaster's making.
    return verdict


_SURE = 0.85

LOOKS: tuple[Look, ...] = (
    is_complaint,
    receipts.is_receipt,
    automatic.is_challenge,
    _bounce,
    receipts.is_calendar,
    automatic.is_auto_reply,
    optout.is_asked_by_subject,
    bulk.is_unrelated,
    optout.is_opt_out,
)
"""The questions, in their order; who answers none of them is a person."""
