"""A Qdrant server for tests: the real engine behind as much of Qdrant's gRPC
interface as an adapter of an index needs.

qdrant-edge is Qdrant's own storage and search as a Python module. Filters,
scores, fusions, planner and graphs are therefore a server's own; what is
written here is the protocol around them. Answers are those of server 1.18.

It has:  HealthCheck; collections and aliases; upsert, delete, payload changes
         and their batches; payload indexes; queries with nested prefetches,
         RRF and DBSF, ACORN, exact search, sparse vectors with and without
         IDF; scroll, count, get; every filter but places.
Not:     strict mode, API keys and JWT, TLS, snapshots, shards and replicas,
         quantisation, rate limits, timeouts, a queue of updates: with
         wait=false too a write is applied when the call returns.
Unlike:  one process with Python's lock answers one call at a time.

    python server.py [--addr HOST:PORT] [--dir DIR] [--optimize on|off]

prints "listening HOST:PORT" when it is ready, and ends when its standard input
is closed or on SIGTERM. With --dir the data is kept in that folder and found
again by the next server on it; without, it is deleted at the end.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import signal
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from grpc import aio

import services
from catalog import Catalog
from optimizer import Optimizer

MAX_MESSAGE = 64 << 20  # bytes

OPTIONS = [
    ("grpc.max_receive_message_length", MAX_MESSAGE),
    ("grpc.max_send_message_length", MAX_MESSAGE),
    ("grpc.so_reuseport", 0),  # else a second server could listen on the same port
    ("grpc.http2.max_ping_strikes", 0),  # clients ping as often as they like, as with Qdrant
]


async def serve(address: str, folder: Path, optimize: bool) -> None:
    """Serve the collections in folder until the end is asked for."""
    end = _end_asked_for()
    catalog = Catalog(folder)
    optimizer = Optimizer(catalog) if optimize else None
    server = aio.server(options=OPTIONS)
    services.add(server, catalog, optimizer)
    port = server.add_insecure_port(address)
    await server.start()
    print(f"listening {address.rpartition(':')[0]}:{port}", flush=True)
    background = asyncio.create_task(optimizer.run()) if optimizer else None
    await end.wait()
    await server.stop(grace=None)
    if background:
        background.cancel()
        await asyncio.gather(background, return_exceptions=True)
    catalog.close()


def _end_asked_for() -> asyncio.Event:
    """An event for SIGTERM, SIGINT and the end of the standard input."""
    end, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end.set)

    def read_to_the_end() -> None:
        while os.read(0, 4096):
            pass
        with contextlib.suppress(RuntimeError):  # the loop has ended before
            loop.call_soon_threadsafe(end.set)

    threading.Thread(target=read_to_the_end, daemon=True).start()
    return end


@contextlib.contextmanager
def kept(folder: Path | None) -> Iterator[Path]:
    """The folder given, or else one that is deleted at the end."""
    if folder is not None:
        yield folder
    else:
        with tempfile.TemporaryDirectory(prefix="qdrant-edge-") as name:
            yield Path(name)


def main() -> None:
    parser = argparse.ArgumentParser(description="A Qdrant server for tests.")
    parser.add_argument("--addr", default="127.0.0.1:0", metavar="HOST:PORT")
    parser.add_argument("--dir", type=Path, help="keep the data in this folder")
    parser.add_argument("--optimize", choices=["on", "off"], default="on", help="build HNSW graphs")
    options = parser.parse_args()
    with kept(options.dir) as folder:
        asyncio.run(serve(options.addr, folder, options.optimize == "on"))


if __name__ == "__main__":
    main()
