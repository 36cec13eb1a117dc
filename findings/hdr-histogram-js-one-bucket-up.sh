#!/usr/bin/env bash
# hdr-histogram-js 3.0.1 writes 1 where the format has the offset by which buckets are to be shifted, 0 in all that the others
# write. HdrHistogram_c, in native-hdr-histogram 1.0.0 here, does as the text says: every value comes back one bucket higher, which
# is 1 where a value has a bucket of its own, so whole milliseconds from a JavaScript client are a third too long at 3 ms. Java, Go
# and Python take no notice of the offset, and Rust's hdrhistogram 7.6.0 refuses such a text. What Python's hdrhistogram 0.10.8
# wrote of the same values is read as it was.
#
# Seen, of 3, 3, 5 and 100:
#   written by JavaScript, read by C: min 4 p50 4 p75 6 max 101
#   written by Python, read by C: min 3 p50 3 p75 5 max 100
#   written by JavaScript, read by Python: min 3 p50 3 p75 5 max 100
# Exits with 1 if any of these lines differs.
set -euo pipefail
seen="$(sed -n 's/^#   //p' "$0")"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check hdrhistogram==0.10.8
npm install --silent --no-audit --no-fund --ignore-scripts --prefix . native-hdr-histogram@1.0.0 hdr-histogram-js@3.0.1 >/dev/null
cat >python.py <<'PYTHON'
import sys

from hdrh.histogram import HdrHistogram

if sys.argv[1:]:
    read = HdrHistogram.decode(sys.argv[1])
    p50, p75 = read.get_value_at_percentile(50), read.get_value_at_percentile(75)
    print(f"written by JavaScript, read by Python: min {read.get_min_value()} p50 {p50} p75 {p75} max {read.get_max_value()}")
else:
    written = HdrHistogram(1, 3_600_000_000, 3)
    for value in (3, 3, 5, 100):
        written.record_value(value)
    print(written.encode().decode())
PYTHON
cat >write.cjs <<'JS'
const hdr = require('hdr-histogram-js')

const histogram = hdr.build({ lowestDiscernibleValue: 1, highestTrackableValue: 3_600_000_000, numberOfSignificantValueDigits: 3 })
for (const value of [3, 3, 5, 100]) histogram.recordValue(value)
console.log(hdr.encodeIntoCompressedBase64(histogram))
JS
cat >read.cjs <<'JS'
const [who, text] = process.argv.slice(2)
const h = require('native-hdr-histogram').decode(Buffer.from(text))
console.log(`written by ${who}, read by C: min ${h.min()} p50 ${h.percentile(50)} p75 ${h.percentile(75)} max ${h.max()}`)
JS
javascript="$(node write.cjs)"
said="$(node read.cjs JavaScript "$javascript"; node read.cjs Python "$(venv/bin/python python.py)"; venv/bin/python python.py "$javascript")"
echo "$said"
[[ "$said" == "$seen" ]]
