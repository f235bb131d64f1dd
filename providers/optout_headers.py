"""The headers by which a mail program offers to opt out (RFC 2369, RFC 8058), and their folding."""

from dataclasses import dataclass
from email.policy import EmailPolicy
from typing import Any
from urllib.parse import quote

from domain.mail import Draft
from providers.addresses import ascii_form

LIST_UNSUBSCRIBE, ONE_CLICK = "List-Unsubscribe", "List-Unsubscribe-Post"
ONE_CLICK_VALUE = "List-Unsubscribe=One-Click"  #: The body of the POST that a mail program makes.
_BETWEEN = ", "


@dataclass(frozen=True, slots=True, kw_only=True)
class OptOut:
    """By which ways a message can be answered with an opt-out."""

    mailto: str
    url: str | None  #: None where nobody outside could open a page of ours.

    @property
    def link(self) -> str:
        """What `{{ unsubscribe_url }}` stands for in a template."""
        return self.url or self.mailto

    @property
    def headers(self) -> dict[str, str]:
        """The headers; a promise of one click only where there is a page for it."""
        ways = [f"<{one}>" for one in (self.url, self.mailto) if one]
        found = {LIST_UNSUBSCRIBE: _BETWEEN.join(ways)}
        return {**found, ONE_CLICK: ONE_CLICK_VALUE} if self.url else found


def opt_out_of(draft: Draft, page: str) -> OptOut | None:
    """Give the ways out of a draft's sequence; None for a draft without a token.

    `page` is where the tokens are answered, without its last slash; "" where nobody can reach it.
    """
    token = draft.optout_token
    if not token:
        return None
    mailbox = quote(ascii_form(draft.from_address), safe="@")
    return OptOut(
        mailto=f"mailto:{mailbox}?subject={quote(f'unsubscribe {token}')}",
        url=f"{page}/{quote(token, safe='')}" if page else None,
    )


class HeaderPolicy(EmailPolicy):
    """Folds List-Unsubscribe between its addresses only.

    The library writes what is longer than a line and has no spaces as encoded words, which no
    structured header may hold (RFC 2047 5): programs would not find the address.
    """

    def fold(self, name: str, value: Any) -> str:
        """Write a header's lines."""
        if name != LIST_UNSUBSCRIBE:
            return super().fold(name, value)
        return f"{name}: {str(value).replace(_BETWEEN, f',{self.linesep} ')}{self.linesep}"

    def fold_binary(self, name: str, value: Any) -> bytes:
        """Write a header's lines as bytes."""
        if name != LIST_UNSUBSCRIBE:
            return super().fold_binary(name, value)
        return self.fold(name, value).encode("ascii")
