#!/usr/bin/env bash
# hdrhistogram 0.10.8 (Python): record_corrected_value() adds one value more than the Java that it was ported from: it goes on
# below the expected interval, where that stops ("down to the expected interval"), as do hdr-histogram-js 3.0.1, C and Go. A latency
# a little above the interval brings one that nobody had: a response of 11 ms to a client that asks each 10 ms is counted as 11 ms
# and 1 ms, and a median falls to an eleventh where there was nothing to correct.
#
# Seen, of 100 responses of 11 ms and of one of 105 ms, expected each 10 ms, in µs:
#   Python, 100 of 11 ms: 200 values, p50 1000, mean 6002
#   Python, one of 105 ms: 11 values, the least 5000
#   JavaScript, 100 of 11 ms: 100 values, p50 11007, mean 11004
#   JavaScript, one of 105 ms: 10 values, the least 15000
# Exits with 1 if any of these lines differs.
set -euo pipefail
seen="$(sed -n 's/^#   //p' "$0")"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check hdrhistogram==0.10.8
npm install --silent --no-audit --no-fund --ignore-scripts --prefix . hdr-histogram-js@3.0.1 >/dev/null
cat >ask.py <<'PYTHON'
from hdrh.histogram import HdrHistogram

many, one = (HdrHistogram(1, 3_600_000_000, 3) for _ in range(2))
for _ in range(100):
    many.record_corrected_value(11_000, 10_000)
one.record_corrected_value(105_000, 10_000)
count, median, mean = many.get_total_count(), many.get_value_at_percentile(50), many.get_mean_value()
print(f"Python, 100 of 11 ms: {count} values, p50 {median}, mean {mean:.0f}")
print(f"Python, one of 105 ms: {one.get_total_count()} values, the least {one.get_min_value()}")
PYTHON
cat >ask.cjs <<'JS'
const hdr = require('hdr-histogram-js')

const [many, one] = [hdr.build(), hdr.build()]
for (let i = 0; i < 100; i++) many.recordValueWithExpectedInterval(11_000, 10_000)
one.recordValueWithExpectedInterval(105_000, 10_000)
console.log(`JavaScript, 100 of 11 ms: ${many.totalCount} values, p50 ${many.getValueAtPercentile(50)}, mean ${many.mean.toFixed(0)}`)
console.log(`JavaScript, one of 105 ms: ${one.totalCount} values, the least ${one.minNonZeroValue}`)
JS
said="$(venv/bin/python ask.py; node ask.cjs)"
echo "$said"
[[ "$said" == "$seen" ]]
