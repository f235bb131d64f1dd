"""Finds the first day on which somebody who is away is back, as their note names it."""

import re
from datetime import date, timedelta

from domain.inbound.dates import HORIZON, Mention, dates_in, fold

MOST = 2_000  #: Characters of a note that are read.

_BACK = re.compile(
    r"(?:\bback\b|\breturn\w*|\breopen\w*|\bresum\w*|available (?:again )?(?:on|from)|\bab (?:dem )?$|\bwieder\b|zuruck\w*|\bde retour\b|\bretour\b|\breprise\b|\bregres\w*|\bretorn\w*|\bvuelv\w*|\bvolver\w*|\bvolt\w*|\brientr\w*|\btorn\w*|\bterug\b|\bvanaf\b|\bater\b|\btillbaka\b|\btilbage\b|\btilbake\b|\bpalaan\b|\bwracam\b|\bwroc\w*|\bzpet\b|вернусь|выйду|повернусь|\brevin\w*)[^.!?]{0,40}$"
)
_BACK_BEHIND = re.compile(
    r"^[^。.!?]{0,6}(?:に?(?:戻り|復帰|出社)|より(?:通常|営業|復帰)|から(?:通常|営業|出社|復帰)|(?:回来|返回|回到|恢复|上班)|에 ?(?:복귀|돌아))|^ ?(?:wieder|weer|terug|zuruck)"
)
_UNTIL = re.compile(
    r"(?:\buntil\b|\btill?\b|\bthrough\b|\bthru\b|\bup to\b|\bbis\b|\bjusqu\W?(?:au?|en)\b|\bhasta\b|\bate\b|\bfino\b|\bsino\b|\btot\b|\bt/m\b|\btill och med\b|\bt\.?o\.?m\b|\btil(?: og med)?\b|\bdo\b|до|\bpana\b|\bpaind\b|\bau\b|\bal\b|\ba\b|\bto\b|по)[^.!?\d]{0,28}$"
)
_UNTIL_BEHIND = re.compile(r"^[^。.!?]{0,3}(?:まで|까지)")
_BEFORE_BEHIND = re.compile(r"^ ?(?:前|之前|以前)")
_INCLUSIVE = re.compile(
    r"through|thru|einschlie|einschl|inklusive|\binkl|\bincl|inclu|compres|t/m|tot en met|till och med|t\.?o\.?m\b|til og med|wlacznie|vcetne|включительно|まで|까지"
)
_FROM = re.compile(
    r"(?:\bfrom\b|\bbetween\b|\bvom?n?\b|\bab\b|\bdu\b|\bdes?\b|\bdel\b|\bentre\b|\bdal\b|\bvan\b|\bfran\b|\bfra\b|\bod\b|\bс\b|\bз\b|\bdin\b|\bfrom the\b)[^.!?]{0,24}$"
)
_DASH = re.compile(
    r"^\s*(?:-|–|—|to|until|till|through|thru|and|bis(?: zum)?|au|al|a|ate|t/m|tot(?: en met)?|till?|til|do|по|до|〜|~|から|부터)\s*(?:the |le |el |o |den |dem )?(?:\w+,? )?$"
)
_PARTIAL_RANGE = re.compile(
    r"(?:\bfrom\b|\bvom\b|\bdu\b|\bdel\b|\bde\b|\bdal\b|\bvan\b|\bfran\b|\bfra\b|\bod\b|\bс\b|\bз\b)? ?\b[0-3]?\d\.?(?:st|nd|rd|th)? ?(?:-|–|to|bis|au|al|a|tot|till?|til|do|по|до) ?$"
)


def returns_on(text: str, sent: date | None) -> date | None:
    """Give the first day back, or None where the note names none, or not clearly.

    `sent` is the day of the mail's Date header; without it no day can be told.
    """
    if sent is None:
        return None
    folded = " ".join(fold(text[:MOST]).split())
    english = (
        re.search(r"\b(?:the|and|will|with|office|please|out|back|until|from|return)\b", folded)
        is not None
    )
    mentions = dates_in(folded, sent, is_english=english)
    backs: list[date] = []
    ends: list[date] = []
    for at, one in enumerate(mentions):
        before, behind = folded[max(0, one.start - 60) : one.start], folded[one.end : one.end + 40]
        if _BACK.search(before) or _BACK_BEHIND.match(behind):
            backs.append(one.day)
        elif day := _end(mentions, at, before, behind, folded):
            ends.append(day)
    return next((day for day in (*backs, *ends) if sent < day <= sent + HORIZON), None)


def _end(mentions: list[Mention], at: int, before: str, behind: str, folded: str) -> date | None:
    """Give the day behind the end of an absence; None where the date is no such end."""
    one = mentions[at]
    if _BEFORE_BEHIND.match(behind):
        return one.day
    inclusive = _INCLUSIVE.search(before[-30:]) or _INCLUSIVE.match(behind.lstrip(" ,(")[:20])
    ranged = _PARTIAL_RANGE.search(before) is not None
    if at and not ranged:
        last = mentions[at - 1]
        ranged = bool(_DASH.match(folded[last.end : one.start])) and last.day <= one.day
    if not (ranged or _UNTIL.search(before) or _UNTIL_BEHIND.match(behind)):
        return None
    inclusive = inclusive or _UNTIL_BEHIND.match(behind)
    return one.day + timedelta(days=1) if (ranged or inclusive) and not one.is_month else one.day
