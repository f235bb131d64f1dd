"""One call is one request, whatever becomes of it: counted on a raw server."""

import socket

import pytest

from domain.errors import OutcomeUnknown, Unavailable
from providers.transport import BearerHttp, OneShotTransport
from tests.unit.providers.raw_server import (
    OK,
    Behaviour,
    RawServer,
    answer,
    answer_and_close,
    close,
    reset,
    silence,
)


@pytest.mark.parametrize(
    "behaviour",
    [
        close,
        reset,
        silence,
        answer(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{"),
        answer(b"?"),
    ],
    ids=["closed", "reset", "silent", "cut off", "garbled"],
)
def test_an_answer_that_does_not_come_is_unknown_and_nothing_is_sent_again(
    behaviour: Behaviour,
) -> None:
    with RawServer(behaviour, answer(OK), answer(OK)) as server:
        transport = OneShotTransport(timeout_seconds=0.3)

        with pytest.raises(OutcomeUnknown):
            transport.send("POST", f"{server.url}/send", content=b"{}")

        transport.close()
        assert server.requests == ["POST /send HTTP/1.1"]


@pytest.mark.parametrize("status", ["401 Unauthorized", "429 Too Many", "503 Unavailable"])
def test_a_refusal_is_handed_up_and_nothing_is_sent_again(status: str) -> None:
    refusal = f"HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n".encode()
    with RawServer(answer(refusal), answer(OK)) as server:
        transport = OneShotTransport(timeout_seconds=1)

        info, _ = BearerHttp(transport, "old").request(f"{server.url}/send", "POST", body=b"{}")

        transport.close()
        assert info.status == int(status[:3])
        assert len(server.requests) == 1


def test_nothing_has_left_where_nobody_listens() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    transport = OneShotTransport(timeout_seconds=1)

    with pytest.raises(Unavailable):
        transport.send("POST", f"http://127.0.0.1:{port}/send")
    transport.close()


def test_a_kept_connection_that_the_server_closed_loses_and_repeats_nothing() -> None:
    with RawServer(answer_and_close, answer(OK), answer(OK)) as server:
        transport = OneShotTransport(timeout_seconds=1)
        transport.send("POST", f"{server.url}/first")

        try:
            transport.send("POST", f"{server.url}/second")
        except OutcomeUnknown:
            assert server.requests.count("POST /second HTTP/1.1") <= 1
        else:
            assert server.requests.count("POST /second HTTP/1.1") == 1
        transport.close()


def test_a_redirect_is_not_followed() -> None:
    moved = b"HTTP/1.1 307 Moved\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n"
    with RawServer(answer(moved), answer(OK)) as server:
        transport = OneShotTransport(timeout_seconds=1)

        assert transport.send("POST", f"{server.url}/send").status_code == 307

        transport.close()
        assert len(server.requests) == 1


def test_each_header_is_sent_once_however_it_is_spelt() -> None:
    with RawServer(answer(OK)) as server:
        transport = OneShotTransport(timeout_seconds=1)

        transport.send("GET", f"{server.url}/", headers={"Accept": "text/plain", "X-One": "1"})

        transport.close()
        names = [line.partition(":")[0] for line in server.heads[0] if line]
        assert len(names) == len(set(names))
        assert "accept: text/plain" in server.heads[0]
        assert {"user-agent", "x-one"} <= set(names)
