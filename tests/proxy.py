"""How is a line to a database server really cut, held up, or made to lose an answer? A TCP door on loopback before the server."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import sqlalchemy as sa

PORTS = {"postgresql": 5432, "postgres": 5432, "mysql": 3306, "mariadb": 3306}


@dataclass
class Proxy:
    """A door before a server. What it does to those who pass is told beforehand, or while they do."""

    upstream: str | tuple[str, int]
    lets_through: int | None = None
    """Bytes of each connection's answers before it hangs up; None is no bound."""
    in_all: int | None = None
    """Bytes of all connections' answers after which it is gone for good, as a server that was killed."""
    word: bytes = b""
    """Once: what is handed on to the server, whose answer is swallowed; then both sides are hung up on."""
    holds_up_at: int | None = None
    """Bytes of all answers after which it is silent, once, for `holds_up` seconds."""
    holds_up: float = 0.0
    cuts: int = 0
    """How often it hung up."""
    swallowed: int = 0
    """Answers that it swallowed."""
    held_up: int = 0
    carried: int = 0
    shut: bool = False
    """Whether newcomers are sent away."""
    _ends: list[socket.socket] = field(default_factory=list)
    _door: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))

    @property
    def port(self) -> int:
        return int(self._door.getsockname()[1])

    def serve(self) -> None:
        """Until it is closed."""
        while True:
            try:
                client, _ = self._door.accept()
            except OSError:
                return
            if self.shut:
                client.close()
                continue
            threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def hang_up(self) -> None:
        """Cut whatever goes through, and let nobody in any more."""
        self.shut = True
        for end in self._ends:
            _shut(end)

    def close(self) -> None:
        self.hang_up()
        _shut(self._door)
        self._door.close()

    def _carry(self, client: socket.socket) -> None:
        with client, self._server() as server:
            self._ends += [client, server]
            told = threading.Event()
            forth = threading.Thread(target=self._forth, args=(client, server, told), daemon=True)
            forth.start()
            self._back(client, server, told)
            for end in (client, server):
                _shut(end)
            forth.join()

    def _back(self, client: socket.socket, server: socket.socket, told: threading.Event) -> None:
        """The server's answers, as far as they may go."""
        passed = 0
        with contextlib.suppress(OSError):
            while (part := server.recv(16384)) and not told.is_set():
                passed += len(part)
                self.carried += len(part)
                self._wait()
                dead = self.in_all is not None and self.carried > self.in_all
                if dead:
                    self.shut = True
                    _shut(self._door)
                if dead or (self.lets_through is not None and passed > self.lets_through):
                    self.cuts += 1
                    # Half a packet, then nothing: a router that died.
                    client.sendall(part[: len(part) // 2])
                    return
                client.sendall(part)

    def _wait(self) -> None:
        if self.holds_up_at is not None and self.carried > self.holds_up_at and not self.held_up:
            self.held_up += 1
            time.sleep(self.holds_up)

    def _forth(self, client: socket.socket, server: socket.socket, told: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while part := client.recv(65536):
                if self.word and self.word in part and not self.swallowed:
                    self.swallowed += 1
                    told.set()
                server.sendall(part)
        with contextlib.suppress(OSError):
            server.shutdown(socket.SHUT_WR)

    def _server(self) -> socket.socket:
        if isinstance(self.upstream, tuple):
            return socket.create_connection(self.upstream)
        server = socket.socket(socket.AF_UNIX)
        server.connect(self.upstream)
        return server


def _shut(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def before(url: str, lets_through: int | None = None, in_all: int | None = None, word: bytes = b"") -> Iterator[tuple[Proxy, str]]:
    """A proxy before the server of a URL, and the URL that leads through it."""
    found = sa.make_url(url)
    host, port = str(found.query.get("host") or found.host or ""), found.port or PORTS[found.get_backend_name()]
    socket_path = str(found.query.get("unix_socket", "")) or (f"{host}/.s.PGSQL.{port}" if host.startswith("/") else "")
    proxy = Proxy(socket_path or (host, port), lets_through, in_all, word)
    serving = threading.Thread(target=proxy.serve, daemon=True)
    serving.start()
    through = found.set(host="127.0.0.1", port=proxy.port).difference_update_query(["host", "unix_socket"])
    try:
        yield proxy, through.render_as_string(hide_password=False)
    finally:
        proxy.close()
        serving.join()
