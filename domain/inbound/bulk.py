"""Recognises what is sent to many, or by machines on their own: newsletters, digests, notices."""

import re

from domain.inbound.parsing import ReceivedMail
from domain.inbound.people import answers, is_by_person
from domain.inbound.verdict import MailKind, Verdict

_NEWS = re.compile(
    r"(?i)\bnewsletter\b|\bdigest\b|\bweekly\b|\bdaily\b|\bissue \d|vol(?:ume)?\.? ?\d+|% off|\bsale\b|\bwebinar\b|notification|\balert\b|invoice|receipt for|order (?:confirm|#|number)|password|security|verify your|statement|report for|\bcron\b|abridged summary|unsubscribe|rechnung|bestellung|facture|commande|factura|pedido|メルマガ|ニュース"
)
_DIGEST = re.compile(
    r"(?i)\bdigest\b.{0,40}(?:vol|number|issue|#|\d)|^digest for |abridged summary of|\bdigest,? |\d+ (?:new )?(?:messages|updates|topics) in \d+|\[digest\]|zusammenfassung von|résumé de la liste"
)
_OF_A_LIST = re.compile(
    r"(?i)^confirm (?:subscribe|unsubscribe|[0-9a-f]{16,})|awaits moderator approval|^welcome to the .{1,60} (?:mailing )?list|mailing list memberships? reminder"
)
_NOBODY = re.compile(
    r"(?i)^(?:no.?reply|do.?not.?reply|donotreply|notifications?|notify|newsletters?|digest|alerts?|updates?|marketing|mailer|bounces?|automated|auto|system|root|cron|daemon|listserv|majordomo|mailman|info-?mail|billing|invoice|rechnung|support-?noreply)(?:[+._-][^@]*)?@|^(?:news|mail)@|.*-(?:request|bounces|owner|digest)@|.*(?:no-?reply|donotreply|do-not-reply|nicht-antworten|ne-pas-repondre|noresponder)@"
)
_OF_SENDERS = (
    "feedback-id",
    "x-campaign",
    "x-campaignid",
    "x-campaign-id",
    "x-mailgun-sid",
    "x-csa-complaints",
    "x-mc-user",
    "x-sg-eid",
    "x-mailer-recptid",
    "x-mandrill-user",
    "x-ses-outgoing",
    "x-sfmc-stack",
    "x-report-abuse",
    "x-rpcampaign",
    "x-mailin-campaign",
    "x-mj-mid",
    "x-job",
    "x-sendy",
    "x-phpmailer-campaign",
    "list-unsubscribe-post",
    "x-bulkmail",
    "x-facebook",
    "x-linkedin-class",
    "x-linkedin-template",
    "x-github-reason",
    "x-jira-fingerprint",
)
"""Headers of those who send for others, by the thousand, and of services that notify."""

_OF_PEOPLES_LISTS = (
    "list-post",
    "x-beenthere",
    "x-mailman-version",
    "x-mailing-list",
    "mailing-list",
)
_LEAVE = re.compile(
    r"(?i)unsubscribe|manage (?:your )?(?:preferences|subscription)|view (?:this (?:e-?mail|message) )?(?:in|online|on)|abbestellen|abmelden|newsletter|se désinscrire|désabonner|darse de baja|cancelar (?:la )?suscripción|descadastr|cancella l'iscrizione|afmelden|avregistrera|wypisz|отписаться|配信停止|退订"
)


def is_unrelated(mail: ReceivedMail) -> Verdict | None:
    """Say whether it is a newsletter, a digest or a notice: nobody answers with these."""
    if "multipart/digest" in mail.types or (
        _DIGEST.search(mail.subject) and (is_list(mail) or is_nobody(mail))
    ):
        return _found(0.95, "A digest.")
    if _OF_A_LIST.search(mail.subject):
        return _found(0.85, "What a list's program says of itself.")
    submitted = mail.header("auto-submitted").lower()
    if submitted.startswith(("auto-generated", "auto-notified")):
        return _found(0.9, "A machine's notice, not an answer.")
    if is_by_person(mail) and not mail.has(*_OF_SENDERS):
        return None
    if is_nobody(mail) and not (answers(mail) and not is_bulk(mail)):
        return _found(0.85, "Sent from an address that nobody reads.")
    if answers(mail) and not mail.has(*_OF_SENDERS):
        return None
    if is_bulk(mail) and not _is_of_peoples_list(mail):
        return _found(0.9, "Headers of mail to many.")
    if is_list(mail) and (_NEWS.search(mail.subject) or _LEAVE.search(mail.shown[:20_000])):
        return None if _is_of_peoples_list(mail) else _found(0.8, "A list's mail.")
    if _is_of_peoples_list(mail) and re.search(r"(?i)newsletter|\bannounce", _named(mail)):
        return _found(0.8, "A list that announces.")
    return None


def is_list(mail: ReceivedMail) -> bool:
    """Say whether a list passed it on."""
    return mail.has("list-id", "list-unsubscribe", "list-post")


def is_nobody(mail: ReceivedMail) -> bool:
    """Say whether its sender's address is one that nobody reads."""
    return _NOBODY.search(mail.from_address) is not None


def is_bulk(mail: ReceivedMail) -> bool:
    """Say whether headers say that it went to many."""
    precedence = mail.header("precedence").lower().strip()
    return (
        is_sent_to_many(mail)
        or precedence == "bulk"
        or (precedence in ("list", "junk") and not mail.has("list-post"))
    )


def is_sent_to_many(mail: ReceivedMail) -> bool:
    """Say whether it names how to leave a list, or a service that sends for others."""
    return mail.has("list-unsubscribe", *_OF_SENDERS)


def _is_of_peoples_list(mail: ReceivedMail) -> bool:
    """Say whether people write to one another on the list that passed it on."""
    if mail.has(*_OF_SENDERS) or is_nobody(mail):
        return False
    return mail.has(*_OF_PEOPLES_LISTS) or (
        mail.has("list-id") and mail.header("precedence").lower().strip() in ("bulk", "list")
    )


def _named(mail: ReceivedMail) -> str:
    return f"{mail.subject} {mail.header('list-id')} {mail.header('list-post')}"


def _found(confidence: float, evidence: str) -> Verdict:
    return Verdict(kind=MailKind.UNRELATED, confidence=confidence, evidence=evidence)
