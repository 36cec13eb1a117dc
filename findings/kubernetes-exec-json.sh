#!/usr/bin/env bash
# kubernetes 35.0.0 (the official Python client), with websockets 15.0.1 as the other side.
#
# What a command prints in a container comes back from stream(connect_get_namespaced_pod_exec, …) changed where it happens
# to be JSON: it is parsed, and what Python's str() makes of the result is returned. An object comes with single
# quotes, true as True, 1e3 as 1000.0, and null as None, so it can no longer be read as JSON. Other text comes as it was.
# Seen:
#   '{"a": true}' -> "{'a': True}"
#   '1e3' -> '1000.0'
#   'null' -> None
#   'two words' -> 'two words'
set -euo pipefail

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check kubernetes==35.0.0 websockets==15.0.1

cat >"$work/ask.py" <<'PYTHON'
import json
import threading

from kubernetes.client import ApiClient, Configuration, CoreV1Api
from kubernetes.stream import stream
from websockets.sync.server import serve

PRINTED = ['{"a": true}', "1e3", "null", "two words"]
waiting = list(PRINTED)


def container(socket):
    """A kubelet's side: channel 1 is standard output, channel 3 how the command ended."""
    socket.send(b"\x01" + waiting.pop(0).encode())
    socket.send(b"\x03" + json.dumps({"metadata": {}, "status": "Success"}).encode())


with serve(container, "127.0.0.1", 0, subprotocols=["v4.channel.k8s.io"]) as server:
    threading.Thread(target=server.serve_forever, daemon=True).start()
    configuration = Configuration(host=f"http://127.0.0.1:{server.socket.getsockname()[1]}")
    for printed in PRINTED:
        said = stream(
            CoreV1Api(ApiClient(configuration)).connect_get_namespaced_pod_exec,
            "pod", "namespace", command=["print"], stdout=True, stderr=False, stdin=False, tty=False,
        )
        print(f"{printed!r} -> {said!r}")
    server.shutdown()
PYTHON

said="$("$work/venv/bin/python" "$work/ask.py")"
echo "$said"
diff <(grep -oP "^#   \K'.*" "$0") <(echo "$said")
