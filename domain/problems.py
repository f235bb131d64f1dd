"""A fault in what somebody gave us, with its place and its remedy."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: a stable code, a JSON pointer to the field, and what to do about it."""

    code: str
    pointer: str
    detail: str
