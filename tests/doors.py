"""How is an answer lost on its way? A TCP door before a PostgreSQL server that hangs up when it is told to, or after a certain word."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import sqlalchemy as sa


@dataclass
class Door:
    """A door on loopback. `word` is handed on to the server, its answer is swallowed, and both sides are hung up on; once."""

    server: str | tuple[str, int]
    word: bytes = b""
    swallowed: int = 0
    shut: bool = False
    """Whether newcomers are sent away."""
    _ends: list[socket.socket] = field(default_factory=list)
    _listening: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))

    @property
    def port(self) -> int:
        return int(self._listening.getsockname()[1])

    def serve(self) -> None:
        """Until it is closed."""
        while True:
            try:
                client, _ = self._listening.accept()
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
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.hang_up()
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _carry(self, client: socket.socket) -> None:
        with client, self._reached() as server:
            self._ends += [client, server]
            told = threading.Event()
            forth = threading.Thread(target=self._forth, args=(client, server, told), daemon=True)
            forth.start()
            with contextlib.suppress(OSError):
                while (part := server.recv(65536)) and not told.is_set():
                    client.sendall(part)
            for end in (client, server):
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
            forth.join()

    def _forth(self, client: socket.socket, server: socket.socket, told: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while part := client.recv(65536):
                if self.word and self.word in part and not self.swallowed:
                    self.swallowed += 1
                    told.set()
                server.sendall(part)

    def _reached(self) -> socket.socket:
        if isinstance(self.server, tuple):
            return socket.create_connection(self.server)
        server = socket.socket(socket.AF_UNIX)
        server.connect(self.server)
        return server


@contextlib.contextmanager
def door_before(url: str, word: bytes = b"") -> Iterator[tuple[Door, str]]:
    """A door before the server of a PostgreSQL URL, and the URL that leads through it."""
    found = sa.make_url(url)
    host, port = str(found.query.get("host") or found.host or ""), found.port or 5432
    door = Door(f"{host}/.s.PGSQL.{port}" if host.startswith("/") else (host, port), word)
    serving = threading.Thread(target=door.serve, daemon=True)
    serving.start()
    try:
        through = found.set(host="127.0.0.1", port=door.port).difference_update_query(["host"])
        yield door, through.render_as_string(hide_password=False)
    finally:
        door.close()
        serving.join()
