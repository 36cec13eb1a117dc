"""Which cluster is meant, and how one is spoken to, over a real connection to a small server."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

from scalebed.engines.kubernetes.api.client import ApiError, ClusterApi, choose_context, connect
from scalebed.messages import EngineError


class Server(BaseHTTPRequestHandler):
    """Answers with what it was asked, and refuses where the path says so."""

    def do_GET(self) -> None:
        if "missing" in self.path:
            self._answer(404, json.dumps({"kind": "Status", "message": 'pods "x" not found'}))
        elif "/log" in self.path:
            self._answer(200, "one\ntwo\nthree")
        else:
            self._answer(200, json.dumps({"path": self.path, "token": self.headers.get("Authorization")}))

    def do_PATCH(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(200, json.dumps({"type": self.headers["Content-Type"], "body": json.loads(body)}))

    def do_DELETE(self) -> None:
        self._answer(404 if "missing" in self.path else 403, json.dumps({"message": "may not"}))

    def _answer(self, status: int, text: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def server() -> Iterator[str]:
    serving = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=serving.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{serving.server_port}"
    serving.shutdown()
    thread.join()
    serving.server_close()


def config(folder: Path, current: str, *contexts: str, server: str = "http://127.0.0.1:9") -> Path:
    file = folder / "config"
    data = {
        "current-context": current,
        "contexts": [{"name": name, "context": {"cluster": "c", "user": "u"}} for name in contexts],
        "clusters": [{"name": "c", "cluster": {"server": server}}],
        "users": [{"name": "u", "user": {"token": "secret"}}],
    }
    file.write_text(yaml.safe_dump(data))
    return file


def test_a_local_context_is_used_without_being_named(tmp_path: Path) -> None:
    assert choose_context(None, config(tmp_path, "kind-scalebed", "kind-scalebed", "work")) == "kind-scalebed"


def test_a_context_that_may_be_anybodys_must_be_named(tmp_path: Path) -> None:
    file = config(tmp_path, "production", "production")
    with pytest.raises(EngineError, match="'production' is not known to be on this machine: name it with --context"):
        choose_context(None, file)
    assert choose_context("production", file) == "production"


def test_a_context_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="its contexts are a, b"):
        choose_context("c", config(tmp_path, "a", "b", "a"))


def test_without_a_kubeconfig_there_is_a_way_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"set KUBECONFIG, or let \./scripts/cluster of a clone make one"):
        choose_context(None, tmp_path / "none")


@pytest.fixture
def api(tmp_path: Path, server: str) -> ClusterApi:
    return connect("x", config(tmp_path, "x", "x", server=server))


def test_requests_carry_the_token_and_the_query(api: ClusterApi) -> None:
    answer = api.get("/api/v1/pods", labelSelector="a=b,c=d")
    assert answer == {"path": "/api/v1/pods?labelSelector=a%3Db%2Cc%3Dd", "token": "Bearer secret"}


def test_a_refusal_is_the_servers_own_sentence(api: ClusterApi) -> None:
    with pytest.raises(ApiError, match='the API server of context x refused GET /missing: pods "x" not found') as told:
        api.get("/missing")
    assert told.value.status == 404


def test_what_is_not_there_is_not_missed_when_it_is_deleted(api: ClusterApi) -> None:
    api.delete("/missing")
    with pytest.raises(ApiError, match="may not"):
        api.delete("/there")


def test_changes_are_merge_patches(api: ClusterApi) -> None:
    assert api.patch("/x", {"a": 1}) == {"type": "application/merge-patch+json", "body": {"a": 1}}


def test_logs_come_line_by_line_even_without_a_last_newline(api: ClusterApi) -> None:
    assert list(api.lines("/log")) == [b"one", b"two", b"three"]


def test_a_cluster_that_is_down_is_told_in_one_sentence(tmp_path: Path) -> None:
    api = connect("x", config(tmp_path, "x", "x", server="http://127.0.0.1:1"))
    with pytest.raises(ApiError, match=r"the cluster of context x does not answer \(.*refused.*\); is it up\?"):
        api.post("/x", {})
