"""Checks e-mail addresses by their form; nothing is looked up."""

from email.utils import getaddresses
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email


@lru_cache(maxsize=4096)  # A letter asks for the same few addresses again and again.
def fault_of(address: str) -> str | None:
    """Say what is wrong with an address, or None.

    Non-ASCII local parts are refused: the big providers do not carry SMTPUTF8.
    """
    try:
        validate_email(
            address, allow_smtputf8=False, check_deliverability=False, test_environment=True
        )
    except EmailNotValidError as error:
        return str(error)
    return None


@lru_cache(maxsize=4096)
def ascii_form(address: str) -> str:
    """Give the form that goes into a header: the domain in Punycode."""
    checked = validate_email(
        address, allow_smtputf8=False, check_deliverability=False, test_environment=True
    )
    return checked.ascii_email or checked.normalized


def address_in(header: str) -> str:
    """Give the first address of a header, "" where it has none that can be read."""
    try:
        found = getaddresses([header])
    except (ValueError, IndexError, TypeError):  # Broken headers raise in some versions.
        return ""
    return found[0][1].strip() if found else ""
