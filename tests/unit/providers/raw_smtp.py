"""An SMTP server that answers each command as the test says."""

import socket
import threading
from collections.abc import Mapping
from socket import SocketIO
from types import TracebackType

from domain.access import Server, Tls

HANG_UP = ""
_REPLIES = {
    "EHLO": "250-mail.example\r\n250 ENHANCEDSTATUSCODES",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "DATA": "354 go on",
    ".": "250 2.0.0 queued",
    "QUIT": "221 bye",
}


class RawSmtp:
    """`replies` replaces the reply to a command; "." is the end of a message."""

    def __init__(self, replies: Mapping[str, str] | None = None) -> None:
        self._replies = {**_REPLIES, **(replies or {})}
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self.commands: list[str] = []
        self.served = threading.Event()  #: A connection has ended.

    def server(self) -> Server:
        """Name the server for a mailbox."""
        port = self._listener.getsockname()[1]
        return Server(host="127.0.0.1", port=port, tls=Tls.NONE, username="", password="")

    def __enter__(self) -> "RawSmtp":
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
            self.served.set()

    def _serve(self, stream: SocketIO) -> None:
        stream.write(b"220 ready\r\n")
        is_message = False
        while raw := stream.readline():
            line = raw.decode().strip()
            if is_message and line != ".":
                continue
            command = line.partition(" ")[0].upper()
            self.commands.append(command)
            reply = self._replies.get(command, "500 what?")
            is_message = command == "DATA" and reply.startswith("354")
            if reply == HANG_UP:
                return
            stream.write(f"{reply}\r\n".encode())
