"""Public holidays by country, from the `holidays` package."""

from datetime import date
from functools import lru_cache

import holidays as package

from domain.schedule import Holidays
from domain.timing import ClosedDays


def closed_days(chosen: Holidays | None) -> ClosedDays:
    """Give the closed days of a country (or none). Raises ValueError for an unknown one."""
    return _open_always if chosen is None else _closed(chosen.country, chosen.region)


def knows(chosen: Holidays) -> bool:
    """Say whether the package knows the country and region."""
    try:
        _closed(chosen.country, chosen.region)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=256)
def _closed(country: str, region: str | None) -> ClosedDays:
    try:
        calendar = package.country_holidays(country.upper(), subdiv=region)
    except NotImplementedError as error:
        raise ValueError(str(error)) from None
    return calendar.__contains__


def _open_always(day: date) -> bool:
    del day
    return False
