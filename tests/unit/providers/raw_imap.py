"""An IMAP server that says what the test wants, and keeps what it is asked."""

import re
import socket
import threading
from socket import SocketIO
from types import TracebackType

from domain.access import Server, Tls

OK = "OK done"
_LITERAL = re.compile(rb"\{(\d+)\}\r\n$")
_UNTAGGED = {
    "CAPABILITY": "* CAPABILITY IMAP4rev1 AUTH=PLAIN",
    "LIST": '* LIST () "." INBOX\r\n* LIST () "." INBOX.Sent',
    "STATUS": "* STATUS INBOX (UIDVALIDITY 1 UIDNEXT 1)",
    "EXAMINE": "* 0 EXISTS",
    "UID": "* SEARCH",
    "LOGOUT": "* BYE",
}


class RawImap:
    """Obeys, but for the commands of `refusals`; `heard` holds every command line.

    `untagged` replaces what a command shows before its status.
    """

    def __init__(
        self, refusals: dict[str, str] | None = None, untagged: dict[str, str] | None = None
    ) -> None:
        self.heard: list[str] = []
        self._refusals = refusals or {}
        self._untagged = {**_UNTAGGED, **(untagged or {})}
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def server(self, password: str = "secret") -> Server:
        """Name the server for a mailbox."""
        port = self._listener.getsockname()[1]
        return Server(host="127.0.0.1", port=port, tls=Tls.NONE, username="mia", password=password)

    def __enter__(self) -> "RawImap":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection, connection.makefile("rwb", buffering=0) as stream:
                self._serve(stream)

    def _serve(self, stream: SocketIO) -> None:
        stream.write(b"* OK ready\r\n")
        while line := stream.readline():
            tag, _, rest = line.decode().strip().partition(" ")
            self.heard.append(rest)
            command = rest.partition(" ")[0].upper()
            refusal = self._refusals.get(command)
            if command == "AUTHENTICATE":
                stream.write(b"+ \r\n")
                self.heard.append(stream.readline().decode().strip())
            if (size := _LITERAL.search(line)) and refusal is None:
                stream.write(b"+ go on\r\n")
                self.heard.append(stream.read(int(size.group(1)) + 2).decode())
            if refusal is None and command in self._untagged:
                stream.write(f"{self._untagged[command]}\r\n".encode())
            stream.write(f"{tag} {refusal or OK}\r\n".encode())
            if command == "LOGOUT":
                return
