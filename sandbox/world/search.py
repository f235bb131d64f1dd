"""Gmail's search words, as far as mail programs use them (support.google.com/mail/answer/7190)."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from types import MappingProxyType

from sandbox.world.letter import addresses_in
from sandbox.world.mailbox import Mailbox, Message

_WORD = re.compile(r'(-?)(?:(\w+):)?("[^"]*"|\S+)')
_DATE = re.compile(r"(\d{4})[/-](\d{1,2})[/-](\d{1,2})")
_SPAN = re.compile(r"(\d+)([hdmy])")
_SPAN_SECONDS: Mapping[str, int] = MappingProxyType(
    {"h": 3600, "d": 86_400, "m": 30 * 86_400, "y": 365 * 86_400}
)
_PLACES: Mapping[str, str] = MappingProxyType({"drafts": "DRAFT"})
Test = Callable[[Message], bool]


def found(box: Mailbox, query: str, now_ms: int) -> Iterator[Message]:
    """Yield the messages that fit every word of a query, the newest first."""
    words = [(bool(minus), key.lower(), _bare(value)) for minus, key, value in _WORD.findall(query)]
    tests = [_test(key, value, now_ms, negated) for negated, key, value in words]
    named = [value for negated, key, value in words if key == "rfc822msgid" and not negated]
    source = _by_rfc_id(box, named[0]) if named else box.newest_first()
    return (message for message in source if all(test(message) for test in tests))


def _by_rfc_id(box: Mailbox, rfc_id: str) -> Iterator[Message]:
    return reversed(box.with_rfc_id(_bracketed(rfc_id)))


def _test(key: str, value: str, now_ms: int, negated: bool) -> Test:
    make = _TESTS.get(key)
    try:
        test = make(value, now_ms) if make else _anywhere(f"{key}:{value}" if key else value)
    except ValueError:
        return lambda _: False
    return (lambda message: not test(message)) if negated else test


def _anywhere(words: str) -> Test:
    wanted = words.lower().encode()
    return lambda message: wanted in message.letter.raw.lower()


def _header(name: str) -> Callable[[str, int], Test]:
    def make(value: str, _: int) -> Test:
        wanted = value.lower()

        def test(message: Message) -> bool:
            values = message.letter.all(name)
            return wanted in addresses_in(values) or wanted in " ".join(values).lower()

        return test

    return make


def _subject(value: str, _: int) -> Test:
    return lambda message: value.lower() in message.letter.subject.lower()


def _label(value: str, _: int) -> Test:
    label = _PLACES.get(value.lower(), value.upper())
    return lambda message: label == "ANYWHERE" or label in message.labels


def _newer(value: str, now_ms: int) -> Test:
    since = now_ms - _span_ms(value)
    return lambda message: message.at_ms >= since


def _older(value: str, now_ms: int) -> Test:
    until = now_ms - _span_ms(value)
    return lambda message: message.at_ms < until


def _after(value: str, _: int) -> Test:
    since = _moment_ms(value)
    return lambda message: message.at_ms >= since


def _before(value: str, _: int) -> Test:
    until = _moment_ms(value)
    return lambda message: message.at_ms < until


def _rfc_id(value: str, _: int) -> Test:
    wanted = _bracketed(value)
    return lambda message: message.letter.message_id == wanted


def _span_ms(value: str) -> int:
    match = _SPAN.fullmatch(value.lower())
    if match is None:
        raise ValueError(value)
    return int(match[1]) * _SPAN_SECONDS[match[2]] * 1000


def _moment_ms(value: str) -> int:
    if value.isdigit():
        return int(value) * 1000
    match = _DATE.fullmatch(value)
    if match is None:
        raise ValueError(value)
    year, month, day = (int(part) for part in match.groups())
    return int(datetime(year, month, day, tzinfo=UTC).timestamp() * 1000)


def _bracketed(rfc_id: str) -> str:
    return rfc_id if rfc_id.startswith("<") else f"<{rfc_id}>"


def _bare(value: str) -> str:
    return value.strip('"').strip("()")


_TESTS: Mapping[str, Callable[[str, int], Test]] = MappingProxyType(
    {
        "rfc822msgid": _rfc_id,
        "in": _label,
        "is": _label,
        "label": _label,
        "from": _header("From"),
        "to": _header("To"),
        "cc": _header("Cc"),
        "subject": _subject,
        "newer_than": _newer,
        "older_than": _older,
        "after": _after,
        "before": _before,
    }
)
