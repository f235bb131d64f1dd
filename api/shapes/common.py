"""What all shapes are made of: bounded texts, ids, pages and problem details."""

from typing import Annotated, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

T = TypeVar("T")


def _plain(text: str) -> str:
    if any((ord(c) < 32 and c not in "\n\r\t") or 0xD800 <= ord(c) <= 0xDFFF for c in text):
        raise ValueError("control characters and lone surrogates are not allowed")
    return text


def one_line(text: str) -> str:
    """Refuse what could break out of a line or a header."""
    if any(ord(c) < 32 or ord(c) == 127 or c in "\u2028\u2029" for c in text):
        raise ValueError("line breaks and control characters are not allowed here")
    return _plain(text)


Text = Annotated[str, Field(max_length=200), AfterValidator(one_line)]
LongText = Annotated[str, Field(max_length=5_000), AfterValidator(_plain)]
Url = Annotated[str, Field(max_length=500), AfterValidator(one_line)]
Html = Annotated[str, Field(max_length=100_000), AfterValidator(_plain)]
Subject = Annotated[str, Field(max_length=998), AfterValidator(one_line)]
Address = Annotated[str, Field(min_length=1, max_length=320), AfterValidator(one_line)]
Zone = Annotated[str, Field(max_length=64, examples=["Europe/Lisbon"]), AfterValidator(one_line)]
Id = Annotated[str, Field(max_length=40, pattern=r"^[a-z]{3,4}_[0-9a-z]{20}$")]
SmallId = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9_-]+$")]


class Strict(BaseModel):
    """Refuses fields that it does not know."""

    model_config = ConfigDict(extra="forbid")


class Page(BaseModel, Generic[T]):
    """A page of a list; `cursor` of the next request is `next_cursor` of this answer."""

    data: list[T]
    next_cursor: str | None = Field(description="Null on the last page.")


class Reason(BaseModel):
    """What a reason code means, for people."""

    cause: str = Field(description="What happened.")
    remedy: str = Field(description="What to do about it.")
    who: str = Field(description="Who can do it.")


class Fault(BaseModel):
    """One fault in what was sent."""

    pointer: str = Field(description="JSON pointer of the field.")
    code: str = Field(description="A stable code.")
    detail: str = Field(description="What is wrong and what to do.")


class Problem(BaseModel):
    """A refusal (RFC 9457); nothing was changed."""

    type: str = Field(description="A URN of the code.")
    title: str = Field(description="The status in words.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What happened, and what to do.")
    code: str = Field(description="A stable code.", examples=["request.invalid"])
    errors: list[Fault] = Field(description="Each fault with its place; may be empty.")
