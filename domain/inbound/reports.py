"""Reads delivery reports (RFC 3464): one block per recipient, never mixed with one another."""

import re
from dataclasses import dataclass

_FIELD = re.compile(r"^([A-Za-z][A-Za-z0-9-]{0,60})\s*:[ \t]*(.*)$")
_ADDRESS = re.compile(r"(?<![^\s<>;:,\"'()\[\]])[^\s<>;:,\"'()\[\]]{1,128}@[A-Za-z0-9._-]{1,253}")
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """What a report says of one recipient."""

    action: str = ""  #: failed, delayed, delivered, relayed or expanded; lower case.
    status: str = ""
    diagnostic: str = ""
    recipient: str = ""  #: Lower case.

    @property
    def said(self) -> str:
        """Everything that tells why, in one line."""
        return f"{self.diagnostic} {self.status}".strip()


def blocks_of(report: str) -> list[Block]:
    """Read the recipients' blocks of a report; the block about the message itself is left out."""
    groups: list[dict[str, str]] = [{}]
    last = ""
    for line in report.splitlines():
        if not line.strip():
            groups.append({})
            last = ""
        elif line[0] in " \t" and last:
            groups[-1][last] += " " + line.strip()
        elif match := _FIELD.match(line):
            last = match.group(1).lower()
            if last in ("final-recipient", "original-recipient") and "action" in groups[-1]:
                groups.append({})  # Some write no empty line between two recipients.
            groups[-1].setdefault(last, match.group(2).strip())
    merged = _with_loose_ends(groups)
    return [_block(group) for group in merged if _tells(group)]


def _with_loose_ends(groups: list[dict[str, str]]) -> list[dict[str, str]]:
    """Join blocks that an empty line cut: a recipient without an action, then its action."""
    found: list[dict[str, str]] = []
    for group in groups:
        if found and "action" in group and "action" not in found[-1] and not _named(group):
            found[-1] = {**found[-1], **group}
        else:
            found.append(group)
    return found


def _tells(group: dict[str, str]) -> bool:
    return "action" in group or ("status" in group and _named(group))


def _named(group: dict[str, str]) -> bool:
    return "final-recipient" in group or "original-recipient" in group


def _block(group: dict[str, str]) -> Block:
    named = (group.get(name, "") for name in ("original-recipient", "final-recipient"))
    final = group.get("final-recipient", "") or group.get("x-actual-recipient", "")
    diagnostic = group.get("diagnostic-code", "") or group.get("x-display-text", "")
    return Block(
        action=group.get("action", "failed").split(" ")[0].strip().lower(),
        status=status_in(f"{group.get('status', '')} {diagnostic}"),
        diagnostic=diagnostic,
        recipient=address_in(final) or next((a for n in named if (a := address_in(n))), ""),
    )


def address_in(text: str) -> str:
    """Find the first address, in lower case; "" without one."""
    for found in _ADDRESS.finditer(re.sub(r"(?i)rfc822;|smtp[=:]|mailto:", " ", text)):
        if not found.group(0).lower().endswith("@localhost"):
            return found.group(0).strip(".").lower()
    return ""


def status_in(text: str) -> str:
    """Find the first enhanced code that says more than "something" (x.0.0); "" without one."""
    codes = _STATUS.findall(text)
    return next((code for code in codes if not code.endswith(".0.0")), codes[0] if codes else "")
