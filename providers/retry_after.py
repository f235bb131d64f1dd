"""When an HTTP answer says that one may come back (RFC 9110 10.2.3)."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime


def retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """Read `Retry-After`: seconds, or an HTTP date. The headers' names are in lower case."""
    named = str(headers.get("retry-after", "")).strip()
    if named.isascii() and named.isdecimal():
        return timedelta(seconds=int(named))
    until = _moment(named)
    return None if until is None else time_until(until, headers)


def time_until(until: datetime, headers: Mapping[str, str]) -> timedelta | None:
    """Count from the answer's own Date: two clocks need not agree. None without one."""
    since = _moment(str(headers.get("date", "")))
    return None if since is None else max(until - since, timedelta())


def _moment(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text).astimezone(UTC)
    except (ValueError, TypeError):
        return None
