"""How the key's user is told of every stop and every error in his sequences."""

from typing import Any

from fastapi import APIRouter, Request

from api.problems import ApiError
from api.routes.webhook_endpoints import check_url
from api.shapes.notifications import (
    EmailChannelIn,
    Notifications,
    NotificationsChange,
    SlackChannelIn,
    SmsChannelIn,
)
from api.unit import UnitRoute, Work
from api.zones import check_zone
from domain.notices import NoticeChannel
from domain.rhythm import Mode
from providers.addresses import fault_of
from records import notifications

router = APIRouter(prefix="/me/notifications", route_class=UnitRoute, tags=["notifications"])

_OFF: dict[str, Any] = {
    "mode": Mode.OFF,
    "daily_at": "08:00",
    "zone": "UTC",
    "disabled_why": None,
    "address": None,
    "secret": None,
}
_NEW = {**_OFF, "mode": Mode.IMMEDIATELY.value}


@router.get("", response_model=Notifications)
def read(unit: Work) -> dict[str, Any]:
    """Read the channels; one that was never chosen is off."""
    user_id = unit.principal.user_id
    rows = notifications.of_user(unit.connection, user_id)
    waiting = notifications.waiting(unit.connection, user_id)

    def shown(channel: NoticeChannel) -> dict[str, Any]:
        row, held = rows.get(channel.value, _OFF), waiting.get(channel.value)
        return {
            **{name: row[name] for name in ("mode", "daily_at", "zone", "disabled_why")},
            "waiting": held["pending"] if held else 0,
            "set_aside": held["held"] if held else 0,
            "set_aside_why": held["code"] if held else None,
            "address": row["address"],
            "phone": row["address"],
            "has_hook": row["secret"] is not None,
        }

    channels = (NoticeChannel.EMAIL, NoticeChannel.SLACK, NoticeChannel.SMS)
    return {channel.value: shown(channel) for channel in channels}


@router.patch("", response_model=Notifications)
def change(body: NotificationsChange, unit: Work, request: Request) -> dict[str, Any]:
    """Change the channels that are given; what waited for an address or a number is told now."""
    known = notifications.of_user(unit.connection, unit.principal.user_id)
    given = {
        NoticeChannel.EMAIL: None if body.email is None else _email(body.email),
        NoticeChannel.SLACK: None if body.slack is None else _slack(body.slack, request),
        NoticeChannel.SMS: None if body.sms is None else _sms(body.sms),
    }
    for channel, values in given.items():
        if values is None:
            continue
        before = known.get(channel.value, _NEW)
        kept = {name: before[name] for name in ("mode", "daily_at", "zone", "address")}
        request.app.state.channels.put(
            unit.connection,
            unit.workspace_id,
            unit.principal.user_id,
            channel,
            {**kept, "hook": None, **values},
        )
    return read(unit)


def _email(channel: EmailChannelIn) -> dict[str, Any]:
    fault = None if channel.address is None else fault_of(channel.address)
    if fault is not None:
        error = {"pointer": "/email/address", "code": "address.invalid", "detail": fault}
        raise ApiError(422, "address.invalid", fault, errors=[error])
    return _values(channel, "/email")


def _slack(channel: SlackChannelIn, request: Request) -> dict[str, Any]:
    if channel.hook is not None:
        check_url(request, channel.hook, "/slack/hook")
    return _values(channel, "/slack")


def _sms(channel: SmsChannelIn) -> dict[str, Any]:
    values = _values(channel, "/sms")
    return {("address" if name == "phone" else name): value for name, value in values.items()}


def _values(
    channel: EmailChannelIn | SlackChannelIn | SmsChannelIn, pointer: str
) -> dict[str, Any]:
    check_zone(channel.zone, f"{pointer}/zone")
    return channel.model_dump(mode="json", exclude_unset=True)
