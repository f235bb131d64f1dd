"""Recognises machines that answer for people: absence notes, acknowledgements, challenges."""

import re

from domain.inbound.automatic_words import (
    ABSENT,
    AT_ONCE,
    CHALLENGE,
    HEADERS,
    ITSELF,
    LEFT,
    NOBODY_READS,
    POLITE,
    RECEIVED,
    SERVICES,
    SET_PHRASE,
    SUBJECT_PERHAPS,
    SUBJECT_SURE,
    URGENT,
)
from domain.inbound.bulk import is_list, is_nobody, is_relayed, is_report, is_sent_to_many
from domain.inbound.keen import EAGER, IN_PERSON, KEEN, SAYS_YES, WARM
from domain.inbound.parsing import ReceivedMail
from domain.inbound.people import answers, has_own_subject, has_program, is_answer, is_by_person
from domain.inbound.quoting import own_text, without_signature
from domain.inbound.returning import returns_on
from domain.inbound.services import is_office
from domain.inbound.signs import is_system
from domain.inbound.verdict import AutoKind, MailKind, Verdict

_BEGINNING = 200  #: Characters in which a note says that it is one.
_MOST = 3_000  #: Characters of the sender's own words that are looked at.
_SENTENCE = re.compile(r"(?<=[.!;。！।])\s+|\n+|。|！|।")
_A_NAME, _A_LINE = 4, 40  #: Words, and characters, of what is no sentence: a name, a title.
_SHORT = 700  #: Characters of a note that quotes our mail.
_LONGEST = 1_500  #: Characters: without any other sign, longer texts are people's.
_LIST = re.compile(r"^\s*\[[^\]]{1,60}\]\s*")
_DATED = re.compile(
    r"\d{1,2}[./]|\d\s?[-–]\s?\d|\b(?:until|till|through|bis|jusqu|hasta|fino|até|tot|till|do|до) .{0,12}\d"
)
_GOES_ON = re.compile(
    r"(?i)\s*(?!(?:re|aw|sv|fwd?|to|from|until|till|through|on|at|for|auto\w*|reply|message|notification|notice|vom|von|bis|am|ab|du|de|des|del|da|dal|der|le|van|w|od|dnia|fra|från|с|до)\b)[^\W\d_]"
)
"""A subject that goes on as a sentence or a title, as no mail program's does."""
_RE = re.compile(r"(?i)^(?:\s*(?:re|aw|sv|antw|rv|res|回复|答复)\s*(?:\[\d+\])?\s*[:：])+\s*")


def is_auto_reply(mail: ReceivedMail) -> Verdict | None:
    """Say whether a machine answers for a person."""
    if is_report(mail) or (is_list(mail) and not answers(mail) and not _passed_on(mail)):
        return None
    evidence, confidence = _by_headers(mail)
    if not evidence:
        evidence, confidence = _by_words(mail)
    if not evidence:
        return None
    return auto_reply(mail, confidence, evidence)


def _passed_on(mail: ReceivedMail) -> bool:
    """Say whether it is a note that a list, or a group's address, passed on."""
    return _has_sure_subject(mail) and _tells(own_text(mail.text)[:_MOST])


def _has_sure_subject(mail: ReceivedMail) -> bool:
    """Say whether mail programs give its subject to automatic answers; lists put their name first."""
    bare = _LIST.sub("", mail.subject)
    found = [m for one in (mail.subject, bare) if (m := SUBJECT_SURE.search(one)) is not None]
    return any(
        one.group()[-1] in ":：" or _GOES_ON.match(one.string[one.end() :]) is None for one in found
    )


def is_challenge(mail: ReceivedMail) -> Verdict | None:
    """Say whether a service wants the sender to prove themselves, though it writes as bounces do."""
    if (
        is_by_person(mail)
        or is_system(mail.header("from"))
        or not SERVICES.search(f"{mail.from_address} {mail.shown[:4_000]}")
    ):
        return None
    if not CHALLENGE.search(mail.shown[:4_000]):
        return None
    return auto_reply(mail, 0.9, "A filter that wants the sender to prove themselves.")


def auto_reply(mail: ReceivedMail, confidence: float, evidence: str) -> Verdict:
    """Say what an automatic answer is about, and when its writer is back."""
    auto = auto_kind(mail)
    away = auto is AutoKind.ABSENCE
    text = own_text(mail.text)
    return Verdict(
        kind=MailKind.AUTO_REPLY,
        confidence=confidence,
        evidence=evidence,
        auto=auto,
        returns_on=returns_on(text, mail.sent) or returns_on(mail.subject, mail.sent)
        if away
        else None,
    )


def auto_kind(mail: ReceivedMail) -> AutoKind:
    """Say what a machine's answer is about."""
    own = own_text(mail.text)[:_MOST]
    if LEFT.search(own) and not _says_return(own):
        return AutoKind.LEFT
    if ABSENT.search(own):
        return AutoKind.ABSENCE
    if RECEIVED.search(own):
        return AutoKind.ACKNOWLEDGEMENT
    bare = _RE.sub("", mail.subject)
    if re.search(
        r"(?i)out of|office|\booo\b|\boof\b|abwesen|absen|ausen|assen|afwez|frånv|frav|poissa|vacation|urlaub|不在|отпуск",
        bare,
    ):
        return AutoKind.ABSENCE
    return AutoKind.OTHER


def _says_return(own: str) -> bool:
    return re.search(r"(?i)\b(?:return|back) (?:to (?:the )?office )?(?:on|in)\b", own) is not None


def _by_headers(mail: ReceivedMail) -> tuple[str, float]:
    submitted = mail.header("auto-submitted").lower().partition(";")[0].strip()
    if submitted.startswith("auto-replied"):
        return "Auto-Submitted says auto-replied.", 0.97
    if mail.has(*HEADERS) or mail.header("x-apple-action").lower().strip() == "vacation":
        return "A header of automatic answers.", 0.95
    if _precedence(mail) in ("auto_reply", "auto-reply", "autoreply"):
        return "Precedence says auto_reply.", 0.95
    if mail.has("x-auto-response-suppress") and mail.has("x-ms-exchange-inbox-rules-loop"):
        return "Exchange's headers of absence notes.", 0.93
    if re.match(
        r"mailbox rules|oof|inbox rules",
        mail.header("x-ms-exchange-generated-message-source").lower(),
    ):
        return "Exchange's rules agent wrote it.", 0.95
    program = f"{mail.header('x-mailer')} {mail.header('user-agent')}"
    if re.search(r"(?i)\bvacation\b|autorespon|auto-?reply|out of office", program):
        return "A program that answers by itself wrote it.", 0.95
    if submitted.startswith(("auto-generated", "auto_generated", "auto-notified")) and (
        SUBJECT_SURE.search(mail.subject) or (answers(mail) and not _only_notifies(mail))
    ):
        return "Auto-Submitted says that no person wrote it, and it answers.", 0.93
    if mail.header("return-path").strip() == "<>" and answers(mail) and not has_program(mail):
        return "It answers, and its sender is void: a machine's answer.", 0.85
    return "", 0.0


def _only_notifies(mail: ReceivedMail) -> bool:
    """Say whether it tells of what others did in a thread: trackers number their notices so."""
    return (is_nobody(mail) or is_list(mail)) and not _tells(own_text(mail.text)[:_MOST])


def _precedence(mail: ReceivedMail) -> str:
    return mail.header("precedence").lower().strip()


def _by_words(mail: ReceivedMail) -> tuple[str, float]:
    own = without_signature(own_text(mail.text)[:_MOST])
    found = _by_subject(mail, own)
    if found[0]:
        return found
    return _of_a_person(mail, own) if is_by_person(mail) else _of_nobody_known(mail, own)


def _by_subject(mail: ReceivedMail, own: str) -> tuple[str, float]:
    """Look at subjects that programs give to notes, or people to the notes that they leave."""
    told, person = _tells(own), is_by_person(mail)
    if _has_sure_subject(mail) and (told or not person):
        return "Its subject is that of an automatic answer.", 0.93
    if _is_eager(own):
        return "", 0.0
    says = told or (URGENT.search(own) and not person)
    of_notes = has_own_subject(mail) and _is_of_notes(mail.subject)
    if says and of_notes and not is_sent_to_many(mail):
        return "It answers under a subject of its own, in the words of machines.", 0.85
    if not (person or answers(mail)) and _dates_an_absence(mail.subject, own):
        return "Its subject dates an absence.", 0.8
    return "", 0.0


def _of_a_person(mail: ReceivedMail, own: str) -> tuple[str, float]:
    """Look for what is a machine's though it quotes us, or a person's program sent it."""
    if _tells(own) and AT_ONCE.search(own[:_BEGINNING]) and not EAGER.search(own):
        return "It says at once that it is automatic.", 0.8
    return ("", 0.0) if _is_eager(own) else _by_set_phrase(mail, own)


def _of_nobody_known(mail: ReceivedMail, own: str) -> tuple[str, float]:
    """Look for a machine's words where nothing speaks for a person."""
    told, eager = _tells(own), _is_eager(own)
    if told and answers(mail) and AT_ONCE.search(own[:_BEGINNING]):
        return "It says at once that it is automatic.", 0.9
    if told and not is_sent_to_many(mail) and (_is_marked(mail) or (is_nobody(mail) and not eager)):
        return "An automatic answer, by its words and headers.", 0.85
    if CHALLENGE.search(own) and (answers(mail) or SUBJECT_PERHAPS.search(mail.subject)):
        return "A filter that wants the sender to prove themselves.", 0.85
    if eager or (is_sent_to_many(mail) and not is_relayed(mail)):
        return "", 0.0
    return _by_words_alone(mail, own)


def _dates_an_absence(subject: str, own: str) -> bool:
    """Say whether a subject says from when to when somebody is away, in front of few words."""
    away = SUBJECT_PERHAPS.search(subject) or ABSENT.search(subject)
    return bool(away and _DATED.search(subject)) and len(own) < _SHORT


def _is_of_notes(subject: str) -> bool:
    """Say whether a subject may be one that somebody wrote for their notes."""
    return any(one.search(subject) for one in (SUBJECT_PERHAPS, ABSENT, RECEIVED, LEFT))


def _by_words_alone(mail: ReceivedMail, own: str) -> tuple[str, float]:
    """Look for what only machines write: nothing else speaks for one."""
    told = _tells(own)
    by_phrase = _by_set_phrase(mail, own)
    if by_phrase[0]:
        return by_phrase
    if ITSELF.search(own) and (told or (answers(mail) and not IN_PERSON.search(own))):
        return "It says itself that it is automatic.", 0.85
    if told and not is_answer(mail.subject) and SUBJECT_PERHAPS.search(mail.subject):
        return "An automatic answer, by subject and words.", 0.8
    if WARM.search(own) or len(own) > _LONGEST or not told:
        return "", 0.0
    firm = RECEIVED.search(own) and not IN_PERSON.search(own)
    if firm and is_office(mail) and not SAYS_YES.search(own):
        return "An office's acknowledgement, by its words.", 0.75
    if mail.has("x-auto-response-suppress") and (firm or URGENT.search(own)):
        return "An automatic answer, by its words and headers.", 0.75
    if URGENT.search(own) and (ABSENT.search(own) or LEFT.search(own)):
        return "An absence note, by its words.", 0.7
    if ABSENT.search(own) and _says_nothing_else(own):
        return "Nothing but an absence note, by its words.", 0.65
    return "", 0.0


def _by_set_phrase(mail: ReceivedMail, own: str) -> tuple[str, float]:
    """Take an answer for a note where its words were not written for us: one away's, an office's."""
    if has_program(mail) or len(own) > _SHORT or SAYS_YES.search(own) or WARM.search(own):
        return "", 0.0
    told = _tells(own)
    if is_by_person(mail) and IN_PERSON.search(own) and not NOBODY_READS.search(own):
        return "", 0.0
    whose = ABSENT.search(own) or (not IN_PERSON.search(own) and (is_office(mail) or told))
    said = (whose and SET_PHRASE.search(own)) or (told and ITSELF.search(own))
    return ("A note, by words that were written for anybody.", 0.7) if said else ("", 0.0)


def _says_nothing_else(own: str) -> bool:
    """Say whether each sentence, of two or more, is an absence note's: whoever wrote it is away."""
    sentences = [one.strip() for one in _SENTENCE.split(own) if one.strip()]
    long = [one for one in sentences if len(one.split()) > _A_NAME or len(one) > _A_LINE]
    return (
        len(sentences) > 1
        and bool(long)
        and all(any(words.search(one) for words in (ABSENT, URGENT, POLITE)) for one in long)
    )


def _tells(own: str) -> bool:
    return any(one.search(own) for one in (ABSENT, LEFT, RECEIVED))


def _is_eager(own: str) -> bool:
    """Say whether somebody wants to hear more; who calls it automatic at once does not."""
    if EAGER.search(own):
        return True
    return bool(KEEN.search(own)) and not ITSELF.search(own[:_BEGINNING])


def _is_marked(mail: ReceivedMail) -> bool:
    """Say whether headers speak for a machine, if not alone."""
    submitted = mail.header("auto-submitted").lower().strip()
    return (
        submitted not in ("", "no")
        or mail.header("return-path").strip() == "<>"
        or mail.has("x-ms-exchange-inbox-rules-loop")
        or (_precedence(mail) in ("bulk", "junk") and not is_list(mail))
    )
