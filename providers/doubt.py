"""What a refused access token means: ask for a new one first, and only then give up the grant.

No transport may do that by itself: it would send the refused request again, which may have taken
effect before it was refused.
"""

from collections.abc import Callable
from dataclasses import dataclass

from domain.errors import Disconnected, OutcomeUnknown, ProviderError, Unauthorized, Unavailable


@dataclass(slots=True, kw_only=True)
class Doubt:
    """What is known of a client's access token."""

    forget: Callable[[], None] | None = None
    """Makes the next opening ask for a new token; None where nobody can."""
    is_last: bool = False
    """It was got because the one before was refused: that this one is, too, says that the grant is
    dead. Merely new is not enough, tokens of short life are always new."""
    has_worked: bool = False  #: A call was answered with it: one refusal says nothing any more.

    def judge(self, error: ProviderError, *, sending: bool) -> ProviderError:
        """Turn a refused token into what a caller can act on; other errors stay."""
        if not isinstance(error, Unauthorized):
            return error
        if self.forget is None or (self.is_last and not self.has_worked):
            return Disconnected("Even a new access token was refused.")
        self.forget()
        kind = OutcomeUnknown if sending else Unavailable
        return kind("The access token was refused; a new one is asked for.")
