"""Liquid templates with limits. A candidate's data is data: never template, markup or header."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import nh3
from liquid import BoundTemplate, Environment
from liquid.exceptions import LiquidError, UndefinedError
from liquid.undefined import StrictDefaultUndefined

from domain.codes import ReasonCode
from domain.errors import ContentFault
from domain.mail import Draft

LINK = "unsubscribe_url"  #: Where whoever reads the message can opt out.
ROOTS = frozenset({"candidate", "sender", LINK})  #: What a template may speak of.
_NAME = re.compile(r"^(\S+) is undefined")


class _Limited(Environment):
    loop_iteration_limit = 1_000
    local_namespace_limit = 100_000
    output_stream_limit = 1_000_000
    context_depth_limit = 10


_TEXT = _Limited(undefined=StrictDefaultUndefined, autoescape=False)
_HTML = _Limited(undefined=StrictDefaultUndefined, autoescape=True)


@dataclass(frozen=True, slots=True)
class TemplateProblem:
    """Why a template cannot be used."""

    code: str
    detail: str


def problems_of(text: str) -> list[TemplateProblem]:
    """Name what is wrong with a template before anybody is enrolled."""
    try:
        template = _TEXT.from_string(text)
        names = template.global_variables()
    except LiquidError as error:
        return [TemplateProblem("template.syntax", f"The template does not parse: {error}")]
    return [
        TemplateProblem(
            "template.unknown_variable",
            f"There is no {name!r}; a template may speak of candidate, sender and {LINK}.",
        )
        for name in sorted({str(name) for name in names} - ROOTS)
    ]


def render_subject(text: str, draft: Draft, *, unsubscribe_url: str = "") -> str:
    """Render a subject. Raises ContentFault for a missing variable."""
    return _render(_subject_template, text, draft, unsubscribe_url)


def render_body(text: str, draft: Draft, *, unsubscribe_url: str = "") -> str:
    """Render a body as clean HTML; values are escaped. Raises ContentFault."""
    return nh3.clean(
        _render(_body_template, text, draft, unsubscribe_url),
        tags=nh3.ALLOWED_TAGS | {"font", "u"},
        attributes={"*": {"style", "align", "dir", "width", "height"}, **_LINKS},
        link_rel=None,
        url_schemes={"http", "https", "mailto", "tel"},
    )


_LINKS = {"a": {"href", "title", "style"}, "img": {"src", "alt", "width", "height", "style"}}


def _render(parse: Callable[[str], BoundTemplate], text: str, draft: Draft, link: str) -> str:
    try:
        return parse(text).render(**_view(draft, link))
    except UndefinedError as error:
        found = _NAME.search(str(error))
        name = found.group(1) if found else "a variable"
        raise ContentFault(
            ReasonCode.LEAD_NOT_SCRAPED, f"{name} has no value and no default"
        ) from None
    except LiquidError as error:
        detail = f"The template cannot be rendered: {type(error).__name__}"
        raise ContentFault(ReasonCode.LEAD_NOT_SCRAPED, detail) from None


def _view(draft: Draft, link: str) -> Mapping[str, Any]:
    """Give what a template sees; an empty value counts as missing, so defaults apply."""
    person = draft.recipient
    candidate: dict[str, Any] = {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "email": person.email,
        "linkedin_url": person.linkedin_url,
        "fields": _filled(person.fields),
    }
    sender = {"name": draft.from_name, "address": draft.from_address}
    links = _filled({LINK: link})
    return {"candidate": _filled(candidate), "sender": _filled(sender), **links}


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value not in ("", None)}


@lru_cache(maxsize=2_000)
def _subject_template(text: str) -> BoundTemplate:
    return _TEXT.from_string(text)


@lru_cache(maxsize=2_000)
def _body_template(text: str) -> BoundTemplate:
    return _HTML.from_string(text)
