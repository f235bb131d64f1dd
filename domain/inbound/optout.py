"""Recognises that somebody wants no more mail: in words, or by a mail to the unsubscribe address."""

import re

from domain.inbound.parsing import ReceivedMail
from domain.inbound.quoting import own_text, without_signature
from domain.inbound.verdict import MailKind, Verdict

MOST = 300  #: Characters: who writes more than this has something else to say, too.

_WORDS = re.compile(
    r"(?i)\bunsubscribe\b|\bopt(?:ing)?[- ]?(?:me )?out\b|(?:remove|take|delete|drop) (?:me|my (?:name|e-?mail|address|details|data))\b.{0,40}(?:list|database|mailing|from|off|system|records)|please (?:remove|delist) me|stop (?:e-?mailing|mailing|contacting|messaging|writing|sending|spamming)"
    r"|(?:do not|don'?t|never) (?:e-?mail|contact|write|message|mail) (?:to )?me|no (?:more|further) (?:e-?mails?|messages|mails?|contact)|(?:not?|n't) (?:wish|want|like|care) to (?:receive|be contacted|get|hear).{0,40}|leave me alone|(?:off|from) (?:your|this|the) (?:mailing )?list|^\W*(?:please |pls )?(?:stop|stop it|remove|remove me|delete me|unsub|unsubscribe(?: me)?|opt ?out|cancel|end|quit)(?: please| now| thanks?| thank you)?\W*$"
    r"|\babmelden\b|abbestellen|austragen|(?:nehmen|nehmt|nimm|streichen|löschen|lösche|entfernen|entferne) (?:sie )?(?:bitte )?(?:mich|meine|mir)|keine (?:weiteren )?(?:e-?mails|mails|nachrichten|anfragen|kontakt)|(?:nicht (?:mehr|weiter|wieder)|nie (?:mehr|wieder)) (?:\w+ ){0,2}(?:kontaktier|anschreib|angeschrieben|schreib|kontakt|an(?:mail|schreib)|belästig|zu?schick)|(?:möchte|will|wünsche) (?:\w+ ){0,2}keine"
    r"|(?:schreib|mail|kontaktier)\w* (?:sie |ihr )?mir? (?:bitte )?(?:nie|nicht) (?:mehr|wieder)|désabonn|désinscri|(?:retire?|enlev|supprim|ray)(?:ez|er|r|-)?[- ]?(?:moi|mon|mes|de votre)|ne (?:plus|me) (?:me |plus )?(?:contacter|contactez|recevoir|envoyer|envoyez|écrire)|plus (?:recevoir|de (?:mails?|messages|courriels))"
    r"|(?:darme|dar(?:se)?|denme|deme) de baja|\bbaja\b(?: por favor)?\s*$|no (?:me )?(?:contacte|escriba|env[ií]e)\w* m[aá]s|no (?:quiero|deseo) (?:recibir|que me|m[aá]s)|no me (?:escrib|contact|env[ií]|molest|mand)\w+(?: m[aá]s)?|dejen? de (?:enviar|escrib|contact|mand|molest)|(?:eliminen?|borren?|quiten?)(?:me|r)? .{0,30}(?:lista|base)|cancelar (?:la )?suscripci"
    r"|(?:remov|retir|exclu|descadastr)\w*[- ]?(?:me|meu).{0,30}|não (?:quero|desejo) (?:mais )?(?:receber|ser|mais)|não (?:me )?(?:contact|envi|mand|escrev)\w+ mais|parem? de me|pare de (?:enviar|me)|cancellami|disiscri|(?:rimuov|toglie|cancella)\w*mi|non (?:voglio|desidero) (?:più )?(?:ricevere|essere)|non (?:mi )?(?:contatt|scriv|invi|mand)\w+ più|smett\w+ di (?:scriv|contatt|invi|mand)"
    r"|afmelden|uitschrijven|(?:verwijder|haal) (?:mij|me|mijn)|geen (?:e-?mails?|berichten|mails?) meer|(?:niet|nooit) meer (?:\w+ ){0,3}(?:mail|contact|benader|schrijv|sturen)|schrijf me uit|stop met (?:mail|stur|contact)|houd op|avregistrera|avprenumerera|ta bort mig|inga fler (?:mejl|mail|e-post)|kontakta (?:mig|oss) inte|sluta (?:skicka|mejla|maila|kontakta)|skicka inga|ikke kontakt|ikke send|slutt (?:å|med)|stop med at|avmeld|meld meg av|fjern meg|afmeld|slet mig|ikke (?:flere|mer) (?:mails?|e-post)|peruuta tilaus|poistakaa (?:minut|minua)|älkää lähettäkö"
    r"|ottakaa minut pois|älkää (?:ottako|lähettäkö)|proszę (?:mnie )?(?:usunąć|wypisać|nie (?:pisać|wysyłać|kontaktować))|wypisz|wypisać|usuń(?:cie)? (?:mnie|mój)|nie (?:chcę|życzę sobie) (?:otrzymywać|dostawać|więcej)|odhlásit|odhlaste|nechci (?:dostávat|dále)|(?:už |víc )?(?:mi|mě) (?:už )?ne(?:pište|posílejte|kontaktujte)|vyřaďte mě|neposielajte|leiratkoz|ne (?:küldjenek|írjanak|keressenek)|töröljenek|dezabon|nu mai (?:doresc|vreau|trimite|scrie|contacta)|nu mă mai|ștergeți|abonelikten çık|listeden çıkar|(?:mail|e-?posta|mesaj) (?:atmayın|göndermeyin)|beni (?:listeden|aramayın)|bana (?:yazma|mail)"
    r"|отпис(?:ать|ат|аться|ите)|удалите меня|не (?:пишите|присылайте|беспокойте)|больше (?:мне )?не (?:пиш|присыл|беспок|отправ)|(?:уберите|исключите|вычеркните) меня|прекратите|не (?:надо|нужно) (?:мне )?(?:писать|присылать)|більше не|не (?:пишіть|надсилайте)|видаліть мене|διαγρα(?:φή|ψτε)|μη(?:ν)? (?:μου )?(?:ξανα)?(?:στέλν|γράφ|επικοινων)|не ми пиш|ne (?:šaljite|pišite|kontaktirajte)|odjav|відпис|配信(?:停止|解除)|(?:メール|連絡).{0,10}(?:不要|停止|送らないで|しないで)|退订|退訂|取消订阅|不要再(?:发|發|联系|聯絡)|(?:もう|今後).{0,12}(?:送らない|連絡しない|メールしない|不要)|別(?:再)?(?:发|發|联系)|别(?:再)?(?:发|给我发|联系)|不(?:要|想)(?:再)?(?:给我|收到|联系|发)|請勿再|请勿再|移除我|删除我|刪除我|수신 ?거부|(?:그만|더 ?이상).{0,12}(?:보내|연락)|연락하지|구독 ?취소|إلغاء الاشتراك|لا (?:ترسل|تراسل|تتواصل)|توقف عن|أزل|ازال[ةه]|הפסיק|אל (?:תשלח|תפנ|תכתב)|הסירו אותי|הסר אותי|הסרה|hủy đăng ký|đừng (?:gửi|liên hệ)|berhenti (?:kirim|mengirim)|jangan (?:kirim|hubungi)|ยกเลิก|หยุดส่ง"
)
_SUBJECT = re.compile(
    r"(?i)^\s*(?:(?:re|aw|sv)\s*:\s*)*(?:unsubscribe|unsub|opt[- ]?out|remove(?: me)?|stop|abmelden|abmeldung|abbestellen|désabonnement|désinscription|desinscription|baja|darse de baja|cancelar|cancellami|afmelden|uitschrijven|avregistrera|отписаться|退订|配信停止)\b"
)
_NOT = re.compile(
    r"(?i)how (?:do|can) (?:i|we) unsubscribe|(?:already|just|i) unsubscribed|(?:click|link|button).{0,40}unsubscribe|to unsubscribe|unsubscribe (?:link|from this (?:list|newsletter) (?:by|at|click))|not unsubscribe|(?:phone|call|cc|wait(?:ing)?) ?list"
    r"|from (?:the |further |your )?(?:consideration|process|running|candidate|shortlist)|(?:don'?t|do not|never) (?:e-?mail|contact|write|message|mail) (?:to )?me (?:before|until|by phone|at (?:work|my work|this)|on (?:this|my|week)|here|during|today|tomorrow|this|via|through|in the|about)"
    r"|\b(?:calls?|attachments?|phone)\b.{0,20}$|\b(?:rather|instead)\b|nicht (?:mehr|weiter) (?:auf|unter|vor|tagsüber|telefonisch)|bis (?:zum|ende|nächst)|\b(?:avant|antes d[eo]|prima d[ei])\b"
)
"""What uses the same words and means something else."""


def is_opt_out(mail: ReceivedMail) -> Verdict | None:
    """Say whether the sender wants no more mail; only their own, short words count."""
    own = without_signature(own_text(mail.text)).replace("’", "'").strip()
    if _SUBJECT.search(mail.subject) and len(own) <= MOST and not own.count("http") > 1:
        return _found(0.95, "Its subject asks to be taken off.")
    if not own or len(own) > MOST:
        return None
    if _WORDS.search(own) and not _NOT.search(own):
        return _found(0.9, "They ask, in their own words, for no more mail.")
    return None


def _found(confidence: float, evidence: str) -> Verdict:
    return Verdict(kind=MailKind.UNSUBSCRIBE, confidence=confidence, evidence=evidence)
