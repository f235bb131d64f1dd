"""Where an owner's consent comes back to."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse

from api.problems import ApiError
from api.shapes.mailboxes import Connected
from domain.access import PROVIDERS
from domain.errors import ProviderError
from records import mailboxes

router = APIRouter(tags=["mailboxes"])

Given = Annotated[str, Query(max_length=4096)]
Provider = Literal["google", "microsoft"]
_KINDS = {provider: kind for kind, provider in PROVIDERS.items()}


@router.get("/oauth/{provider}/callback", response_model=Connected)
def finish_consent(
    provider: Provider, request: Request, state: Given = "", code: Given = "", error: Given = ""
) -> JSONResponse:
    """Finish a consent: the mailbox is connected and what it held goes on."""
    app = request.app.state
    consent = mailboxes.take_consent(app.database, provider, state)
    if consent is None:
        detail = "This link was used or has expired; begin again with reconnect."
        raise ApiError(422, "oauth.state_unknown", detail)
    if error or not code:
        raise ApiError(422, "oauth.refused", "The owner did not consent; begin again.")
    try:
        grant, address = app.oauths[_KINDS[provider]].exchange(
            code=code, verifier=consent["verifier"], redirect_uri=app.redirect_uris[provider]
        )
    except ProviderError as fault:
        raise ApiError(422, "oauth.failed", f"{fault} Begin again with reconnect.") from None
    workspace_id, mailbox_id = consent["workspace_id"], consent["mailbox_id"]
    with app.database.workspace(workspace_id) as connection:
        row = mailboxes.one(connection, mailbox_id)
        if row is None or row["address"] != address.lower():
            detail = "Another account consented than the mailbox's; sign in with that one."
            raise ApiError(422, "oauth.other_account", detail)
        released = mailboxes.connected(connection, workspace_id, mailbox_id, app.grants, grant)
    app.nudge()
    return JSONResponse({"mailbox_id": mailbox_id, "state": "connected", "released": released})
