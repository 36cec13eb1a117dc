"""Sets fields of a Deployment, as its number of replicas, and leaves them to whoever deploys it.

The API server notes who set a field. Were that this engine, `helm upgrade` of Helm 4 would refuse to give the number
ever after: it applies on the server's side, where to set what another one owns is a conflict.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scalebed.engines.kubernetes.api.client import AGENT, Api, ApiError
from scalebed.engines.kubernetes.api.paths import field

_TRIES = 5


def scale(api: Api, deployment: str, replicas: int) -> None:
    """`deployment` is the path of one that is there."""
    lend(api, deployment, {"spec": {"replicas": replicas}})


def lend(api: Api, deployment: str, fields: Mapping[str, Any]) -> None:
    """`fields`: a JSON merge patch; nothing is noted of who set them."""
    there = api.patch(deployment, fields)
    for _ in range(_TRIES):
        owners = field(there, "metadata", "managedFields", default=[])
        others = [owner for owner in owners if not _ours(owner)]
        # An empty list would be read as no change.
        if not others or len(others) == len(owners):
            return
        # With the version that was read: what another one notes meanwhile must stay.
        version = field(there, "metadata", "resourceVersion")
        try:
            api.patch(deployment, {"metadata": {"resourceVersion": version, "managedFields": others}})
        except ApiError as error:
            if error.status != 409:
                raise
            there = api.get(deployment)
        else:
            return


def _ours(owner: Mapping[str, Any]) -> bool:
    return owner.get("manager") == AGENT and owner.get("operation") == "Update"
