"""Whose answer a message is: by thread, then by the ids that it names, then by its people.

Pure: `records.matching` reads the sends that may be meant, this chooses, or says that it is
nobody's. What merely names one of our Message-IDs proves nothing: its sender must plausibly be the
candidate, somebody to whom the candidate gave the mail, or (for what mail systems say) one of them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.concern import is_mail_system
from domain.inbound.verdict import BOUNCES, MailKind
from domain.mail import Received

LATE_BOUNCE = timedelta(days=14)
"""How long after a send a notice that names only its recipient can mean it: RFC 5321 lets a system
try for 4 to 5 days, and some wait longer."""
CLOCKS_DIFFER = timedelta(minutes=10)  #: Between a provider's clock and ours.

FREEMAIL = frozenset((
    "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "hotmail.co.uk", "hotmail.fr",
    "hotmail.de", "live.com", "msn.com", "yahoo.com", "yahoo.co.uk", "yahoo.fr", "yahoo.de",
    "yahoo.es", "yahoo.it", "yahoo.co.jp", "ymail.com", "aol.com", "icloud.com", "me.com",
    "mac.com", "gmx.de", "gmx.net", "gmx.at", "gmx.ch", "web.de", "t-online.de", "freenet.de",
    "mail.com", "proton.me", "protonmail.com", "pm.me", "fastmail.com", "zoho.com", "orange.fr",
    "free.fr", "laposte.net", "wanadoo.fr", "libero.it", "virgilio.it", "tiscali.it", "sapo.pt",
    "uol.com.br", "bol.com.br", "terra.com.br", "telefonica.net", "mail.ru", "yandex.ru", "ya.ru",
    "rambler.ru", "ukr.net", "qq.com", "163.com", "126.com", "sina.com", "naver.com", "daum.net",
    "wp.pl", "o2.pl", "interia.pl", "onet.pl", "seznam.cz", "comcast.net", "verizon.net",
    "att.net", "hey.com", "tutanota.com",
))  # fmt: skip
"""Where everybody may have an address: the same domain says nothing about two of them."""

FROM_SYSTEMS = BOUNCES | {MailKind.COMPLAINT}
_QUOTED = 40  #: Characters of our own text that nobody writes by chance.
_SHORT, _LONG = 3, 4  #: Characters of a name that count as a word, and inside another one.
_ANYBODY = frozenset((
    "info", "mail", "office", "contact", "jobs", "hello", "team", "admin",
    "sales", "hiring", "support",
))  # fmt: skip
_WORDS = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """A message of ours that may be meant."""

    delivery_id: str
    enrollment_id: str
    candidate_id: str
    to_address: str  #: Lower case.
    thread_id: str | None
    message_ids: frozenset[str]  #: As it left, and as it was written.
    at: datetime | None  #: When it was submitted (machine time).
    name: str = ""  #: The candidate's.
    addresses: frozenset[str] = frozenset()  #: All of the candidate's, lower case.
    others: frozenset[str] = frozenset()  #: Who else got it (Cc, Bcc), lower case.
    text: str = ""


class MatchedBy(StrEnum):
    """What tied a message to a send."""

    THREAD = "thread"  #: The provider's own thread.
    MESSAGE_ID = "message_id"  #: It names the send, or carries it.
    TOKEN = "token"  #: It carries the opt-out token that only its recipient was given.
    ADDRESS = "address"  #: Only its sender, or the recipient that it reports, is known.


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The send that a message is about."""

    send: Send
    by: MatchedBy
    is_plausible: bool  #: Whether its sender may speak of this send; if not, nothing follows.
    reason: str  #: Why, in words for a person; no addresses.


def match(message: Received, sends: Sequence[Send]) -> Match | None:
    """Choose the send that a message is about; `sends` are newest first."""
    arrival, verdict = message.arrival, message.verdict
    named = {*arrival.in_reply_to, verdict.message_id}
    in_thread = [s for s in sends if arrival.has_thread and s.thread_id == arrival.thread_id]
    by_id = [s for s in sends if s.message_ids & named or _in_plain_thread(message, s)]
    if verdict.kind in FROM_SYSTEMS:
        return _of_system(message, by_id, in_thread, sends)
    for found, by in ((in_thread, MatchedBy.THREAD), (by_id, MatchedBy.MESSAGE_ID)):
        if found:
            return _judged(message, found, by)
    sender = arrival.from_address.strip().lower()
    theirs = [s for s in sends if sender in s.addresses | {s.to_address} and _is_after(message, s)]
    if not theirs:
        return None
    reason = "Its sender is the candidate; it names none of our messages."
    return Match(send=theirs[0], by=MatchedBy.ADDRESS, is_plausible=True, reason=reason)


def by_token(send: Send) -> Match:
    """Match a mail to the address of List-Unsubscribe, whoever wrote it."""
    reason = "It carries the token that only the candidate was given."
    return Match(send=send, by=MatchedBy.TOKEN, is_plausible=True, reason=reason)


def _of_system(
    message: Received, by_id: list[Send], in_thread: list[Send], sends: Sequence[Send]
) -> Match | None:
    """Match a notice: by the message that came back, the thread, or the recipient it reports."""
    recipient = message.verdict.recipient or ""
    for found, by in ((by_id, MatchedBy.MESSAGE_ID), (in_thread, MatchedBy.THREAD)):
        if found:
            return _about(message, found[0], by)
    for send in sends:
        if recipient and recipient in send.addresses | {send.to_address} and _recent(message, send):
            return _about(message, send, MatchedBy.ADDRESS)
    return None


def _about(message: Received, send: Send, by: MatchedBy) -> Match:
    arrival, recipient = message.arrival, message.verdict.recipient
    if recipient in send.others and recipient != send.to_address:
        reason = "It is about somebody who got a copy, not about the candidate."
        return Match(send=send, by=by, is_plausible=False, reason=reason)
    near = _domain(arrival.from_address) in {_domain(send.to_address), _domain(recipient or "")}
    if is_mail_system(arrival) or (near and _domain(arrival.from_address) not in FREEMAIL):
        reason = "A mail system reports on a message of ours."
        return Match(send=send, by=by, is_plausible=True, reason=reason)
    reason = "It reads like a mail system's notice, but no mail system sent it."
    return Match(send=send, by=by, is_plausible=False, reason=reason)


def _judged(message: Received, found: list[Send], by: MatchedBy) -> Match:
    named = set(message.arrival.in_reply_to)
    found = sorted(found, key=lambda send: not send.message_ids & named)  # What it answers, first.
    for send in found:
        reason = _why_plausible(message, send)
        if reason is not None:
            return Match(send=send, by=by, is_plausible=True, reason=reason)
    reason = "It names our message, but nothing ties its sender to the candidate."
    return Match(send=found[0], by=by, is_plausible=False, reason=reason)


def _why_plausible(message: Received, send: Send) -> str | None:
    """Say what ties the sender to the candidate; None when nothing does."""
    arrival = message.arrival
    sender = arrival.from_address.strip().lower()
    known = send.addresses | {send.to_address}
    if sender in known:
        return "Its sender is the candidate."
    if sender in send.others:
        return "Its sender got a copy of our message."
    domain = _domain(sender)
    if domain and domain not in FREEMAIL and domain in {_domain(one) for one in known}:
        return "Its sender works where the candidate does."
    if _is_named(arrival.headers.get("from", ""), sender, send):
        return "Its sender has the candidate's name."
    copied = " ".join(arrival.headers.get(name, "") for name in ("to", "cc", "reply-to")).lower()
    if any(one and one in copied for one in known):
        return "The candidate is among its people."
    if _quotes(message.quoted, send.text):
        return "It quotes the text of our message."
    return None


def _is_named(written: str, sender: str, send: Send) -> bool:
    """Say whether the sender has the candidate's name, or the local part of a known address."""
    local = sender.partition("@")[0]
    locals_ = {one.partition("@")[0] for one in send.addresses | {send.to_address}} - _ANYBODY
    if local in locals_ or any(len(one) >= _LONG and one in local for one in locals_):
        return True
    told = {word.lower() for word in _WORDS.findall(written.rpartition("<")[0] + " " + local)}
    names = {word.lower() for word in _WORDS.findall(send.name)} - _ANYBODY
    return any(
        (len(name) >= _SHORT and name in told) or (len(name) >= _LONG and name in local)
        for name in names
    )


def _quotes(text: str, ours: str) -> bool:
    """Say whether a text holds a longer piece of ours, however it was wrapped or marked."""
    flat, own = _flat(text), _flat(ours)
    pieces = (own[start : start + _QUOTED] for start in range(0, len(own) - _QUOTED + 1, _QUOTED))
    return any(piece in flat for piece in pieces)


def _flat(text: str) -> str:
    return "".join(char for char in text.lower() if char.isalnum())


def _in_plain_thread(message: Received, send: Send) -> bool:
    """Plain IMAP's threads are ours: the first ancestor names them."""
    arrival = message.arrival
    return not arrival.has_thread and bool(send.thread_id) and send.thread_id == arrival.thread_id


def _is_after(message: Received, send: Send) -> bool:
    """Say whether it can be an answer: not received before the send, two clocks allowed for."""
    return send.at is None or message.arrival.received_at > send.at - CLOCKS_DIFFER


def _recent(message: Received, send: Send) -> bool:
    if not _is_after(message, send):
        return False
    return send.at is None or message.arrival.received_at < send.at + LATE_BOUNCE


def _domain(address: str) -> str:
    return address.rpartition("@")[2].strip().lower()
