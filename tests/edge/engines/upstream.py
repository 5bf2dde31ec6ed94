"""A small application behind an engine: it answers everything, and its headers would allow everyone."""

from __future__ import annotations

import asyncio
import sys
from typing import Final

#: It shows that a request has reached the application, and that a policy replaces what it must.
ANSWER: Final = b"\r\n".join(
    [
        b"HTTP/1.1 200 OK",
        b"X-Reached: 1",
        b"Access-Control-Allow-Origin: *",
        b"Access-Control-Allow-Credentials: true",
        b"Access-Control-Allow-Methods: EVIL",
        b"Access-Control-Allow-Headers: X-Evil",
        b"Access-Control-Expose-Headers: X-Evil",
        b"Access-Control-Max-Age: 86400",
        b"Access-Control-Allow-Private-Network: true",
        b"Timing-Allow-Origin: https://upstream.example",
        b"Cross-Origin-Resource-Policy: same-origin",
        b"Vary: Accept-Encoding",
        b"Content-Length: 0",
        b"",
        b"",
    ]
)


class Upstream(asyncio.Protocol):
    """One connection. A request has no body, so it ends with its head."""

    def connection_made(self, transport):
        self._transport = transport
        self._rest = b""

    def data_received(self, data):
        self._rest += data
        while b"\r\n\r\n" in self._rest:
            _, _, self._rest = self._rest.partition(b"\r\n\r\n")
            self._transport.write(ANSWER)


async def serve(port: int) -> None:
    """Serve at *port* of the loopback address."""
    server = await asyncio.get_running_loop().create_server(Upstream, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
