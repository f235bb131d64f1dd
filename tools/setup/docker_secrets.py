"""Makes the secrets that docker-compose.yml names; `python3 -m tools.setup.docker_secrets`.

Needs nothing but Python. What exists stays; what follows from another secret is written anew, so
run it again after a change.
"""

import base64
import hashlib
import hmac
import secrets
from pathlib import Path

from tools.stack.told import keep_secrets

DEPLOY = Path(__file__).resolve().parent.parent.parent / "deploy"


def make(deploy: Path) -> Path:
    """Make what is missing in `deploy`/secrets and give that folder."""
    ours = keep_secrets(deploy)
    folder = deploy / "secrets"
    passwords = {
        name: _keep(folder / f"{name}_password", secrets.token_hex(32))
        for name in ("postgres", "reprise", "temporal")
    }
    _keep(folder / "google_client_secret", "")
    _keep(folder / "microsoft_client_secret", "")
    _keep(folder / "twilio_auth_token", "")
    url = f"postgresql+psycopg://reprise:{passwords['reprise']}@postgres:5432/reprise"
    (folder / "database_url").write_text(url, "utf-8")
    (folder / "codec_token").write_text(codec_token(ours["codec_key"]), "utf-8")
    for file in folder.iterdir():
        file.chmod(0o644)  # Each container has a user of its own; the folder keeps others out.
    return folder


def codec_token(keys: str) -> str:
    """Derive the token in the codec endpoint's address, as relay.codec does."""
    newest = base64.b64decode(keys.split(",")[0].partition(":")[2])
    return hmac.new(newest, b"codec endpoint", hashlib.sha256).hexdigest()[:40]


def _keep(file: Path, fresh: str) -> str:
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(fresh, "utf-8")
    return file.read_text("utf-8").strip()


if __name__ == "__main__":
    made = make(DEPLOY)
    print(f"The secrets are in {made}. Write your OAuth client's secret to google_client_secret.")
