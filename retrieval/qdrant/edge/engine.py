"""Requests of the protocol as requests of the engine: filters, queries and updates.

Many names are the same on both sides, so most of this is tables. A kind that
is in no table is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import grpc
import qdrant_edge as qe

from protocol import Refused, collections, common, given, id_in, payload_in, points, unsupported, vectors_in

Table = dict[str, Callable[[Any], Any]]

DEFAULT_LIMIT = 10

# Which read of which replica, and for how long: one shard in one process has no choice.
_OF_CLUSTERS = {"read_consistency", "timeout", "wait", "ordering", "collection_name"}


def _only(message: Any, *names: str) -> None:
    """Refuse a message with a field set that is not named here."""
    for name in given(message).keys() - set(names) - _OF_CLUSTERS:
        raise unsupported(f"the field {name} of {message.DESCRIPTOR.name}")


def _chosen(message: Any, oneof: str, table: Table) -> Any:
    """Translate the member of a oneof that is set, by the table."""
    kind = message.WhichOneof(oneof)
    if kind not in table:
        raise unsupported(f"{message.DESCRIPTOR.name} of the kind {kind}")
    return table[kind](getattr(message, kind))


def _optional(message: Any, name: str, default: Any = None) -> Any:
    return getattr(message, name) if message.HasField(name) else default


# Filters.


def filter_in(message: common.Filter) -> qe.Filter:
    at_least = None
    if message.HasField("min_should"):
        at_least = qe.MinShould(_conditions(message.min_should.conditions), message.min_should.min_count)
    return qe.Filter(
        must=_conditions(message.must) or None,
        should=_conditions(message.should) or None,
        must_not=_conditions(message.must_not) or None,
        min_should=at_least,
    )


def filter_of(message: Any) -> qe.Filter | None:
    """The filter of a message that may have none."""
    return filter_in(message.filter) if message.HasField("filter") else None


def _conditions(messages: Any) -> list[Any]:
    return [_chosen(message, "condition_one_of", _CONDITIONS) for message in messages]


def _field(message: common.FieldCondition) -> qe.FieldCondition:
    tests = {name: value for name, value in given(message).items() if name != "key"}
    if not tests or tests.keys() - _TESTS.keys():
        raise unsupported(f"a condition on {message.key} with {sorted(tests) or 'no test'}")
    return qe.FieldCondition(
        message.key, **{_ARGUMENT.get(name, name): _TESTS[name](value) for name, value in tests.items()}
    )


def _datetimes(message: common.DatetimeRange) -> qe.RangeDateTime:
    return qe.RangeDateTime(**{bound: time.ToJsonString() for bound, time in given(message).items()})


_MATCHES: Table = {
    "keyword": qe.MatchValue,
    "integer": qe.MatchValue,
    "boolean": qe.MatchValue,
    "keywords": lambda m: qe.MatchAny(list(m.strings)),
    "integers": lambda m: qe.MatchAny(list(m.integers)),
    "except_keywords": lambda m: qe.MatchExcept(list(m.strings)),
    "except_integers": lambda m: qe.MatchExcept(list(m.integers)),
    "text": qe.MatchText,
    "text_any": qe.MatchTextAny,
    "phrase": qe.MatchPhrase,
}

_TESTS: Table = {
    "match": lambda m: _chosen(m, "match_value", _MATCHES),
    "range": lambda m: qe.RangeFloat(**given(m)),
    "datetime_range": _datetimes,
    "values_count": lambda m: qe.ValuesCount(**given(m)),
    "is_empty": bool,
    "is_null": bool,
}
_ARGUMENT = {"datetime_range": "range"}  # where the engine's name is another

_CONDITIONS: Table = {
    "field": _field,
    "filter": filter_in,
    "has_id": lambda m: qe.HasIdCondition({id_in(point) for point in m.has_id}),
    "is_empty": lambda m: qe.IsEmptyCondition(m.key),
    "is_null": lambda m: qe.IsNullCondition(m.key),
    "nested": lambda m: qe.NestedCondition(m.key, filter_in(m.filter)),
    "has_vector": lambda m: qe.HasVectorCondition(m.has_vector),
}


# Queries.


def query_in(message: points.QueryPoints) -> qe.QueryRequest:
    _only(message, "prefetch", "query", "using", "filter", "params", "score_threshold",
          "limit", "offset", "with_vectors", "with_payload")  # fmt: skip
    if message.query.WhichOneof("variant") in ("fusion", "rrf") and not message.prefetch:
        raise Refused(grpc.StatusCode.INVALID_ARGUMENT, "Bad request: cannot apply Fusion without prefetches")
    return qe.QueryRequest(
        offset=message.offset,
        with_vector=with_vectors(message),
        with_payload=with_payload(message, default=False),
        **_stage(message),
    )


def _prefetch(message: points.PrefetchQuery) -> qe.Prefetch:
    _only(message, "prefetch", "query", "using", "filter", "params", "score_threshold", "limit")
    return qe.Prefetch(**_stage(message))


def _stage(message: Any) -> dict[str, Any]:
    """What a query and each of its prefetches have in common."""
    return {
        "limit": _optional(message, "limit", DEFAULT_LIMIT),
        "query": _scoring(message),
        "prefetches": [_prefetch(inner) for inner in message.prefetch],
        "filter": filter_of(message),
        "params": _params(message),
        "score_threshold": _optional(message, "score_threshold"),
    }


def _scoring(message: Any) -> Any:
    if not message.HasField("query"):
        return None
    if message.query.WhichOneof("variant") == "nearest":
        vector = _chosen(message.query.nearest, "variant", _VECTORS)
        return qe.Query.Nearest(vector, using=_optional(message, "using"))
    return _chosen(message.query, "variant", _SCORINGS)


def _params(message: Any) -> qe.SearchParams | None:
    if not message.HasField("params"):
        return None
    nested = {"acorn": qe.AcornSearchParams, "quantization": qe.QuantizationSearchParams}
    return qe.SearchParams(**{
        name: nested[name](**given(value)) if name in nested else value
        for name, value in given(message.params).items()
    })  # fmt: skip


def order_in(message: points.OrderBy) -> qe.OrderBy:
    _only(message, "key", "direction")
    return qe.OrderBy(message.key, qe.Direction.Desc if message.direction == points.Desc else qe.Direction.Asc)


RRF_DEFAULT_K = 2

_VECTORS: Table = {
    "dense": lambda m: list(m.data),
    "sparse": lambda m: qe.SparseVector(list(m.indices), list(m.values)),
}
_SCORINGS: Table = {
    "fusion": lambda m: qe.Fusion.Rrf(k=RRF_DEFAULT_K) if m == points.RRF else qe.Fusion.Dbsf(),
    "rrf": lambda m: qe.Fusion.Rrf(k=_optional(m, "k", RRF_DEFAULT_K), weights=list(m.weights) or None),
    "order_by": order_in,
}


def scroll_in(message: points.ScrollPoints) -> qe.ScrollRequest:
    _only(message, "filter", "offset", "limit", "with_payload", "with_vectors", "order_by")
    return qe.ScrollRequest(
        offset=id_in(message.offset) if message.HasField("offset") else None,
        limit=_optional(message, "limit", DEFAULT_LIMIT),
        filter=filter_of(message),
        with_payload=with_payload(message, default=True),
        with_vector=with_vectors(message),
        order_by=order_in(message.order_by) if message.HasField("order_by") else None,
    )


def count_in(message: points.CountPoints) -> qe.CountRequest:
    _only(message, "filter", "exact")
    return qe.CountRequest(exact=_optional(message, "exact", True), filter=filter_of(message))


def with_payload(message: Any, default: bool) -> Any:
    kind = message.with_payload.WhichOneof("selector_options")
    if kind == "include":
        return list(message.with_payload.include.fields)
    if kind == "exclude":
        return qe.PayloadSelector.Exclude(list(message.with_payload.exclude.fields))
    return message.with_payload.enable if kind == "enable" else default


def with_vectors(message: Any) -> bool | list[str]:
    if message.with_vectors.WhichOneof("selector_options") == "include":
        return list(message.with_vectors.include.names)
    return message.with_vectors.enable


# Updates. One call has the fields of one operation in a batch, so both share these.


def upsert_in(message: Any) -> qe.UpdateOperation:
    _only(message, "points", "update_filter", "update_mode")
    return qe.UpdateOperation.upsert_points(
        [qe.Point(id_in(p.id), vectors_in(p.vectors), payload_in(p.payload)) for p in message.points],
        filter_in(message.update_filter) if message.HasField("update_filter") else None,
        getattr(qe.UpdateMode, points.UpdateMode.Name(message.update_mode)),
    )


def delete_in(message: Any) -> qe.UpdateOperation:
    return _selected(message.points, "delete_points")


def set_payload_in(message: Any) -> qe.UpdateOperation:
    return _selected(message.points_selector, "set_payload", payload_in(message.payload), _optional(message, "key"))


def overwrite_payload_in(message: Any) -> qe.UpdateOperation:
    return _selected(
        message.points_selector, "overwrite_payload", payload_in(message.payload), _optional(message, "key")
    )


def batch_in(message: points.PointsUpdateOperation) -> qe.UpdateOperation:
    return _chosen(message, "operation", _OPERATIONS)


_OPERATIONS: Table = {
    "upsert": upsert_in,
    "delete_points": delete_in,
    "set_payload": set_payload_in,
    "overwrite_payload": overwrite_payload_in,
    "delete_payload": lambda m: _selected(m.points_selector, "delete_payload", list(m.keys)),
    "clear_payload": lambda m: _selected(m.points, "clear_payload"),
}


def _selected(selector: points.PointsSelector, operation: str, *arguments: Any) -> qe.UpdateOperation:
    """The engine has each operation twice: by ids, and by filter."""
    kind = selector.WhichOneof("points_selector_one_of")
    if kind == "points":
        return getattr(qe.UpdateOperation, operation)([id_in(p) for p in selector.points.ids], *arguments)
    if kind == "filter":
        return getattr(qe.UpdateOperation, operation + "_by_filter")(filter_in(selector.filter), *arguments)
    raise Refused(grpc.StatusCode.INVALID_ARGUMENT, "PointsSelector is not provided")


def field_index_in(message: points.CreateFieldIndexCollection) -> qe.UpdateOperation:
    kind = message.field_index_params.WhichOneof("index_params")
    if kind is None:
        name = points.FieldType.Name(message.field_type).removeprefix("FieldType")
        schema = getattr(qe.PayloadSchemaType, name)
    else:
        name = kind.removesuffix("_index_params").capitalize()
        schema = getattr(qe, name + "IndexParams")(**_index_params(getattr(message.field_index_params, kind)))
    if name == "Geo":
        raise unsupported("places")
    return qe.UpdateOperation.create_field_index(message.field_name, schema)


def _index_params(message: Any) -> dict[str, Any]:
    params = given(message)
    if "tokenizer" in params:
        params["tokenizer"] = getattr(qe.TokenizerType, collections.TokenizerType.Name(params["tokenizer"]))
    if params.keys() & {"stemmer", "stopwords"}:
        raise unsupported("stemmers and stopwords of a text index")
    return params


def delete_field_index_in(message: points.DeleteFieldIndexCollection) -> qe.UpdateOperation:
    return qe.UpdateOperation.delete_field_index(message.field_name)
