"""The tables. Every row of a workspace carries its id, and row-level security reads it."""

from records.tables.access import api_keys, idempotency_keys, rls_probe, users, workspaces
from records.tables.base import metadata
from records.tables.enrollments import deliveries, enrollments, holds, messages, slots
from records.tables.house import job_items, jobs, log_events, outbox
from records.tables.notices import (
    notice_attempts,
    notice_channels,
    notices,
    webhook_endpoints,
)
from records.tables.senders import contacts, leases, limits, mailboxes, oauth_states
from records.tables.sequences import (
    addresses,
    attachments,
    candidate_events,
    candidates,
    schedules,
    sequences,
    versions,
)
from records.tables.sources import sources, webhook_events
from records.tables.suppressions import suppressions

__all__ = [
    "SHARED_TABLES",
    "SYSTEM_TABLES",
    "addresses",
    "api_keys",
    "attachments",
    "candidate_events",
    "candidates",
    "contacts",
    "deliveries",
    "enrollments",
    "holds",
    "idempotency_keys",
    "job_items",
    "jobs",
    "leases",
    "limits",
    "log_events",
    "mailboxes",
    "messages",
    "metadata",
    "notice_attempts",
    "notice_channels",
    "notices",
    "oauth_states",
    "outbox",
    "rls_probe",
    "schedules",
    "sequences",
    "slots",
    "sources",
    "suppressions",
    "users",
    "versions",
    "webhook_endpoints",
    "webhook_events",
    "workspaces",
]

SYSTEM_TABLES = (
    api_keys,
    users,
    outbox,
    oauth_states,
    enrollments,
    versions,
    sequences,
    mailboxes,
    idempotency_keys,
    sources,
    notices,
)
"""What `reprise_system` may see across workspaces: relay, sweeps, reconcile and look-ups of keys,
webhooks and OAuth states. Content (candidates, deliveries, messages) is not among them."""

SHARED_TABLES = (leases,)
"""What belongs to no workspace; opaque ids only, so that every workspace may see them."""
