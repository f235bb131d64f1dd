"""A TCP server that counts the requests which reach it, and then does what the test says."""

import socket
import struct
import threading
from collections.abc import Callable
from types import TracebackType

Behaviour = Callable[[socket.socket], None]

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"


def answer(data: bytes) -> Behaviour:
    """Answer, and keep the connection."""
    return lambda connection: connection.sendall(data)


def close(connection: socket.socket) -> None:
    """End the connection in an orderly way (FIN) without an answer."""
    connection.shutdown(socket.SHUT_RDWR)


def reset(connection: socket.socket) -> None:
    """Break the connection off (RST) without an answer."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def answer_and_close(connection: socket.socket) -> None:
    """Answer, promise to keep the connection, and end it."""
    connection.sendall(OK)
    connection.shutdown(socket.SHUT_RDWR)


def silence(connection: socket.socket) -> None:
    """Never answer."""


class RawServer:
    """Reads whole requests; `requests` holds their first lines, `heads` the others."""

    def __init__(self, *behaviours: Behaviour) -> None:
        self.requests: list[str] = []
        self.heads: list[list[str]] = []
        self._behaviours = list(behaviours)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def then(self, *behaviours: Behaviour) -> None:
        """Add what it does next."""
        self._behaviours.extend(behaviours)

    def __enter__(self) -> "RawServer":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        self._listener.close()
        for connection in self._open:
            connection.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            while self._read_request(connection):
                self._behaviours.pop(0)(connection)
        except OSError:
            return

    def _read_request(self, connection: socket.socket) -> bool:
        data = b""
        while b"\r\n\r\n" not in data:
            part = connection.recv(65536)
            if not part:
                return False
            data += part
        head, _, body = data.partition(b"\r\n\r\n")
        lines = [line.lower().partition(b":") for line in head.split(b"\r\n")]
        length = next((int(value) for name, _, value in lines if name == b"content-length"), 0)
        while len(body) < length:
            body += connection.recv(65536)
        self.requests.append(head.split(b"\r\n")[0].decode())
        self.heads.append(head.decode().lower().split("\r\n")[1:])
        return True
