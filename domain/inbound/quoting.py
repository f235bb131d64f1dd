"""Takes quoted text, signatures and footers off a reply: they never decide what it is."""

import re

MOST_LINES = 3_000
MOST_OF_LINE = 400  #: Characters: no line that announces a quote is longer.

_VERB = (
    r"wrote|writes|schrieb|schreibt|a écrit|écrit|escribi[óo]|escreveu|ha scritto|scrisse|schreef|skrev|kirjoitti|napisał\(?a?\)?|pisze"
    r"|napsala?|napísala?|napisa[ol]\w*|написав|пишет|пише|написа\w*|yazdı|írta|a scris|έγραψε|rašė|rakstīja|kirjutas|đã viết|menulis|เขียน(?:ว่า)?|كتب|כתבה?|לכתוב"
)
_CLOSES = re.compile(
    r"(?i)(?:\b(?:"
    + _VERB
    + r")\b.{0,120}|(?:さんは書きました|写道|寫道|님이 작성|님이 쓴 글|のメール|のメッセージ).{0,20})[:：]\s*$"
)
_FROM_SOMEBODY = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+.{0,60}[:：]\s*$")
_DATED = re.compile(r"\d{4}|\d{1,2}[:.h]\d\d|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}")
_ENDS_IN_ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+>?\s*$")
_ALONE = re.compile(r"(?i)^\W{0,4}[\w .,'\"()<>@-]{2,80}\b(?:" + _VERB + r")\s*[:：]\s*$")

_HEADS = r"from|von|de|da|van|från|fra|lähettäjä|od|от|від|kimden|gönderen|feladó|de la|από|差出人|送信者|发件人|寄件者|寄件人|보낸 ?사람|من|מאת"
_HEAD = re.compile(rf"(?i)^[>\s*_]*(?:{_HEADS})\s*\*?\s*[:：]\*?\s*\S")
_FIELD = re.compile(
    r"(?i)^[>\s*_]*(?:sent|date|to|cc|subject|gesendet|datum|an|betreff|envoyé|à|objet|enviado|fecha|para|asunto|assunto|data|inviato|a|oggetto"
    r"|verzonden|aan|onderwerp|skickat|till|ämne|sendt|til|emne|lähetetty|vastaanottaja|aihe|wysłano|do|temat|odesláno|komu|předmět|odoslané|predmet"
    r"|отправлено|дата|кому|тема|надіслано|gönderildi|tarih|kime|konu|elküldve|címzett|tárgy|trimis|către|subiect|στάλθηκε|προς|θέμα"
    r"|送信日時|日時|宛先|件名|发送时间|发送日期|日期|收件人|主题|寄件日期|傳送時間|收件者|主旨|보낸 ?날짜|날짜|받는 ?사람|제목)\s*\*?\s*[:：]"
)
_DIVIDER = re.compile(
    r"(?i)^\s*(?:-{2,}\s*(?:original(?: message)?|forwarded message|forwarded by.{0,80}|reply message|ursprüngliche nachricht|original-?nachricht|weitergeleitete nachricht"
    r"|message d'origine|message original|message transféré|mensaje (?:original|reenviado)|mensagem (?:original|encaminhada)|messaggio (?:originale|inoltrato)"
    r"|oorspronkelijk bericht|doorgestuurd bericht|originalmeddelande|vidarebefordrat (?:meddelande|mejl)|oprindelig meddelelse|opprinnelig melding|alkuperäinen viesti"
    r"|(?:oryginalna|przekazana) wiadomość|wiadomość (?:oryginalna|przekazana)|původní (?:zpráva|e-mail)|pôvodná správa|исходное сообщение|переадресованное сообщение|пересылаемое сообщение"
    r"|özgün ileti|eredeti üzenet|mesaj original|αρχικό μήνυμα|元のメッセージ|転送.{0,12}|原始邮件|原始郵件|转发的邮件|원본 메시지|전달된 메일).{0,20}"
    r"|begin forwarded message\s*:?|anfang der weitergeleiteten nachricht\s*:?|début du message (?:réexpédié|transféré)\s*:?|inizio messaggio inoltrato\s*:?"
    r"|inicio del mensaje reenviado\s*:?|início da mensagem (?:encaminhada|reencaminhada)\s*:?|begin doorgestuurd bericht\s*:?"
    r"|-{3,}\s*.{4,80}\b(?:wrote|schrieb|escribió|escreveu)\s*-*|_{8,}\s*|-{2,}\s*reply above this line.{0,40}|#{2,}.{0,40}reply above.{0,60}|={8,}\s*forwarded.{0,40})\s*$"
)
_SIGNATURE = re.compile(
    r"(?i)^(?:--\s*$|—\s*$|__\s*$|(?:sent|get) (?:from|via|with) (?:my|yahoo|proton|outlook|mail|samsung)|sent from \w+|envoyé (?:de|depuis) mon |von meinem .{1,30} gesendet|gesendet (?:von|mit) "
    r"|enviado (?:desde|do) (?:mi|meu) |inviato da(?:l mio)? |verzonden (?:vanaf|met|via) |skickat från |sendt fra |lähetetty |wysłane? z |отправлено (?:с|из) |get outlook for |obtenir outlook|outlook für |obtener outlook|scarica outlook|download outlook|iphoneから送信|我的iphone|发自我的|從我的|나의 iphone"
    r"|you received this message because|to unsubscribe from this (?:group|list)|-{3,}\s*$|mailing list\s*$|_{5,}\s*$|\W*(?:important (?:e-?mail )?(?:notice|information)|(?:\S+ ){0,3}disclaimer)\W*$|(?:the|this) (?:information|contents?) (?:contained )?(?:in|of) this|this (?:message|e-?mail|communication|transmission) .{0,60}(?:designated|intended|addressee|named)|confidentiality notice|this e-?mail (?:and|message|is|may|contains).{0,80}confiden|diese e-?mail enthält vertraul)"
)


def own_text(text: str) -> str:
    """Give what the sender wrote, without quotes, signature and footer.

    What stands between or below quoted lines is the sender's, too, unless it only goes on with a
    quoted line that was broken in two.
    """
    kept: list[str] = []
    lines = text.splitlines()[:MOST_LINES]
    at, signed, last = 0, False, ""
    headed = (
        False  # Within a paragraph above the sender's words: a gateway's warning, a disclaimer.
    )
    while at < len(lines):
        line = lines[at]
        if line.lstrip().startswith((">", "|>")) or (last and _goes_on(line, last)):
            last = line.strip() if line.strip() else ""
        elif length := _attribution(lines, at):
            if not _marked(lines, at + length):
                break  # Nothing marks its lines: all the rest is quoted.
            at, last = at + length - 1, ""
        elif _opens_quote(lines, at):
            break
        else:
            last = ""
            if _SIGNATURE.match(line[:MOST_OF_LINE].strip()):
                above = any(one.strip() for one in kept)
                signed, headed = signed or above, not above
            headed = headed and bool(line.strip())
            kept += [] if signed or headed else [line]
        at += 1
    return "\n".join(kept).strip()


def has_quote(text: str) -> bool:
    """Say whether it quotes something."""
    lines = text.splitlines()[:MOST_LINES]
    return any(
        line.lstrip().startswith(">") or _attribution(lines, at) or _opens_quote(lines, at)
        for at, line in enumerate(lines)
        if line.strip()
    )


def _goes_on(line: str, last: str) -> bool:
    """Say whether an unmarked line is the broken end of the quoted one above it."""
    return bool(line.strip()) and len(last) > 60 and len(line.strip()) < 40


def _attribution(lines: list[str], at: int) -> int:
    """Say how many lines, from here, name who wrote what follows; 0 for none."""
    if not lines[at].strip() or len(lines[at]) > MOST_OF_LINE:
        return 0
    for length in (1, 2, 3):
        block = " ".join(line[:MOST_OF_LINE].strip() for line in lines[at : at + length])
        if len(block) > 500 or (length > 1 and not _DATED.search(lines[at])):
            return 0
        if not lines[min(at + length, len(lines)) - 1].strip():
            return 0  # A blank line parts what somebody wrote from who is quoted.
        named = _CLOSES.search(block) or _FROM_SOMEBODY.search(block)
        if named and (_DATED.search(block) or "@" in block):
            return length
    bare = _ALONE.match(lines[at]) or (
        _DATED.search(lines[at]) and _ENDS_IN_ADDRESS.search(lines[at])
    )
    return 1 if bare and _marked(lines, at + 1) else 0


def _marked(lines: list[str], at: int) -> bool:
    """Say whether the next line that says something is marked as quoted."""
    return next((x for x in lines[at : at + 4] if x.strip()), "").lstrip().startswith((">", "|"))


def _opens_quote(lines: list[str], at: int) -> bool:
    if len(lines[at]) > MOST_OF_LINE:
        return False
    if _DIVIDER.match(lines[at]):
        return True
    below = sum(
        _FIELD.match(one) is not None or _HEAD.match(one) is not None
        for one in lines[at + 1 : at + 4]
    )
    return (_HEAD.match(lines[at]) is not None and below > 0) or (
        _FIELD.match(lines[at]) is not None and below > 1
    )


_CLOSING = re.compile(
    r"(?im)^\W{0,3}(?:(?:best|kind|warm|many)(?:est)? (?:regards|wishes|thanks)|regards|sincerely|cheers|best|yours|thanks(?: again)?|thank you|mit (?:freundlichen|besten|lieben) gr[üu](?:ß|ss)en?"
    r"|(?:freundliche|beste|viele|liebe|herzliche) gr[üu](?:ß|ss)e|mfg|lg|vg|(?:bien )?cordialement|cdlt|bien à vous|saludos(?: cordiales)?|un (?:cordial )?saludo|atentamente|atenciosamente|att|cumprimentos|abraços"
    r"|cordiali saluti|distinti saluti|saluti|met vriendelijke groet(?:en)?|mvg|groet(?:en|jes)?|(?:med )?vänliga? hälsning(?:ar)?|mvh|hilsen|venlig hilsen|ystävällisin terveisin|terv|pozdrawiam|z poważaniem|s pozdravem|с уважением|з повагою|üdvözlettel|saygılarımla|cu stimă)\b.{0,40}$"
)


def without_signature(own: str) -> str:
    """Cut what stands below a closing ("Best regards"): titles, opening hours, notices."""
    for found in _CLOSING.finditer(own):
        above = own[: found.start()]
        if len(above.strip()) > 10:
            return above.rstrip()
    return own
