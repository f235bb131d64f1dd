"""A Slack-compatible incoming webhook: one message, and what its refusals mean.

Source: docs.slack.dev, "Sending messages using incoming webhooks".
"""

import json
from collections.abc import Mapping
from types import MappingProxyType

from domain import notice_text
from domain.notice_ports import Answered, Batch, NotAllowed, NotReached, Outside, Refusal, Untold

TABLE: Mapping[int, Refusal] = MappingProxyType(
    {
        400: Refusal.GIVE_UP,  # invalid_payload, no_text, too_many_attachments
        403: Refusal.GONE,  # action_prohibited, invalid_token
        404: Refusal.GONE,  # channel_not_found, no_service, no_team
        410: Refusal.GONE,  # channel_is_archived
        413: Refusal.GIVE_UP,
        429: Refusal.RETRY,  # about one message a second, with Retry-After
    }
)
"""By HTTP status; what is not here is tried again."""


class SlackTeller:
    """`domain.notice_ports.Teller` for a hook. Thread-safe."""

    def __init__(self, outside: Outside) -> None:
        self._outside = outside

    def tell(self, batch: Batch, workspace_id: str) -> None:
        """Post the message. Raises Untold."""
        del workspace_id  # The hook itself says where it belongs.
        body = json.dumps(notice_text.slack(notice_text.compose(batch.items))).encode()
        try:
            answer = self._outside.post(batch.to, body, {"content-type": "application/json"})
        except NotReached as error:
            raise Untold(str(error), Refusal.RETRY) from None
        except NotAllowed as error:
            raise Untold(str(error), Refusal.GONE) from None
        if not 200 <= answer.status < 300:
            raise _refusal(answer)


def _refusal(answer: Answered) -> Untold:
    code = answer.text if answer.text.replace("_", "").isalpha() and len(answer.text) < 40 else ""
    why = f"The hook answered {answer.status} {code}".rstrip()
    refusal = TABLE.get(answer.status, Refusal.RETRY)
    return Untold(why, refusal, retry_after=answer.retry_after)
