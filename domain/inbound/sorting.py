"""Sorts people's replies by rules: the first filling of the port `ReplySorter`."""

import re

from domain.inbound.sorting_words import TABLE
from domain.inbound.verdict import ReplyCategory, Sorted

MOST = 4_000  #: Characters that are read.

_NEGATED = re.compile(
    r"(?i)\b(?:not|n't|never|no longer|nicht|kein\w*|pas|no|não|non|niet|geen|inte|ikke|en|ei|nie|ne|не)\b[^.!?\n]{0,24}$"
)
_HOW = {
    ReplyCategory.INTERESTED: "they would like to go on",
    ReplyCategory.NOT_NOW: "not at this time",
    ReplyCategory.NOT_INTERESTED: "they decline",
    ReplyCategory.REFERRAL: "they name somebody else",
    ReplyCategory.QUESTION: "they ask something",
}


class RuleSorter:
    """Sorts by a table of words; says OTHER where none of them is found."""

    def sort(self, text: str) -> Sorted:
        """Sort a person's own words, as `quoting.own_text` gives them."""
        flat = text[:MOST].replace("’", "'").strip()
        found = {category: match for category, words in TABLE if (match := words.search(flat))}
        interested = found.get(ReplyCategory.INTERESTED)
        if interested and _NEGATED.search(
            flat[max(0, interested.start() - 40) : interested.start()]
        ):
            found.pop(ReplyCategory.INTERESTED)
        if ReplyCategory.INTERESTED in found and ReplyCategory.QUESTION in found:
            found.pop(ReplyCategory.QUESTION)
        for category, match in found.items():
            words = " ".join(match.group(0).split())[:60]
            sure = 0.6 if len(found) > 1 else 0.75
            evidence = f"{_HOW[category]} (“{words}”)" if words else _HOW[category]
            return Sorted(category=category, confidence=sure, evidence=evidence)
        return Sorted(category=ReplyCategory.OTHER, confidence=0.4, evidence="nothing clear")
