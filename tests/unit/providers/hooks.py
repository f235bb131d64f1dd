"""A server that answers with the very bytes that a test gives it."""

import socket
import ssl
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class HookServer:
    """Takes one request per connection and answers with the next bytes."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.answers: list[bytes] = []
        self.requests: list[bytes] = []
        self.names: list[str | None] = []  #: What TLS was asked for (SNI).
        self.drip = 0.0  #: Seconds between two bytes of an answer.
        self._context = context
        if context is not None:
            context.sni_callback = lambda sock, name, ctx: self.names.append(name)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.url = f"{'https' if context else 'http'}://127.0.0.1:{self.port}"

    def __enter__(self) -> "HookServer":
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Listen no more."""
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                line, _ = self._listening.accept()
                with suppress(OSError), line:
                    self._exchange(line)

    def _exchange(self, line: socket.socket) -> None:
        if self._context is not None:
            line = self._context.wrap_socket(line, server_side=True)
        request = b""
        while b"\r\n\r\n" not in request:
            request += line.recv(65536)
        head, _, body = request.partition(b"\r\n\r\n")
        length = next(
            int(one.partition(b":")[2])
            for one in head.lower().split(b"\r\n")
            if one.startswith(b"content-length:")
        )
        while len(body) < length:
            body += line.recv(65536)
        self.requests.append(head + b"\r\n\r\n" + body)
        answer = self.answers.pop(0) if self.answers else b""
        if not self.drip:
            line.sendall(answer)
        for byte in answer if self.drip else b"":
            line.sendall(bytes([byte]))
            time.sleep(self.drip)
        line.close()


def make_certificate(folder: Path, host: str) -> tuple[Path, Path]:
    """Give the files of a certificate for a name, which signs itself, and of its key."""
    secret = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(secret.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(secret, hashes.SHA256())
    )
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key.write_bytes(
        secret.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate, key
