"""Turns bytes into text by the charset that is claimed, or the likeliest one where that lies."""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress

_UNKNOWN = frozenset(
    {"", "unknown-8bit", "x-unknown", "default", "_iso-2022-jp$esc", "utf-7", "binary"}
)
_WIDER = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "hz-gb-2312": "hz",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "big5": "big5hkscs",
    "iso-2022-jp": "iso-2022-jp-ext",
    "iso-8859-1": "cp1252",
    "iso-8859-8-i": "iso-8859-8",
    "us-ascii": "cp1252",
    "utf8mb4": "utf-8",
    "unicode": "utf-16",
    "unicode-1-1-utf-8": "utf-8",
}
"""Charsets that mails name when they mean a wider one (as the WHATWG has it)."""

_SINGLE = re.compile(r"(?i)iso-8859|windows-125|cp125|us-ascii|latin|koi8|ascii")
_WESTERN = re.compile(r"iso-8859-1$|windows-1252|cp1252|us-ascii|latin-?1|ascii")
_STATEFUL = re.compile(rb"\x1b\$[@B]|\x1b\(J")
_UTF16 = re.compile(rb"(?:[\x09\x0a\x0d\x20-\x7e]\0){8}|(?:\0[\x09\x0a\x0d\x20-\x7e]){8}")


def to_text(content: bytes, charset: str | None) -> str:
    """Decode bytes; never raises, and what cannot be decoded stays readable in part."""
    for one in _candidates(content, (charset or "").strip().strip("\"'").lower()):
        with suppress(LookupError, UnicodeDecodeError, ValueError):
            return content.decode(one)
    return _guessed(content)


def _candidates(content: bytes, claimed: str) -> Iterator[str]:
    if content.startswith(b"\xef\xbb\xbf"):
        yield "utf-8-sig"
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        yield "utf-16"
    if _STATEFUL.search(content[:20_000]) and not claimed.startswith("utf"):
        yield "iso-2022-jp-ext"
    if _UTF16.search(content[:2_000]):
        yield "utf-16-be" if content[:1] == b"\0" else "utf-16-le"
    if claimed in _UNKNOWN or _SINGLE.match(claimed):
        yield "utf-8"  # Text in another charset is hardly ever valid UTF-8.
    if _WESTERN.match(claimed) and _is_dense(content):
        return  # Western text is written in ASCII for the most part: it is in another charset.
    if claimed not in _UNKNOWN and not (claimed == "us-ascii" and not content.isascii()):
        yield _WIDER.get(claimed, claimed)
    yield "utf-8"


def _is_dense(content: bytes) -> bool:
    """Say whether most letters lie outside ASCII."""
    sample = content[:4_000]
    high = sum(byte > 127 for byte in sample)
    return high > 8 and high > sum(chr(byte).isalpha() for byte in sample if byte < 128)


def _guessed(content: bytes) -> str:
    """Choose the charset in which the bytes make the most text of one script."""
    sample = content[:4_000]
    best, most = "cp1252", 0.3
    for charset, is_usual in _GUESSES[1:] if _is_dense(content) else _GUESSES:
        text = sample.decode(charset, "replace")
        other = [one for one in text if one > "\x7f"]
        score = sum(map(is_usual, other)) / len(other) if other else 0.0
        if score > most:
            best, most = charset, score
    return content.decode(best, "replace")


def _between(*ranges: str) -> Callable[[str], bool]:
    pattern = re.compile(f"[{''.join(ranges)}]")
    return lambda one: pattern.match(one) is not None


_GUESSES: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("cp1252", _between("à-ÿ", "ÄÖÜßÉÈÇÑ", "‘’“”–—…€")),
    ("koi8-r", _between("а-я")),
    ("cp1251", _between("а-я")),
    ("cp932", _between("ぁ-ヶ", "。、ー")),
    ("euc_jp", _between("ぁ-ヶ", "。、ー")),
    ("cp949", _between("가-힣")),
    (
        "gb18030",
        _between(
            "的一是不了人我在有他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后小么心多天而能好都然没日于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长邮件您收信送达失败回复"
        ),
    ),
)
"""What letters of ordinary text each charset would show."""
