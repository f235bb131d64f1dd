"""Reads what a mail system's notice says itself, apart from the mail that it returns."""

import re

_LEAD = r"^[ \t>|]*"
_HEAD_OF_COPY = re.compile(
    r"(?im)" + _LEAD + r"(?:"
    r"-{2,}.{0,60}(?:original|returned|copy|message|header|headers|undelivered|body|cut here|unsent).{0,60}-*"
    r"|.{0,40}(?:copy of the message|original message|message header|returned message|headers of the|message follows"
    r"|unsent message|header follows|begin(?:ning)? of (?:the )?(?:original|message|returned)).{0,60}"
    r"|return-path: ?<?.{0,80}|received: (?:from|by|\().{0,200}|message-id: .{1,200}"
    r")$"
)
_TELLS = re.compile(
    r"(?i)\b[45]\d\d\b|\b[45]\.\d{1,3}\.\d{1,3}\b|<[^<>\s]+@[^<>\s]+>|unknown|not found|exist|full|quota|reject|denied|block|fail|invalid"
    r"|refus|disabled|unavailable|unrout|user|host|mailbox|spam|policy|error|too (?:large|big|long)|time|valid|recogni|listed|suspend"
    r"|inconnu|introuvable|unbekannt|nicht|desconocid|no existe|não|sconosciut|inesistente|不明|不存在|не "
)
_METADATA = re.compile(
    r"(?i)^[ \t>|]*(?:subject|sent|to|cc|from|date|betreff|gesendet|an|von|objet|envoyé|à|de|asunto|enviado|para|oggetto|inviato"
    r"|onderwerp|件名|主题|тема|the mts-id of.{0,30}|message-id|original message id|reporting-mta|arrival-date|received-from-mta"
    r"|last-attempt-date|x-[\w-]+|action|generating server|receiving server|message hops)\s*:.{0,400}$"
)
_BOILERPLATE = re.compile(
    r"(?i)(?:deleted|removed) from (?:the |our )?(?:mail )?queue|(?:message|delivery time)(?: has)? expired"
    r"|i'm sorry to have to inform you.{0,140}(?:recipients|destinations)\.|for further assistance.{0,80}?(?:postmaster|$)\S*"
    r"|if you do so, please include this problem report.{0,120}|since your mail reader does not understand.{0,80}legible\."
    r"|portions of this message may be unreadable.{0,60}program|you do not need to re-?send your message"
    r"|(?:the )?address (?:you entered )?(?:may|might) (?:be misspelled|not exist|have been).{0,80}|check (?:for typos|that).{0,60}"
    r"|it is possible that .{0,120}|no action is required(?: on your part)?|(?:please )?do not reply to this|was this helpful"
    r"|please (?:contact|check|try|verify|send|resend|direct)\b.{0,80}?(?:[.;]|$)"
    r"|try (?:to )?(?:re)?send(?:ing)?.{0,60}?(?:[.;]|$)|or contact the recipient.{0,80}?(?:[.;]|$)"
)
"""What notices say of themselves, whatever the cause is."""


def said_in(text: str) -> str:
    """Give the text above the copy of the mail that came back."""
    for found in _HEAD_OF_COPY.finditer(text):
        above = text[: found.start()]
        if len(above.strip()) > 40 and _TELLS.search(above):
            return above
    return text


def without_metadata(said: str) -> str:
    """Take out the lines that name the returned mail's subject, date and people."""
    return "\n".join(line for line in said.splitlines() if not _METADATA.match(line))


def telling(said: str) -> str:
    """Keep the lines that tell why, with those that go on with them."""
    kept: list[str] = []
    goes_on = False
    for line in without_metadata(said).splitlines():
        flat = " ".join(line.split())
        indented = line[:1] in (" ", "\t")
        if flat and (_TELLS.search(flat) or (goes_on and indented)):
            kept.append(flat)
        goes_on = bool(flat) and bool(kept) and kept[-1] == flat
    return "\n".join(kept)[:4_000]


def without_boilerplate(flat: str) -> str:
    """Take out what says nothing of the cause."""
    return _BOILERPLATE.sub(" ", flat)
