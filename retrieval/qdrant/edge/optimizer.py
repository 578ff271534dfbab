"""Builds the HNSW graphs of collections that nobody has written to for a while.

The engine holds Python's lock while it builds, for a minute at 100,000 points,
and a server that stands still so long is of no use. So a copy of the shard is
optimised by a process of its own, and put in the shard's place if nothing was
written meanwhile; else it is thrown away and tried again later.

    python optimizer.py FOLDER    that process: optimises the shard in FOLDER
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import time
from pathlib import Path

import qdrant_edge as qe

from catalog import Catalog, Collection

QUIET = 1.0  # seconds without a write
POLL = 0.2  # seconds


class Optimizer:
    """Looks after all collections of a catalog."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def wanted(self, collection: Collection) -> bool:
        """Whether a collection has more vectors outside its graphs than its
        indexing threshold, where 0 is never."""
        threshold = collection.config.optimizers_config.indexing_threshold
        if threshold == 0 or collection.optimized_at == collection.changes:
            return False
        return collection.unindexed_kilobytes() > threshold

    async def run(self) -> None:
        """Optimise until cancelled."""
        while True:
            await asyncio.sleep(POLL)
            for name, collection in list(self._catalog.collections.items()):
                if time.monotonic() - collection.changed_at > QUIET and self.wanted(collection):
                    await self._optimize(name, collection)

    async def _optimize(self, name: str, collection: Collection) -> None:
        changes, copy = collection.changes, self._catalog.new_folder()
        collection.shard.flush()
        built = await _copied(collection.folder, copy) and await _optimized(copy)
        # Also where it failed: it would fail again.
        collection.optimized_at = changes
        if built and collection.changes == changes and self._catalog.collections.get(name) is collection:
            self._catalog.replace_shard(collection, copy)
        else:
            shutil.rmtree(copy)


async def _copied(folder: Path, copy: Path) -> bool:
    """Copy a shard, beside which the server goes on: who deletes the collection
    takes the files away."""
    try:
        await asyncio.to_thread(shutil.copytree, folder, copy, dirs_exist_ok=True)
    except OSError as error:
        print(f"copy {folder}: {error}", file=sys.stderr)
        return False
    return True


async def _optimized(folder: Path) -> bool:
    """Run this file on a folder. The process ends with this task."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, __file__, str(folder), stdin=asyncio.subprocess.DEVNULL
    )
    try:
        return await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()


def main() -> None:
    os.nice(5)  # the server goes on answering beside it
    shard = qe.EdgeShard.load(sys.argv[1])
    shard.optimize()
    shard.flush()
    shard.close()


if __name__ == "__main__":
    main()
