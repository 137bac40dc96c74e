"""The payload of Sparkplug B (Eclipse Tahu's sparkplug_b.proto, version 3.0), as far as a host reads and writes it.

The descriptor is built here, so that no generated code stands in the repository. Fields that are not named here are
passed over when a payload is read, as protobuf does with what it does not know.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError

PACKAGE = "org.eclipse.tahu.protobuf"
_FIELDS: dict[str, tuple[tuple[str, int, str], ...]] = {
    "Payload": (("timestamp", 1, "UINT64"), ("metrics", 2, "Metric"), ("seq", 3, "UINT64")),
    "Metric": (
        ("name", 1, "STRING"), ("alias", 2, "UINT64"), ("timestamp", 3, "UINT64"), ("datatype", 4, "UINT32"),
        ("is_historical", 5, "BOOL"), ("is_null", 7, "BOOL"), ("properties", 9, "PropertySet"),
        ("int_value", 10, "UINT32"), ("long_value", 11, "UINT64"), ("float_value", 12, "FLOAT"),
        ("double_value", 13, "DOUBLE"), ("boolean_value", 14, "BOOL"), ("string_value", 15, "STRING"),
    ),
    "PropertySet": (("keys", 1, "STRING*"), ("values", 2, "PropertyValue*")),
    "PropertyValue": (("type", 1, "UINT32"), ("int_value", 3, "UINT32")),
}  # fmt: skip
_VALUES = ("int_value", "long_value", "float_value", "double_value", "boolean_value", "string_value")
SIGNED = {1: 8, 2: 16, 3: 32, 4: 64}
"""Data types whose value is a two's complement in an unsigned field: Int8, Int16, Int32, Int64, with their bits."""
GOOD = 192
"""Of the property Quality; 500 says that a value is stale, 0 that it is bad."""


@dataclass(frozen=True, slots=True)
class Metric:
    """name : "" where an alias stands for it.   at : milliseconds since 1970, None where nothing is said.

    datatype : 0 where it is not said; then a signed number can only be read with that of its birth.
    historical : kept while the link was away; it says nothing of now.
    """

    name: str
    alias: int | None
    value: object
    at: int | None
    datatype: int = 0
    good: bool = True
    historical: bool = False


@dataclass(frozen=True, slots=True)
class Payload:
    """seq : None where there is none, as in a death."""

    metrics: tuple[Metric, ...]
    seq: int | None
    at: int | None


@cache
def _payload_class() -> Any:
    file = descriptor_pb2.FileDescriptorProto(name="rejig_sparkplug_b.proto", package=PACKAGE, syntax="proto2")
    kinds = descriptor_pb2.FieldDescriptorProto
    for name, fields in _FIELDS.items():
        message = file.message_type.add(name=name)
        for field, number, kind in fields:
            many = kind.endswith("*") or kind == "Metric"
            kind = kind.rstrip("*")
            made = message.field.add(
                name=field, number=number, label=kinds.LABEL_REPEATED if many else kinds.LABEL_OPTIONAL
            )
            if kind in _FIELDS:
                made.type, made.type_name = kinds.TYPE_MESSAGE, f".{PACKAGE}.{kind}"
            else:
                made.type = kinds.Type.Value(f"TYPE_{kind}")
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{PACKAGE}.Payload"))


def decoded(content: bytes) -> Payload | None:
    """What a payload says; None where it is none."""
    try:
        read = _payload_class().FromString(content)
    except DecodeError:
        return None
    metrics = tuple(
        Metric(
            m.name,
            m.alias if m.HasField("alias") else None,
            _value(m),
            m.timestamp if m.HasField("timestamp") else None,
            m.datatype,
            _is_good(m),
            m.is_historical,
        )
        for m in read.metrics
    )
    return Payload(
        metrics, read.seq if read.HasField("seq") else None, read.timestamp if read.HasField("timestamp") else None
    )


def encoded(metrics: Iterable[Metric], seq: int | None = None, at: int | None = None) -> bytes:
    """A payload with numbers, words and yes-or-no."""
    payload = _payload_class()()
    if seq is not None:
        payload.seq = seq
    if at is not None:
        payload.timestamp = at
    for metric in metrics:
        made = payload.metrics.add()
        if metric.name:
            made.name = metric.name
        if metric.alias is not None:
            made.alias = metric.alias
        if metric.at is not None:
            made.timestamp = metric.at
        match metric.value:
            case None:
                made.is_null = True
            case bool():
                made.datatype, made.boolean_value = 11, metric.value
            case int():
                made.datatype, made.long_value = 4, metric.value % 2**64
            case float():
                made.datatype, made.double_value = 10, metric.value
            case _:
                made.datatype, made.string_value = 12, str(metric.value)
        if not metric.good:
            made.properties.keys.append("Quality")
            made.properties.values.add(type=3, int_value=0)
    content: bytes = payload.SerializeToString()
    return content


def signed(value: object, datatype: int) -> object:
    """A number as its data type means it."""
    bits = SIGNED.get(datatype)
    if bits is None or not isinstance(value, int) or isinstance(value, bool):
        return value
    value %= 2**bits
    return value - 2**bits if value >= 2 ** (bits - 1) else value


def _value(metric: Any) -> object:
    if metric.is_null:
        return None
    name = next((name for name in _VALUES if metric.HasField(name)), None)
    return None if name is None else getattr(metric, name)


def _is_good(metric: Any) -> bool:
    said = dict(zip(metric.properties.keys, metric.properties.values, strict=False))
    return "Quality" not in said or said["Quality"].int_value == GOOD
