"""Qdrant's protocol, and its ids, values and vectors in Python's and the engine's types.

Outside come protobuf messages, inside live ints, strs, dicts and lists.
"""

from __future__ import annotations

import importlib.util
import sys
import types
from typing import Any

import grpc
import qdrant_edge as qe


def _find_messages() -> None:
    """Make qdrant_client.grpc importable without qdrant_client itself.

    Importing that would load the whole client with its own dependencies, which
    takes most of a second and which nothing here uses.
    """
    spec = importlib.util.find_spec("qdrant_client")
    if spec is None or spec.submodule_search_locations is None:
        raise ImportError("qdrant_client is not installed: see requirements.txt")
    package = types.ModuleType("qdrant_client")
    package.__path__ = list(spec.submodule_search_locations)
    sys.modules["qdrant_client"] = package


_find_messages()

from qdrant_client.grpc import collections_pb2 as collections  # noqa: E402
from qdrant_client.grpc import collections_service_pb2_grpc as collections_service  # noqa: E402
from qdrant_client.grpc import json_with_int_pb2 as json_values  # noqa: E402
from qdrant_client.grpc import points_pb2 as points  # noqa: E402
from qdrant_client.grpc import points_service_pb2_grpc as points_service  # noqa: E402
from qdrant_client.grpc import qdrant_common_pb2 as common  # noqa: E402
from qdrant_client.grpc import qdrant_pb2 as health  # noqa: E402
from qdrant_client.grpc import qdrant_pb2_grpc as health_service  # noqa: E402

__all__ = [
    "collections", "collections_service", "common", "health", "health_service",
    "json_values", "points", "points_service",
]  # fmt: skip


class Refused(Exception):
    """An answer that is an error: a gRPC status and the words that go with it."""

    def __init__(self, code: grpc.StatusCode, words: str) -> None:
        super().__init__(words)
        self.code = code


def unsupported(what: str) -> Refused:
    """What a real server may answer and this one does not. Nothing is ignored in silence
    where that would change an answer."""
    return Refused(grpc.StatusCode.UNIMPLEMENTED, f"the edge server for tests does not know {what}")


def given(message: Any) -> dict[str, Any]:
    """The fields of a message that the caller has set."""
    return {field.name: value for field, value in message.ListFields()}


# Ids.


def id_in(message: common.PointId) -> int | str:
    kind = message.WhichOneof("point_id_options")
    if kind is None:
        raise Refused(grpc.StatusCode.INVALID_ARGUMENT, "Expected a point id")
    return getattr(message, kind)


def id_out(point_id: Any) -> common.PointId:
    if isinstance(point_id, int):
        return common.PointId(num=point_id)
    return common.PointId(uuid=str(point_id))


# Values of a payload, which are JSON's.


def value_in(message: json_values.Value) -> Any:
    kind = message.WhichOneof("kind")
    if kind is None or kind == "null_value":
        return None
    if kind == "list_value":
        return [value_in(value) for value in message.list_value.values]
    if kind == "struct_value":
        return payload_in(message.struct_value.fields)
    return getattr(message, kind)


def payload_in(fields: Any) -> dict[str, Any]:
    return {name: value_in(value) for name, value in fields.items()}


def value_out(value: Any) -> json_values.Value:
    match value:
        case None:
            return json_values.Value(null_value=json_values.NULL_VALUE)
        case bool():  # before int, which it is too
            return json_values.Value(bool_value=value)
        case int():
            return json_values.Value(integer_value=value)
        case float():
            return json_values.Value(double_value=value)
        case str():
            return json_values.Value(string_value=value)
        case dict():
            return json_values.Value(struct_value=json_values.Struct(fields=payload_out(value)))
        case _:
            return json_values.Value(list_value=json_values.ListValue(values=map(value_out, value)))


def payload_out(payload: dict[str, Any] | None) -> dict[str, json_values.Value]:
    return {name: value_out(value) for name, value in (payload or {}).items()}


# Vectors: a list of floats (dense) or a SparseVector, alone or by name.


def vector_in(message: points.Vector) -> Any:
    kind = message.WhichOneof("vector")
    if kind == "dense":
        return list(message.dense.data)
    if kind == "sparse":
        return qe.SparseVector(list(message.sparse.indices), list(message.sparse.values))
    if kind is not None:
        raise unsupported(f"vectors of the kind {kind}")
    if message.HasField("indices"):  # the older way to write both
        return qe.SparseVector(list(message.indices.data), list(message.data))
    return list(message.data)


def vectors_in(message: points.Vectors) -> Any:
    kind = message.WhichOneof("vectors_options")
    if kind == "vector":
        return vector_in(message.vector)
    return {name: vector_in(vector) for name, vector in message.vectors.vectors.items()}


def _vector_out(vector: Any) -> points.VectorOutput:
    if isinstance(vector, qe.SparseVector):
        return points.VectorOutput(sparse=points.SparseVector(indices=vector.indices, values=vector.values))
    return points.VectorOutput(dense=points.DenseVector(data=vector))


def vectors_out(vectors: Any) -> points.VectorsOutput | None:
    if vectors is None:
        return None
    if isinstance(vectors, dict):
        named = {name: _vector_out(vector) for name, vector in vectors.items()}
        return points.VectorsOutput(vectors=points.NamedVectorsOutput(vectors=named))
    return points.VectorsOutput(vector=_vector_out(vectors))
