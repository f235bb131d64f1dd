"""Finds the dates that a text names, in the common languages and ways of writing them."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from domain.inbound.month_names import MONTHS, WEEKDAYS

HORIZON = timedelta(days=400)  #: Later dates are taken for something else.
_NEAR = timedelta(days=45)
_PAST = timedelta(days=120)  #: A date without a year may lie this far back: "since 20 December".


@dataclass(frozen=True, slots=True)
class Mention:
    """A date, and where in the folded text it stands."""

    day: date
    start: int
    end: int
    is_month: bool = False  #: Only the month is named; the day is its first.
    is_weekday: bool = False  #: Only the day of the week is.


def fold(text: str) -> str:
    """Take off case and accents, so that one table of words serves all spellings."""
    flat = unicodedata.normalize("NFKD", text.casefold())
    bare = (one for one in flat if not unicodedata.combining(one) or one in "\u3099\u309a")
    return unicodedata.normalize("NFC", "".join(bare))


def _names(table: dict[str, int]) -> str:
    names = {fold(name) for name in table}
    return "|".join(sorted(map(re.escape, names), key=len, reverse=True))


_MONTH = {fold(name): number for name, number in MONTHS.items()}
_WEEKDAY = {fold(name): number for name, number in WEEKDAYS.items()}
_YEAR = r"(?:,? ?(?:de |del |of )?(?P<year>20\d\d))?"
_DAY_MONTH = re.compile(
    rf"(?<![\d.,:])(?P<day>[0-3]?\d)(?:st|nd|rd|th|er|º|ª|°|\.|:e|e)? ?(?:-?(?:de|of|di|d'|den|van)? ?)(?P<month>{_names(MONTHS)})\b\.?{_YEAR}"
)
_MONTH_DAY = re.compile(
    rf"\b(?P<month>{_names(MONTHS)})\.? (?P<day>[0-3]?\d)(?:st|nd|rd|th)?(?![\d:]){_YEAR}"
)
_ISO = re.compile(r"(?<!\d)(?P<year>20\d\d)[-/.](?P<month>[01]?\d)[-/.](?P<day>[0-3]?\d)(?!\d)")
_EAST = re.compile(
    r"(?:(?P<year>20\d\d) ?[年년] ?)?(?P<month>[01]?\d) ?[月월] ?(?P<day>[0-3]?\d) ?[日号號일]"
)
_NUMERIC = re.compile(
    r"(?<![\d.,:/-])(?P<first>[0-3]?\d)(?P<mark>[./-])(?P<second>[0-3]?\d)(?:(?P=mark)(?P<year>(?:20)?\d\d)(?!\d)|(?P=mark)?(?![\d%.,/-]\d|\d))"
)
_MONTH_ALONE = re.compile(
    rf"(?:in|im|en|em|a|w|v|в|start of|beginning of|anfang|debut) (?P<month>{_names(MONTHS)})\b(?! \d(?!\d\d\d)){_YEAR}"
)
_MONTH_END = re.compile(
    rf"(?:end of|ende|fin|finales de|final de|fine|eind|slutet av|koniec|konca|конца) (?P<month>{_names(MONTHS)})\b{_YEAR}"
)
_WEEKDAY_ALONE = re.compile(rf"\b(?P<name>{_names(WEEKDAYS)})\b")
_DAY_ALONE = re.compile(r"\bthe (?P<day>[0-3]?\d)(?:st|nd|rd|th)\b(?! of)")
_BETWEEN = re.compile(r"[,.]? ?\(?(?:the|den|der|dem|le|el|o|il|d\.)? ?")
_TOMORROW = re.compile(
    r"\btomorrow\b|\bmorgen\b(?!s)|\bdemain\b|\bmanana\b|\bamanha\b|\bdomani\b|\bzavtra\b|завтра|明日|明天|내일"
)


def dates_in(folded: str, sent: date, *, is_english: bool) -> list[Mention]:
    """Give the dates that a folded text names, in their order, relative to the day it was sent."""
    found: list[Mention] = []
    for one in _all(folded, sent, is_english=is_english):
        if not any(one.start < other.end and other.start < one.end for other in found):
            found.append(one)
    return _joined(sorted(found, key=lambda one: one.start), folded)


def _joined(found: list[Mention], folded: str) -> list[Mention]:
    """Take a weekday and its date for one mention: "Monday, 5 January", "5 January (Monday)"."""
    joined: list[Mention] = []
    for one in found:
        last = joined[-1] if joined else None
        if last and _BETWEEN.fullmatch(folded[last.end : one.start]):
            if last.is_weekday and not one.is_weekday:
                joined[-1] = replace(one, start=last.start)
                continue
            if one.is_weekday and not last.is_weekday:
                joined[-1] = replace(last, end=one.end)
                continue
        joined.append(one)
    return joined


def _all(folded: str, sent: date, *, is_english: bool) -> Iterator[Mention]:
    yield from _dates(folded, sent)
    yield from _numeric(folded, sent, is_english=is_english)
    yield from _months(folded, sent)
    yield from _days(folded, sent)


def _dates(folded: str, sent: date) -> Iterator[Mention]:
    for pattern in (_ISO, _EAST, _DAY_MONTH, _MONTH_DAY):
        for match in pattern.finditer(folded):
            month = match.group("month")
            number = _MONTH.get(month) or (int(month) if month.isdigit() else 0)
            if day := _dated(match.group("year"), number, int(match.group("day")), sent):
                yield Mention(day, match.start(), match.end())


def _months(folded: str, sent: date) -> Iterator[Mention]:
    for pattern, ends in ((_MONTH_END, True), (_MONTH_ALONE, False)):
        for match in pattern.finditer(folded):
            first = _dated(match.group("year"), _MONTH[match.group("month")], 1, sent)
            if first and ends:
                first = (first + timedelta(days=32)).replace(day=1)
            if first:
                yield Mention(first, match.start(), match.end(), is_month=True)


def _days(folded: str, sent: date) -> Iterator[Mention]:
    for match in _DAY_ALONE.finditer(folded):
        if day := _next(int(match.group("day")), sent):
            yield Mention(day, match.start(), match.end())
    for match in _TOMORROW.finditer(folded):
        yield Mention(sent + timedelta(days=1), match.start(), match.end())
    for match in _WEEKDAY_ALONE.finditer(folded):
        ahead = (_WEEKDAY[match.group("name")] - sent.weekday() - 1) % 7 + 1
        day = sent + timedelta(days=ahead)
        yield Mention(day, match.start(), match.end(), is_weekday=True)


def _next(day: int, sent: date) -> date | None:
    """Give the next day of that number."""
    ahead = (sent + timedelta(days=more) for more in range(1, 32))
    return next((one for one in ahead if one.day == day), None)


def _numeric(folded: str, sent: date, *, is_english: bool) -> Iterator[Mention]:
    matches = list(_NUMERIC.finditer(folded))
    pairs = [(int(one.group("first")), int(one.group("second"))) for one in matches]
    american = any(b > 12 >= a for a, b in pairs)
    european = any(a > 12 >= b for a, b in pairs) or not is_english
    for match, (a, b) in zip(matches, pairs, strict=True):
        year = match.group("year")
        if year is None and match.group("mark") == "-":
            continue  # "9-12" is rather a range of hours or days.
        first = _dated(year, b, a, sent)
        other = _dated(year, a, b, sent)
        if match.group("mark") == "." or (european and not american):
            day = first
        elif american:
            day = other
        else:
            day = _likelier(first, other, sent)
        if day:
            yield Mention(day, match.start(), match.end())


def _likelier(first: date | None, other: date | None, sent: date) -> date | None:
    """Choose between day/month and month/day: the one that is soon, or neither."""
    if first is None or other is None or first == other:
        return first or other
    soon = [one for one in (first, other) if timedelta(0) <= one - sent <= _NEAR]
    return soon[0] if len(soon) == 1 else None


def _dated(year: str | None, month: int, day: int, sent: date) -> date | None:
    """Make a date; without a year it is the next such day, or one that has just passed."""
    try:
        if year is not None:
            return date(int(year) % 100 + 2000, month, day)
        near = [date(sent.year + more, month, day) for more in (-1, 0, 1)]
    except ValueError:
        return None
    return next((one for one in near if one >= sent - _PAST), None)
