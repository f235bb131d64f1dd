"""HTTP/1.1 over plain asyncio: small, quick, and able to drop a connection on purpose."""

import asyncio

from sandbox.gate import Gate
from sandbox.line import Line
from sandbox.wire import Answer

_HEAD_LIMIT = 64 * 1024


class Server:
    """Answers requests one after another per connection, which it keeps open between them.

    A web server off the shelf owns the answer's last byte. Here an effect must be done and the
    connection then closed without one, so the few lines that takes are our own.
    """

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    async def serve(self, host: str, port: int) -> asyncio.Server:
        """Listen. Raises OSError when the port is taken."""
        return await asyncio.start_server(self._connection, host, port, limit=_HEAD_LIMIT)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = Line(reader, writer)
        try:
            while await self._exchange(line):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the caller went away, or the sandbox stops
        except (ValueError, asyncio.LimitOverrunError):
            await line.write(Answer(status=400), last=True)
        finally:
            line.close()

    async def _exchange(self, line: Line) -> bool:
        request = await line.read()
        answer, fault = await self._gate.answer(request)
        if fault is not None:
            return await line.fail(fault, answer, last=request.is_last) and not request.is_last
        await line.write(answer, last=request.is_last)
        return not request.is_last
