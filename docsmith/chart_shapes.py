"""JSON Schema of what charts pass on to the cluster's API: as strict as the API is, and before anything changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Schema = dict[str, Any]

_NAME = r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"
_KEY = r"^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$"
"""A key of a label or an annotation, with or without a domain before it."""
_LABEL = r"^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$"
INT32 = 2**31 - 1
"""The most that a whole number in an object of the cluster can be."""


def _object(properties: Mapping[str, Schema], **more: Any) -> Schema:
    return {"type": "object", "properties": properties, "additionalProperties": False, **more}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


_QUANTITY: Schema = {
    "description": "An amount in Kubernetes' notation, such as 250m, 0.5 or 256Mi.",
    "type": ["string", "number"],
    "pattern": r"^[0-9]+(\.[0-9]+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$",
}
_AMOUNTS = _object({name: {"$ref": "#/$defs/quantity"} for name in ("cpu", "memory", "ephemeral-storage")})
_TOLERATION = _object(
    {
        "key": {"type": "string", "pattern": f"{_KEY}|^$"},
        "operator": {"enum": ["Exists", "Equal"]},
        "value": {"type": "string", "pattern": _LABEL},
        "effect": {"enum": ["NoSchedule", "PreferNoSchedule", "NoExecute"]},
        "tolerationSeconds": {"type": "integer"},
    },
    allOf=[
        {
            "if": {"properties": {"operator": {"const": "Exists"}}, "required": ["operator"]},
            "then": {"properties": {"value": {"maxLength": 0}}},
            "else": {"required": ["key"]},
        },
        {
            "if": {"required": ["tolerationSeconds"]},
            "then": {"properties": {"effect": {"const": "NoExecute"}}, "required": ["effect"]},
        },
    ],
)
_SOURCE = _object({"name": {"type": "string", "pattern": _NAME}, "optional": {"type": "boolean"}}, required=["name"])
_PEER = _object(
    {
        "podSelector": {"type": "object"},
        "namespaceSelector": {"type": "object"},
        "ipBlock": _object({"cidr": {"type": "string"}, "except": _list({"type": "string"})}, required=["cidr"]),
    },
    minProperties=1,
)
_PORT = _object(
    {
        "port": {"type": ["integer", "string"], "minimum": 1, "maximum": 65535},
        "endPort": {"type": "integer", "minimum": 1, "maximum": 65535},
        "protocol": {"enum": ["TCP", "UDP", "SCTP"]},
    }
)
_POLICY = _object(
    {
        "type": {"enum": ["Pods", "Percent"]},
        "value": {"type": "integer", "minimum": 1, "maximum": INT32},
        "periodSeconds": {"type": "integer", "minimum": 1, "maximum": 1800},
    },
    required=["type", "value", "periodSeconds"],
)
SHAPES: Mapping[str, Schema] = {
    "quantity": _QUANTITY,
    "resources": _object({"requests": _AMOUNTS, "limits": _AMOUNTS}),
    "pullSecrets": _list(
        {
            "type": ["string", "object"],
            "pattern": _NAME,
            "properties": {"name": {"type": "string", "pattern": _NAME}},
            "required": ["name"],
            "additionalProperties": False,
        }
    ),
    "annotations": {"type": "object", "propertyNames": {"pattern": _KEY}, "additionalProperties": {"type": "string"}},
    "labels": {
        "type": "object",
        "propertyNames": {"pattern": _KEY},
        "additionalProperties": {"type": "string", "pattern": _LABEL},
    },
    "tolerations": _list(_TOLERATION),
    "envFrom": _list(
        _object(
            {"prefix": {"type": "string"}, "configMapRef": _SOURCE, "secretRef": _SOURCE},
            oneOf=[{"required": ["configMapRef"]}, {"required": ["secretRef"]}],
        )
    ),
    "peers": _list(_PEER),
    "egress": _list(_object({"to": _list(_PEER), "ports": _list(_PORT)})),
    "metrics": _list(
        {
            "type": "object",
            "properties": {"type": {"enum": ["Resource", "ContainerResource", "Pods", "Object", "External"]}},
            "required": ["type"],
        }
    ),
    "scaling": _object(
        {
            "stabilizationWindowSeconds": {"type": "integer", "minimum": 0, "maximum": 3600},
            "selectPolicy": {"enum": ["Max", "Min", "Disabled"]},
            "policies": _list(_POLICY),
            "tolerance": {"type": ["string", "number"]},
        }
    ),
}
"""What annotations may refer to as `$ref: "#/$defs/NAME"`."""
