#!/usr/bin/env bash
# Django 5.2.19: acheck_password(), "Asynchronous version" of check_password() by its documentation, and with it
# aauthenticate() of the default backend, hash on the event loop: as long as a password is checked, about a second of
# PBKDF2, nothing else runs there. The hash itself gives the interpreter's lock free; on a thread it leaves the loop alone.
#
# Seen:
#   await acheck_password: the loop turned 0 times meanwhile
#   await to_thread(check_password): the loop turned many times meanwhile
# Exits with 1 if any of these lines differs.
set -euo pipefail
seen="$(sed -n 's/^#   //p' "$0")"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check 'django==5.2.19'
cat >checked.py <<'PYTHON'
import asyncio

from django.conf import settings

settings.configure()

from django.contrib.auth.hashers import acheck_password, check_password, make_password

STORED = make_password("a password")


async def turns_while(checking):
    turns = 0

    async def turn():
        nonlocal turns
        while True:
            await asyncio.sleep(0.005)
            turns += 1

    turning = asyncio.create_task(turn())
    await asyncio.sleep(0)
    assert await checking
    turning.cancel()
    return turns if turns < 5 else "many"


async def main():
    print("await acheck_password: the loop turned", await turns_while(acheck_password("a password", STORED)), end="")
    print(" times meanwhile")
    thread = asyncio.to_thread(check_password, "a password", STORED)
    print("await to_thread(check_password): the loop turned", await turns_while(thread), "times meanwhile")


asyncio.run(main())
PYTHON
told="$(venv/bin/python checked.py)"
echo "$told"
[[ "$told" == "$seen" ]]
