#!/usr/bin/env bash
# openapi-python-client 0.29.1: a list in a query is sent as a repeated parameter, also where the document says
# `style: form` and `explode: false`, which is one parameter with commas.
# A service that takes the last of a repeated parameter answers such a client's ids=[1, 2] with what it has of 2 alone.
#
# Seen, of a document whose only parameter has `explode: false`:
#   ids=1&ids=2        (by the document: ids=1,2)
# Exits with 1 if a generated client sends anything else.
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check openapi-python-client==0.29.1
cat >document.json <<'JSON'
{"openapi": "3.1.0", "info": {"title": "things", "version": "1"}, "paths": {"/things/": {"get": {
  "operationId": "list_things", "tags": ["things"],
  "parameters": [{"name": "ids", "in": "query", "style": "form", "explode": false,
                  "schema": {"type": "array", "items": {"type": "integer"}}}],
  "responses": {"204": {"description": "nothing"}}}}}}
JSON
PATH="$work/venv/bin:$PATH" venv/bin/openapi-python-client generate --path document.json --output-path client --meta none
cat >ask.py <<'PYTHON'
import httpx

from client import Client
from client.api.things import list_things

asked = []


def answer(request):
    asked.append(request.url.query.decode())
    return httpx.Response(204)


transport = httpx.MockTransport(answer)
client = Client(base_url="http://things.example", httpx_args={"transport": transport})
list_things.sync_detailed(client=client, ids=[1, 2])
print(asked[0])
PYTHON
sent="$(venv/bin/python ask.py)"
echo "$sent"
[[ "$sent" == "ids=1&ids=2" ]]
