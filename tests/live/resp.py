"""A small server in this process that speaks what of Redis's protocol the tests need."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress

from interop.launch import free_port


class Resp:
    """Knows sets, texts, transactions and channels, and can be stopped, started and hung."""

    def __init__(self) -> None:
        self.data: dict[str, object] = {}
        self.calls: list[str] = []
        self.hangs = threading.Event()
        self._connections: dict[socket.socket, set[str]] = {}
        self.port = free_port()
        self.start()

    def start(self) -> None:
        """Listen, at the same port as before."""
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def stop(self) -> None:
        """Close everything, as a server that is killed does."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in list(self._connections):
            # Its own thread may close it at the same time.
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    @property
    def url(self) -> str:
        """The server's URL."""
        return f"redis://127.0.0.1:{self.port}/0"

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection = listener.accept()[0]
            except OSError:
                return
            self._connections[connection] = set()
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection, connection.makefile("rb") as lines:
                queued: list[list[str]] | None = None
                while line := lines.readline():
                    words = []
                    for _ in range(int(line[1:])):
                        length = int(lines.readline()[1:])
                        words.append(lines.read(length + 2)[:-2].decode("latin-1"))
                    name = words[0].upper()
                    if name == "MULTI":
                        queued = []
                        connection.sendall(b"+OK\r\n")
                    elif name == "EXEC":
                        answers = [self._answer(each, connection) for each in queued or []]
                        queued = None
                        connection.sendall(b"*%d\r\n" % len(answers) + b"".join(answers))
                    elif queued is not None:
                        queued.append(words)
                        connection.sendall(b"+QUEUED\r\n")
                    else:
                        while self.hangs.is_set():
                            self.hangs.wait(0.01)
                            if connection.fileno() < 0:
                                return
                            threading.Event().wait(0.01)
                        connection.sendall(self._answer(words, connection))
        except OSError:
            return
        finally:
            self._connections.pop(connection, None)

    def _answer(self, words: list[str], connection: socket.socket) -> bytes:
        name, arguments = words[0].upper(), words[1:]
        self.calls.append(name)
        if name == "SMEMBERS":
            members = self.data.get(arguments[0], set())
            if not isinstance(members, set):
                return b"-WRONGTYPE it is no set\r\n"
            return b"*%d\r\n" % len(members) + b"".join(map(_bulk, members))
        if name == "GET":
            found = self.data.get(arguments[0])
            return b"$-1\r\n" if found is None else _bulk(str(found))
        if name == "SADD":
            self.data.setdefault(arguments[0], set()).update(arguments[1:])
        elif name == "SREM":
            self.data.setdefault(arguments[0], set()).difference_update(arguments[1:])
        elif name == "SET":
            self.data[arguments[0]] = arguments[1]
            return b"+OK\r\n"
        elif name == "PUBLISH":
            self.publish(*arguments)
        elif name == "SUBSCRIBE":
            self._connections[connection].add(arguments[0])
            return b"*3\r\n" + _bulk("subscribe") + _bulk(arguments[0]) + b":1\r\n"
        elif name in {"CLIENT", "HELLO"}:
            return b"-ERR unknown command\r\n" if name == "HELLO" else b"+OK\r\n"
        return b":1\r\n"

    def publish(self, channel: str, text: str) -> None:
        """Send a message to all subscribers."""
        message = b"*3\r\n" + _bulk("message") + _bulk(channel) + _bulk(text)
        for connection, channels in list(self._connections.items()):
            if channel in channels:
                connection.sendall(message)


def _bulk(text: str) -> bytes:
    data = text.encode("latin-1")
    return b"$%d\r\n%s\r\n" % (len(data), data)
