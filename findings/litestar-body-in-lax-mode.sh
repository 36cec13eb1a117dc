#!/usr/bin/env bash
# litestar 2.25.0, msgspec 0.22.0: a handler's `data` is a msgspec struct with a whole number, a bool, a time and a number
# or null. The OpenAPI document that Litestar publishes of it says integer, boolean, date-time, and msgspec by itself
# refuses a JSON body of another kind. Litestar takes it: by its source, bodies are converted in msgspec's lax mode, which
# is meant for what has no types, such as queries; so "7" and 7.0 are 7, "false" and 0 are false, 1700000000 is a time,
# and the text "null" is null. A MsgspecDTO does no otherwise, and no setting asks for strictness.
#
# Seen, of texts and numbers of the wrong kind:
#   the document: integer, boolean, string date-time
#   msgspec.json.decode: refuses
#   data: 201, quantity 7, paid False, due 2023-11-14 22:13:20+00:00, limit None
#   data by MsgspecDTO: 201, quantity 7, paid False, due 2023-11-14 22:13:20+00:00, limit None
# Exits with 1 if any of these lines differs.
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check litestar==2.25.0 msgspec==0.22.0 httpx==0.28.1
cat >orders.py <<'PYTHON'
import json
import logging
from datetime import datetime

import msgspec
from litestar import Litestar, post
from litestar.dto import MsgspecDTO
from litestar.testing import TestClient

logging.disable()
SENT = {"quantity": "7", "paid": "false", "due": 1700000000, "limit": "null"}


class Order(msgspec.Struct):
    quantity: int
    paid: bool
    due: datetime
    limit: int | None


def told(order: Order) -> str:
    return f"quantity {order.quantity!r}, paid {order.paid!r}, due {order.due}, limit {order.limit!r}"


@post("/data", sync_to_thread=False)
def plain(data: Order) -> dict[str, str]:
    return {"told": told(data)}


@post("/dto", dto=MsgspecDTO[Order], return_dto=None, sync_to_thread=False)
def by_dto(data: Order) -> dict[str, str]:
    return {"told": told(data)}


with TestClient(Litestar([plain, by_dto])) as client:
    fields = client.get("/schema/openapi.json").json()["components"]["schemas"]["Order"]["properties"]
    kinds = [fields["quantity"]["type"], fields["paid"]["type"], f"{fields['due']['type']} {fields['due']['format']}"]
    print(f"the document: {', '.join(kinds)}")
    try:
        msgspec.json.decode(json.dumps(SENT), type=Order)
        print("msgspec.json.decode: takes")
    except msgspec.ValidationError:
        print("msgspec.json.decode: refuses")
    for name, path in (("data", "/data"), ("data by MsgspecDTO", "/dto")):
        answer = client.post(path, json=SENT)
        print(f"{name}: {answer.status_code}, {answer.json().get('told', answer.text)}")
PYTHON
venv/bin/python orders.py | tee seen
diff seen - <<'SEEN'
the document: integer, boolean, string date-time
msgspec.json.decode: refuses
data: 201, quantity 7, paid False, due 2023-11-14 22:13:20+00:00, limit None
data by MsgspecDTO: 201, quantity 7, paid False, due 2023-11-14 22:13:20+00:00, limit None
SEEN
