"""Who says what a reply means."""

from typing import Protocol

from domain.inbound.verdict import Sorted


class ReplySorter(Protocol):
    """Says what a person's reply means for the offer; it never decides whether it is a reply.

    `domain.inbound.sorting.RuleSorter` does so by rules; a language model may take its place.
    """

    def sort(self, text: str) -> Sorted:
        """Sort the person's own words: no quotes, no signature. Must not raise."""
        ...
