"""What a refused access token means: ask for a new one first, and only then give up the grant.

No transport may do that by itself: it would send the refused request again, which may have taken
effect before it was refused.
"""

from collections.abc import Callable
from dataclasses import dataclass

from domain.errors import Disconnected, OutcomeUnknown, ProviderError, Unauthorized, Unavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """What is known of a client's access token."""

    forget: Callable[[], None] | None = None
    """Makes the next opening ask for a new token; None where this one was new already."""

    def judge(self, error: ProviderError, *, sending: bool) -> ProviderError:
        """Turn a refused token into what a caller can act on; other errors stay."""
        if not isinstance(error, Unauthorized):
            return error
        if self.forget is None:
            return Disconnected("Even a new access token was refused.")
        self.forget()
        kind = OutcomeUnknown if sending else Unavailable
        return kind("The access token was refused; a new one is asked for.")
