#!/usr/bin/env bash
# playwright 1.65.2, with the Chromium on PATH (156 here): what record_har_path writes of a file that the browser has
# in its cache when a page is loaded again. The server is asked for it once; the recording has it twice, both times with
# status 200 and an empty `cache`, and nothing that HAR 1.2 has for it tells the second from the first. Its bodySize is a
# negative number that is none of the format's (-1 is for what is unknown, 0 for what came from a cache), its `wait` is
# the -1 that only optional timings may have, and `_transferSize`, which is no field of the format, is 0. Who counts the
# entries of such a recording to learn what a server is asked counts what it is not.
#
# Seen:
#   the server was asked for style.css 1 time
#   recorded 2 times, with status 200, 200, cache {}, {}
#   the second: bodySize below -1, wait -1, _transferSize 0
# Exits with 1 if any of these lines differs, and with 2 without a Chromium.
set -euo pipefail
chromium="$(command -v chromium || command -v chromium-browser || command -v google-chrome)" || {
  echo "needs a Chromium on PATH" >&2
  exit 2
}
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check playwright==1.65.2
cat >shop.py <<'PYTHON'
import http.server
import json
import sys
import threading

from playwright.sync_api import sync_playwright

asked = []
FILES = {
    "/": ("text/html", b"<!doctype html><title>Shop</title><link rel=stylesheet href=/style.css><h1>Shop</h1>"),
    "/style.css": ("text/css", b"h1 { color: navy }"),
}


class Shop(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        asked.append(self.path)
        kind, body = FILES.get(self.path, ("text/plain", b""))
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-cache" if self.path == "/" else "max-age=600")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Shop)
threading.Thread(target=server.serve_forever, daemon=True).start()
with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path=sys.argv[1], args=["--no-sandbox"])
    context = browser.new_context(record_har_path="shop.har")
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{server.server_port}/")
    page.goto(f"http://127.0.0.1:{server.server_port}/")
    context.close()
    browser.close()
entries = [entry for entry in json.load(open("shop.har"))["log"]["entries"] if "style" in entry["request"]["url"]]
said = ", ".join(str(entry["response"]["status"]) for entry in entries)
caches = ", ".join(json.dumps(entry["cache"]) for entry in entries)
second = entries[1]
below = "below -1" if second["response"]["bodySize"] < -1 else str(second["response"]["bodySize"])
print(f"the server was asked for style.css {asked.count('/style.css')} time")
print(f"recorded {len(entries)} times, with status {said}, cache {caches}")
wait, moved = second["timings"]["wait"], second["response"]["_transferSize"]
print(f"the second: bodySize {below}, wait {wait}, _transferSize {moved}", flush=True)
PYTHON
timeout 120 venv/bin/python shop.py "$chromium" | tee seen
diff - seen <<'SEEN'
the server was asked for style.css 1 time
recorded 2 times, with status 200, 200, cache {}, {}
the second: bodySize below -1, wait -1, _transferSize 0
SEEN
