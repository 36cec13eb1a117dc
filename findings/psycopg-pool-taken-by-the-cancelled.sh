#!/usr/bin/env bash
# psycopg-pool 3.3.3, psycopg 3.3.9: what becomes of a session whose task is cancelled while it leaves
# `async with pool.connection()`. To give the session back waits for the pool's lock, and for that of whoever is next in
# line, where another task has it at that moment; a task that is cancelled there takes the session with it. The pool
# still counts it, makes no other in its place, and once all are gone serves nobody any more. Web servers cancel
# like that when clients leave by the dozen: Quart cancels a request's task when its client disconnects.
#
# Seen, of a pool with 2 sessions and rounds of 40 tasks that each hold one for an instant, all cancelled within 2 ms:
#   after the rounds: size 2, available 0, in use by nobody
#   the next one: PoolTimeout
#   the same, giving back by shield: size 2, available 2; the next one: served
# Exits with 1 if any of these lines differs.
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check 'psycopg[binary]==3.3.9' psycopg-pool==3.3.3
cat >pools.py <<'PYTHON'
import asyncio
import contextlib
import logging
import os
import random
import struct

from psycopg_pool import AsyncConnectionPool, PoolTimeout

logging.disable()
SIZE, CROWD, ROUNDS = 2, 40, 300


def message(kind, body):
    return kind + struct.pack("!i", len(body) + 4) + body


async def serve(reader, writer):
    """Lets a client in, and waits for its end."""
    with contextlib.suppress(OSError, asyncio.IncompleteReadError):
        await reader.readexactly(struct.unpack("!i", await reader.readexactly(4))[0] - 4)
        writer.write(message(b"R", struct.pack("!i", 0)) + message(b"Z", b"I"))
        await reader.read()
    writer.close()


async def leaving(pool):
    async with pool.connection():
        await asyncio.sleep(0)


async def shielded(pool):
    session = await pool.getconn()
    try:
        await asyncio.sleep(0)
    finally:
        await asyncio.shield(pool.putconn(session))


async def after(server_port, visit):
    url = f"host=127.0.0.1 port={server_port} user=u dbname=d sslmode=disable gssencmode=disable"
    chance = random.Random(7)
    pool = AsyncConnectionPool(url, min_size=0, max_size=SIZE, open=False, kwargs={"autocommit": True})
    await pool.open()
    for _ in range(ROUNDS):
        crowd = [asyncio.create_task(visit(pool)) for _ in range(CROWD)]
        await asyncio.sleep(chance.random() * 0.002)
        for each in crowd:
            each.cancel()
        await asyncio.gather(*crowd, return_exceptions=True)
    await asyncio.sleep(0.5)  # whatever is still given back
    # Asked once all is quiet: a pool that is whole has or makes a session.
    try:
        await pool.putconn(await pool.getconn(timeout=2))
        said = "served"
    except PoolTimeout:
        said = "PoolTimeout"
    stats = pool.get_stats()
    return stats["pool_size"], stats["pool_available"], said


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    size, available, said = await after(port, leaving)
    print(f"after the rounds: size {size}, available {available}, in use by nobody")
    print(f"the next one: {said}")
    size, available, said = await after(port, shielded)
    print(f"the same, giving back by shield: size {size}, available {available}; the next one: {said}", flush=True)
    # Pools and sessions are left as they are.
    os._exit(0)


asyncio.run(main())
PYTHON
timeout 120 venv/bin/python pools.py | tee seen
diff - seen <<'SEEN'
after the rounds: size 2, available 0, in use by nobody
the next one: PoolTimeout
the same, giving back by shield: size 2, available 2; the next one: served
SEEN
