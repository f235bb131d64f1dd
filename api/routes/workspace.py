"""The caller's workspace: its limit of people a month, and which mailbox writes to owners."""

from typing import Any

from fastapi import APIRouter

from api.problems import ApiError, not_found
from api.shapes.workspace import Workspace, WorkspaceChange
from api.unit import UnitRoute, Work
from domain.codes import ReasonCode
from records import contacts, mailboxes, notifications, rebooking

router = APIRouter(prefix="/workspace", route_class=UnitRoute, tags=["workspace"])


@router.get("", response_model=Workspace)
def read(unit: Work) -> dict[str, Any]:
    """Read the workspace of the key."""
    return contacts.workspace(unit.connection, unit.workspace_id)


@router.patch("", response_model=Workspace)
def change(body: WorkspaceChange, unit: Work) -> dict[str, Any]:
    """Change the fields that are given. Admins only.

    Raising the limit lets go exactly those that wait for it.
    """
    if unit.principal.role != "admin":
        raise ApiError(403, "workspace.admins_only", "Ask an admin of the workspace.")
    given = body.model_fields_set
    if "monthly_contacts" in given:
        contacts.change_limit(unit.connection, unit.workspace_id, body.monthly_contacts)
        full = (ReasonCode.MONTHLY_CONTACT_LIMIT,)
        rebooking.of_workspace(unit.connection, unit.workspace_id, full)
    if "notification_mailbox_id" in given:
        _choose_mailbox(unit, body.notification_mailbox_id)
    return read(unit)


def _choose_mailbox(unit: Work, mailbox_id: str | None) -> None:
    if mailbox_id is not None and mailboxes.one(unit.connection, mailbox_id) is None:
        raise not_found("mailbox")
    notifications.choose_mailbox(unit.connection, unit.workspace_id, mailbox_id)
