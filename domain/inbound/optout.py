"""Recognises that somebody wants no more mail: in words, or by a mail to the unsubscribe address."""

import re

from domain.inbound.parsing import ReceivedMail
from domain.inbound.quoting import own_text
from domain.inbound.verdict import MailKind, Verdict

MOST = 300  #: Characters: who writes more than this has something else to say, too.

_WORDS = re.compile(
    r"(?i)\bunsubscribe\b|\bopt(?:ing)?[- ]?(?:me )?out\b|(?:remove|take|delete|drop) (?:me|my (?:name|e-?mail|address|details|data))\b.{0,40}(?:list|database|mailing|from|off|system|records)|please (?:remove|delist) me|stop (?:e-?mailing|mailing|contacting|messaging|writing|sending|spamming)"
    r"|(?:do not|don'?t|never) (?:e-?mail|contact|write|message|mail) (?:to )?me|no (?:more|further) (?:e-?mails?|messages|mails?|contact)|not? (?:wish|want) to (?:receive|be contacted|get|hear).{0,40}|leave me alone|(?:off|from) (?:your|this|the) (?:mailing )?list|^\s*(?:stop|remove|remove me|unsub|unsubscribe me)\s*[.!]*\s*$"
    r"|\babmelden\b|abbestellen|austragen|(?:nehmen|streichen|löschen|entfernen) sie (?:mich|meine)|keine (?:weiteren )?(?:e-?mails|mails|nachrichten|anfragen|kontakt)|(?:nicht (?:mehr|weiter) )(?:kontaktier|anschreib|schreib|kontakt)"
    r"|désabonn|désinscri|(?:retire|enlev|supprim|ray)(?:ez|er|r)?[- ]?(?:moi|mon|mes|de votre)|ne (?:plus|me) (?:me |plus )?(?:contacter|contactez|recevoir|envoyer|envoyez|écrire)|plus (?:recevoir|de (?:mails?|messages|courriels))"
    r"|(?:darme|dar(?:se)?|denme|deme) de baja|\bbaja\b(?: por favor)?\s*$|no (?:me )?(?:contacte|escriba|env[ií]e)\w* m[aá]s|no (?:quiero|deseo) (?:recibir|que me)|(?:eliminen?|borren?|quiten?)(?:me|r)? .{0,30}(?:lista|base)|cancelar (?:la )?suscripci"
    r"|(?:remov|retir|exclu|descadastr)\w*[- ]?(?:me|meu).{0,30}|não (?:quero|desejo) (?:mais )?(?:receber|ser)|pare de (?:enviar|me)|cancellami|disiscri|(?:rimuov|toglie|cancella)\w*mi|non (?:voglio|desidero) (?:più )?(?:ricevere|essere)|non (?:mi )?contatt\w+ più"
    r"|afmelden|uitschrijven|(?:verwijder|haal) (?:mij|me|mijn)|geen (?:e-?mails?|berichten|mails?) meer|niet meer (?:mailen|contact|benader)|avregistrera|avprenumerera|ta bort mig|inga fler (?:mejl|mail|e-post)|avmeld|meld meg av|fjern meg|afmeld|slet mig|ikke (?:flere|mer) (?:mails?|e-post)|peruuta tilaus|poistakaa (?:minut|minua)|älkää lähettäkö"
    r"|wypisz|wypisać|usuń(?:cie)? (?:mnie|mój)|nie (?:chcę|życzę sobie) (?:otrzymywać|dostawać|więcej)|odhlásit|odhlaste|nechci (?:dostávat|dále)|leiratkoz|ne küldjenek|dezabon|nu mai (?:doresc|vreau)|abonelikten çık|listeden çıkar|mail (?:atmayın|göndermeyin)"
    r"|отпис(?:ать|ат|аться|ите)|удалите меня|не (?:пишите|присылайте|беспокойте)|больше не (?:пиш|присыл)|відпис|配信(?:停止|解除)|(?:メール|連絡).{0,10}(?:不要|停止|送らないで|しないで)|退订|退訂|取消订阅|不要再(?:发|發|联系|聯絡)|수신 ?거부|구독 ?취소|إلغاء الاشتراك|הסר אותי|הסרה"
)
_SUBJECT = re.compile(
    r"(?i)^\s*(?:(?:re|aw|sv)\s*:\s*)*(?:unsubscribe|unsub|opt[- ]?out|remove(?: me)?|stop|abmelden|abmeldung|abbestellen|désabonnement|désinscription|desinscription|baja|darse de baja|cancelar|cancellami|afmelden|uitschrijven|avregistrera|отписаться|退订|配信停止)\b"
)
_NOT = re.compile(
    r"(?i)how (?:do|can) (?:i|we) unsubscribe|already unsubscribed|(?:click|link|button).{0,40}unsubscribe|to unsubscribe|unsubscribe (?:link|from this (?:list|newsletter) (?:by|at|click))|not unsubscribe|phone list|call list|cc list"
)


def is_opt_out(mail: ReceivedMail) -> Verdict | None:
    """Say whether the sender wants no more mail; only their own, short words count."""
    own = own_text(mail.text).strip()
    if _SUBJECT.search(mail.subject) and len(own) <= MOST and not own.count("http") > 1:
        return _found(0.95, "Its subject asks to be taken off.")
    if not own or len(own) > MOST:
        return None
    if _WORDS.search(own) and not _NOT.search(own):
        return _found(0.9, "They ask, in their own words, for no more mail.")
    return None


def _found(confidence: float, evidence: str) -> Verdict:
    return Verdict(kind=MailKind.UNSUBSCRIBE, confidence=confidence, evidence=evidence)
