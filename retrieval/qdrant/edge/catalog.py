"""The collections and their aliases, kept in a folder.

    FOLDER/catalog.json   names, configurations and aliases, replaced as a whole
    FOLDER/shards/N       one engine shard for each collection

An acknowledged write is in the shard's log and survives the death of the
process (not that of the machine: the log is not synced at each write).
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import grpc
import qdrant_edge as qe
from google.protobuf import json_format

from protocol import Refused, collections, given, unsupported

# What a server takes where a collection says nothing.
_DEFAULTS = collections.CreateCollection(
    hnsw_config=collections.HnswConfigDiff(m=16, ef_construct=100, full_scan_threshold=10_000, max_indexing_threads=0),
    optimizers_config=collections.OptimizersConfigDiff(
        deleted_threshold=0.2, vacuum_min_vector_number=1000, default_segment_number=0, indexing_threshold=10_000
    ),
)
_BYTES_OF_FLOAT = 4


class Collection:
    """One collection: its configuration, its shard, and what was written to it when."""

    def __init__(self, config: collections.CreateCollection, folder: Path, shard: qe.EdgeShard) -> None:
        self.config = config
        self.folder = folder
        self.shard = shard
        self.changes = 0
        self.changed_at = time.monotonic()
        self.optimized_at = -1  # the changes there were when its graphs were last built

    def update(self, operation: qe.UpdateOperation) -> int:
        """Apply an operation and return its number."""
        self.changes += 1  # even if it fails: it may have changed something by then
        self.changed_at = time.monotonic()
        self.shard.update(operation)
        return self.changes

    def unindexed_kilobytes(self) -> float:
        """The dense vectors that no graph holds, assuming that each point has every vector.

        The engine counts the vectors of all kinds together, and the sparse ones
        as always indexed.
        """
        dense, info = _dense_vectors(self.config), self.shard.info()
        kinds = len(dense) + len(self.config.sparse_vectors_config.map)
        missing = max(0, info.points_count * kinds - info.indexed_vectors_count)
        return missing * max((p.size for p in dense.values()), default=0) * _BYTES_OF_FLOAT / 1024


class Catalog:
    """All collections by name, and the aliases: name to name of the collection."""

    def __init__(self, folder: Path) -> None:
        self.collections: dict[str, Collection] = {}
        self.aliases: dict[str, str] = {}
        self._file = folder / "catalog.json"
        self._shards = folder / "shards"
        self._shards.mkdir(parents=True, exist_ok=True)
        self._load()

    def find(self, name: str) -> Collection:
        """The collection of this name or alias."""
        collection = self.collections.get(self.aliases.get(name, name))
        if collection is None:
            raise _no_collection(name)
        return collection

    def exists(self, name: str) -> bool:
        return name in self.collections or name in self.aliases

    def create(self, request: collections.CreateCollection) -> None:
        if self.exists(request.collection_name):
            raise _taken(request.collection_name)
        config = collections.CreateCollection()
        config.CopyFrom(_DEFAULTS)
        config.MergeFrom(request)
        folder = self.new_folder()
        shard = qe.EdgeShard.create(str(folder), _engine_config(config))
        self.collections[request.collection_name] = Collection(config, folder, shard)
        self._save()

    def change(self, request: collections.UpdateCollection) -> None:
        """Give a collection other parameters. The engine takes them when it opens a shard."""
        collection = self.find(request.collection_name)
        collection.config.hnsw_config.MergeFrom(request.hnsw_config)
        collection.config.optimizers_config.MergeFrom(request.optimizers_config)
        collection.config.metadata.MergeFrom(collections.CreateCollection(metadata=request.metadata).metadata)
        collection.shard.close()
        collection.shard = qe.EdgeShard.load(str(collection.folder), _engine_config(collection.config))
        collection.changes += 1
        self._save()

    def delete(self, name: str) -> bool:
        """Delete a collection and the aliases that name it. Says whether there was one."""
        collection = self.collections.pop(name, None)
        if collection is None:
            return False
        self.aliases = {alias: target for alias, target in self.aliases.items() if target != name}
        self._save()
        collection.shard.close()
        shutil.rmtree(collection.folder)
        return True

    def change_aliases(self, actions: Iterable[collections.AliasOperations]) -> None:
        """Apply the actions in their order. As on a server, an action that fails
        leaves those before it in place."""
        try:
            for action in actions:
                kind = action.WhichOneof("action")
                if kind is None:
                    raise Refused(grpc.StatusCode.INVALID_ARGUMENT, "Malformed AliasOperation type")
                getattr(self, "_" + kind)(getattr(action, kind))
        finally:
            self._save()

    def _create_alias(self, action: collections.CreateAlias) -> None:
        if action.collection_name not in self.collections:
            raise _no_collection(action.collection_name)
        if action.alias_name in self.collections:
            raise _taken(action.alias_name)
        self.aliases[action.alias_name] = action.collection_name

    def _delete_alias(self, action: collections.DeleteAlias) -> None:
        self.aliases.pop(action.alias_name, None)

    def _rename_alias(self, action: collections.RenameAlias) -> None:
        if action.old_alias_name not in self.aliases:
            raise Refused(grpc.StatusCode.NOT_FOUND, f"Not found: Alias {action.old_alias_name} does not exists!")
        if action.new_alias_name in self.collections:
            raise _taken(action.new_alias_name)
        self.aliases[action.new_alias_name] = self.aliases.pop(action.old_alias_name)

    def replace_shard(self, collection: Collection, folder: Path) -> None:
        """Let a collection go on with the shard in folder, which holds the same points."""
        before, folder_before = collection.shard, collection.folder
        collection.shard, collection.folder = qe.EdgeShard.load(str(folder)), folder
        self._save()
        before.close()
        shutil.rmtree(folder_before)

    def new_folder(self) -> Path:
        """An empty folder for a shard."""
        number = 1 + max((int(folder.name) for folder in self._shards.iterdir()), default=0)
        folder = self._shards / str(number)
        folder.mkdir()
        return folder

    def close(self) -> None:
        for collection in self.collections.values():
            collection.shard.close()

    def _load(self) -> None:
        """Open what the catalog names, and delete what it does not: a process that
        died in the middle of a change has left it."""
        kept = json.loads(self._file.read_text()) if self._file.exists() else {"collections": {}, "aliases": {}}
        self.aliases = kept["aliases"]
        for name, entry in kept["collections"].items():
            config = json_format.ParseDict(entry["config"], collections.CreateCollection())
            folder = self._shards / entry["shard"]
            self.collections[name] = Collection(config, folder, qe.EdgeShard.load(str(folder)))
        named = {collection.folder for collection in self.collections.values()}
        for folder in set(self._shards.iterdir()) - named:
            shutil.rmtree(folder)

    def _save(self) -> None:
        entries = {
            name: {"shard": collection.folder.name, "config": json_format.MessageToDict(collection.config)}
            for name, collection in self.collections.items()
        }
        draft = self._file.with_suffix(".draft")
        with draft.open("w") as file:
            json.dump({"collections": entries, "aliases": self.aliases}, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, self._file)


def _no_collection(name: str) -> Refused:
    return Refused(grpc.StatusCode.NOT_FOUND, f"Not found: Collection `{name}` doesn't exist!")


def _taken(name: str) -> Refused:
    return Refused(grpc.StatusCode.ALREADY_EXISTS, f"Wrong input: Collection `{name}` already exists!")


# Configurations in the engine's types. Quantisation, replication, strict mode
# and the server's own log have no place there, and are kept without effect.


def _dense_vectors(config: collections.CreateCollection) -> dict[str, collections.VectorParams]:
    """The dense vectors by name; the one without a name is ""."""
    vectors = config.vectors_config
    if vectors.WhichOneof("config") == "params":
        return {"": vectors.params}
    return dict(vectors.params_map.map)


def _engine_config(config: collections.CreateCollection) -> qe.EdgeConfig:
    optimizers = given(config.optimizers_config)
    return qe.EdgeConfig(
        vectors={name: _dense(params, config) for name, params in _dense_vectors(config).items()} or None,
        sparse_vectors={name: _sparse(p) for name, p in config.sparse_vectors_config.map.items()} or None,
        hnsw_config=qe.HnswIndexConfig(**given(config.hnsw_config)),
        optimizers=qe.EdgeOptimizersConfig(**{name: optimizers[name] for name in _OPTIMIZERS & optimizers.keys()}),
        wal_enabled=True,
    )


_OPTIMIZERS = {
    "deleted_threshold", "vacuum_min_vector_number", "default_segment_number",
    "max_segment_size", "indexing_threshold",
}  # fmt: skip


def _dense(params: collections.VectorParams, config: collections.CreateCollection) -> qe.EdgeVectorParams:
    if params.HasField("multivector_config"):
        raise unsupported("several vectors for one point and name")
    hnsw = collections.HnswConfigDiff()
    hnsw.CopyFrom(config.hnsw_config)
    hnsw.MergeFrom(params.hnsw_config)
    return qe.EdgeVectorParams(
        size=params.size,
        distance=getattr(qe.Distance, collections.Distance.Name(params.distance)),
        on_disk=params.on_disk,
        datatype=_datatype(params),
        hnsw_config=qe.HnswIndexConfig(**given(hnsw)),
    )


def _sparse(params: collections.SparseVectorParams) -> qe.EdgeSparseVectorParams:
    return qe.EdgeSparseVectorParams(
        full_scan_threshold=given(params.index).get("full_scan_threshold"),
        on_disk=params.index.on_disk,
        modifier=qe.Modifier.Idf if params.modifier == collections.Idf else None,
        datatype=_datatype(params.index),
    )


def _datatype(params: Any) -> qe.VectorStorageDatatype | None:
    name = collections.Datatype.Name(params.datatype)
    return None if name == "Default" else getattr(qe.VectorStorageDatatype, name)
