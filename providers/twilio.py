"""SMS by Twilio's Messages API, or any server that speaks it, and what its refusals mean.

Source: twilio.com/docs/messaging/api/message-resource and twilio.com/docs/api/errors.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from urllib.parse import quote, urlencode

import httpx

from domain import notice_text
from domain.errors import ProviderError
from domain.notice_ports import Batch, Refusal, Untold
from providers.transport import OneShotTransport

TABLE: Mapping[int, tuple[Refusal, str]] = MappingProxyType(
    {
        20003: (Refusal.RETRY, "It refused our account: the operator must check the settings."),
        20429: (Refusal.RETRY, "It asks to slow down."),
        21211: (Refusal.GONE, "The number is not one that can be reached."),
        21408: (Refusal.GONE, "Our account may not send to the number's country."),
        21610: (Refusal.GONE, "The owner has answered STOP."),
        21612: (Refusal.GONE, "The number cannot be reached from ours."),
        21614: (Refusal.GONE, "The number is not a mobile one."),
        21617: (Refusal.GIVE_UP, "The text is too long."),
        30001: (Refusal.RETRY, "Its queue is full."),
        30003: (Refusal.RETRY, "The telephone is switched off or out of reach."),
        30004: (Refusal.GONE, "The number blocks messages."),
        30005: (Refusal.GONE, "The number is unknown."),
        30006: (Refusal.GONE, "The number is a landline, or its carrier takes no messages."),
        30007: (Refusal.GIVE_UP, "A carrier filtered the message."),
        30008: (Refusal.RETRY, "It failed for a reason that nobody named."),
        30034: (Refusal.RETRY, "Our number is not registered: the operator must register it."),
    }
)
"""By Twilio's error code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TwilioAccount:
    """Who sends. Secret: never logged."""

    url: str  #: The API's root.
    account_sid: str
    auth_token: str = field(repr=False)
    sender: str  #: A number (E.164), or a messaging service (MG...).


class SmsTeller:
    """`domain.notice_ports.Teller` for telephones. Thread-safe."""

    def __init__(self, account: TwilioAccount | None, transport: OneShotTransport) -> None:
        self._account = account
        self._transport = transport

    def tell(self, batch: Batch, workspace_id: str) -> None:
        """Send one message. Raises Untold."""
        del workspace_id
        account = self._account
        if account is None:
            raise Untold("No SMS provider is set up: set REPRISE_TWILIO_*.", Refusal.RETRY)
        path = f"/2010-04-01/Accounts/{quote(account.account_sid, safe='')}/Messages.json"
        text = notice_text.sms(notice_text.compose(batch.items))
        try:
            answer = self._transport.send(
                "POST",
                account.url.rstrip("/") + path,
                content=_form(account, batch.to, text),
                headers=_headers(account),
            )
        except ProviderError as error:
            raise Untold(str(error), Refusal.RETRY) from None
        if not answer.is_success:
            raise refusal_of(answer)


def refusal_of(answer: httpx.Response) -> Untold:
    """Read an error: by its code, else by its status."""
    code = _code_of(answer)
    if code in TABLE:
        refusal, why = TABLE[code]
        return Untold(f"{code}: {why}", refusal, retry_after=None)
    hopeless = answer.status_code in (400, 404)
    refusal = Refusal.GIVE_UP if hopeless else Refusal.RETRY
    return Untold(f"The SMS provider answered {answer.status_code} ({code or 'no code'}).", refusal)


def _code_of(answer: httpx.Response) -> int:
    try:
        body: Any = json.loads(answer.content)
        return int(body["code"])
    except (ValueError, KeyError, TypeError):
        return 0


def _form(account: TwilioAccount, to: str, text: str) -> str:
    by = "MessagingServiceSid" if account.sender.startswith("MG") else "From"
    return urlencode({"To": to, by: account.sender, "Body": text})


def _headers(account: TwilioAccount) -> dict[str, str]:
    pair = f"{account.account_sid}:{account.auth_token}".encode()
    return {
        "authorization": f"Basic {base64.b64encode(pair).decode()}",
        "content-type": "application/x-www-form-urlencoded",
    }
