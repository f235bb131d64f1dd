"""Messages as callers see them."""

from typing import Any

from api.shapes.messages import Message
from records import following

_HERE = frozenset(Message.model_fields) - {"followed"}


def shown_message(row: Any) -> dict[str, Any]:
    """Show a message that came in."""
    followed = following.followed_in(row["followed"])
    return {
        **{name: value for name, value in row.items() if name in _HERE},
        "followed": {
            "consequence": followed.consequence,
            "reason": followed.reason,
            "ended": [one.enrollment_id for one in followed.ended],
            "paused": list(followed.paused),
            "suppression_id": followed.suppression_id,
            "crossed": list(followed.crossed),
        },
    }
