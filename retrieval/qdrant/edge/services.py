"""The calls of Qdrant's gRPC services, each from its request to its response."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from typing import Any

import grpc
from grpc import aio

import engine
from catalog import Catalog
from optimizer import Optimizer
from protocol import (
    Refused,
    collections,
    collections_service,
    health,
    health_service,
    id_in,
    id_out,
    payload_out,
    points,
    points_service,
    vectors_out,
)

VERSION = "1.18.3"


def answers(method: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    """Make a gRPC call of a method from request to response: the time it took is
    written into the response, and what the engine refuses is the caller's mistake."""

    @functools.wraps(method)
    async def call(self: Any, request: Any, context: aio.ServicerContext) -> Any:
        start = time.perf_counter()
        try:
            response = method(self, request)
        except Refused as refusal:
            await context.abort(refusal.code, str(refusal))
        except Exception as error:
            if type(error) not in (Exception, ValueError):  # which are the engine's own
                raise
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"Wrong input: {error}")
        response.time = time.perf_counter() - start
        return response

    return call


class Health(health_service.QdrantServicer):
    async def HealthCheck(self, request: Any, context: aio.ServicerContext) -> health.HealthCheckReply:
        return health.HealthCheckReply(title="qdrant - vector search engine", version=VERSION)


class Collections(collections_service.CollectionsServicer):
    def __init__(self, catalog: Catalog, optimizer: Optimizer | None) -> None:
        self._catalog = catalog
        self._optimizer = optimizer

    @answers
    def Create(self, request: Any) -> Any:
        self._catalog.create(request)
        return collections.CollectionOperationResponse(result=True)

    @answers
    def Update(self, request: Any) -> Any:
        self._catalog.change(request)
        return collections.CollectionOperationResponse(result=True)

    @answers
    def Delete(self, request: Any) -> Any:
        return collections.CollectionOperationResponse(result=self._catalog.delete(request.collection_name))

    @answers
    def List(self, request: Any) -> Any:
        names = [collections.CollectionDescription(name=name) for name in self._catalog.collections]
        return collections.ListCollectionsResponse(collections=names)

    @answers
    def CollectionExists(self, request: Any) -> Any:
        exists = self._catalog.exists(request.collection_name)
        return collections.CollectionExistsResponse(result=collections.CollectionExists(exists=exists))

    @answers
    def Get(self, request: Any) -> Any:
        collection = self._catalog.find(request.collection_name)
        config, info = collection.config, collection.shard.info()
        busy = self._optimizer is not None and self._optimizer.wanted(collection)
        return collections.GetCollectionInfoResponse(
            result=collections.CollectionInfo(
                status=collections.Yellow if busy else collections.Green,
                optimizer_status=collections.OptimizerStatus(ok=True),
                segments_count=info.segments_count,
                points_count=info.points_count,
                indexed_vectors_count=info.indexed_vectors_count,
                payload_schema={name: _index_out(index) for name, index in info.payload_schema.items()},
                config=collections.CollectionConfig(
                    params=collections.CollectionParams(
                        shard_number=1,
                        replication_factor=1,
                        write_consistency_factor=1,
                        on_disk_payload=True,
                        vectors_config=config.vectors_config,
                        sparse_vectors_config=config.sparse_vectors_config,
                    ),
                    hnsw_config=config.hnsw_config,
                    optimizer_config=config.optimizers_config,
                    metadata=config.metadata,
                ),
            )
        )

    @answers
    def UpdateAliases(self, request: Any) -> Any:
        self._catalog.change_aliases(request.actions)
        return collections.CollectionOperationResponse(result=True)

    @answers
    def ListAliases(self, request: Any) -> Any:
        return collections.ListAliasesResponse(aliases=self._aliases())

    @answers
    def ListCollectionAliases(self, request: Any) -> Any:
        mine = [alias for alias in self._aliases() if alias.collection_name == request.collection_name]
        return collections.ListAliasesResponse(aliases=mine)

    def _aliases(self) -> list[Any]:
        return [
            collections.AliasDescription(alias_name=alias, collection_name=name)
            for alias, name in self._catalog.aliases.items()
        ]


def _index_out(index: Any) -> collections.PayloadSchemaInfo:
    """A payload index with those of its parameters that are numbers and truths."""
    kind = str(index.data_type).rpartition(".")[2]
    info = collections.PayloadSchemaInfo(data_type=collections.PayloadSchemaType.Value(kind), points=index.points)
    params = getattr(info.params, kind.lower() + "_index_params")
    params.SetInParent()
    for field in params.DESCRIPTOR.fields:
        value = getattr(index.params, field.name, None)
        if isinstance(value, (bool, int)):
            setattr(params, field.name, value)
    return info


class Points(points_service.PointsServicer):
    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def _shard(self, request: Any) -> Any:
        return self._catalog.find(request.collection_name).shard

    def _update(self, request: Any, operation: Any) -> points.UpdateResult:
        number = self._catalog.find(request.collection_name).update(operation)
        status = points.Completed if request.wait else points.Acknowledged
        return points.UpdateResult(operation_id=number, status=status)

    def _updated(self, request: Any, operation: Any) -> points.PointsOperationResponse:
        return points.PointsOperationResponse(result=self._update(request, operation))

    @answers
    def Upsert(self, request: Any) -> Any:
        return self._updated(request, engine.upsert_in(request))

    @answers
    def Delete(self, request: Any) -> Any:
        return self._updated(request, engine.delete_in(request))

    @answers
    def SetPayload(self, request: Any) -> Any:
        return self._updated(request, engine.set_payload_in(request))

    @answers
    def OverwritePayload(self, request: Any) -> Any:
        return self._updated(request, engine.overwrite_payload_in(request))

    @answers
    def UpdateBatch(self, request: Any) -> Any:
        operations = [engine.batch_in(operation) for operation in request.operations]
        return points.UpdateBatchResponse(result=[self._update(request, operation) for operation in operations])

    @answers
    def CreateFieldIndex(self, request: Any) -> Any:
        return self._updated(request, engine.field_index_in(request))

    @answers
    def DeleteFieldIndex(self, request: Any) -> Any:
        return self._updated(request, engine.delete_field_index_in(request))

    @answers
    def Query(self, request: Any) -> Any:
        found = self._shard(request).query(engine.query_in(request))
        return points.QueryResponse(result=map(_scored_out, found))

    @answers
    def QueryBatch(self, request: Any) -> Any:
        shard = self._shard(request)
        found = [shard.query(engine.query_in(query)) for query in request.query_points]
        return points.QueryBatchResponse(result=[points.BatchResult(result=map(_scored_out, f)) for f in found])

    @answers
    def Scroll(self, request: Any) -> Any:
        found, rest = self._shard(request).scroll(engine.scroll_in(request))
        response = points.ScrollResponse(result=map(_retrieved_out, found))
        if rest is not None:
            response.next_page_offset.CopyFrom(id_out(rest))
        return response

    @answers
    def Count(self, request: Any) -> Any:
        count = self._shard(request).count(engine.count_in(request))
        return points.CountResponse(result=points.CountResult(count=count))

    @answers
    def Get(self, request: Any) -> Any:
        ids = [id_in(point) for point in request.ids]
        payload, vectors = engine.with_payload(request, default=True), engine.with_vectors(request)
        found = self._shard(request).retrieve(ids, payload, vectors)
        return points.GetResponse(result=map(_retrieved_out, found))


def _scored_out(point: Any) -> points.ScoredPoint:
    return points.ScoredPoint(
        id=id_out(point.id),
        score=point.score,
        version=point.version,
        payload=payload_out(point.payload),
        vectors=vectors_out(point.vector),
    )


def _retrieved_out(point: Any) -> points.RetrievedPoint:
    return points.RetrievedPoint(
        id=id_out(point.id), payload=payload_out(point.payload), vectors=vectors_out(point.vector)
    )


def add(server: aio.Server, catalog: Catalog, optimizer: Optimizer | None) -> None:
    """Let a server answer for the collections of a catalog."""
    health_service.add_QdrantServicer_to_server(Health(), server)
    collections_service.add_CollectionsServicer_to_server(Collections(catalog, optimizer), server)
    points_service.add_PointsServicer_to_server(Points(catalog), server)
