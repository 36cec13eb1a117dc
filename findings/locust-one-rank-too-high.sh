#!/usr/bin/env bash
# locust 2.47.0: a percentile is "the response time that a certain number of percent of the requests finished within", but is that of
# the next slower request wherever that percent is a whole number of requests, as it is in runs of a round number: of 100 requests
# of which 99 took 10 ms, 99% is told as 9000, and so is 90% of 10 and 95% of 20. A limit on p99 is broken by the
# one slow request that it allows. It is right where the percent is no whole number.
#
# Seen, of n - 1 requests of 10 ms and one of 9000 ms:
#   n = 100: 98% 10, 99% 9000, while 99 of 100 finished within 10
#   n = 20: 90% 10, 95% 9000, while 19 of 20 finished within 10
#   n = 10: 80% 10, 90% 9000, while 9 of 10 finished within 10
# and of 50 of 10 ms and 50 of 1000 ms:
#   median 1000, while 50 of 100 finished within 10
# Exits with 1 if any of these lines differs.
set -euo pipefail
seen="$(sed -n 's/^#   //p' "$0")"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check locust==2.47.0
cat >ask.py <<'PYTHON'
from locust.stats import RequestStats


def entry(times):
    stats = RequestStats()
    for took in times:
        stats.log_request("GET", "/", took, 1)
    return stats.get("/", "GET")


def within(times, limit=10):
    return f"{sum(took <= limit for took in times)} of {len(times)} finished within {limit}"


for n, lower, upper in ((100, 0.98, 0.99), (20, 0.9, 0.95), (10, 0.8, 0.9)):
    times = [10] * (n - 1) + [9000]
    told = [f"{percent * 100:g}% {entry(times).get_response_time_percentile(percent)}" for percent in (lower, upper)]
    print(f"n = {n}: {', '.join(told)}, while {within(times)}")
halves = [10] * 50 + [1000] * 50
print(f"median {entry(halves).median_response_time}, while {within(halves)}")
PYTHON
said="$(venv/bin/python ask.py)"
echo "$said"
[[ "$said" == "$seen" ]]
