"""How is a connection really cut? A TCP proxy before a database server that lets so many bytes of the answer through, then hangs up."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import sqlalchemy as sa


@dataclass
class Proxy:
    """A door on loopback before a server. `lets_through` bounds the bytes of each connection's answers; None is no bound."""

    upstream: str | tuple[str, int]
    lets_through: int | None = None
    in_all: int | None = None
    """Bytes of all connections' answers after which it is gone for good, as a server that was killed."""
    cuts: int = 0
    """How often it hung up."""
    carried: int = 0
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
            threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()

    def _carry(self, client: socket.socket) -> None:
        with client, self._server() as server:
            up = threading.Thread(target=_pump, args=(client, server), daemon=True)
            up.start()
            passed = 0
            while part := _read(server):
                passed += len(part)
                self.carried += len(part)
                dead = self.in_all is not None and self.carried > self.in_all
                if dead:
                    self.close()
                if dead or (self.lets_through is not None and passed > self.lets_through):
                    self.cuts += 1
                    # Half a packet, then nothing: a router that died.
                    with contextlib.suppress(OSError):
                        client.sendall(part[: len(part) // 2])
                    break
                try:
                    client.sendall(part)
                except OSError:
                    break
            for end in (client, server):
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
            up.join()

    def _server(self) -> socket.socket:
        if isinstance(self.upstream, tuple):
            return socket.create_connection(self.upstream)
        server = socket.socket(socket.AF_UNIX)
        server.connect(self.upstream)
        return server


def _read(end: socket.socket) -> bytes:
    try:
        return end.recv(16384)
    except OSError:
        return b""


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while part := source.recv(65536):
            sink.sendall(part)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def before(url: str, lets_through: int | None = None, in_all: int | None = None) -> Iterator[tuple[Proxy, str]]:
    """A proxy before the server of a URL, and the URL that leads through it."""
    found = sa.make_url(url)
    host, port = str(found.query.get("host") or found.host or ""), found.port or (5432 if "postgres" in found.drivername else 3306)
    socket_path = str(found.query.get("unix_socket", "")) or (f"{host}/.s.PGSQL.{port}" if host.startswith("/") else "")
    proxy = Proxy(socket_path or (host, port), lets_through, in_all)
    serving = threading.Thread(target=proxy.serve, daemon=True)
    serving.start()
    through = found.set(host="127.0.0.1", port=proxy.port).difference_update_query(["host", "unix_socket"])
    try:
        yield proxy, through.render_as_string(hide_password=False)
    finally:
        proxy.close()
        serving.join()
