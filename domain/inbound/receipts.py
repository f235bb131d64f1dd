"""Recognises receipts (RFC 8098) and calendars' mail (RFC 5546): nobody answered with these."""

import re

from domain.inbound.parsing import ReceivedMail
from domain.inbound.people import answers, has_program
from domain.inbound.quoting import own_text
from domain.inbound.verdict import MailKind, Verdict

_SUBJECT = re.compile(
    r"(?i)^(?:read|not read|gelesen|ungelesen|nicht gelesen|lue?|non lue?|leído|leido|no leído|letto|non letto|lid[ao]|não lid[ao]|gelezen|niet gelezen|läst|oläst|lest|læst|ulæst|ulest|luettu|lukematta|przeczytano|nie przeczytano|přečteno|nepřečteno|olvasott|citit|okundu|прочитано|не прочитано|прочтено|开封|開封済み|開封|未開封|已读|已讀|未读|未讀|읽음|return receipt|read receipt|delivered|relayed|delivery receipt|read-receipt|disposition notification|empfangsbestätigung|lesebestätigung|accusé de (?:lecture|réception)|confirmación de lectura|conferma di lettura|recibo de lectura|leesbevestiging)\s*(?:\([^)]*\))?\s*(?:[:：]| - )"
)
_SAYS = re.compile(
    r"(?i)\bwas (?:read|displayed|opened|deleted without being read|deleted unread)\b|return receipt for the mail|this is a (?:return|read|delivery) receipt|receipt (?:only )?(?:acknowledges|confirms|verifies)|has been (?:read|displayed|delivered)\b|(?:wurde|ist) (?:am .{4,40})?(?:gelesen|angezeigt|ungelesen gelöscht)|a été (?:lue?|affichée?|supprimée? sans)|(?:se )?(?:leyó|ha sido leído|se eliminó sin)|è stat[oa] (?:lett[oa]|visualizzat|eliminat)|foi (?:lid[ao]|exibid|excluíd[ao] sem)|(?:is|werd) (?:gelezen|op .{4,40}gelezen|weergegeven|verwijderd zonder)|(?:lästes|har lästs|ble lest|blev læst)|został[ao]? (?:przeczytan|wyświetlon|usunięt)|byl[ao]? (?:přečten|zobrazen)|(?:было |письмо )?(?:прочитано|прочтено|просмотрено)|(?:開封|表示)され|已(?:被)?(?:阅读|閱讀|读取|显示)|읽었|확인되었"
)
_REJECTED = re.compile(
    r"(?i)automatically rejected|was (?:automatically )?(?:rejected|refused|not delivered)|could not be delivered|wurde (?:automatisch )?abgelehnt|quota exceeded|mail filtering program"
)
_CALENDAR = re.compile(
    r"(?i)^(?:accepted|declined|tentative(?:ly accepted)?|cancell?ed(?: event)?|invitation|updated invitation|new (?:time|event)(?: proposed)?|proposed new time|reminder"
    r"|zugesagt|angenommen|abgesagt|mit vorbehalt|unter vorbehalt|abgelehnt|einladung|terminabsage|neue zeit vorgeschlagen|accepté|refusé|provisoire|annulé|invitation|nouvelle heure proposée|aceptad[oa]|rechazad[oa]|provisional|cancelad[oa]|invitación|accettat[oa]|rifiutat[oa]|provvisorio|annullat[oa]|invito|aceit[oa]|recusad[oa]|provisóri[oa]|convite"
    r"|geaccepteerd|afgewezen|geweigerd|voorlopig|geannuleerd|uitnodiging|hyväksytty|hylätty|alustava|peruutettu|accepterat|avböjt|preliminärt|inställt|inbjudan|akseptert|avslått|accepteret|afvist|foreløbig|aflyst|przyjęto|zaakceptowano|odrzucono|wstępnie|anulowano|zaproszenie|přijato|odmítnuto|zrušeno|pozvánka|elfogadva|elutasítva|acceptat|respins|kabul edildi|reddedildi|принято|отклонено|под вопросом|отменено|приглашение|承諾|辞退|仮承諾|キャンセル|招待|已接受|已拒绝|已拒絕|暂定|已取消|邀请|邀請|수락됨|거절됨|미정|취소됨|초대)\s*[:：]"
)
_A_COMMENT = 4  #: Words.
_OF_CALENDARS = re.compile(
    r"(?i)google (?:calendar|kalender|agenda|calendário|kalendar)|calendar\.google|https?://|heeft deze|har (?:accepterat|avböjt|takket|godtatt)|on hyväksynyt|przyj[ąę]|zaakceptował|přijal|elfogadta|a acceptat|kabul etti|принял|承諾|接受|수락|\b20\d\d\b.{0,20}\d{1,2}[:.]\d\d|(?:has|have) (?:accepted|declined|tentatively)|hat (?:diese|die|ihre) einladung|a (?:accepté|refusé)|ha (?:aceptado|rechazado|accettato|rifiutato)|(?:when|wann|quand|cuándo|quando|wanneer)\s*:|microsoft teams|zoom\.us|view (?:event|your calendar)|invitation from"
)
_ANSWERED = ("REPLY", "COUNTER", "DECLINECOUNTER", "REFRESH")


def is_receipt(mail: ReceivedMail) -> Verdict | None:
    """Say whether it only confirms that something was read or delivered."""
    flat = mail.content_type.replace('"', "")
    notified = "report-type=disposition-notification" in flat or bool(mail.disposition)
    notified = notified or "message/disposition-notification" in mail.types
    if notified:
        if _REJECTED.search(mail.shown[:3_000]):
            return None  # Some write that a mail came back in the form of a receipt.
        return _found(MailKind.RECEIPT, 0.97, "A disposition notification (RFC 8098).")
    own = mail.shown[:2_000].strip()
    says = _SAYS.search(own) is not None
    named = _SUBJECT.search(mail.subject) is not None or mail.has("x-mdn", "disposition")
    if named and (says or not own) and "?" not in own and not has_program(mail):
        return _found(MailKind.RECEIPT, 0.85, "Its subject and words are those of a receipt.")
    if "urn:content-classes:mdn" in mail.header("content-class").lower():
        return _found(MailKind.RECEIPT, 0.95, "Exchange's class of receipts.")
    return None


def is_calendar(mail: ReceivedMail) -> Verdict | None:
    """Say whether it invites, or answers an invitation; not a person's mail that a file came with."""
    named = _CALENDAR.search(mail.subject) is not None
    if "calendarmessage" in mail.header("content-class").lower():
        return _found(MailKind.CALENDAR, 0.95, "Exchange's class of calendar mail.")
    if mail.calendar in _ANSWERED and _has_comment(mail):
        return None
    if mail.calendar:
        shown = mail.calendar_shown or named or mail.calendar in _ANSWERED
        if shown or not (answers(mail) and own_text(mail.text)):
            return _found(MailKind.CALENDAR, 0.95, f"A calendar's {mail.calendar}.")
    tnef = any(one.lower() == "winmail.dat" for one in mail.names)
    if named and (tnef or any(one.lower().endswith(".ics") for one in mail.names)):
        return _found(MailKind.CALENDAR, 0.85, "An invitation is attached.")
    return None


def _has_comment(mail: ReceivedMail) -> bool:
    """Say whether somebody wrote something to their answer; calendars' own words are none."""
    own = " ".join(own_text(mail.text).split())
    return answers(mail) and len(own.split()) >= _A_COMMENT and not _OF_CALENDARS.search(own)


def _found(kind: MailKind, confidence: float, evidence: str) -> Verdict:
    return Verdict(kind=kind, confidence=confidence, evidence=evidence)
