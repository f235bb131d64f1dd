"""Recognises mail that came back, and says of whom and why."""

import re
from dataclasses import dataclass

from domain.inbound.parsing import ReceivedMail
from domain.inbound.reports import Block, address_in, blocks_of, status_in
from domain.inbound.verdict import MailKind, Verdict
from domain.inbound.wording import KINDS, Cause, cause_of, cause_of_status

_MACHINE = re.compile(
    r"(?i)mailer.?daemon|^post.?master|^(?:mail|smtp|mdaemon|mmdf|uucp)[-_.]?(?:daemon|gateway|router|system)"
    r"|mail ?delivery|delivery (?:sub)?system|mail ?(?:system|router|server)|^microsoft ?exchange"
    r"|undeliver|returned ?mail|mail administrator"
)
_PERHAPS = re.compile(
    r"(?i)bounce|^root@|^mta-?\w*@|administra|message ?center|internet mail|^failure|gateway|^mailer|anti.?spam|^mail@"
)
_SUBJECT = re.compile(
    r"(?i)undeliver|non.?deliver|not (?:be )?delivered|un(?:able to|deliverable)|deliver\w*\b.{0,30}(?:fail|report|status|notif|problem"
    r"|error|delay|issue|incomplete)|(?:fail\w*|error|problem|unable|warning).{0,30}(?:deliver|sending|message)|failure notice|returned (?:to sender|mail|message)"
    r"|mail.{0,20}(?:returned|rejected|failure|failed|error|system error|bounced)|message.{0,30}(?:rejected|returned|could not|undeliv|delayed)|could not (?:be )?(?:send|sent|deliver)"
    r"|\bndn?\b|\bndr\b|\bdsn\b|bounce|rejected|^nondeliv|returning message|warning: message|delayed mail|mail delayed"
    r"|unzustellbar|nicht zustellbar|zustellung|unzustellbare|fehlgeschlagen|non remis|échec|non distribué|retour .{0,12}courrier|impossible de (?:re)?mettre"
    r"|no se (?:puede|pudo|ha podido) entregar|no entreg|devuelto|fallo en la entrega|não (?:entregue|é possível)|falha|devolvid|mancato recapito|non recapit|consegna|onbestelbaar|niet bezorgd"
    r"|kunde inte levereras|olevererbar|ikke leveres|kan ikke|toimit|niedoręcz|nie dostarcz|nedoruč|не (?:доставлен|удалось)|недоставлен|невозможн|iletilemedi|teslim edileme"
    r"|不達|送信エラー|配信(?:不能|できません|エラー)|戻り|未達|退信|系统退信|无法投递|無法傳遞|未送達|전송 ?실패|반송"
)
_PROSE = re.compile(
    r"(?i)(?:could|can) ?not be (?:delivered|sent)|couldn.t be delivered|was(?: not|n.t) delivered|(?:has|have) not been delivered|un(?:able|successful).{0,40}deliver|deliver\w*.{0,60}(?:fail|unsuccess|impossible|not possible|abort|gave up)"
    r"|did(?: not|n.t) reach|permanent(?:ly)?.{0,30}(?:error|fail)|fatal error|returned to (?:the )?sender|transcript of (?:the )?session|session follows|following (?:address|recipient)|undeliver"
    r"|giving up on|i.m (?:not going to try|afraid)|this is a permanent error|created automatically by (?:mail delivery|the mail)|qmail-send|reporting-mta|remote (?:host|server|mail server).{0,20}(?:said|returned|responded|answered)|rejected (?:your|the) message"
    r"|said: ?[45]\d\d|in reply to .{1,30} command|\b[45]\d\d[- ][45]\.\d+\.\d+|\b(?:550|551|552|553|554)\b|\b5\.\d\.\d{1,2}\b|message (?:was |has been )?(?:bounced|rejected|refused|returned|not accepted)|failed recipient|delivery status notification|not (?:be )?delivered|delivery attempt|will be returned|cannot deliver|mail(?:box)? .{0,40}(?:full|not found|unknown|disabled)|user unknown|unknown user|no such user"
    r"|konnte nicht|nicht zugestellt|n.a pas (?:pu|été)|impossible de|no (?:se )?(?:ha )?pud|não (?:pôde|foi)|non (?:è stato|recapit)|届け|配信|送信|退信|无法|не (?:удалось|может|было)"
)
_DELAYED = re.compile(
    r"(?i)has not (?:yet )?been delivered|delivery (?:has been |is |status notification \()?delay|(?:will|still|continue to) (?:be )?(?:retry|retried|try|trying|attempt)"
    r"|this is a warning message only|you do not need to (?:re)?send|not yet been delivered|no action is required on your part|warning: could not send message|delayed \d+|(?:delivery )?attempts? will (?:be made|continue)|wird weiterhin versucht|verzögert"
)
_GAVE_UP = re.compile(
    r"(?i)giving up|gave up|permanent|fatal|could not be delivered|has been removed|i.m not going to try|returned|failed after|too long in|expired"
)
_HEAD_OF_COPY = re.compile(
    r"(?im)^[ \t>|]*(?:-{2,}.{0,60}(?:original|returned|copy|message|header|headers|undelivered|transcript|body|cut here|unsent).{0,60}-*|.{0,40}(?:copy of the message|original message|message header|returned message|headers of the|message follows|unsent message|header follows|begin(?:ning)? of (?:the )?(?:original|message|returned)).{0,60}|return-path: ?<?.{0,80}|received: (?:from|by|\().{0,200}|message-id: .{1,200})$"
)
_MESSAGE_ID = re.compile(r"(?im)^[ \t>|]*(?:X-Original-)?Message-I[Dd]:\s*\n?\s*(<[^<>\s]{1,300}>)")
_TO = re.compile(r"(?im)^[ \t>|]*To:\s*\n?\s*(.{1,300})$")
_LINE = re.compile(
    r"(?i)\b[45]\d\d\b|\b[45]\.\d{1,3}\.\d{1,3}\b|<[^<>\s]+@[^<>\s]+>|unknown|not found|exist|full|quota|reject|denied|block|fail|invalid|refus|disabled|unavailable|unrout|user|host|mailbox|spam|policy|error|too (?:large|big|long)|time"
)
_BASIC = re.compile(r"(?<![\d.])(55[013])(?![\d.])")


@dataclass(frozen=True, slots=True)
class Signs:
    """What speaks for mail that came back."""

    report: bool  #: It carries a delivery report.
    machine: bool  #: A mail system wrote it.
    perhaps: bool  #: One may have written it.
    subject: bool
    prose: bool

    @property
    def is_enough(self) -> bool:
        """Say whether it came back: a report, or a mail system that says so."""
        said = self.subject and self.prose
        return (
            self.report
            or (self.machine and (self.subject or self.prose))
            or (self.perhaps and said)
        )


def look(mail: ReceivedMail) -> Verdict | None:
    """Say whether the mail came back, and why; None for any other mail."""
    said = _said(mail)
    blocks = [block for report in mail.reports for block in blocks_of(report)]
    blocks = blocks or (blocks_of(said) if _is_flat_report(said) else [])
    signs = signs_of(mail, said, blocks)
    if not signs.is_enough:
        return None
    if blocks and all(one.action in _ARRIVED for one in blocks):
        return Verdict(
            kind=MailKind.RECEIPT,
            confidence=0.95,
            evidence="A delivery report: it was delivered.",
            recipient=blocks[0].recipient or None,
            message_id=_message_id(mail),
        )
    return _verdict(mail, said, [one for one in blocks if one.action not in _ARRIVED])


_ARRIVED = frozenset({"delivered", "relayed", "expanded"})


def signs_of(mail: ReceivedMail, said: str, blocks: list[Block]) -> Signs:
    """Collect what speaks for it."""
    void = mail.header("return-path").strip() == "<>"
    who = [one for one in (mail.from_address, mail.from_name) if one]
    named = any(_MACHINE.search(one) for one in who) or not who
    failed = mail.has("x-failed-recipients", "x-mailer-daemon", "x-failed-recipient")
    answers = _ANSWER.match(mail.subject) is not None
    flat = mail.content_type.replace('"', "")
    subject = _SUBJECT.search(mail.subject) is not None
    return Signs(
        report=bool(mail.reports)
        or "report-type=delivery-status" in flat
        or (bool(blocks) and (named or void)),
        machine=failed or (named and not answers),
        perhaps=not answers
        and (void or _is_sure(said) or any(_PERHAPS.search(one) for one in who)),
        subject=subject,
        prose=failed or _PROSE.search(said) is not None,
    )


_ANSWER = re.compile(r"(?i)\s*(?:re|aw|sv|fwd?|wg|tr|antw|rv)\s*:")
_SURE = re.compile(
    r"(?i)transcript of session|qmail-send|(?:following|these) (?:address|recipient)\S*.{0,40}(?:fail|fatal|error|could not|not deliver)"
    r"|\b5\d\d[- ]#?5\.\d+\.\d+|did not reach the following|delivery to the following recipients? (?:has |have )?(?:been )?(?:failed|delayed)|returned to sender|permanent fatal|(?:smtp|remote).{0,40}(?:error|said|reply|response).{0,40}\b5\d\d"
    r"|message (?:could|can) ?not be delivered|was not delivered to|user unknown|could not be delivered to"
)


def _is_sure(said: str) -> bool:
    return _SURE.search(said) is not None


def _is_flat_report(said: str) -> bool:
    """Say whether the text itself holds the fields of a report."""
    low = said.lower()
    return "final-recipient:" in low and ("action:" in low or "status:" in low)


def _said(mail: ReceivedMail) -> str:
    """Give the text above the copy of the mail that came back."""
    text = mail.text
    for found in _HEAD_OF_COPY.finditer(text):
        above = text[: found.start()]
        if len(above.strip()) > 40 and _LINE.search(above):
            return above
    return text


def _verdict(mail: ReceivedMail, said: str, blocks: list[Block]) -> Verdict:
    block = _worst(blocks)
    status = block.status or status_in(_telling(said)) or status_in(said)
    delayed = block.action == "delayed" or (
        not blocks and _DELAYED.search(f"{mail.subject}\n{said}") and not _GAVE_UP.search(said)
    )
    recipient = (
        block.recipient or address_in(mail.header("x-failed-recipients")) or _recipient(mail, said)
    )
    cause, sure = _cause(block, said, status, delayed=bool(delayed))
    return Verdict(
        kind=KINDS[cause],
        confidence=sure,
        evidence=_evidence(cause, delayed=bool(delayed), reported=bool(blocks)),
        recipient=recipient or None,
        status=status or None,
        message_id=_message_id(mail),
    )


def _evidence(cause: Cause, *, delayed: bool, reported: bool) -> str:
    source = "A delivery report" if reported else "A mail system's notice"
    return f"{source}: {'delayed, ' if delayed else ''}{cause.value}."


def _cause(block: Block, said: str, status: str, *, delayed: bool) -> tuple[Cause, float]:
    """Say why: the report's own words, then the notice's, then the code."""
    if delayed:
        return Cause.LATER, 0.9
    own = cause_of(block.diagnostic) if block.diagnostic else None
    if own is not None and (own not in _VAGUE or not _telling(said)):
        return own, 0.95
    told = cause_of(_telling(said)) or (cause_of(said) if not block.diagnostic else None)
    coded = cause_of_status(status)
    if told is not None and told not in _VAGUE:
        return told, 0.85
    if coded is not None and coded not in _VAGUE:
        return coded, 0.8
    if own or told or coded:
        return own or told or coded or Cause.LATER, 0.7
    if status.startswith("5") or _BASIC.search(f"{block.diagnostic} {said}"):
        return Cause.GONE, 0.6
    return Cause.LATER, 0.5


_VAGUE = frozenset({Cause.POLICY, Cause.LATER, Cause.LIMIT})


def _telling(said: str) -> str:
    """Keep the lines that tell why."""
    lines = [" ".join(line.split()) for line in said.splitlines()]
    return "\n".join(line for line in lines if line and _LINE.search(line))[:4_000]


def _worst(blocks: list[Block]) -> Block:
    """Choose whom to believe where a report names several: a failure before a delay."""
    failed = [one for one in blocks if one.action != "delayed"]
    return next(iter(failed or blocks), Block())


def _recipient(mail: ReceivedMail, said: str) -> str:
    own = {mail.from_address, address_in(mail.header("to")), address_in(mail.header("from"))}
    for line in (*_telling(said).splitlines(), *said.splitlines()):
        found = address_in(line)
        if found and found not in own and not _MACHINE.search(found):
            return found
    copied = _TO.search(mail.returned) or _TO.search(mail.text)
    return address_in(copied.group(1)) if copied else ""


def _message_id(mail: ReceivedMail) -> str | None:
    for text in (mail.returned, "\n".join(mail.reports), mail.text):
        found = _MESSAGE_ID.search(text)
        if found:
            return found.group(1)
    named = re.search(r"<[^<>\s]+@[^<>\s]+>", mail.header("in-reply-to"))
    return named.group(0) if named else None
