"""Tells apart what arrives in a mailbox, as far as stopping on a reply needs it."""

from enum import StrEnum

from domain.mail import Arrival


class ArrivalKind(StrEnum):
    """What a message is."""

    REPLY = "reply"
    AUTOMATIC = "automatic"  #: A machine wrote it: an absence note, a bounce, a receipt.
    OWN = "own"  #: The mailbox's own message.


_MACHINES = ("mailer-daemon@", "postmaster@", "noreply@", "no-reply@")


def kind_of(arrival: Arrival, *, own_address: str) -> ArrivalKind:
    """Say who wrote it: ourselves, a machine (RFC 3834 and its customs), or a person."""
    sender = arrival.from_address.lower()
    if sender == own_address.lower():
        return ArrivalKind.OWN
    headers = arrival.headers
    auto = headers.get("auto-submitted", "no").partition(";")[0].strip().lower()
    if auto != "no" or sender.startswith(_MACHINES):
        return ArrivalKind.AUTOMATIC
    if headers.get("content-type", "").lower().startswith("multipart/report"):
        return ArrivalKind.AUTOMATIC
    if "x-autoreply" in headers or "x-failed-recipients" in headers:
        return ArrivalKind.AUTOMATIC
    return ArrivalKind.REPLY


def is_plausible_reply(arrival: Arrival, *, sent_to: str, in_thread: bool) -> bool:
    """Say whether it may stop an enrollment.

    The provider's own thread is proof enough (a colleague may answer). A stranger's mail that
    merely names one of our Message-IDs is not: its sender must share the candidate's domain.
    """
    if in_thread:
        return True
    return _domain(arrival.from_address) == _domain(sent_to) != ""


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower()
