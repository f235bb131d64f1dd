"""Faults by name: what providers are known to do, each as one row.

Bodies and reasons: developers.google.com/workspace/gmail/api/guides/handle-errors and
RFC 6749 section 5.2. `{retry_after}` in a text becomes a moment `retry_after_seconds` ahead.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from sandbox.faults import Kind, When

_ANY = {"operation": r"^gmail\."}
_SEND = {"operation": r"(drafts|messages)\.send$"}
_WRITE = {"operation": r"(drafts\.create|(drafts|messages)\.send)$"}
_POLL = {"operation": r"(history|messages)\.(list|get)$"}
_TOKEN = {"operation": r"^oauth\.token$"}


def _status(
    match: Mapping[str, str], status: int, reason: str, message: str, **more: Any
) -> Mapping[str, Any]:
    return {"match": match, "status": status, "reason": reason, "message": message, **more}


def _oauth(status: int, code: str, description: str) -> Mapping[str, Any]:
    body = {"error": code, "error_description": description}
    return {"match": _TOKEN, "status": status, "body": body}


_BUCKET = "User-rate limit exceeded.  Retry after {retry_after} (Mail sending)"
_QUOTA = "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute per user'"
_POLICY = "Delegated access to this app was disabled by the domain administrator."

_GRAPH = {"operation": r"^graph\."}
_GRAPH_SEND = {"operation": r"^graph\.messages\.send$"}
_GRAPH_WRITE = {"operation": r"^graph\.messages\.(create|send)$"}


def _graph(
    match: Mapping[str, str], status: int, code: str, message: str, **more: Any
) -> Mapping[str, Any]:
    body = {"error": {"code": code, "message": message, "innerError": {"request-id": "0"}}}
    return {"match": match, "status": status, "body": body, **more}


_BUSY = "Application is over its MailboxConcurrency limit."
_DATA = {"operation": r"^smtp\.data$"}
_SMTP_PRESETS: Mapping[str, Mapping[str, Any]] = {
    "smtp_lost_answer": {"match": _DATA, "kind": Kind.DROP, "when": When.AFTER},
    "smtp_lost_data": {"match": _DATA, "kind": Kind.DROP},
    "smtp_busy": {"match": _DATA, "status": 421, "message": "4.3.0 Try again later"},
    "smtp_blocked": {"match": _DATA, "status": 550, "message": "5.7.1 Your host is blocked"},
    "smtp_daily_limit": {
        "match": {"operation": r"^smtp\.mail$"},
        "status": 550,
        "message": "5.4.5 Daily user sending limit exceeded",
    },
    "smtp_no_such_user": {
        "match": {"operation": r"^smtp\.rcpt$"},
        "status": 550,
        "message": "5.1.1 No such user",
    },
    "smtp_bad_password": {
        "match": {"operation": r"^smtp\.auth$"},
        "status": 535,
        "message": "5.7.8 Username and password not accepted",
    },
    "imap_unavailable": {
        "match": {"operation": r"^imap\.login$"},
        "message": "[UNAVAILABLE] Come back later",
    },
}

_HOOK = {"operation": r"^hook\.receive$"}
_SLACK = {"operation": r"^slack\.post$"}
_SMS = {"operation": r"^twilio\."}


def _twilio(status: int, code: int, message: str) -> Mapping[str, Any]:
    more = f"https://www.twilio.com/docs/errors/{code}"
    body = {"code": code, "message": message, "more_info": more, "status": status}
    return {"match": _SMS, "status": status, "body": body}


_TOLD_PRESETS: Mapping[str, Mapping[str, Any]] = {
    "hook_error": {"match": _HOOK, "status": 500, "body": "broken"},
    "hook_busy": {"match": _HOOK, "status": 503, "headers": {"Retry-After": "120"}},
    "hook_gone": {"match": _HOOK, "status": 410, "body": "gone"},
    "hook_moved": {"match": _HOOK, "status": 302, "headers": {"Location": "/hooks/elsewhere"}},
    "hook_dropped": {"match": _HOOK, "kind": Kind.DROP},
    "hook_slow": {"match": _HOOK, "kind": Kind.DELAY, "delay_ms": 30_000},
    "hook_lost_answer": {"match": _HOOK, "kind": Kind.DROP, "when": When.AFTER},
    "slack_archived": {"match": _SLACK, "status": 410, "body": "channel_is_archived"},
    "slack_invalid_token": {"match": _SLACK, "status": 403, "body": "invalid_token"},
    "slack_no_service": {"match": _SLACK, "status": 404, "body": "no_service"},
    "slack_rate_limited": {
        "match": _SLACK,
        "status": 429,
        "body": "rate_limited",
        "headers": {"Retry-After": "30"},
    },
    "slack_error": {"match": _SLACK, "status": 500, "body": "rollup_error"},
    "twilio_busy": _twilio(429, 20429, "Too many requests."),
    "twilio_auth": _twilio(401, 20003, "Authenticate"),
    "twilio_opted_out": _twilio(400, 21610, "Attempt to send to unsubscribed recipient."),
    "twilio_error": _twilio(500, 20500, "Internal server error."),
}

_GRAPH_PRESETS: Mapping[str, Mapping[str, Any]] = {
    "graph_throttled": _graph(
        _GRAPH, 429, "ApplicationThrottled", _BUSY, headers={"Retry-After": "2"}
    ),
    "graph_daily_limit": _graph(
        _GRAPH_SEND, 429, "ErrorExceededMessageLimit", "Daily Message limit exceeded."
    ),
    "graph_blocked": _graph(
        _GRAPH_SEND, 403, "ErrorMessageSubmissionBlocked", "The account is blocked from sending."
    ),
    "graph_send_as_denied": _graph(
        _GRAPH_WRITE, 403, "ErrorSendAsDenied", "It does not have the right to send mail."
    ),
    "graph_access_denied": _graph(_GRAPH, 403, "ErrorAccessDenied", "Access is denied."),
    "graph_no_mailbox": _graph(
        _GRAPH, 404, "MailboxNotEnabledForRESTAPI", "The mailbox is inactive or on-premise."
    ),
    "graph_mailbox_full": _graph(_GRAPH_WRITE, 507, "ErrorQuotaExceeded", "The mailbox is full."),
    "graph_bad_recipient": _graph(
        _GRAPH_WRITE, 400, "ErrorInvalidRecipients", "At least one recipient is not valid."
    ),
    "graph_unavailable": _graph(_GRAPH_WRITE, 503, "ErrorServerBusy", "The server is busy."),
    "graph_lost_answer": {"match": _GRAPH_SEND, "kind": Kind.DROP, "when": When.AFTER},
    "graph_error_after": _graph(
        _GRAPH_SEND, 504, "UnknownError", "The gateway timed out.", when=When.AFTER
    ),
    "graph_unauthorized_after": _graph(
        _GRAPH_SEND, 401, "InvalidAuthenticationToken", "It has expired.", when=When.AFTER
    ),
}

_ASKED = {"operation": r"^(greenhouse|workable|lever|ashby)\."}
_SOURCE_PRESETS: Mapping[str, Mapping[str, Any]] = {
    "source_throttled": _status(
        _ASKED, 429, "", "", body={"message": "Slow down."}, headers={"Retry-After": "1"}
    ),
    "source_unavailable": _status(_ASKED, 503, "", "", body={"message": "Try again."}),
    "source_key_refused": _status(_ASKED, 401, "", "", body={"message": "Invalid key."}),
    "source_forbidden": _status(_ASKED, 403, "", "", body={"message": "Not allowed."}),
    "source_garbled": {"match": _ASKED, "kind": Kind.GARBLE, "when": When.AFTER},
    "source_dropped": {"match": _ASKED, "kind": Kind.DROP},
}

PRESETS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        # Rates: the first two pass in seconds, the third stops the mailbox for a time.
        "rate_limited": _status(
            _ANY, 429, "rateLimitExceeded", "Resource has been exhausted (e.g. check quota)."
        ),
        "quota_rate_limited": _status(_ANY, 403, "userRateLimitExceeded", _QUOTA),
        "user_rate_limited": _status(_SEND, 429, "rateLimitExceeded", _BUCKET),
        "user_rate_limited_403": _status(_SEND, 403, "userRateLimitExceeded", _BUCKET),
        "daily_limit": _status(_ANY, 403, "dailyLimitExceeded", "Daily Limit Exceeded"),
        # Outages.
        "backend_error": _status(_WRITE, 503, "backendError", "Backend Error"),
        "internal_error": _status(_WRITE, 500, "backendError", "Internal error encountered."),
        "poll_backend_error": _status(_POLL, 503, "backendError", "Backend Error"),
        "lost_request": {"match": _WRITE, "kind": Kind.DROP},
        "slow_request": {"match": _SEND, "kind": Kind.DELAY, "delay_ms": 30_000},
        # The effect took place, and the caller cannot know it.
        "lost_answer": {"match": _SEND, "kind": Kind.DROP, "when": When.AFTER},
        "reset_answer": {"match": _SEND, "kind": Kind.RESET, "when": When.AFTER},
        "truncated_answer": {"match": _SEND, "kind": Kind.TRUNCATE, "when": When.AFTER},
        "garbled_answer": {"match": _SEND, "kind": Kind.GARBLE, "when": When.AFTER},
        "slow_answer": {
            "match": _SEND,
            "kind": Kind.DELAY,
            "when": When.AFTER,
            "delay_ms": 30_000,
        },
        "backend_error_after": _status(
            _SEND, 503, "backendError", "Backend Error", when=When.AFTER
        ),
        "lost_draft_answer": {
            "match": {"operation": r"drafts\.create$"},
            "kind": Kind.DROP,
            "when": When.AFTER,
        },
        # The message.
        "invalid_to": _status(_WRITE, 400, "invalidArgument", "Invalid To header"),
        "refused": _status(_WRITE, 400, "invalidArgument", "Invalid argument."),
        "too_large": _status(_WRITE, 413, "uploadTooLarge", "Request entity too large."),
        "thread_gone": _status(_WRITE, 404, "notFound", "Requested entity was not found."),
        # The account and its permission.
        "mail_service_off": _status(_ANY, 400, "failedPrecondition", "Mail service not enabled"),
        "precondition_failed": _status(
            _ANY, 400, "failedPrecondition", "Precondition check failed."
        ),
        "domain_policy": _status(_ANY, 403, "domainPolicy", _POLICY),
        "insufficient_scope": _status(
            _ANY,
            403,
            "insufficientPermissions",
            "Request had insufficient authentication scopes.",
        ),
        "access_expired": _status(_ANY, 401, "authError", "Invalid Credentials"),
        # The token endpoint. For a token that is really lost: POST …/accounts/{address}/revoke.
        "token_revoked": _oauth(400, "invalid_grant", "Token has been expired or revoked."),
        "invalid_client": _oauth(401, "invalid_client", "The OAuth client was not found."),
        "admin_policy": _oauth(400, "admin_policy_enforced", _POLICY),
        "token_server_down": _oauth(503, "backend_error", "Service unavailable"),
        # Outlook.
        **_GRAPH_PRESETS,
        # Plain mail servers.
        **_SMTP_PRESETS,
        # Calendars and recruiting systems.
        **_SOURCE_PRESETS,
        # Whom the house tells.
        **_TOLD_PRESETS,
    }
)
