"""Gives the text of HTML as a reader sees it, apart from what is quoted. Linear in its length."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

MOST = 400_000  #: Characters of HTML that are read.

_BREAKS = frozenset(
    {"br", "p", "div", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "hr"}
    | {"blockquote", "pre", "section", "article", "header", "footer", "dt", "dd", "center"}
)
_UNSEEN = frozenset({"style", "script", "head", "title", "template", "noscript"})
_NAME = re.compile(r"/?([a-zA-Z][\w:]*)")
_IN_QUOTE = re.compile(
    r"(?i)^blockquote\b(?!.{0,200}(?:margin:? ?0 0 0 40px|webkit-indent))"
    r"|class=[\"']?[^\"'>]{0,80}\b(?:gmail_quote|yahoo_quoted|moz-cite-prefix|protonmail_quote|tutanota_quote|zmail_extra"
    r"|outlookmessageheader|quote-header|freshdesk_quote|hubspot_quote|gmail_attr|moz-forward-container)"
)
"""Elements that hold what is quoted: what stands behind them is the sender's own again."""

_REST_QUOTED = re.compile(
    r"(?i)id=[\"']?[^\"'>]{0,40}(?:divrplyfwdmsg|appendonsend|replysplit|isforwardcontent|stopspelling|olk_src_body"
    r"|mail-editor-reference-message-container|ms-outlook-mobile-reference|origbody)"
    r"|name=[\"']?(?:quote\b|_mailoriginal|messagereplysection)"
    r"|style=[\"'][^>]{0,200}border:? ?none; ?border-top: ?solid #?(?:b5c4df|e1e1e1)"
)
"""Marks behind which everything is quoted: Outlook's and its relatives'."""


@dataclass(frozen=True, slots=True)
class Page:
    """What an HTML body shows."""

    own: str  #: Without what its mark-up says is quoted.
    whole: str
    quotes: bool  #: It marks something as quoted.


def read_page(markup: str) -> Page:
    """Read an HTML body."""
    markup = markup[:MOST]
    whole = _shown(_pieces(markup))
    pieces = list(_own(_pieces(markup)))
    own = _shown(iter(pieces))
    return Page(own, whole, own != whole)


def plain_of(markup: str) -> str:
    """Give all the text of HTML."""
    return read_page(markup).whole


def _own(pieces: Iterator[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Leave out what is quoted."""
    name, depth = "", 0
    for tag, text in pieces:
        here = _name(tag)
        if depth:
            if here == name and not tag.endswith("/"):
                depth += -1 if tag.startswith("/") else 1
            if not depth:
                yield "br", text
        elif tag and not tag.startswith("/") and _REST_QUOTED.search(tag):
            return
        elif tag and not tag.startswith("/") and _IN_QUOTE.search(tag):
            name, depth = here, 1
        else:
            yield tag, text


def _shown(pieces: Iterator[tuple[str, str]]) -> str:
    kept: list[str] = []
    unseen = ""
    for tag, text in pieces:
        name = _name(tag)
        if unseen:
            unseen = "" if tag.startswith("/") and name == unseen else unseen
        elif name in _UNSEEN and not tag.startswith("/") and not tag.endswith("/"):
            unseen = name
        elif name in _BREAKS:
            kept.append("\n")
        elif name in ("td", "th"):
            kept.append(" ")
        if not unseen:
            kept.append(re.sub(r"\s+", " ", text))
    lines = (" ".join(line.split()) for line in html.unescape("".join(kept)).splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _name(tag: str) -> str:
    match = _NAME.match(tag)
    return match.group(1).lower() if match else ""


def _pieces(markup: str) -> Iterator[tuple[str, str]]:
    """Yield each tag with the text behind it; the first one is of no tag."""
    at = markup.find("<")
    yield "", markup if at < 0 else markup[:at]
    while at >= 0:
        if markup.startswith("<!--", at):
            end = markup.find("-->", at)
            close, tag = (end + 2, "") if end >= 0 else (-1, "")
        else:
            close = markup.find(">", at)
            tag = markup[at + 1 : close] if close >= 0 else ""
        if close < 0:  # Nothing closes any more: the rest is text.
            yield "", markup[at:].replace("<", " ")
            return
        at = markup.find("<", close)
        yield tag, markup[close + 1 :] if at < 0 else markup[close + 1 : at]
