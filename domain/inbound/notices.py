"""Reads what a mail system's notice says itself, apart from the mail that it returns."""

import re
from itertools import islice

MOST_HEADS = 20  #: Lines that may begin the copy of the mail that came back.

_LEAD = r"^[ \t>|]*"
_HEAD_OF_COPY = re.compile(
    r"(?im)" + _LEAD + r"(?:"
    r"-{2,80}.{0,60}(?:original|returned|copy|message|header|headers|undelivered|body|cut here|unsent).{0,60}-{0,80}"
    r"|.{0,40}(?:copy of the message|original message|message header|returned message|headers of the|message follows"
    r"|unsent message|header follows|begin(?:ning)? of (?:the )?(?:original|message|returned)).{0,60}"
    r"|return-path: ?<?.{0,80}|received: (?:from|by|\().{0,200}|message-id: .{1,200}"
    r")$"
)
_HEADER = re.compile(
    r"(?i)(?:received|return-path|from|to|cc|subject|date|message-id|mime-version|content-(?:type|transfer-encoding)|x-[\w-]+|delivered-to|reply-to"
    r"|sender|dkim-signature|domainkey-signature|authentication-results|arc-[\w-]+|organization|path|newsgroups|references|in-reply-to|list-[\w-]+|precedence|user-agent|errors-to|importance|priority)\s?:|from \S+@\S+ "
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
    r"|i'm sorry to have to inform you.{0,100}?(?:recipients|destinations)\.(?: it's attached below\.)?|for further assistance.{0,80}?(?:postmaster|$)\S*"
    r"|a message (?:that you sent )?(?:sent by <<?>?>? )?could not be delivered to one or more of its recipients\.(?: this is a permanent error\.)?|this is a permanent error(?:; i've given up)?\.?(?: sorry it didn't work out\.)?"
    r"|if you do so, please include this problem report\.?(?: you can delete your own text from the (?:attached )?(?:returned message|message returned below)\.?)?|the mail system(?= <<)|this is the .{0,40}(?:system|program) at host \S+|the following address(?:\(?es\)?)? failed:?|(?:the )?server said:?|since your mail reader does not understand.{0,80}legible\."
    r"|portions of this message may be unreadable.{0,60}program|you do not need to re-?send your message"
    r"|(?:the )?address (?:you entered )?(?:may|might) (?:be misspelled|not exist|have been).{0,80}|check (?:for typos|that).{0,60}"
    r"|(?:smtp|lmtp) error from remote (?:mail server|mailer|server) after [^:]{0,60}(?::\s?<<?>?>?)?:?|\(?in reply to (?:the )?.{1,30}? command\)?"
    r"|-{3,} the following addresses had .{0,20}errors -{3,}|-{3,} transcript of session follows -{3,}|while talking to \S+|remote (?:mail )?(?:server|host) (?:returned|said|replied)\b:?|host \S+ said:"
    r"|5\.1\.0 - unknown address error|unknown to address"
    r"|>>> ?(?:rcpt|mail|data)\b[^<>]{0,40}(?:<<?>?>?)?|response from the remote server was:|delivery has failed to these recipients or groups"
    r"|it is possible that .{0,120}|no action is required(?: on your part)?|(?:please )?do not reply to this|was this helpful"
    r"|please (?:contact|check|try|verify|send|resend|direct)\b.{0,80}?(?:[.;]|$)"
    r"|try (?:to )?(?:re)?send(?:ing)?.{0,60}?(?:[.;]|$)|or contact the recipient.{0,80}?(?:[.;]|$)"
)
"""What notices say of themselves, whatever the cause is."""


def said_in(text: str) -> str:
    """Give the text above the copy of the mail that came back."""
    for found in islice(_HEAD_OF_COPY.finditer(text), MOST_HEADS):
        above = text[: found.start()]
        if len(above.strip()) > 40 and _TELLS.search(above) and _is_copy(found, text):
            return above
    return text


def _is_copy(found: re.Match[str], text: str) -> bool:
    """Say whether headers follow, or nothing does: a sentence may speak of the copy, too."""
    line = found.group(0).strip(" \t>|")
    if _HEADER.match(line) or "delete your own text" in line:
        return "delete your own text" not in line
    below = text[found.end() : found.end() + 1_500].split("\n")
    lines = [line.strip(" \t>|") for line in below if line.strip(" \t>|-*=_")][:4]
    return not lines or any(_HEADER.match(line) for line in lines)


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


def flowing(text: str) -> str:
    """Join the lines that go on with one another; a sentence's or a paragraph's end stays one."""
    joined = ""
    for line in text.splitlines():
        flat = " ".join(line.split())
        ends = not flat or not joined or joined[-1:] in ".:;!?\n"
        joined += f"\n{flat}" if ends else f" {flat}"
    return joined


def without_boilerplate(flat: str) -> str:
    """Take out what says nothing of the cause."""
    return _BOILERPLATE.sub(" ", flat)
