#!/usr/bin/env bash
# psycopg 3.3.9: where the answer to a transaction's BEGIN or COMMIT is two FATAL errors, as it is behind a pooler that
# passes the server's farewell on and adds its own, the error is an InternalError about psycopg's own protocol, without a
# SQLSTATE. One FATAL error is AdminShutdown, an OperationalError, at BEGIN; two are so too where the answer is that to a
# plain statement. Who answers OperationalError alone by "try again later" takes a killed session for a bug.
#
# Seen:
#   one farewell at BEGIN: AdminShutdown, OperationalError: True, SQLSTATE 57P01
#   two farewells at BEGIN: InternalError, OperationalError: False, SQLSTATE None
#   two farewells at COMMIT: InternalError, OperationalError: False, SQLSTATE None
#   two farewells at a statement: AdminShutdown, OperationalError: True, SQLSTATE 57P01
# Exits with 1 if any of these lines differs.
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check 'psycopg[binary]==3.3.9'
cat >sessions.py <<'PYTHON'
import socket
import struct
import threading

import psycopg


def message(kind, body):
    return kind + struct.pack("!i", len(body) + 4) + body


def fatal(state, text):
    fields = {"S": "FATAL", "V": "FATAL", "C": state, "M": text}
    return message(b"E", b"".join(f"{name}{value}\0".encode() for name, value in fields.items()) + b"\0")


FAREWELL = fatal("57P01", "terminating connection due to administrator command")
POOLERS = fatal("08P01", "server conn crashed?")
DONE = {b"BEGIN": (b"BEGIN\0", b"T"), b"COMMIT": (b"COMMIT\0", b"I")}


def serve(listener, at, farewells):
    """One session that follows the protocol, and ends where `at` stands in a statement."""
    client, _ = listener.accept()
    with client, client.makefile("rb") as asked:
        asked.read(struct.unpack("!i", asked.read(4))[0] - 4)
        client.sendall(message(b"R", struct.pack("!i", 0)) + message(b"Z", b"I"))
        while kind := asked.read(1):
            body = asked.read(struct.unpack("!i", asked.read(4))[0] - 4)
            if kind not in b"QS":
                if at in body:
                    client.sendall(farewells)
                    return
                continue
            if at in body:
                client.sendall(farewells)
                return
            tag, state = DONE.get(body.rstrip(b"\0"), (b"SET\0", b"T"))
            client.sendall(message(b"C", tag) + message(b"Z", state))


def met(at, farewells):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener, at, farewells))
        thread.start()
        port = listener.getsockname()[1]
        try:
            with psycopg.connect(
                f"host=127.0.0.1 port={port} user=u dbname=d sslmode=disable gssencmode=disable",
                cursor_factory=psycopg.ClientCursor,
            ) as connection:
                connection.execute("SET a.b = 1")
        except psycopg.Error as error:
            seen = error
        thread.join()
    return f"{type(seen).__name__}, OperationalError: {isinstance(seen, psycopg.OperationalError)}, SQLSTATE {seen.sqlstate}"


print("one farewell at BEGIN:", met(b"BEGIN", FAREWELL))
print("two farewells at BEGIN:", met(b"BEGIN", FAREWELL + POOLERS))
print("two farewells at COMMIT:", met(b"COMMIT", FAREWELL + POOLERS))
print("two farewells at a statement:", met(b"SET", FAREWELL + POOLERS))
PYTHON
said="$(venv/bin/python sessions.py)"
echo "$said"
for place in BEGIN COMMIT; do
  grep -qxF "two farewells at $place: InternalError, OperationalError: False, SQLSTATE None" <<<"$said"
done
grep -qxF "one farewell at BEGIN: AdminShutdown, OperationalError: True, SQLSTATE 57P01" <<<"$said"
grep -qxF "two farewells at a statement: AdminShutdown, OperationalError: True, SQLSTATE 57P01" <<<"$said"
