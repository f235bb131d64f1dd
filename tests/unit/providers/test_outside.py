"""Calls to addresses that people gave: the judged address, no redirect, one limit, bounded."""

import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from domain import outside as rules_of
from domain.notice_ports import NotAllowed, NotReached
from domain.outside import Rules
from providers import outside
from providers.outside import MOST_BYTES, OutsideCalls
from tests.unit.providers.hooks import HookServer, make_certificate

NAME = "hooks.example.com"
SANDBOX = Rules(loopback=True)
OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


@pytest.fixture
def server() -> Iterator[HookServer]:
    with HookServer() as running:
        yield running


def calls(limit: float = 5.0) -> OutsideCalls:
    return OutsideCalls(SANDBOX, limit=limit)


def test_a_call_is_one_request_with_its_headers_and_body(server: HookServer) -> None:
    server.answers = [OK]

    answer = calls().post(server.url + "/in?a=b", b'{"x":1}', {"webhook-id": "evt_1"})

    assert (answer.status, answer.text) == (200, "ok")
    (request,) = server.requests
    assert request.startswith(b"POST /in?a=b HTTP/1.1\r\n")
    assert b"webhook-id: evt_1\r\n" in request
    assert f"host: 127.0.0.1:{server.port}\r\n".encode() in request.lower()
    assert request.endswith(b'\r\n\r\n{"x":1}')


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_answer_and_is_not_followed(server: HookServer, status: int) -> None:
    moved = f"HTTP/1.1 {status} Moved\r\nlocation: {server.url}/else\r\ncontent-length: 0\r\n\r\n"
    server.answers = [moved.encode(), OK]

    answer = calls().post(server.url, b"{}", {})

    assert answer.status == status
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("header", "span"),
    [
        ("120", timedelta(seconds=120)),
        ("99999999999999999999", timedelta(days=3)),
        ("-5", None),
        ("soon", None),
        ("Wed, 21 Oct 2026 07:28:00 GMT", None),
    ],
)
def test_retry_after_is_read_in_seconds(
    server: HookServer, header: str, span: timedelta | None
) -> None:
    server.answers = [
        f"HTTP/1.1 503 Busy\r\nretry-after: {header}\r\ncontent-length: 0\r\n\r\n".encode()
    ]

    assert calls().post(server.url, b"{}", {}).retry_after == span


def test_an_endless_answer_is_read_up_to_a_bound(server: HookServer) -> None:
    server.answers = [b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 50 * MOST_BYTES]

    answer = calls().post(server.url, b"{}", {})

    assert answer.text == "x" * outside.SHOWN


def test_a_server_that_drips_is_left_at_the_limit(server: HookServer) -> None:
    server.answers = [b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n" + b"x" * 900]
    server.drip = 0.05
    begun = time.monotonic()

    with pytest.raises(NotReached, match="did not answer within"):
        calls(limit=0.5).post(server.url, b"{}", {})

    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1", b"hello\r\n\r\n", b"HTTP/1.1 xx Y\r\n\r\n"])
def test_a_broken_answer_is_none(server: HookServer, answer: bytes) -> None:
    server.answers = [answer]

    with pytest.raises(NotReached):
        calls().post(server.url, b"{}", {})


def test_nothing_listening_is_said_so(server: HookServer) -> None:
    server.close()

    with pytest.raises(NotReached, match="nothing listens there"):
        calls().post(server.url, b"{}", {})


def answering(*rounds: Sequence[str]) -> Callable[[str, int], Sequence[str]]:
    """A resolver that says something else each time it is asked."""
    left = list(rounds)
    return lambda host, port: left.pop(0)


def test_a_name_that_turns_private_is_not_called() -> None:
    """DNS rebinding: public when it was configured, inside the network when it is called."""
    changing = OutsideCalls(Rules(), resolver=answering(["93.184.216.34"], ["10.0.0.1"]))
    url = "https://hooks.example.com/in"

    assert changing.check(url) is None
    with pytest.raises(NotAllowed, match="inside a network"):
        changing.post(url, b"{}", {})


def test_one_private_address_among_public_ones_is_enough() -> None:
    mixed = OutsideCalls(Rules(), resolver=answering(["93.184.216.34", "127.0.0.1"]))

    fault = mixed.check("https://hooks.example.com/in")

    assert fault is not None
    assert fault.code == "url.not_public"


def test_a_look_up_that_hangs_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside, "LOOK_UP", 0.05)
    slow = OutsideCalls(Rules(), resolver=lambda host, port: (time.sleep(0.5), ["8.8.8.8"])[1])

    fault = slow.check("https://hooks.example.com/in")

    assert fault is not None
    assert fault.code == "url.unknown_host"


@pytest.fixture
def tls(tmp_path: Path) -> Iterator[tuple[HookServer, ssl.SSLContext]]:
    certificate, key = make_certificate(tmp_path, NAME)
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(certificate, key)
    with HookServer(theirs) as running:
        yield running, ssl.create_default_context(cafile=str(certificate))


@pytest.fixture
def everything_is_public(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no internet here: this machine's address stands in for a public one."""
    monkeypatch.setattr(rules_of, "is_public", lambda address: True)


@pytest.mark.usefixtures("everything_is_public")
class TestThePinnedAddress:
    def test_is_called_under_its_name(self, tls: tuple[HookServer, ssl.SSLContext]) -> None:
        server, trusted = tls
        server.answers = [OK]
        asked: list[str] = []

        def resolver(host: str, port: int) -> Sequence[str]:
            asked.append(host)
            return ["127.0.0.1"]

        ports = Rules(ports=frozenset({server.port}))
        ours = OutsideCalls(ports, resolver=resolver, context=trusted)

        answer = ours.post(f"https://{NAME}:{server.port}/in", b"{}", {})

        assert answer.status == 200
        assert asked == [NAME]  # Once: what was judged is what was called.
        assert server.names == [NAME]
        assert f"host: {NAME}:{server.port}".encode() in server.requests[0].lower()

    def test_a_certificate_for_another_name_is_refused(
        self, tls: tuple[HookServer, ssl.SSLContext]
    ) -> None:
        server, trusted = tls
        ports = Rules(ports=frozenset({server.port}))
        ours = OutsideCalls(ports, resolver=lambda host, port: ["127.0.0.1"], context=trusted)

        with pytest.raises(NotReached, match="certificate is not valid for its name"):
            ours.post(f"https://other.example.com:{server.port}/in", b"{}", {})

        assert server.requests == []
