"""A small application behind an engine: it answers everything, and its headers would allow everyone.

With ``--sockets``, it opens every WebSocket that is asked for, and sends back what it receives over it.
"""

from __future__ import annotations

import asyncio
import re
import sys
from functools import partial
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

#: The same for a handshake; the key is that of the vectors.
OPENED: Final = ANSWER.replace(
    b"200 OK",
    b"101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: ICX+Yqv66kxgM0FcWaLWlFLwTAI=",
).replace(b"Content-Length: 0\r\n", b"")


_PROTO: Final = re.compile(rb"\r\nX-Forwarded-Proto: ([^\r]*)", re.IGNORECASE)
_REACHED: Final = b"X-Reached: 1\r\n"


def _answer(head: bytes) -> bytes:
    """Return the answer, which shows each ``X-Forwarded-Proto`` of the request."""
    shown = (b"X-Scheme: %b\r\n" % each for each in _PROTO.findall(head))
    return ANSWER.replace(_REACHED, b"".join([_REACHED, *shown]))


class Upstream(asyncio.Protocol):
    """One connection. A request has no body, so it ends with its head."""

    def __init__(self, *, opens: bool) -> None:
        self._opens = opens
        self._is_open = False

    def connection_made(self, transport):
        self._transport = transport
        self._rest = b""

    def data_received(self, data):
        self._rest += data
        while b"\r\n\r\n" in self._rest and not self._is_open:
            head, _, self._rest = self._rest.partition(b"\r\n\r\n")
            asks = b"\r\nupgrade: websocket\r\n" in head.lower() + b"\r\n"
            self._is_open = asks and self._opens
            self._transport.write(OPENED if self._is_open else _answer(head))
        if self._is_open:
            self._transport.write(self._rest)
            self._rest = b""


async def serve(port: int, *, opens: bool) -> None:
    """Serve at *port* of the loopback address."""
    protocol = partial(Upstream, opens=opens)
    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), opens="--sockets" in sys.argv))
