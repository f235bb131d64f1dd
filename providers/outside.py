"""Calls addresses that people gave us: public ones only, the one that was looked up, once.

The name is looked up once per call; the connection goes to the very address that was judged, while
TLS and Host keep the name, so a name that changes between look and call (DNS rebinding) leads
nowhere else. Redirects are answers, not followed. The whole call has one time limit: a server
that drips a byte now and then cannot hold it open.
"""

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotInTime
from datetime import timedelta
from typing import Any

import httpcore

from domain.notice_ports import Answered, NotAllowed, NotReached
from domain.outside import UNKNOWN, Rules, Target, UrlFault, choose, target_of

LIMIT = 15.0  #: Seconds for a whole call, the look-up included.
LOOK_UP = 5.0  #: Seconds for a look-up alone.
MOST_BYTES = 16 * 1024  #: Of an answer; the rest is not read.
SHOWN = 500  #: Characters of an answer that are kept.

Resolver = Callable[[str, int], Sequence[str]]


def resolve(host: str, port: int) -> Sequence[str]:
    """Look a name up as the machine does; no address where it is unknown."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return ()
    return list(dict.fromkeys(str(one[4][0]) for one in found))


class OutsideCalls:
    """`domain.notice_ports.Outside` over HTTP/1.1. Thread-safe."""

    def __init__(
        self,
        rules: Rules,
        *,
        resolver: Resolver = resolve,
        context: ssl.SSLContext | None = None,
        limit: float = LIMIT,
    ) -> None:
        self._rules = rules
        self._resolver = resolver
        self._context = context or ssl.create_default_context()
        self._limit = limit
        self._look_ups = ThreadPoolExecutor(8, thread_name_prefix="look-up")

    def check(self, url: str) -> UrlFault | None:
        """Look the address up and say why it would not be called; calls nothing."""
        found = self._find(url)
        return found if isinstance(found, UrlFault) else None

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answered:
        """Post once, follow nothing. Raises NotAllowed or NotReached."""
        until = time.monotonic() + self._limit
        found = self._find(url)
        if isinstance(found, UrlFault):
            raise NotAllowed(found)
        target, address = found
        try:
            return self._call(target, _Pinned(address, until), body, headers)
        except (httpcore.TimeoutException, _TooLate):
            raise NotReached(f"It did not answer within {self._limit:.0f} s.") from None
        except httpcore.ConnectError as error:
            raise NotReached(f"No connection: {_why(error)}.") from None
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            raise NotReached(f"It closed or broke the connection ({_name(error)}).") from None

    def _find(self, url: str) -> tuple[Target, str] | UrlFault:
        target = target_of(url, self._rules)
        if isinstance(target, UrlFault):
            return target
        look_up = self._look_ups.submit(self._resolver, target.host, target.port)
        try:
            found = look_up.result(min(LOOK_UP, self._limit))
        except NotInTime:
            return UNKNOWN
        address = choose(target, found, self._rules)
        return address if isinstance(address, UrlFault) else (target, address)

    def _call(
        self, target: Target, line: "_Pinned", body: bytes, headers: Mapping[str, str]
    ) -> Answered:
        own = {"host": _host(target), "accept-encoding": "identity", "connection": "close"}
        url = httpcore.URL(
            scheme=target.scheme, host=target.host, port=target.port, target=target.path
        )
        step = dict.fromkeys(("connect", "read", "write", "pool"), self._limit)
        with (
            httpcore.ConnectionPool(
                ssl_context=self._context, network_backend=line, http1=True, http2=False
            ) as pool,
            pool.stream(
                "POST",
                url,
                headers={**headers, **own, "content-length": str(len(body))},
                content=body,
                extensions={"timeout": step},
            ) as answer,
        ):
            told = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in answer.headers}
            return Answered(
                status=answer.status,
                text=_beginning(answer.iter_stream()),
                retry_after=_retry_after(told.get("retry-after")),
            )


class _TooLate(Exception):
    """The call's time is over."""


class _Pinned(httpcore.NetworkBackend):
    """Connects to one address, whatever the name, and keeps one time limit over everything."""

    def __init__(self, address: str, until: float) -> None:
        self._inner = httpcore.SyncBackend()
        self._address = address
        self._until = until

    def left(self) -> float:
        """Give the seconds that are left. Raises _TooLate when there are none."""
        seconds = self._until - time.monotonic()
        if seconds <= 0:
            raise _TooLate
        return seconds

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the address that was judged."""
        stream = self._inner.connect_tcp(self._address, port, self.left(), None, socket_options)
        return _Limited(stream, self)


class _Limited(httpcore.NetworkStream):
    """A connection whose every step ends with the call's time."""

    def __init__(self, inner: httpcore.NetworkStream, line: _Pinned) -> None:
        self._inner = inner
        self._line = line

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what came."""
        return self._inner.read(max_bytes, self._line.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all of it."""
        self._inner.write(buffer, self._line.left())

    def close(self) -> None:
        """Close it."""
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """Speak TLS; the certificate must be that of the name, not of the address."""
        inner = self._inner.start_tls(ssl_context, server_hostname, self._line.left())
        return _Limited(inner, self._line)

    def get_extra_info(self, info: str) -> Any:
        """Say what the connection knows."""
        return self._inner.get_extra_info(info)


def _host(target: Target) -> str:
    name = f"[{target.host}]" if ":" in target.host else target.host
    usual = {"https": 443, "http": 80}[target.scheme]
    return name if target.port == usual else f"{name}:{target.port}"


def _beginning(chunks: Iterable[bytes]) -> str:
    """Read the answer up to a bound, and keep what a person may look at."""
    read = b""
    for chunk in chunks:
        read += chunk
        if len(read) >= MOST_BYTES:
            break
    text = read[:MOST_BYTES].decode("utf-8", "replace")
    return "".join(c if c.isprintable() or c == "\n" else " " for c in text)[:SHOWN].strip()


def _retry_after(text: str | None) -> timedelta | None:
    """Read Retry-After in seconds; a date is not believed: clocks differ."""
    if text is None or not (text.isascii() and text.strip().isdigit()):
        return None
    return timedelta(seconds=min(int(text.strip()[:9]), 259_200))


def _why(error: Exception) -> str:
    cause = error.args[0] if error.args else error  # httpcore wraps what it caught.
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"its certificate is not valid for its name ({cause.verify_message})"
    if isinstance(cause, ssl.SSLError):
        return "it does not speak TLS as we do"
    if isinstance(cause, ConnectionRefusedError):
        return "nothing listens there"
    return _name(error)


def _name(error: Exception) -> str:
    return type(error).__name__
