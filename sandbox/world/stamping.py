"""What Gmail does to a message on its way out: it checks, completes and re-labels the head."""

import re
import secrets
from email.utils import formataddr, formatdate, getaddresses

from sandbox.world.errors import BadLetterError
from sandbox.world.letter import Letter
from sandbox.world.mailbox import Mailbox

_ADDRESS = re.compile(r"[^@\s<>,;:\"()\[\]]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")


def check_addresses(letter: Letter) -> None:
    """Refuse a head whose address lines Gmail cannot read ("Invalid To header")."""
    for name in ("To", "Cc", "Bcc"):
        values = letter.all(name)
        if len(values) > 1 or not all(_is_address_list(value) for value in values):
            raise BadLetterError(f"Invalid {name} header")


def check_sendable(letter: Letter) -> None:
    """Refuse what has nobody to go to."""
    check_addresses(letter)
    if not letter.addressees:
        raise BadLetterError("Recipient address required")


def stamped(letter: Letter, box: Mailbox, at_ms: int) -> Letter:
    """Return the letter as it leaves: Gmail's Message-ID, a date, and a From it may use."""
    seconds = at_ms / 1000
    letter = letter.replacing("Message-ID", f"<CA{secrets.token_urlsafe(36)}@mail.gmail.com>")
    if not letter.first("Date"):
        letter = letter.replacing("Date", formatdate(seconds))
    if letter.sender != box.address and box.aliases.get(letter.sender) != "accepted":
        letter = letter.replacing("From", _own_from(letter, box.address))
    hop = f"named unknown by gmailapi.google.com with HTTPREST; {formatdate(seconds)}"
    return letter.on_top("Received", f"from 407408718192 {hop}")


def _own_from(letter: Letter, address: str) -> str:
    names = [name for name, _ in getaddresses(letter.all("From")) if name]
    return formataddr((names[0], address)) if names else address


def _is_address_list(value: str) -> bool:
    found = [address for _, address in getaddresses([value])]
    return not value.strip() or all(_ADDRESS.fullmatch(address) for address in found)
