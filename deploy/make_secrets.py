"""Writes the secrets of docker-compose.yml where they are missing: deploy/secrets/ and .env.

Needs nothing but Python. The token of the codec endpoint follows from the payload key, as in
`relay.codec.endpoint_token`.
"""

import base64
import hashlib
import hmac
import secrets
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main(root: Path) -> None:
    """Make what is missing; what is there stays."""
    folder = root / "deploy" / "secrets"
    folder.mkdir(mode=0o700, exist_ok=True)
    password = _keep(folder / "postgres_password", secrets.token_hex(24))
    _keep(folder / "database_url", f"postgresql+psycopg://reprise:{password}@postgres:5432/reprise")
    for name in ("vault_key", "codec_key"):
        _keep(folder / name, f"k1:{base64.b64encode(secrets.token_bytes(32)).decode()}")
    _keep(folder / "api_key", f"rk_{secrets.token_hex(32)}")
    _keep(folder / "google_client_secret", "")
    token = codec_token((folder / "codec_key").read_text("utf-8").strip())
    environment = {"POSTGRES_PASSWORD": password, "REPRISE_CODEC_TOKEN": token}
    lines = [f"{name}={value}" for name, value in environment.items()]
    _keep(root / ".env", "\n".join([*lines, "REPRISE_GOOGLE_CLIENT_ID=", ""]))


def codec_token(keys: str) -> str:
    """Derive the token of the codec endpoint from the payload keys, `id:base64` each."""
    key = base64.b64decode(keys.split(",")[0].partition(":")[2])
    return hmac.new(key, b"codec endpoint", hashlib.sha256).hexdigest()[:40]


def _keep(file: Path, text: str) -> str:
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(text, "utf-8")
    return file.read_text("utf-8").strip()


if __name__ == "__main__":
    main(ROOT)
    sys.stdout.write("Put your OAuth client's secret into deploy/secrets/google_client_secret\n")
    sys.stdout.write("and its id into .env, then: docker compose up --build\n")
