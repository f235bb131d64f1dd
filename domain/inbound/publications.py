"""Recognises what is written for many readers: newsletters and notices that answer nothing.

Many senders set no header for it. What remains is how it looks: it says how to leave, it is long,
it is full of links, its sender is a service.
"""

import re

from domain.inbound.keen import KEEN
from domain.inbound.parsing import ReceivedMail
from domain.inbound.people import answers, has_program
from domain.inbound.services import looks_of_sender

_LEAVE = re.compile(
    r"(?i)unsubscri|(?:to be|be) removed from|(?:you(?:'re| are| have)?|this e?-?mail (?:is|was)) (?:receiv\w+ this|sent to|being sent)|(?:this|the) (?:message|e-?mail) was sent to|view (?:this )?(?:in|online)|(?:manage|update) (?:your )?(?:communication |e-?mail )?preferences|(?:currently|are) subscribed|your (?:text-only )?subscription"
    r"|abbestellen|newsletter abmelden|se désinscrire|désabonn|darse de baja|cancelar (?:la )?suscripci|descadastr|cancella l'iscrizione|annulla l'iscrizione|uitschrijven|avregistrera|avsluta prenumeration|peruuta tilaus|wypisz|odhlásit|leiratkoz|dezabon|отписаться|відписатися|abonelikten|κατάργηση εγγραφής|הסרה מרשימ|إلغاء الاشتراك|配信停止|配信解除|退订|退訂|수신 ?거부|ยกเลิกการรับ|hủy đăng ký|berhenti berlangganan"
)
"""How to leave, or why one got it: said to readers, hardly ever to one person."""
_FOR_READERS = re.compile(
    r"(?i)subscri(?:be|ption|ber)|mailing list|newsletter|privacy (?:policy|statement)|all rights reserved|©|\(c\) ?(?:19|20)\d\d|copyright \W{0,4}(?:19|20)\d\d|to a friend|abonnement|impressum|mentions légales|suscripci|prenumeration|подписк|구독"
)
"""Words that people's letters and signatures have, too."""
_GREETING = re.compile(
    r"(?i)\W*(?:hi|hello|dear|hey|good (?:morning|afternoon)|hallo|guten tag|liebe\w?|sehr geehrte\w?|bonjour|hola|ol[áa]|ciao|buongiorno|hej|hei|cześć|dzień dobry|здравствуйте|добрый день|merhaba|salve|caro|cara|prezad[ao])\b.{0,40}$"
)
_TO_US = re.compile(
    r"(?i)(?:thank(?:s| you)|danke|dank|merci|gracias|grazie|obrigad[oa]|bedankt) (?:for|für|pour|por|per|pelo|pela|voor) (?:your|ihre|votre|su|tu|la tua|il tuo|seu|sua|je|uw)\b(?! (?:order|purchase|subscri|interest in))|\bmy (?:cv|resume|résumé|portfolio|profile|application)\b|mein(?:en?)? (?:lebenslauf|cv|bewerbung)|mon (?:cv|profil)|mi (?:cv|perfil|curr[ií]cul)|mio cv|meu (?:cv|curr[ií]culo)"
)
"""It speaks to one reader, who wrote before: a person's mail, however long."""
_LINK = re.compile(r"(?i)https?://|\bwww\.")
_MANY = 4  #: Links: people who write anew give one or two.
_LONG = 1_500  #: Characters.
_A_LINE = 120  #: Characters of a greeting's line.
_SHORT = 500  #: Characters: shorter mails speak for themselves.
_OF_SENDERS = (
    "errors-to",
    "list-id",
    "list-unsubscribe",
    "x-list-unsubscribe",
    "precedence",
    "mailing-list",
    "x-mailing-list",
    "bounces-to",
)


def is_publication(mail: ReceivedMail) -> bool:
    """Say whether it is written for many: it speaks to its readers, and looks like it besides.

    Who wants to hear more, in few words, is a person; so is whoever greets one reader and looks like
    no service.
    """
    if answers(mail) or _speaks_to_one(mail.text[:_SHORT], len(mail.text)):
        return False
    sends = (looks_of_sender(mail) > 0, mail.has(*_OF_SENDERS))
    if not any(sends) and _GREETING.match(mail.text.lstrip().partition("\n")[0][:_A_LINE]):
        return False
    fills = (len(mail.text) > _LONG, len(_LINK.findall(mail.shown)) >= _MANY)
    words = {one.lower() for one in _FOR_READERS.findall(mail.shown)}
    if not _LEAVE.search(mail.shown) and not (words and (any(sends) or all(fills))):
        return False
    return sum((*sends, *fills, len(words) > 1)) >= _least(mail)


def _speaks_to_one(beginning: str, length: int) -> bool:
    return bool(_TO_US.search(beginning) or (length < _SHORT and KEEN.search(beginning)))


def _least(mail: ReceivedMail) -> int:
    """Say how many looks it needs: more where a person's program wrote it, or it is short."""
    if has_program(mail):
        return 3
    return 1 if len(mail.text) >= _SHORT else 2
