"""The caller's workspace: its limit of people a month."""

from typing import Any

from fastapi import APIRouter

from api.problems import ApiError
from api.shapes.workspace import Workspace, WorkspaceChange
from api.unit import UnitRoute, Work
from domain.codes import ReasonCode
from records import contacts, rebooking

router = APIRouter(prefix="/workspace", route_class=UnitRoute, tags=["workspace"])


@router.get("", response_model=Workspace)
def read(unit: Work) -> dict[str, Any]:
    """Read the workspace of the key."""
    return contacts.workspace(unit.connection, unit.workspace_id)


@router.patch("", response_model=Workspace)
def change(body: WorkspaceChange, unit: Work) -> dict[str, Any]:
    """Change the limit; raising it lets go exactly those that wait for it. Admins only."""
    if unit.principal.role != "admin":
        raise ApiError(403, "workspace.admins_only", "Ask an admin of the workspace.")
    contacts.change_limit(unit.connection, unit.workspace_id, body.monthly_contacts)
    full = (ReasonCode.MONTHLY_CONTACT_LIMIT,)
    rebooking.of_workspace(unit.connection, unit.workspace_id, full)
    return read(unit)
