#!/usr/bin/env bash
# fastdigest 0.12.0: cdf(x), "the rank (cumulative probability) of a given value", leaves out all that equal x, which are most where
# values repeat: of 100 requests that took 1 ms each, none took 1 ms or less, and 80 that equal 2 are missing from the share
# up to 2. A hair above x, the share is right. Whole milliseconds and a limit that is one of them give a share within the limit that
# is far too low. (t-digests of others, as pytdigest 0.1.4, count half of what is equal.)
#
# Seen, of latencies in ms, with the exact share in brackets:
#   100 times 1: up to 1: 0.00 (1.00), up to 1.001: 1.00
#   90 times 1, 10 times 2: up to 1: 0.00 (0.90), up to 1.001: 0.90
#   10 times 1, 80 times 2, 10 times 3: up to 2: 0.10 (0.90), up to 2.001: 0.90
# Exits with 1 if any of these lines differs.
set -euo pipefail
seen="$(sed -n 's/^#   //p' "$0")"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check fastdigest==0.12.0
cat >ask.py <<'PYTHON'
from fastdigest import TDigest

for name, limit, values in (
    ("100 times 1", 1.0, [1.0] * 100),
    ("90 times 1, 10 times 2", 1.0, [1.0] * 90 + [2.0] * 10),
    ("10 times 1, 80 times 2, 10 times 3", 2.0, [1.0] * 10 + [2.0] * 80 + [3.0] * 10),
):
    digest = TDigest.from_values(values)
    exact = sum(value <= limit for value in values) / len(values)
    above = limit + 0.001
    print(f"{name}: up to {limit:g}: {digest.cdf(limit):.2f} ({exact:.2f}), up to {above:g}: {digest.cdf(above):.2f}")
PYTHON
said="$(venv/bin/python ask.py)"
echo "$said"
[[ "$said" == "$seen" ]]
