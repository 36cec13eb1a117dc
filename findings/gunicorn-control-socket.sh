#!/usr/bin/env bash
# gunicorn 27.0.1: every master listens on a control socket at one place in the home folder. A second one on the same host
# and account takes the place over without a word, says that it listens there as the first one did, and removes the file
# when it ends: from then on nobody reaches the first, which goes on serving. Replicas side by side, as on a testbed or
# under a process manager, want --no-control-socket or a place each.
#
# Seen:
#   the first says: Control socket listening
#   the second says: Control socket listening
#   of the first, while both run: the second answers in its place
#   after the second has ended: the first serves: True, its control socket is there: False
# Exits with 1 if any of these lines differs.
set -euo pipefail
work="$(mktemp -d)"
masters=()
finish() {
  for pid in "${masters[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait || true
  rm -rf "$work"
}
trap finish EXIT
cd "$work"
export HOME="$work/home"
mkdir "$HOME"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check gunicorn==27.0.1
cat >app.py <<'PYTHON'
def application(environ, start_response):
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]
PYTHON
port() { venv/bin/python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
start() { # NAME PORT
  venv/bin/gunicorn app:application --bind "127.0.0.1:$2" >"$1.log" 2>&1 &
  masters+=($!)
  for _ in $(seq 100); do
    ! grep -q "Control socket listening" "$1.log" || return 0
    sleep 0.1
  done
}
one="$(port)"
start first "$one"
start second "$(port)"
socket="$HOME/.gunicorn/gunicorn.ctl"
owner() { # the pid that listens on the socket's present file
  venv/bin/python - "$socket" <<'PYTHON'
import socket
import struct
import sys

with socket.socket(socket.AF_UNIX) as client:
    client.connect(sys.argv[1])
    print(struct.unpack("3i", client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0])
PYTHON
}
said() { grep -o "Control socket listening" "$1.log" || echo nothing; }
{
  echo "the first says: $(said first)"
  echo "the second says: $(said second)"
  if [[ "$(owner)" == "${masters[1]}" ]]; then
    echo "of the first, while both run: the second answers in its place"
  else
    echo "of the first, while both run: it answers itself"
  fi
  kill "${masters[1]}"
  wait "${masters[1]}" 2>/dev/null || true
  serves="$(venv/bin/python -c "import urllib.request as u; print(u.urlopen('http://127.0.0.1:$one').read() == b'ok')")"
  there=False
  [[ ! -e "$socket" ]] || there=True
  echo "after the second has ended: the first serves: $serves, its control socket is there: $there"
} | tee seen
diff seen - <<'SEEN'
the first says: Control socket listening
the second says: Control socket listening
of the first, while both run: the second answers in its place
after the second has ended: the first serves: True, its control socket is there: False
SEEN
