"""The Kubernetes API as this engine uses it: plain JSON over REST, through the official client's connection.

Objects stay the dicts that the API speaks of, so that logic can be tested with dicts, and so that fields a newer
server adds do no harm.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlencode

import kubernetes
import urllib3
from kubernetes.client import ApiClient, CoreV1Api
from kubernetes.stream import stream

from scalebed.engines.kubernetes.api.rights import granting
from scalebed.messages import EngineError

Json = dict[str, Any]

AGENT = "scalebed"
"""What the API server calls whoever this engine changes things as."""

_CONNECT_S = 10.0
_READ_S = 60.0
LOCAL = re.compile(r"^(kind-.+|k3d-.+|minikube|docker-desktop|rancher-desktop|colima|orbstack)$")
"""Contexts of clusters on the machine of whoever uses them, by the names that their tools give."""


class ApiError(EngineError):
    """The API server said no. `status` is HTTP's; 0 where it could not be reached."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status

    @property
    def passing(self) -> bool:
        """Whether it may be another answer in a moment: it was not reached, was busy, or somebody else was quicker."""
        return self.status in (0, 409, 429) or self.status >= 500


class Api(Protocol):
    """Paths are the API's own, such as `/api/v1/namespaces/scalebed/pods`. Every method may raise `ApiError`."""

    def get(self, path: str, **query: str) -> Json: ...

    def post(self, path: str, body: Mapping[str, Any]) -> Json: ...

    def patch(self, path: str, body: Mapping[str, Any]) -> Json:
        """A JSON merge patch."""
        ...

    def delete(self, path: str, **query: str) -> None:
        """What is not there is not missed."""
        ...

    def text(self, path: str, **query: str) -> str: ...

    def lines(self, path: str, **query: str) -> Iterator[bytes]:
        """As they come, until the other side ends."""
        ...

    def execute(self, namespace: str, pod: str, container: str, command: Sequence[str]) -> str:
        """Run a command in a container; what it said, on both outputs."""
        ...


def choose_context(wanted: str | None, config: Path | None = None) -> str:
    """The context to use: the one named, or else the current one where it is local.

    Raises EngineError for one that is not there, and for a current one that may be anybody's cluster.
    """
    try:
        known, current = kubernetes.config.list_kube_config_contexts(str(config) if config else None)
    except kubernetes.config.ConfigException as error:
        raise EngineError(
            "there is no kubeconfig, so no cluster is known: "
            "set KUBECONFIG, or let ./scripts/cluster of a clone make one"
        ) from error
    names = sorted(context["name"] for context in known)
    if wanted is not None:
        if wanted not in names:
            raise EngineError(f"--context {wanted}: is not in the kubeconfig; its contexts are {', '.join(names)}")
        return wanted
    name = str(current["name"]) if current else ""
    if not LOCAL.match(name):
        raise EngineError(
            f"the current context {name!r} is not known to be on this machine: name it with --context if it is meant"
        )
    return name


def connect(context: str, config: Path | None = None) -> ClusterApi:
    """Raises EngineError where the context's entry cannot be used."""
    try:
        client = kubernetes.config.new_client_from_config(
            config_file=str(config) if config else None, context=context, persist_config=False
        )
    except (kubernetes.config.ConfigException, OSError) as error:
        raise EngineError(f"context {context}: cannot be used ({error})") from error
    return ClusterApi(client, context)


class ClusterApi:
    """Implements `Api`. Safe to use from several threads."""

    def __init__(self, client: ApiClient, context: str) -> None:
        self._client = client
        self._context = context

    def get(self, path: str, **query: str) -> Json:
        return self._json("GET", path, query)

    def post(self, path: str, body: Mapping[str, Any]) -> Json:
        return self._json("POST", path, {}, body)

    def patch(self, path: str, body: Mapping[str, Any]) -> Json:
        return self._json("PATCH", path, {}, body, "application/merge-patch+json")

    def delete(self, path: str, **query: str) -> None:
        try:
            self._json("DELETE", path, query)
        except ApiError as error:
            if error.status != 404:
                raise

    def text(self, path: str, **query: str) -> str:
        return self._request("GET", path, query).data.decode("utf-8", errors="replace")

    def lines(self, path: str, **query: str) -> Iterator[bytes]:
        """Waits for ever for the next line; whoever stops reading closes the iterator."""
        response = self._request("GET", path, query, streamed=True)
        try:
            rest = b""
            for chunk in response.stream(2**16, decode_content=True):
                *whole, rest = (rest + chunk).split(b"\n")
                yield from whole
            if rest:
                yield rest
        except urllib3.exceptions.HTTPError as error:
            raise ApiError(
                0, f"the connection to the cluster of context {self._context} broke while {path} was read ({error})"
            ) from error
        finally:
            response.close()

    def execute(self, namespace: str, pod: str, container: str, command: Sequence[str]) -> str:
        try:
            said = stream(
                # A client of its own: while a stream is open, the client sends everything over web sockets.
                CoreV1Api(ApiClient(self._client.configuration)).connect_get_namespaced_pod_exec,
                pod,
                namespace,
                container=container,
                command=list(command),
                stderr=True,
                stdin=False,
                stdout=True,
                tty=False,
                _request_timeout=_READ_S,
            )
        except kubernetes.client.ApiException as error:
            raise ApiError(int(error.status or 0), f"pod {pod}: {command[0]} cannot be run ({error.reason})") from error
        return str(said)

    def _json(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        body: Mapping[str, Any] | None = None,
        content_type: str = "application/json",
    ) -> Json:
        answer = self._request(method, path, query, body, content_type)
        found: Json = json.loads(answer.data)
        return found

    def _request(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        body: Mapping[str, Any] | None = None,
        content_type: str = "application/json",
        *,
        streamed: bool = False,
    ) -> urllib3.BaseHTTPResponse:
        headers = {"Accept": "application/json, */*", "User-Agent": AGENT}
        if body is not None:
            headers["Content-Type"] = content_type
        self._client.update_params_for_auth(headers, [], ["BearerToken"])
        url = f"{self._client.configuration.host}{path}{'?' if query else ''}{urlencode(query)}"
        try:
            response: urllib3.BaseHTTPResponse = self._client.rest_client.pool_manager.request(
                method,
                url,
                body=None if body is None else json.dumps(body),
                headers=headers,
                preload_content=not streamed,
                timeout=urllib3.Timeout(connect=_CONNECT_S, read=None if streamed else _READ_S),
                # What only reads may be asked again.
                retries=urllib3.Retry(total=3 if method == "GET" else 0, backoff_factor=0.3, redirect=0),
            )
        except urllib3.exceptions.HTTPError as error:
            raise ApiError(
                0, f"the cluster of context {self._context} does not answer ({_cause(error)}); is it up?"
            ) from error
        if response.status >= 400:
            said = response.data.decode("utf-8", errors="replace")
            response.close()
            told = f"the API server of context {self._context} refused {method} {path}: {_message(said)}"
            if response.status == 401:
                told += "; log in to the cluster again, as the kubeconfig's entry may have expired"
            if grant := granting(_message(said)):
                told += f"; whoever may can grant it: {grant}"
            raise ApiError(response.status, told)
        return response


def _message(body: str) -> str:
    """The sentence in a `Status`, or the beginning of whatever came instead."""
    try:
        return str(json.loads(body)["message"])
    except (ValueError, KeyError, TypeError):
        return body[:200] or "it gave no reason"


def _cause(error: urllib3.exceptions.HTTPError) -> str:
    inner = getattr(error, "reason", None) or error
    return str(inner).rsplit(": ", maxsplit=1)[-1]
