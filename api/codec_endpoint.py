"""Opens payloads for Temporal's own pages, for whoever holds the endpoint's address.

The address carries a token derived from the payload key, since those pages send no header of
ours. There is no way to encode: facts reach workflows through the API, numbered, or not at all.
"""

import hmac
from collections.abc import Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from api.problems import ApiError, response
from relay.codec import BadPayload, Codec, endpoint_token


def codec_app(keys: Sequence[tuple[str, bytes]], *, ui_origin: str) -> Starlette:
    """Build the endpoint `POST /{token}/decode`; browsers may call it from `ui_origin` only."""
    codec, token = Codec(keys) if keys else None, endpoint_token(keys)

    async def decode(request: Request) -> JSONResponse:
        if codec is None or not hmac.compare_digest(request.path_params["token"], token):
            return response(ApiError(404, "not_found", "There is no such resource."))
        try:
            body: Any = await request.json()
            return JSONResponse({"payloads": codec.decode_json(body["payloads"])})
        except (BadPayload, ValueError, KeyError, TypeError):
            detail = "Send payloads of this installation as Temporal's pages do."
            return response(ApiError(422, "payload.invalid", detail))

    allowed = Middleware(
        CORSMiddleware,
        allow_origins=[ui_origin],
        allow_methods=["POST"],
        allow_headers=["content-type", "x-namespace", "authorization"],
    )
    return Starlette(
        routes=[Route("/{token}/decode", decode, methods=["POST"])], middleware=[allowed]
    )
