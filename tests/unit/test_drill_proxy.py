"""The faulty wire of the drill: what passes, what strikes, and that the provider really took it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from tools.drill import proxy
from tools.drill.grid import Fault

TAKEN = b'HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n{"id": "x"}'


@asynccontextmanager
async def wire(fault: Fault) -> AsyncIterator[tuple[str, list[str]]]:
    """Open a provider that notes what it takes, and the proxy before it."""
    taken: list[str] = []

    async def provider(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        taken.append(head.split(b" ")[1].decode())
        writer.write(TAKEN)
        await writer.drain()
        writer.close()

    upstream, port = await proxy.listen(provider)
    server, front = await proxy.listen(proxy.http("127.0.0.1", port, fault))
    async with upstream, server:
        yield f"http://127.0.0.1:{front}", taken


@pytest.mark.parametrize(
    "path",
    [
        "/gmail/v1/users/me/drafts",
        "/gmail/v1/users/me/drafts/send?alt=json",
        "/gmail/v1/users/me/messages/send",
        "/v1.0/me/messages",
        "/v1.0/me/messages/AAk/send",
    ],
)
async def test_an_answer_is_lost_after_the_provider_took_it(path: str) -> None:
    async with wire(Fault.LOST) as (url, taken), httpx.AsyncClient() as client:
        with pytest.raises(httpx.RemoteProtocolError):
            await client.post(url + path)
        assert taken == [path]


async def test_a_dropped_request_never_arrives() -> None:
    async with wire(Fault.DROP) as (url, taken), httpx.AsyncClient() as client:
        with pytest.raises(httpx.RemoteProtocolError):
            await client.post(f"{url}/v1.0/me/messages/AAk/send")
        assert taken == []


@pytest.mark.parametrize(("fault", "status"), [(Fault.ERROR, 503), (Fault.UNAUTHORIZED, 401)])
async def test_another_answer_takes_its_place(fault: Fault, status: int) -> None:
    async with wire(fault) as (url, taken), httpx.AsyncClient() as client:
        answer = await client.post(f"{url}/v1.0/me/messages/AAk/send")
        assert (answer.status_code, len(taken)) == (status, 1)


async def test_half_an_answer_comes() -> None:
    async with wire(Fault.TRUNCATED) as (url, taken), httpx.AsyncClient() as client:
        with pytest.raises(httpx.RemoteProtocolError):
            await client.post(f"{url}/v1.0/me/messages")
        assert len(taken) == 1


@pytest.mark.parametrize("fault", [Fault.LOST, Fault.DROP, Fault.ERROR])
async def test_everything_else_passes(fault: Fault) -> None:
    async with wire(fault) as (url, taken), httpx.AsyncClient() as client:
        answer = await client.get(f"{url}/v1.0/me/messages/AAk")
        assert (answer.json(), taken) == ({"id": "x"}, ["/v1.0/me/messages/AAk"])
