"""What the parts are told: secrets made once per home, and the environment of every process."""

import base64
import os
import secrets
from collections.abc import Mapping
from pathlib import Path


def keep_secrets(home: Path) -> dict[str, str]:
    """Read the home's secrets, making those that are missing; only the owner may read them."""
    folder = home / "secrets"
    folder.mkdir(mode=0o700, exist_ok=True)
    found: dict[str, str] = {}
    for name in ("vault_key", "codec_key", "api_key"):
        file = folder / name
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text(_secret(name), "utf-8")
        found[name] = file.read_text("utf-8").strip()
    return found


def environment(
    home: Path,
    ports: Mapping[str, int],
    *,
    database: str,
    secret: Mapping[str, str],
    sandbox: bool,
) -> dict[str, str]:
    """Build every part's environment. Ours rule where parts must agree; yours rule elsewhere."""
    told = {
        "REPRISE_HOME": str(home),
        "REPRISE_DATABASE_URL": database,
        "REPRISE_TEMPORAL_ADDRESS": f"127.0.0.1:{ports['temporal']}",
        "REPRISE_TEMPORAL_UI_URL": f"http://127.0.0.1:{ports['temporal_ui']}",
        "REPRISE_API_PORT": str(ports["api"]),
        "REPRISE_API_URL": f"http://127.0.0.1:{ports['api']}",
        "REPRISE_SANDBOX": "on" if sandbox else "off",
        **{f"REPRISE_{name.upper()}": value for name, value in secret.items()},
    }
    providers = _sandboxed(ports["sandbox"]) if sandbox else {}
    return {**_CLIENT, **providers, **os.environ, **told}


_CLIENT = {
    "REPRISE_GOOGLE_CLIENT_ID": "local-client",
    "REPRISE_GOOGLE_CLIENT_SECRET": "local-secret",
    "REPRISE_MICROSOFT_CLIENT_ID": "local-client",
    "REPRISE_MICROSOFT_CLIENT_SECRET": "local-secret",
    "REPRISE_TWILIO_ACCOUNT_SID": "AC00000000000000000000000000000001",
    "REPRISE_TWILIO_AUTH_TOKEN": "local-secret",
    "REPRISE_TWILIO_FROM": "+15005550006",
}  #: For whatever stands in for the providers; the real ones want yours.


def _sandboxed(port: int) -> dict[str, str]:
    base = f"http://127.0.0.1:{port}"
    return {
        "REPRISE_GMAIL_URL": f"{base}/",
        "REPRISE_GOOGLE_AUTH_URL": f"{base}/o/oauth2/v2/auth",
        "REPRISE_GOOGLE_TOKEN_URL": f"{base}/token",
        "REPRISE_GRAPH_URL": base,
        "REPRISE_MICROSOFT_LOGIN_URL": base,
        "REPRISE_GREENHOUSE_URL": base,
        "REPRISE_WORKABLE_URL": base,
        "REPRISE_LEVER_URL": base,
        "REPRISE_ASHBY_URL": base,
        "REPRISE_TWILIO_URL": base,
    }


def _secret(name: str) -> str:
    chance = secrets.token_bytes(32)
    if name == "api_key":
        return f"rk_{chance.hex()}"
    return f"k1:{base64.b64encode(chance).decode()}"
