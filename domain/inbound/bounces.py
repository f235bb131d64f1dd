"""Recognises mail that came back, and says of whom and why."""

import re

from domain.inbound.causes import KINDS, Cause
from domain.inbound.delays import is_delay
from domain.inbound.notices import said_in, telling, without_metadata
from domain.inbound.parsing import ReceivedMail
from domain.inbound.reports import Block, address_in, blocks_of, status_in
from domain.inbound.signs import is_system, signs_of
from domain.inbound.verdict import MailKind, Verdict
from domain.inbound.wording import Reason, reason_in, reason_of_status

_MESSAGE_ID = re.compile(
    r"(?im)^[ \t>|]*(?:X-)?(?:Original-)?Message-I[Dd]:[ \t]*\n?[ \t]*(<[^<>\s]{1,300}>)"
)
_TO = re.compile(r"(?im)^[ \t>|]*To:\s*\n?\s*(.{1,300})$")
_REFUSED = re.compile(
    r"(?i)(?<![\d.])55[013](?![\d.])|failed permanently|permanent fatal|permanent error"
)
_TITLE = re.compile(
    r"(?i)(?:returned mail|delivery failure|echec de la distribution|warning)\s*:\s*(.{4,300})"
)
_ARRIVED = frozenset({"delivered", "relayed", "expanded"})
_VAGUE = frozenset({Cause.POLICY, Cause.LATER, Cause.LIMIT})


def look(mail: ReceivedMail) -> Verdict | None:
    """Say whether the mail came back, and why; None for any other mail."""
    said = said_in(mail.shown)
    blocks = [block for report in mail.reports for block in blocks_of(report)]
    blocks = blocks or (blocks_of(mail.shown) if _is_flat_report(mail.shown) else [])
    if not signs_of(mail, said, blocks).is_enough:
        return None
    blocks = blocks or [block for report in mail.carried for block in blocks_of(report)]
    if blocks and all(one.action in _ARRIVED for one in blocks):
        return Verdict(
            kind=MailKind.RECEIPT,
            confidence=0.95,
            evidence="A delivery report: it was delivered.",
            recipient=blocks[0].recipient or None,
            message_id=_message_id(mail),
        )
    return _verdict(mail, said, [one for one in blocks if one.action not in _ARRIVED])


def _is_flat_report(text: str) -> bool:
    """Say whether the text itself holds the fields of a report."""
    low = text.lower()
    return "final-recipient:" in low and ("action:" in low or "status:" in low)


def _verdict(mail: ReceivedMail, said: str, blocks: list[Block]) -> Verdict:
    block = _worst(blocks)
    status = block.status or status_in(telling(said)) or status_in(said)
    named = block.recipient or address_in(mail.header("x-failed-recipients"))
    delayed = is_delay(mail.subject, said) if block.action != "delayed" else True
    reason = Reason(Cause.LATER, 0.9) if delayed else _reason(block, said, status, mail.subject)
    return Verdict(
        kind=KINDS[reason.cause],
        confidence=reason.confidence,
        evidence=_evidence(reason, delayed=delayed, reported=bool(blocks)),
        recipient=named or _recipient(mail, said) or None,
        status=status or None,
        message_id=_message_id(mail),
    )


def _evidence(reason: Reason, *, delayed: bool, reported: bool) -> str:
    source = "A delivery report" if reported else "A mail system's notice"
    words = f" (“{reason.words}”)" if reason.words else ""
    return f"{source}: {'delayed, ' if delayed else ''}{reason.cause.value}{words}."


def _reason(block: Block, said: str, status: str, subject: str) -> Reason:
    """Say why: the report's own words, then the notice's, then the code.

    Words that could mean anything ("rejected", "try later") count when nothing clearer is said.
    """
    own = reason_in(block.diagnostic, 0.95)
    told = reason_in(telling(said), 0.85)
    whole = None if block.diagnostic else reason_in(without_metadata(said), 0.8)
    titled = _TITLE.match(subject)
    title = reason_in(titled.group(1), 0.8) if titled else None
    found = [one for one in (own, told, whole, title, reason_of_status(status)) if one is not None]
    clear = [one for one in found if one.cause not in _VAGUE]
    if clear or found:
        return (clear or found)[0]
    if status.startswith("5") or _REFUSED.search(f"{block.diagnostic} {said}"):
        return Reason(Cause.GONE, 0.6)
    return Reason(Cause.LATER, 0.5)


def _worst(blocks: list[Block]) -> Block:
    """Choose whom to believe where a report names several: whoever cannot be reached at all."""
    failed = [one for one in blocks if one.action != "delayed"]
    gone = [one for one in failed if _is_gone(one)]
    return next(iter(gone or failed or blocks), Block())


def _is_gone(block: Block) -> bool:
    reason = reason_in(block.diagnostic, 1) or reason_of_status(block.status)
    return reason is not None and KINDS[reason.cause] is MailKind.HARD_BOUNCE


def _recipient(mail: ReceivedMail, said: str) -> str:
    own = {mail.from_address, address_in(mail.header("to")), address_in(mail.header("from"))}
    for line in without_metadata(said).splitlines():
        found = address_in(line)
        if found and found not in own and not is_system(found):
            return found
    copied = _TO.search(mail.returned) or _TO.search(mail.shown)
    return address_in(copied.group(1)) if copied else ""


def _message_id(mail: ReceivedMail) -> str | None:
    for text in (mail.returned, "\n".join(mail.reports), mail.shown):
        found = _MESSAGE_ID.search(text)
        if found:
            return found.group(1)
    named = re.search(
        r"<[^<>\s]+@[^<>\s]+>", mail.header("in-reply-to") or mail.header("references")
    )
    return named.group(0) if named else None
