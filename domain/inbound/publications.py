"""Recognises what is written for many readers: newsletters and notices that answer nothing.

Many senders set no header for it. What remains is how it looks: it says how to leave, it is long,
it is full of links, its sender is a service.
"""

import re

from domain.inbound.keen import KEEN
from domain.inbound.parsing import ReceivedMail
from domain.inbound.people import answers, has_program
from domain.inbound.services import looks_of_sender

_FOR_READERS = re.compile(
    r"(?i)unsubscri|subscri(?:be|ption|bed|ber)|(?:to be|be) removed from|(?:you(?:'re| are| have)?|this e?-?mail (?:is|was)) (?:receiv\w+ this|sent to|being sent)|mailing list|newsletter|privacy (?:policy|statement)|all rights reserved|©|\(c\) ?(?:19|20)\d\d|copyright \W{0,4}(?:19|20)\d\d|to a friend|view (?:this )?(?:in|online)|(?:manage|update) (?:your )?(?:communication |e-?mail )?(?:preferences|account)"
    r"|abbestellen|abmelden|abonnement|impressum|se désinscrire|désabonn|mentions légales|darse de baja|suscripci|cancelar|descadastr|cancella l'iscrizione|annulla l'iscrizione|afmelden|uitschrijven|avregistrera|avsluta prenumeration|afmeld|meld deg av|peruuta tilaus|wypisz|odhlásit|leiratkoz|dezabon|отписаться|подписк|відписатися|abonelikten|κατάργηση εγγραφής|הסרה|إلغاء الاشتراك|配信停止|配信解除|退订|退訂|수신 ?거부|구독|ยกเลิก|hủy đăng ký|berhenti berlangganan"
)
_TO_US = re.compile(
    r"(?i)(?:thank(?:s| you)|danke|dank|merci|gracias|grazie|obrigad[oa]|bedankt) (?:for|für|pour|por|per|pelo|pela|voor) (?:your|ihre|votre|su|tu|la tua|il tuo|seu|sua|je|uw)\b(?! (?:order|purchase|subscri|interest in))|\bmy (?:cv|resume|résumé|portfolio|profile|application)\b|mein(?:en?)? (?:lebenslauf|cv|bewerbung)|mon (?:cv|profil)|mi (?:cv|perfil|curr[ií]cul)|mio cv|meu (?:cv|curr[ií]culo)"
)
"""It speaks to one reader, who wrote before: a person's mail, however long."""
_LINK = re.compile(r"(?i)https?://|\bwww\.")
_MANY = 4  #: Links: people who write anew give one or two.
_LONG = 1_500  #: Characters.
_TWO = 2  #: Looks that a short mail has, and that one from a person's program has more than.
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

    Who wants to hear more, in few words, is a person.
    """
    if answers(mail) or not _FOR_READERS.search(mail.shown) or _TO_US.search(mail.text[:_SHORT]):
        return False
    if len(mail.text) < _SHORT and KEEN.search(mail.text):
        return False
    looks = (
        len(mail.text) > _LONG,
        len(_LINK.findall(mail.shown)) >= _MANY,
        looks_of_sender(mail) > 0,
        mail.has(*_OF_SENDERS),
        len({one.lower() for one in _FOR_READERS.findall(mail.shown)}) > _TWO,
    )
    if has_program(mail):
        return sum(looks) > _TWO
    return sum(looks) >= (1 if len(mail.text) >= _SHORT else _TWO)
