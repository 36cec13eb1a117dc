#!/usr/bin/env bash
# a2wsgi 1.10.10 (on uvicorn 0.54.0): where a client leaves in the middle of a request's body, the WSGI application reads
# what had come and then the end of the input, as if it were all of it; it runs to its end, and what it stores is half of
# what was sent. asgiref 3.13.0, handed the same by its WsgiToAsgi, does not run the application at all.
#
# Seen: `a2wsgi: the application ran, and read 15 of 27 bytes: item=book&count`,
#       `asgiref: the application did not run`.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check a2wsgi==1.10.10 asgiref==3.13.0 uvicorn==0.54.0
cat >"$folder/program.py" <<'PYTHON'
import asyncio
import socket

import uvicorn
from a2wsgi import WSGIMiddleware
from asgiref.wsgi import WsgiToAsgi

BODY = b"item=book&count=12&note=new"
CUT = 15


def ran_with(adapter):
    read = []

    def application(environ, start_response):
        read.append(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        start_response("200 OK", [("Content-Length", "0")])
        return [b""]

    async def serve():
        server = uvicorn.Server(uvicorn.Config(adapter(application), port=0, log_level="critical", lifespan="off"))
        listening = socket.create_server(("127.0.0.1", 0))
        serving = asyncio.create_task(server.serve([listening]))
        while not server.started:
            await asyncio.sleep(0.01)
        _, writer = await asyncio.open_connection(*listening.getsockname())
        head = f"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(BODY)}\r\n\r\n".encode()
        writer.write(head + BODY[:CUT])
        await writer.drain()
        await asyncio.sleep(0.3)
        writer.close()
        await asyncio.sleep(0.7)
        server.should_exit = True
        await serving

    asyncio.run(serve())
    return read


def told(name, read):
    if not read:
        return f"{name}: the application did not run"
    return f"{name}: the application ran, and read {len(read[0])} of {len(BODY)} bytes: {read[0].decode()}"


print(told("a2wsgi", ran_with(WSGIMiddleware)))
print(told("asgiref", ran_with(WsgiToAsgi)))
PYTHON
seen="$("$folder/venv/bin/python" "$folder/program.py" 2>/dev/null)"
echo "$seen"
expected='a2wsgi: the application ran, and read 15 of 27 bytes: item=book&count
asgiref: the application did not run'
[[ "$seen" == "$expected" ]] || { echo "This has changed." >&2; exit 1; }
