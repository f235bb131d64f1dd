"""Files that an e-mail step attaches."""

from base64 import b64decode
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from api.shapes.common import Strict, one_line

MOST_BYTES = 3_000_000
"""Of all files of a step together: Graph takes no more in one request ("under 3 MB",
https://learn.microsoft.com/graph/outlook-large-attachments)."""

FileName = Annotated[
    str, Field(min_length=1, max_length=120, pattern=r"^[^/\\]+$"), AfterValidator(one_line)
]
ContentType = Annotated[
    str,
    Field(
        max_length=120,
        pattern=r"^(application|audio|font|image|model|text|video)/[a-z0-9][a-z0-9.+-]*$",
        examples=["application/pdf"],
    ),
]


def _decoded(text: object) -> object:
    """Read base64 strictly: nothing is guessed, nothing left out."""
    if not isinstance(text, str):
        return text
    try:
        return b64decode(text, validate=True)
    except ValueError:
        raise ValueError("it is not base64 (RFC 4648, with padding, without line breaks)") from None


Content = Annotated[
    bytes,
    BeforeValidator(_decoded, json_schema_input_type=str),
    WithJsonSchema({"type": "string", "contentEncoding": "base64"}),
]


class AttachmentIn(Strict):
    """A file: its bytes, or the digest of bytes that were sent before (as a step shows it)."""

    name: FileName = Field(description="As the candidate sees it.", examples=["role.pdf"])
    content_type: ContentType = Field(description="Its media type; no message or multipart.")
    content: Content | None = Field(None, description="Its bytes in base64.", examples=["SGVsbG8="])
    sha256: str | None = Field(
        None, pattern=r"^[0-9a-f]{64}$", description="Instead: of bytes that are known here."
    )
    size: int | None = Field(None, ge=0, description="Shown, never read.")

    @model_validator(mode="after")
    def _one_of_both(self) -> "AttachmentIn":
        if (self.content is None) == (self.sha256 is None):
            raise ValueError("give content, or sha256 of a file that is known: one of both")
        return self
