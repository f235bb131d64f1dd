"""What the mail world refuses, in its own words; the wire turns them into its own bodies."""


class WorldError(Exception):
    """A request that cannot be done. Nothing was changed."""


class NotInMailboxError(WorldError):
    """No such message, draft or thread (any more)."""


class BadLetterError(WorldError):
    """The provider would not take this message; the text is the provider's own."""


class HistoryGoneError(WorldError):
    """The cursor is older than what is kept, or was never handed out."""
