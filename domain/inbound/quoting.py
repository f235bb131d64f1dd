"""Takes quoted text and signatures off a reply: they never decide what it is."""

import re

_WROTE = (
    r"wrote|writes|schrieb|a écrit|écrit|escribió|escribio|escreveu|ha scritto|scrisse|schreef"
    r"|skrev|kirjoitti|napisał\(?a?\)?|napsal\(?a?\)?|написав|пишет|написал\(?а?\)?|yazdı|írta|a scris"
    r"|έγραψε|さんは書きました|写道|寫道|님이 작성|wrote the following"
)
_DIVIDERS = re.compile(
    r"(?im)^(?:"
    r"\s*>"  # The custom of all mail programs.
    r"|.{0,200}\b(?:" + _WROTE + r")\s*:?\s*$"
    r"|.{0,200}(?:さんは書きました|写道|寫道|님이 작성)\s*[:：]?"
    r"|\s*-{2,}\s*(?:original message|forwarded message|ursprüngliche nachricht|original-nachricht"
    r"|weitergeleitete nachricht|message d'origine|message original|mensaje original"
    r"|mensagem original|messaggio originale|messaggio inoltrato|oorspronkelijk bericht"
    r"|originalmeddelande|oprindelig meddelelse|opprinnelig melding|alkuperäinen viesti"
    r"|oryginalna wiadomość|původní zpráva|исходное сообщение|özgün ileti|元のメッセージ|原始邮件|원본 메시지)"
    r"\s*-*"
    r"|_{10,}\s*$"
    r"|\*?(?:from|von|de|da|van|från|fra|lähettäjä|od|от|від|kimden|差出人|发件人|寄件者|보낸 사람)\*?\s*[:：]"
    r".{0,300}\n(?:.{0,300}\n){0,3}?\*?(?:sent|date|gesendet|datum|envoyé|enviado|data|inviato|verzonden"
    r"|skickat|sendt|lähetetty|wysłano|odesláno|отправлено|дата|надіслано|gönderildi|送信日時|日時"
    r"|发送时间|寄件日期|보낸 날짜)\*?\s*[:：]"
    r")"
)
_SIGNATURE = re.compile(
    r"(?im)^(?:-- ?$|sent from my |envoyé de mon |von meinem .{1,30} gesendet|enviado desde mi "
    r"|enviado do meu |inviato da |verzonden vanaf |get outlook for )"
)


def own_text(text: str) -> str:
    """Give what the sender wrote above the first quote and the signature.

    An answer below its quote (bottom-posted) is found behind the quoted lines.
    """
    above = _above(text)
    if above:
        return above
    lines = [line for line in text.splitlines() if not line.lstrip().startswith(">")]
    rest = "\n".join(line for line in lines if not _DIVIDERS.match(line)).strip()
    return _SIGNATURE.split(rest, maxsplit=1)[0].strip()


def _above(text: str) -> str:
    own = _DIVIDERS.split(text, maxsplit=1)[0]
    return _SIGNATURE.split(own, maxsplit=1)[0].strip()


def has_quote(text: str) -> bool:
    """Say whether it quotes something."""
    return _DIVIDERS.search(text) is not None
