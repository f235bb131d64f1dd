"""The only reader of the environment: every setting of every process, typed and checked.

`python settings.py` prints what is in force (secrets masked); `--check` says what is wrong and
exits with status 1.
"""

import os
import sys
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from domain.sources.kinds import SourceKind

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_URLS = (
    "api_url",
    "gmail_url",
    "google_auth_url",
    "google_token_url",
    "graph_url",
    "microsoft_login_url",
    "unsubscribe_url",
    "greenhouse_url",
    "workable_url",
    "lever_url",
    "ashby_url",
    "twilio_url",
)
_IN_HEADERS = ("api_url", "unsubscribe_url")  # Addresses that stand in headers of messages.
_SECRETS = (
    "database_url",
    "google_client_secret",
    "microsoft_client_secret",
    "twilio_auth_token",
    "vault_key",
    "codec_key",
    "api_key",
)


class Settings(BaseSettings):
    """What the processes are told. Each name is an environment variable `REPRISE_<NAME>`;
    each secret may instead be the path of a file, `REPRISE_<NAME>_FILE`.
    """

    model_config = SettingsConfigDict(env_prefix="REPRISE_", extra="ignore", frozen=True)

    home: Path = Field(Path("var"), description="Folder of the local stack's state and logs.")
    database_url: SecretStr = Field(
        SecretStr("postgresql+psycopg://postgres@127.0.0.1:5432/reprise"),
        description="Postgres, as an SQLAlchemy URL; the login must own the tables to migrate.",
    )
    temporal_address: str = Field("127.0.0.1:7233", description="Temporal's frontend, host:port.")
    temporal_namespace: str = Field("default", description="Temporal's namespace.")
    task_queue: str = Field("reprise", description="The task queue of workflows and activities.")
    api_host: str = Field("127.0.0.1", description="Address that the API listens on.")
    api_port: int = Field(8080, ge=1, le=65535, description="Port that the API listens on.")
    api_url: str = Field(
        "http://127.0.0.1:8080", description="The API as browsers reach it; OAuth returns there."
    )
    unsubscribe_url: str = Field(
        "",
        description="The page behind opt-out links, as candidates reach it; empty: the API's own.",
    )
    api_rate: int = Field(
        500, ge=1, le=100_000, description="Requests a second that one API key may make."
    )
    temporal_ui_url: str = Field(
        "http://127.0.0.1:8233", description="Temporal's pages; may call the codec endpoint."
    )
    worker_metrics_port: int = Field(
        0, ge=0, le=65535, description="Port of the worker's own Prometheus metrics; 0 is off."
    )
    ready_file: Path | None = Field(None, description="Written by a worker once it polls.")
    sandbox: Literal["on", "off"] = Field(
        "off", description="Whether the pretend providers stand in; allows fast-forwarding."
    )
    gmail_url: str = Field(
        "https://gmail.googleapis.com/", description="Gmail's root, as in its discovery document."
    )
    google_auth_url: str = Field(
        "https://accounts.google.com/o/oauth2/v2/auth", description="Google's consent page."
    )
    google_token_url: str = Field(
        "https://oauth2.googleapis.com/token", description="Google's token endpoint."
    )
    google_client_id: str = Field("", description="Our OAuth client at Google.")
    google_client_secret: SecretStr = Field(SecretStr(""), description="Its secret.")
    graph_url: str = Field(
        "https://graph.microsoft.com", description="Microsoft Graph's root, without /v1.0."
    )
    microsoft_login_url: str = Field(
        "https://login.microsoftonline.com", description="Microsoft's sign-in, without the tenant."
    )
    microsoft_tenant: str = Field(
        "organizations", description="Whose accounts may connect: a tenant, organizations, common."
    )
    microsoft_client_id: str = Field("", description="Our app registration at Microsoft.")
    microsoft_client_secret: SecretStr = Field(SecretStr(""), description="Its secret.")
    greenhouse_url: str = Field(
        "https://harvest.greenhouse.io", description="Greenhouse's Harvest API, without /v1."
    )
    workable_url: str = Field(
        "https://{subdomain}.workable.com",
        description="Workable's API, without /spi/v3; {subdomain} is each source's own.",
    )
    lever_url: str = Field("https://api.lever.co", description="Lever's API, without /v1.")
    ashby_url: str = Field("https://api.ashbyhq.com", description="Ashby's API.")
    mail_ca_file: str = Field(
        "", description="Authorities of SMTP and IMAP servers to trust besides the system's (PEM)."
    )
    twilio_url: str = Field(
        "https://api.twilio.com", description="The root of Twilio's API, or of one that is like it."
    )
    twilio_account_sid: str = Field("", description="Our account there; without one no SMS leaves.")
    twilio_auth_token: SecretStr = Field(SecretStr(""), description="Its token.")
    twilio_from: str = Field(
        "", description="The number (+15005550006), or messaging service (MG...), that sends SMS."
    )
    webhook_ports: str = Field(
        "443",
        description="Ports that webhooks and Slack hooks may call, commas between.",
    )
    vault_key: SecretStr = Field(
        SecretStr(""),
        description="Encrypts secrets: id:base64 of 32 bytes, commas between, newest first.",
    )
    codec_key: SecretStr = Field(
        SecretStr(""),
        description="Encrypts Temporal payloads: id:base64 of 32 bytes, comma-separated.",
    )
    api_key: SecretStr = Field(
        SecretStr(""), description="The first workspace's API key, made known by the migration."
    )
    poll_seconds: int = Field(
        300, ge=1, le=86_400, description="How often an inbox or a polled source is read."
    )
    check_seconds: int = Field(
        600, ge=1, le=86_400, description="How often an active sequence is checked."
    )
    reconcile_seconds: int = Field(
        600,
        ge=1,
        le=86_400,
        description="How often what should be running is held against Temporal.",
    )
    provider_timeout_seconds: float = Field(
        20, ge=1, le=50, description="Longest wait for one answer of a provider."
    )
    sends_in_flight: int = Field(
        50, ge=1, le=500, description="Messages that all workers together may be sending at once."
    )
    worker_cache: int = Field(
        1000, ge=0, le=100_000, description="Workflows that a worker keeps in memory."
    )
    worker_activities: int = Field(
        50, ge=1, le=200, description="Activities that a worker performs at once."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="What the processes log."
    )

    def __init__(self, **values: Any) -> None:
        told: dict[str, Any] = {**_from_files(), **values}
        super().__init__(**told)  # pyright: ignore[reportArgumentType]

    @model_validator(mode="after")
    def _plain_http_only_here(self) -> Self:
        for name in _URLS:
            url = str(getattr(self, name))
            parts = urlsplit(url)
            if not url or parts.scheme == "https":
                continue
            if parts.scheme != "http" or parts.hostname not in LOOPBACK:
                raise ValueError(
                    f"REPRISE_{name.upper()} is {url!r}: plain http is accepted for loopback"
                    " addresses only; use https."
                )
        return self

    @model_validator(mode="after")
    def _fit_for_headers(self) -> Self:
        for name in _IN_HEADERS:
            url = str(getattr(self, name))
            if not url.isascii() or any(c <= " " or c in '<>,"\\\x7f?#' for c in url):
                raise ValueError(
                    f"REPRISE_{name.upper()} has characters that no address in a header may have:"
                    " give scheme, host and path only."
                )
        return self

    @property
    def optout_page(self) -> str:
        """Where opt-out tokens are answered, as candidates reach it."""
        return self.unsubscribe_url or f"{self.api_url.rstrip('/')}/unsubscribe"

    @model_validator(mode="after")
    def _ports_are_ports(self) -> Self:
        if not all(one.strip().isdecimal() and 0 < int(one) < 65_536 for one in _parts(self)):
            raise ValueError(
                f"REPRISE_WEBHOOK_PORTS is {self.webhook_ports!r}: give ports, commas between."
            )
        return self

    @property
    def hook_ports(self) -> frozenset[int]:
        """Give the ports that webhooks may call."""
        return frozenset(int(one) for one in _parts(self))

    @property
    def has_sandbox(self) -> bool:
        """Say whether the pretend providers stand in."""
        return self.sandbox == "on"

    @property
    def google(self) -> dict[str, str]:
        """How to speak to Google."""
        return {
            "client_id": self.google_client_id,
            "client_secret": self.google_client_secret.get_secret_value(),
            "auth_url": self.google_auth_url,
            "token_url": self.google_token_url,
            "gmail_url": self.gmail_url,
        }

    @property
    def microsoft(self) -> dict[str, str]:
        """How to speak to Microsoft."""
        return {
            "client_id": self.microsoft_client_id,
            "client_secret": self.microsoft_client_secret.get_secret_value(),
            "login_url": self.microsoft_login_url,
            "tenant": self.microsoft_tenant,
            "graph_url": self.graph_url,
        }

    @property
    def source_roots(self) -> dict[SourceKind, str]:
        """Where the sources that we ask are reached."""
        return {
            SourceKind.GREENHOUSE: self.greenhouse_url,
            SourceKind.WORKABLE: self.workable_url,
            SourceKind.LEVER: self.lever_url,
            SourceKind.ASHBY: self.ashby_url,
        }

    def faults(self) -> list[str]:
        """Name what a process would miss at its first real work."""
        missing = [
            ("vault_key", "grants and secrets cannot be encrypted"),
            ("codec_key", "Temporal payloads cannot be encrypted"),
        ]
        found = [
            f"REPRISE_{name.upper()} is not set: {why}. Give 32 random bytes as base64."
            for name, why in missing
            if not getattr(self, name).get_secret_value()
        ]
        if not (self.google_client_id or self.microsoft_client_id):
            found.append(
                "Neither REPRISE_GOOGLE_CLIENT_ID nor REPRISE_MICROSOFT_CLIENT_ID is set: only"
                " SMTP mailboxes can be connected."
            )
        return found


def _parts(settings: Settings) -> list[str]:
    return settings.webhook_ports.split(",")


def table() -> list[tuple[str, str, str]]:
    """Give every setting as (variable, default, meaning), for the README and its test."""
    rows: list[tuple[str, str, str]] = []
    for name, field in Settings.model_fields.items():
        default = field.default
        shown = default.get_secret_value() if isinstance(default, SecretStr) else default
        rows.append(
            (
                f"REPRISE_{name.upper()}",
                "" if shown is None else str(shown),
                field.description or "",
            )
        )
    return rows


def _from_files() -> dict[str, str]:
    """Read the secrets that are given as the path of a file."""
    found: dict[str, str] = {}
    for name in _SECRETS:
        path = os.environ.get(f"REPRISE_{name.upper()}_FILE")
        if path:
            found[name] = Path(path).read_text("utf-8").strip()
    return found


def _main() -> int:
    try:
        settings = Settings()
    except ValidationError as error:
        for fault in error.errors():
            print("; ".join(map(str, fault["loc"])) or "settings", fault["msg"], sep=": ")
        return 1
    for variable, _, meaning in table():
        value = getattr(settings, variable.removeprefix("REPRISE_").lower())
        print(f"{variable:34} {value!s:44} {meaning}")
    faults = settings.faults()
    if "--check" in sys.argv and faults:
        print("\n".join(faults))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(_main())
