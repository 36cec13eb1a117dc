#!/usr/bin/env bash
# locust 2.47.0: rows of --csv's _stats_history.csv have "the current (10 seconds sliding window) stats" by its documentation. Their
# rates are that, but their percentiles are of the whole run so far, unless --csv-full-history is given, which by the documentation
# only adds rows for each name: then the very same Aggregated rows have current ones. A slow spell never leaves the default file.
#
# Seen, of responses of 500 ms for 6 s, then of 10 ms, and of the last row of 26 s:
#   --csv: 95% is 500
#   --csv --csv-full-history: 95% is 10
# Exits with 1 if either line differs.
set -euo pipefail
seen="$(sed -n 's/^#   //p' "$0")"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check locust==2.47.0
cat >locustfile.py <<'PYTHON'
import time

from locust import User, constant, task

began = time.monotonic()


class Asker(User):
    wait_time = constant(0.05)

    @task
    def ask(self):
        took = 500 if time.monotonic() - began < 6 else 10
        self.environment.events.request.fire(request_type="GET", name="/", response_time=took, response_length=1, exception=None)
PYTHON
run() { # NAME OPTION…: a run of 26 s
  venv/bin/locust --headless --users 2 --run-time 26s --csv "$@" >"$1.log" 2>&1
}
run default &
default=$!
run full --csv-full-history
wait "$default"
last() { # NAME: the 95% of the last row that is Aggregated
  venv/bin/python -c 'import csv, sys; print([r["95%"] for r in csv.DictReader(sys.stdin) if r["Name"] == "Aggregated"][-1])' \
    <"$1_stats_history.csv"
}
said="--csv: 95% is $(last default)
--csv --csv-full-history: 95% is $(last full)"
echo "$said"
[[ "$said" == "$seen" ]]
