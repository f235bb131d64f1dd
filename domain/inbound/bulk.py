"""Recognises what is sent to many, or by machines on their own: newsletters, digests, notices."""

import re

from domain.inbound.parsing import ReceivedMail
from domain.inbound.people import answers, is_by_person
from domain.inbound.publications import is_publication
from domain.inbound.services import OF_SENDERS, is_service
from domain.inbound.verdict import MailKind, Verdict

_NEWS = re.compile(
    r"(?i)\bnewsletter\b|\bdigest\b|\bweekly\b|\bdaily\b|\bissue \d|vol(?:ume)?\.? ?\d+|% off|\bsale\b|\bwebinar\b|notification|\balert\b|invoice|receipt (?:for|from)|order (?:confirm|#|number)|password|security|verify your|statement|report for|\bcron\b|abridged summary|unsubscribe|rechnung|bestellung|facture|commande|factura|pedido|メルマガ|ニュース"
)
_DIGEST = re.compile(
    r"(?i)^\w+ (?:\w+ )?\S+@googlegroups\.com\W|\bdigest\b.{0,40}(?:vol|number|issue|#|\d)|^digest for |abridged summary of|\bdigest,? |\d+ (?:new )?(?:messages|updates|topics) in \d+|\[digest\]|zusammenfassung von|résumé de la liste"
)
_OF_A_LIST = re.compile(
    r"(?i)^confirm (?:subscribe|unsubscribe|[0-9a-f]{16,})|^your message to .{1,80} awaits moderator approval|^welcome to the .{1,60} (?:mailing )?list|mailing list memberships? reminder|\bpost from \S+ requires approval|^\d+ .{1,60} (?:moderator|admin) request\(s\) waiting"
)
_NOBODY = re.compile(
    r"(?i)^(?:nobody|no.?reply|do.?not.?reply|donotreply|notifications?|notify|newsletters?|digest|alerts?|mailer|bounces?|automated|root|cron|daemon|listserv|majordomo|mailman|rss-?feeds?|[\w-]+-daemon|[\w-]+-robot)(?:[+._-][^@]*)?@|.*-(?:request|bounces|owner|digest)@|.*(?:no-?reply|donotreply|do-not-reply|nicht-?antworten|keine-?antwort|ne-?pas-?repondre|no-?responder?|n[ãa]o-?respond\w*|no-?contest\w*|non?-?rispondere|inte-?svara|svara-?inte|nie-?odpowiada\w*)@"
)
_OFFICE = re.compile(
    r"(?i)^(?:news|updates?|marketing|auto|system|billing|invoices?|receipts?|rechnung(?:en)?|orders?|info-?mail|jobs|survey|team|hello|reports?)(?:[+._-][^@]*)?@"
)
"""Addresses from which much is sent that wants no answer; people write from them, too."""

_OF_CAMPAIGNS = (
    "x-campaign",
    "x-campaignid",
    "x-campaign-id",
    "x-csa-complaints",
    "x-mc-user",
    "x-mailer-recptid",
    "x-sfmc-stack",
    "x-rpcampaign",
    "x-mailin-campaign",
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
"""Headers of campaigns and of services that notify."""

_RELAYED = re.compile(
    r"(?i)hit-reply@linkedin\.com|\b(?:via|über|par|por|tramite|przez) (?:linkedin|xing|indeed|stepstone)\b.{0,80}@|\bhat (?:dir|ihnen) geantwortet|replied to your (?:message|inmail)"
)
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
    if is_relayed(mail):
        return None
    return (
        _of_a_program(mail) or (None if _may_answer(mail) else _to_many(mail)) or _published(mail)
    )


def _published(mail: ReceivedMail) -> Verdict | None:
    if _is_of_peoples_list(mail) or not is_publication(mail):
        return None
    return _found(0.7, "Written for many readers, by its looks, and answers nothing.")


def _of_a_program(mail: ReceivedMail) -> Verdict | None:
    if mail.content_type.startswith("multipart/digest") or (
        (_DIGEST.search(mail.subject) or "multipart/digest" in mail.types)
        and (is_list(mail) or is_nobody(mail))
        and not is_by_person(mail)
    ):
        return _found(0.95, "A digest.")
    if _OF_A_LIST.search(mail.subject):
        return _found(0.85, "What a list's program says of itself.")
    if is_report(mail):
        return _found(0.95, "A report on our domain.")
    if mail.header("auto-submitted").lower().startswith(("auto-generated", "auto-notified")):
        return _found(0.9, "A machine's notice, not an answer.")
    return None


def is_report(mail: ReceivedMail) -> bool:
    """Say whether it reports on how others' servers treat our domain (RFC 7489, RFC 8460)."""
    return not answers(mail) and re.match(r"(?i)report domain:", mail.subject) is not None


def is_relayed(mail: ReceivedMail) -> bool:
    """Say whether a network passed on what somebody wrote there: it is theirs."""
    return not is_nobody(mail) and bool(_RELAYED.search(f"{mail.header('from')} {mail.subject}"))


def _may_answer(mail: ReceivedMail) -> bool:
    """Say whether a person may have answered: no campaign's header speaks against it."""
    pretends = is_sent_to_many(mail) and not mail.has("in-reply-to", "references")
    answered = answers(mail) and not pretends and not (is_nobody(mail) and is_bulk(mail))
    return (is_by_person(mail) or answered) and not mail.has(*_OF_CAMPAIGNS)


def _to_many(mail: ReceivedMail) -> Verdict | None:
    if is_nobody(mail):
        return _found(0.85, "Sent from an address that nobody reads.")
    if is_bulk(mail) and not _is_of_peoples_list(mail):
        return _found(0.9, "Headers of mail to many.")
    wants_none = _NEWS.search(mail.subject) or _LEAVE.search(mail.shown[:20_000])
    if wants_none and (mail.has(*OF_SENDERS, "x-job") or _OFFICE.search(mail.from_address)):
        return _found(0.8, "A service's mail, or an office's, that wants no answer.")
    if wants_none and is_list(mail) and not _is_of_peoples_list(mail):
        return _found(0.8, "A list's mail.")
    if _is_of_peoples_list(mail):
        announces = re.search(r"(?i)newsletter|\bannounce", _named(mail))
        return _found(0.8, "A list that announces.") if announces else None
    if not answers(mail) and is_service(mail):
        return _found(0.75, "A service's mail, by its sender and words, that answers nothing.")
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


def is_campaign(mail: ReceivedMail) -> bool:
    """Say whether it is a campaign's: it names how to leave its list, and what sent it."""
    return mail.has("list-unsubscribe") and mail.has(*_OF_CAMPAIGNS)


def is_sent_to_many(mail: ReceivedMail) -> bool:
    """Say whether it names how to leave a list, or a service that sends for others."""
    return mail.has("list-unsubscribe", *_OF_CAMPAIGNS)


def _is_of_peoples_list(mail: ReceivedMail) -> bool:
    """Say whether people write to one another on the list that passed it on."""
    if mail.has(*_OF_CAMPAIGNS) or is_nobody(mail):
        return False
    return mail.has(*_OF_PEOPLES_LISTS) or (
        mail.has("list-id") and mail.header("precedence").lower().strip() in ("bulk", "list")
    )


def _named(mail: ReceivedMail) -> str:
    return f"{mail.subject} {mail.header('list-id')} {mail.header('list-post')}"


def _found(confidence: float, evidence: str) -> Verdict:
    return Verdict(kind=MailKind.UNRELATED, confidence=confidence, evidence=evidence)
