"""Time zones as callers name them."""

from api.problems import ApiError
from domain.timing import is_zone


def check_zone(zone: str | None, pointer: str = "/zone") -> None:
    """Refuse a zone that nobody knows."""
    if zone is not None and not is_zone(zone):
        errors = [{"pointer": pointer, "code": "zone.unknown", "detail": "Not an IANA zone."}]
        detail = "Name an IANA zone such as Europe/Lisbon."
        raise ApiError(422, "zone.unknown", detail, errors=errors)
