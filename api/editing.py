"""Lost updates refused: what is read carries an ETag, what is changed may name the one it saw."""

from typing import Annotated

from fastapi import Header, Response

from api.problems import ApiError

IfMatch = Annotated[
    str | None,
    Header(description="The ETag that was read; the change is refused (412) if it is another now."),
]


def check_match(if_match: str | None, revision: int) -> None:
    """Refuse a change of something that is not what the caller saw."""
    if if_match is None or if_match.strip() == "*":
        return
    tags = {tag.strip().removeprefix("W/") for tag in if_match.split(",")}
    if _tag(revision) not in tags:
        detail = "Somebody changed it since you read it: read it again, then change it."
        raise ApiError(412, "precondition.failed", detail)


def put_tag(response: Response, revision: int) -> None:
    """Say which state of the resource this answer shows."""
    response.headers["ETag"] = _tag(revision)


def _tag(revision: int) -> str:
    return f'"{revision}"'
