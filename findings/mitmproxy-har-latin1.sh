#!/usr/bin/env bash
# mitmproxy 11.0.2: a body in UTF-8 whose content type names no charset is written into a HAR as if it were Latin-1, also
# that of text/plain and of a form; one of application/json is not. HAR has no place for a body's encoding, and Chrome
# writes the letters: whoever sends postData.text again, as har-to-k6 does, sends other bytes than were recorded. mitmproxy
# itself takes it back the same way, so it does not notice. Bytes that are no text are written as text, too.
#
# Seen, of a body with the letter ü in UTF-8 (c3 bc), and what its text is in UTF-8:
#   text/plain: c3 83 c2 bc
#   text/plain; charset=utf-8: c3 bc
#   application/x-www-form-urlencoded: c3 83 c2 bc
#   application/json: c3 bc
#   image/png: 89 50 is the text c2 89 50
# Exits with 1 if any of these lines differs.
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check mitmproxy==11.0.2
venv/bin/python - <<'PYTHON' | tee seen
from mitmproxy.addons.savehar import SaveHar
from mitmproxy.test import tflow


def text_of(content_type: str, body: bytes) -> str:
    flow = tflow.tflow(resp=True)
    flow.request.method = "POST"
    flow.request.headers["content-type"] = content_type
    flow.request.content = body
    (entry,) = SaveHar().make_har([flow])["log"]["entries"]
    return entry["request"]["postData"]["text"].encode().hex(" ")


for kind in ("text/plain", "text/plain; charset=utf-8", "application/x-www-form-urlencoded", "application/json"):
    print(f"{kind}: {text_of(kind, 'ü'.encode())}")
print(f"image/png: 89 50 is the text {text_of('image/png', bytes([0x89, 0x50]))}")
PYTHON
diff - seen <<'SEEN'
text/plain: c3 83 c2 bc
text/plain; charset=utf-8: c3 bc
application/x-www-form-urlencoded: c3 83 c2 bc
application/json: c3 bc
image/png: 89 50 is the text c2 89 50
SEEN
