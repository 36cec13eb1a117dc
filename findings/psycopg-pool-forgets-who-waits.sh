#!/usr/bin/env bash
# psycopg-pool 3.3.3, psycopg 3.3.9: what becomes of callers that wait for a session when the pool's attempt to connect
# fails and its reconnect_timeout is over. The pool gives up on the attempt, not on the callers: nobody tells them, and no
# attempt is made for them, though the server has long been back, until their own time-out. By its source an attempt is
# made when a caller asks, and none when one that failed leaves callers waiting. One more caller wakes the pool, and the
# session goes to who has waited longest.
#
# Seen, of a server that drops the first connections and is well from 1 s on, asked by one caller that waits up to 5 s:
#   alone: PoolTimeout after 5 s, 0 attempts since the server was back
#   another asks after 2 s: served after 2 s
# Exits with 1 if any of these lines differs.
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check 'psycopg[binary]==3.3.9' psycopg-pool==3.3.3
cat >pools.py <<'PYTHON'
import contextlib
import logging
import os
import socket
import struct
import threading
import time

import psycopg
from psycopg_pool import ConnectionPool

logging.disable()
BACK_S, WAIT_S, ANOTHER_S = 1.0, 5.0, 2.0


def message(kind, body):
    return kind + struct.pack("!i", len(body) + 4) + body


class Server:
    """Drops connections at first, after a moment; later lets clients in."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.began = time.monotonic()
        self.let_in = 0
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        with client, contextlib.suppress(OSError, struct.error), client.makefile("rb") as asked:
            if time.monotonic() < self.began + BACK_S:
                time.sleep(0.2)
                return
            self.let_in += 1
            asked.read(struct.unpack("!i", asked.read(4))[0] - 4)
            client.sendall(message(b"R", struct.pack("!i", 0)) + message(b"Z", b"I"))
            while asked.read(1):
                pass


def waited(another):
    server = Server()
    url = f"host=127.0.0.1 port={server.port} user=u dbname=d sslmode=disable gssencmode=disable"
    pool = ConnectionPool(url, min_size=0, max_size=2, reconnect_timeout=0, open=True, kwargs={"autocommit": True})

    def ask_too():
        time.sleep(ANOTHER_S)
        with contextlib.suppress(psycopg.OperationalError):
            pool.getconn(timeout=WAIT_S)

    if another:
        threading.Thread(target=ask_too, daemon=True).start()
    begun = time.monotonic()
    try:
        pool.getconn(timeout=WAIT_S)
        said = "served"
    except psycopg.OperationalError as error:
        said = type(error).__name__
    return said, round(time.monotonic() - begun), server.let_in


said, seconds, attempts = waited(another=False)
print(f"alone: {said} after {seconds} s, {attempts} attempts since the server was back")
said, seconds, _ = waited(another=True)
print(f"another asks after {ANOTHER_S:.0f} s: {said} after {seconds} s", flush=True)
# Pools and sessions are left as they are.
os._exit(0)
PYTHON
timeout 120 venv/bin/python pools.py | tee seen
diff - seen <<'SEEN'
alone: PoolTimeout after 5 s, 0 attempts since the server was back
another asks after 2 s: served after 2 s
SEEN
