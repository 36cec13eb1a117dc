#!/usr/bin/env bash
# uvloop 0.23.0: a callback given to `add_reader` is called once after the connection was reset, and never again, though
# there is more to read: what the other side had sent before is lost, unless that one call reads it all, and so is the
# news that the connection has ended. asyncio's own loop calls until all is read and the end was seen. Who reads in
# pieces, such as by libpq, which asks to be called until a whole answer is there, waits for ever.
#
# The other side says goodbye in 21 bytes and closes; we write, which the other side answers by a reset; the callback
# reads four bytes a time.
#
# Seen: `asyncio read 6 pieces and then the end`, `uvloop read 1 piece and nothing more`.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check uvloop==0.23.0
cat >"$folder/program.py" <<'PYTHON'
import asyncio
import socket

import uvloop


async def pieces():
    loop = asyncio.get_running_loop()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        ours = socket.create_connection(listening.getsockname())
        theirs, _ = listening.accept()
    ours.setblocking(False)
    read = []

    def on_readable():
        try:
            read.append(ours.recv(4))
        except OSError:
            read.append(b"")
        if not read[-1]:
            loop.remove_reader(ours)

    loop.add_reader(ours, on_readable)
    await asyncio.sleep(0.1)
    theirs.sendall(b"goodbye, all of you!!")
    theirs.close()
    ours.send(b"hello")
    await asyncio.sleep(1)
    loop.remove_reader(ours)
    ours.close()
    return read


for name, run in (("asyncio", asyncio.run), ("uvloop", uvloop.run)):
    read = run(pieces())
    count = len([piece for piece in read if piece])
    ended = "then the end" if read and not read[-1] else "nothing more"
    print(f"{name} read {count} piece{'s' if count != 1 else ''} and {ended}")
PYTHON
seen="$("$folder/venv/bin/python" "$folder/program.py")"
echo "$seen"
expected='asyncio read 6 pieces and then the end
uvloop read 1 piece and nothing more'
[[ "$seen" == "$expected" ]] || { echo "This has changed." >&2; exit 1; }
